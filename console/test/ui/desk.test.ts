/** An agent's desk in Chromium: offers, the queue, one's status, and being called. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { says, text, useConsole } from "./browser.ts";
import { offer, TestServer, waiting } from "./server.ts";

const server = new TestServer();
const open = useConsole(server);
let page: Page;
beforeEach(async () => {
	page = await open();
});

const desk = async () => {
	await page.goto(server.origin);
	await page.getByRole("button", { name: /^My status/ }).waitFor();
};
const offered = () => page.getByRole("region", { name: "A visitor for you" });
const posted = () => server.calls.filter(({ call }) => call.startsWith("POST"));

for (const key of ["a", "Enter"])
	test(`an offer is accepted by one key: ${key}`, async () => {
		await desk();
		server.pushDesk({ offer: offer("r7", { name: "Mia" }) });
		await offered().waitFor();
		assert.match(
			await text(offered()),
			/Mia.*Leaf & Stem.*Checkout.*Waiting for 1:0\d · British English.*(30|2\d) seconds/,
		);
		await page.keyboard.press(key);
		await server.seat();
		await page.waitForURL("**/rooms/r7");
		assert.deepEqual(posted(), [{ call: "POST /desk/accept", body: { room: "r7" } }]);
		assert.deepEqual(server.joins, [], "the ticket of the acceptance is used");
		await offered().waitFor({ state: "detached" });
	});

test("Enter on a control is the control's, and a letter in a field is a letter", async () => {
	await desk();
	server.pushDesk({ offer: offer("r7") });
	await offered().waitFor();
	await page.getByRole("searchbox").fill("");
	await page.keyboard.type("a");
	await page.keyboard.press("Enter");
	await page.getByRole("button", { name: "Sound" }).focus();
	await page.keyboard.press("Enter");
	await page.waitForTimeout(200);
	assert.deepEqual(posted(), []);
});

test("a hand-over names its sender and shows the note; declining it says so", async () => {
	await desk();
	server.pushDesk({ offer: offer("r7", { from: "Grace", note: "<b>Refund</b>, order 12" }) });
	await offered().getByText("Grace hands a visitor over to you").waitFor();
	await offered().getByText("<b>Refund</b>, order 12").waitFor();
	await offered().getByRole("button", { name: "Decline" }).click();
	await offered().waitFor({ state: "detached" });
	assert.deepEqual(posted(), [{ call: "POST /desk/decline", body: { room: "r7" } }]);
});

test("an offer reaches the agent on every page, the room included", async () => {
	await page.goto(`${server.origin}/rooms/r1`);
	await (await server.seat()).welcome("helping");
	server.pushDesk({ offer: offer("r7") });
	await offered().waitFor();
	server.pushDesk({ offer: null });
	await offered().waitFor({ state: "detached" });
	assert.equal(server.attending, 1);
	await page.getByRole("link", { name: "Back to visitors" }).click();
	await page.getByRole("link", { name: "History" }).click();
	server.pushDesk({ offer: offer("r8") });
	await offered().waitFor();
	assert.equal(server.attending, 1, "one stream, the same on every page");
	await page.keyboard.press("a");
	await page.waitForURL("**/rooms/r8");
});

test("the queue stands in order with place, wait, team, language and whom it is offered to; one is picked", async () => {
	server.colleagues = {
		people: [{ id: "p2", name: "Grace", status: "available" }],
		teams: [{ id: "t1", name: "Orders" }],
	};
	server.desk.waiting = [
		waiting("r2", { position: 2, name: "Noor", lang: "ar", offeredTo: "p2", since: new Date().toISOString() }),
		waiting("r1", { position: 1, name: "Mia", team: "t1", front: true }),
	];
	await desk();
	const queue = page.getByRole("region", { name: "Queue" });
	const rows = queue.locator(".queue-row");
	await rows.getByText("Offered to Grace").waitFor();
	await says(rows.nth(0), /1.*Mia.*Checkout.*Goes first.*Orders.*British English.*1:0\d/);
	await says(rows.nth(1), /2.*Noor.*Offered to Grace.*Arabic.*0:0\d/);
	assert.match(await page.title(), /^\(2\) Desk/);
	await queue.getByRole("button", { name: "Take: Noor" }).click();
	await page.waitForURL("**/rooms/r2");
	assert.deepEqual(posted(), [{ call: "POST /desk/accept", body: { room: "r2" } }]);
});

for (const [code, words] of Object.entries({ taken: "A colleague was faster.", full: "You are already helping" }))
	test(`who comes too late is told: ${code}`, async () => {
		server.acceptCode = code;
		server.desk.waiting = [waiting("r2")];
		await desk();
		await page.getByRole("button", { name: "Take: Visitor" }).click();
		await page.getByText(words).waitFor();
		assert.equal(new URL(page.url()).pathname, "/");
	});

