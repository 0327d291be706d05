import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Kind } from "../../../wire/wire.ts";
import { askForHelp, bar, beSeen, endChat, launcher, panel, shut, until, visit } from "./harness.ts";

after(shut);

test("after a passing close the widget returns with a fresh ticket and the page's content is sent anew", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	const cuts: [string, (tab: typeof server.tab) => void][] = [
		["4000 moving", (tab) => tab.socket.close(4000)],
		["4001 too slow", (tab) => tab.socket.close(4001)],
		["1001 going away", (tab) => tab.socket.close(1001)],
		["1006 cut", (tab) => tab.socket.destroy()],
	];
	const id = server.tab.tab;
	for (const [what, cut] of cuts) {
		const before = server.tabs.length;
		cut(server.tab);
		await until(what, () => server.tabs.length > before && server.tab.of(Kind.snapshot).length === 1);
		assert.equal(server.tab.tab, id, what);
		await bar(page).getByText("Mina sees this page").waitFor();
	}
	const tickets = server.requests.filter((request) => request.endsWith("/rooms/resume"));
	assert.equal(tickets.length, cuts.length);
	assert.equal(server.requests.filter((request) => request === "GET /widget/capture.js").length, 1);
	const calls = await page.evaluate(() => Reflect.get(window, "captureCalls") as string[]);
	assert.equal(calls.filter((call) => call === "stop").length, cuts.length, "nothing is captured while disconnected");
	await done();
});

test("what the visitor says while the connection is lost is said once it is back", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	server.ask("Omar", 3);
	await page.getByRole("alertdialog").waitFor();
	server.dropSockets = true;
	server.tab.socket.destroy();
	await bar(page).getByText("Connection lost. Reconnecting…").waitFor();
	await page.evaluate(() => history.pushState({}, "", "/second?secret=1"));
	await bar(page).getByRole("button", { name: "Pause" }).click();
	await page.waitForTimeout(450);
	await page.getByRole("button", { name: "Don’t allow" }).click();
	server.dropSockets = false;
	const back = await until("the way back", () => server.tabs[1]?.of(Kind.pause)[0] && server.tabs[1]);
	assert.equal(back.of(Kind.pause)[0]?.json?.paused, true);
	assert.equal(back.of(Kind.snapshot).length, 0);
	const answer = await until("the answer", () => back.of(Kind.consent)[0]);
	assert.deepEqual([answer.json?.act, answer.json?.member], ["deny", 3]);
	await done();
});

test("each final close ends it, with the reason told and a way on", async () => {
	const ends: [number, string, string][] = [
		[4410, "Session ended", "Start again"],
		[4404, "Session ended", "Start again"],
		[4409, "Continued in another tab", "Continue here"],
		[4429, "No connection", "Try again"],
		[4400, "No connection", "Try again"],
	];
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	for (const [code, title, next] of ends) {
		const { tab } = server.tab;
		server.tab.socket.close(code);
		await page.getByRole("dialog", { name: title }).waitFor();
		const entries = () => server.requests.filter((request) => request.startsWith("POST")).length;
		const before = entries();
		await page.waitForTimeout(400);
		assert.equal(entries(), before, `${code} stays away`);
		await page.getByRole("button", { name: next }).click();
		await until("a new connection", () => server.open[0]?.hello);
		if (code === 4409) assert.notEqual(server.tab.tab, tab, "a tab that was replaced takes an ID of its own");
	}
	await done();
});

test("a server that falls silent is left, and a ping is answered", async () => {
	const { page, server, done } = await visit();
	server.limits = { pingMs: 300, silenceMs: 1000 };
	await askForHelp(page, server);
	server.tab.socket.send(new Uint8Array([Kind.ping, ...new Array(19).fill(0), 1, 2, 3]));
	assert.deepEqual([...(await until("a pong", () => server.tab.of(Kind.pong)[0])).body], [1, 2, 3]);
	server.mute = true;
	await until("a second connection", () => server.tabs.length > 1);
	server.mute = false;
	await panel(page).locator(".code").waitFor();
	await done();
});

test("a blocked or failing server breaks nothing: the page goes on, and a retry works", async () => {
	const { page, server, done } = await visit();
	await page.route("**/widget/session.js*", (route) => route.abort());
	await launcher(page).click();
	await launcher(page).getByText("Help can’t be reached. Try again").waitFor();
	await page.unroute("**/widget/session.js*");

	server.failEntries = 503;
	await launcher(page).click();
	await page.getByText("Help can’t be reached right now").waitFor();
	server.failEntries = 403;
	await page.getByRole("button", { name: "Try again" }).click();
	await page.getByText("Help isn’t available on this page").waitFor();
	server.failEntries = 0;
	server.dropSockets = true;
	await page.getByRole("button", { name: "Try again" }).click();
	await page.getByText("Help can’t be reached right now").waitFor();
	server.dropSockets = false;
	await page.getByRole("button", { name: "Try again" }).click();
	await panel(page).locator(".code").waitFor();
	await page.getByRole("button", { name: "Order" }).click();
	await done();
});

test("a capture engine that does not load at first is tried again while somebody looks", async () => {
	const { page, server, done } = await visit();
	await page.route(/capture\.js\?v=abc123$/, (route) => route.abort());
	await beSeen(page, server);
	assert.ok(server.tab.of(Kind.snapshot).length > 0);
	await done();
});

test("routes, titles and addresses are told as the policy cuts them; history is only wrapped meanwhile", async () => {
	const { page, server, done } = await visit();
	const native = () => page.evaluate(() => Object.hasOwn(history, "pushState"));
	assert.equal(await native(), false);
	await beSeen(page, server);
	assert.equal(await native(), true);
	await page.evaluate(() => {
		history.pushState({}, "", "/orders/7?token=abc#x");
		document.title = "Order 7";
	});
	const told = await until("a page frame", () => server.tab.of(Kind.page).at(-1));
	assert.deepEqual(told.json, { url: `${server.origin}/orders/7`, title: "Order 7", visible: true, focused: true });
	await page.goBack();
	await until("the way back", () => server.tab.of(Kind.page).at(-1)?.json?.url === `${server.origin}/`);
	await endChat(page);
	await page.getByRole("dialog", { name: "Session ended" }).waitFor();
	assert.equal(await native(), false);
	await done();
});