test("one key switches between available and away; being sent away by the server is said", async () => {
	await desk();
	await page.keyboard.press("s");
	await page.getByRole("button", { name: "My status: Away" }).waitFor();
	assert.deepEqual(posted(), [{ call: "POST /desk/status", body: { status: "away" } }]);
	assert.equal(await page.getByText("Two offers went by").count(), 0, "one's own wish needs no explanation");
	await page.getByRole("button", { name: "My status: Away" }).click();
	await page.getByRole("button", { name: "My status: Available" }).waitFor();
	server.pushDesk({ me: { ...server.desk.me, status: "away" } });
	await page.getByText("Two offers went by").waitFor();
	await page.getByRole("button", { name: "I’m back" }).click();
	await page.getByRole("button", { name: "My status: Available" }).waitFor();
	assert.equal(await page.getByText("Two offers went by").count(), 0);
});

test("a cut stream is said, and comes back with what is new", async () => {
	await desk();
	await page.getByText("Live", { exact: true }).waitFor();
	server.desk.waiting = [waiting("r2", { name: "Mia" })];
	server.cutStreams();
	await page.getByText("Reconnecting…").waitFor();
	await page.getByText("Mia").waitFor();
	await page.getByText("Live", { exact: true }).waitFor();
	assert.equal(server.attending, 1);
});

test("the browser is asked for notices only by the button; an offer then calls an agent who looks elsewhere", async () => {
	// As text: what compiles the tests would put helpers of its own into a function.
	await page.addInitScript(`
		globalThis.seen = { asked: 0, shown: [] };
		globalThis.Notification = class extends EventTarget {
			static permission = "default";
			static async requestPermission() {
				seen.asked++;
				return (Notification.permission = "granted");
			}
			constructor(title, { body }) {
				super();
				seen.shown.push(title + ": " + body);
			}
		};
		document.hasFocus = () => false;
	`);
	const seen = () => page.evaluate(() => (globalThis as unknown as { seen: { asked: number; shown: string[] } }).seen);
	await desk();
	server.pushDesk({ offer: offer("r7", { name: "Mia" }) });
	await offered().waitFor();
	assert.deepEqual(await seen(), { asked: 0, shown: [] });
	await page.getByRole("button", { name: "Notifications" }).click();
	await page.getByRole("button", { name: "Notifications", pressed: true }).waitFor();
	server.pushDesk({ offer: offer("r8", { name: "Noor" }) });
	await offered().getByText("Noor").waitFor();
	assert.deepEqual(await seen(), { asked: 1, shown: ["A visitor is waiting for you: Leaf & Stem"] });
});

test("an offer sounds, unless the agent switched that off", async () => {
	await page.addInitScript(`
		globalThis.tones = 0;
		const start = OscillatorNode.prototype.start;
		OscillatorNode.prototype.start = function (when) {
			tones++;
			start.call(this, when);
		};
	`);
	const tones = () => page.evaluate(() => (globalThis as unknown as { tones: number }).tones);
	await desk();
	server.pushDesk({ offer: offer("r7") });
	await offered().waitFor();
	const heard = await tones();
	assert.ok(heard > 0);
	await page.getByRole("button", { name: "Sound", pressed: true }).click();
	await page.getByRole("button", { name: "Sound", pressed: false }).waitFor();
	server.pushDesk({ offer: offer("r8", { name: "Noor" }) });
	await offered().getByText("Noor").waitFor();
	assert.equal(await tones(), heard);
});

test("after a reload the agent is back in the rooms of this window; another window takes none of them", async () => {
	await page.goto(`${server.origin}/rooms/r1`);
	await (await server.seat()).welcome("helping");
	await page.getByRole("link", { name: "Back to visitors" }).click();
	server.desk.mine = ["r1"];
	await page.reload();
	const back = await server.seat();
	back.visitor = "Mia";
	await back.welcome("helping");
	await page.getByRole("link", { name: "Open: Mia" }).waitFor();
	assert.equal(server.joins.length, 2);
	const other = await page.context().newPage();
	await other.goto(server.origin);
	await other.getByRole("link", { name: "Open: Visitor" }).waitFor();
	await other.waitForTimeout(300);
	assert.equal(server.joins.length, 2);
});

test("a conversation that ended while the agent was elsewhere waits for its wrap-up", async () => {
	await page.goto(`${server.origin}/rooms/r1`);
	const seat = await server.seat();
	seat.visitor = "Mia";
	await seat.welcome("helping");
	await page.getByRole("link", { name: "Back to visitors" }).click();
	seat.socket.close(4410, "ended");
	await page.getByText("Ended: wrap up").waitFor();
	await page.getByRole("link", { name: "Open: Mia" }).click();
	await page.getByRole("heading", { name: "The session has ended" }).waitFor();
});
