/** The live view in Chromium with the real mirror; the test plays the server and the visitor. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { decodePointer, Kind, readJSON } from "../../../wire/wire.ts";
import { says, useConsole } from "./browser.ts";
import { ME, type Seat, tab } from "./seat.ts";
import { TestServer } from "./server.ts";

const server = new TestServer();
const open = useConsole(server);
let page: Page;
beforeEach(async () => {
	page = await open();
});

/** The agent has opened the room and sees a page with this heading. */
async function live(heading = "Monstera"): Promise<Seat> {
	await page.goto(`${server.origin}/rooms/r1`);
	const seat = await server.seat();
	await seat.welcome();
	await page.getByRole("heading", { name: "Waiting for the visitor to agree" }).waitFor();
	seat.grant();
	seat.snapshot(1, heading);
	await sees(heading);
	return seat;
}

/** Waits until the mirror of the shown tab has a text; the mirror nests a frame for each epoch. */
async function sees(wanted: string): Promise<void> {
	await page.waitForFunction((text) => {
		const shown = document.querySelector<HTMLIFrameElement>('.device[data-shown="true"] iframe');
		const documents = [shown?.contentDocument];
		for (const one of documents) {
			if (one?.body?.textContent.includes(text)) return true;
			for (const { contentDocument } of one?.querySelectorAll("iframe") ?? []) documents.push(contentDocument);
		}
		return false;
	}, wanted);
}

const scene = (name: string) => page.locator(`.stage[data-state="${name}"]`).waitFor();

test("an agent waits, sees the page when the visitor agrees, and what changes in it", async () => {
	const seat = await live();
	seat.diff(1, "Monstera deliciosa, small");
	await sees("Monstera deliciosa, small");
	await page.getByRole("status").filter({ hasText: "You now see the visitor's page." }).waitFor({ state: "attached" });
	const address = page.getByRole("region", { name: "The visitor's page" });
	await says(address, /Monstera deliciosa.*leaf-and-stem\.example\/plants\/monstera/);
	assert.equal(await address.getByRole("link").count(), 0);
	await page.getByRole("button", { name: /^Connection: (Good|Fair|Poor)$/ }).waitFor();
});

test("the wait counts down", async () => {
	await page.goto(`${server.origin}/rooms/r1`);
	await (await server.seat()).welcome();
	await page.getByRole("timer").getByText("30 seconds left").waitFor();
	await page
		.getByRole("timer")
		.getByText(/^2[0-8] seconds left$/)
		.waitFor();
});

test("a refusal is said plainly, the agent stays for the chat, and may ask again after a pause", async () => {
	await page.goto(`${server.origin}/rooms/r1`);
	const seat = await server.seat();
	await seat.welcome();
	await page.getByRole("timer").waitFor();
	seat.refuse("deny");
	await page.getByRole("heading", { name: "The visitor said no" }).waitFor();
	assert.equal(await page.locator("iframe").count(), 0);
	await page.getByRole("textbox", { name: "Write a message" }).waitFor();
	await page.getByRole("button", { name: /Ask again in \d+ seconds?/ }).click({ force: true });
	assert.equal(
		seat.heard.some(({ kind }) => kind === Kind.consent),
		false,
		"not before the pause is over",
	);
	await page.getByRole("button", { name: "Ask again", exact: true }).click({ timeout: 15_000 });
	assert.deepEqual(readJSON(await seat.hears(Kind.consent)), { what: "view", act: "ask" });
	await page.getByRole("heading", { name: "Waiting for the visitor to agree" }).waitFor();
	seat.stand("asking");
	seat.refuse("expire");
	await page.getByRole("heading", { name: "No answer yet" }).waitFor();
	assert.equal(server.joins.length, 1, "it is the same connection throughout");
});

test("an agent who helps asks to see the page, and sees it when the visitor agrees", async () => {
	await page.goto(`${server.origin}/rooms/r1`);
	const seat = await server.seat();
	seat.visitor = "Mia";
	await seat.welcome("helping");
	await page.getByRole("heading", { name: "You are helping Mia" }).waitFor();
	assert.equal(await page.locator("iframe").count(), 0);
	await page.getByRole("button", { name: "Ask to see the page" }).click();
	assert.deepEqual(readJSON(await seat.hears(Kind.consent)), { what: "view", act: "ask" });
	seat.stand("asking");
	seat.grant();
	seat.snapshot(1, "Monstera");
	await sees("Monstera");
	seat.refuse("withdraw", 0);
	await page.getByRole("heading", { name: "The visitor stopped sharing" }).waitFor();
	assert.equal(await page.locator("iframe").count(), 0);
	seat.json(Kind.consent, { what: "view", act: "ask", member: ME });
	seat.stand("asking");
	seat.grant();
	seat.snapshot(2, "Again");
	await sees("Again");
});

test("a room that is gone, and one taken over elsewhere", async () => {
	server.joinStatus = 404;
	await page.goto(`${server.origin}/rooms/r1`);
	await page.getByRole("heading", { name: "This visitor is no longer here" }).waitFor();
	server.joinStatus = 200;
	const seat = await live();
	seat.socket.close(4409, "replaced");
	await page.getByRole("heading", { name: "Open in another window" }).waitFor();
	assert.equal(await page.locator("iframe").count(), 0);
	await page.getByRole("button", { name: "Continue here" }).click();
	await server.seat();
});

test("while the visitor pauses, nothing of the page is to be seen", async () => {
	const seat = await live();
	seat.json(Kind.pause, { paused: true, why: "url" });
	seat.json(Kind.room, { state: "paused" });
	await page.getByText("The visitor is on a private page.").waitFor();
	assert.equal(await page.locator("iframe").isVisible(), false);
	seat.json(Kind.room, { state: "live" });
	seat.snapshot(2, "Back again");
	await sees("Back again");
	assert.equal(await page.locator("iframe").isVisible(), true);
});

test("while the visitor is away, the last page stays, dimmed", async () => {
	const seat = await live();
	seat.json(Kind.room, { state: "away" });
	seat.json(Kind.sources, { sources: [tab(1, { connected: false })] });
	await page.getByText("This is the last page you saw.").waitFor();
	await sees("Monstera");
	assert.equal(await page.locator("iframe").isVisible(), true);
});

test("a torn connection comes back with a fresh ticket and goes on where the picture stands", async () => {
	const seat = await live();
	seat.diff(1, "Second");
	await sees("Second");
	seat.socket.cut();
	await scene("lost");
	await sees("Second");
	const back = await server.seat();
	const hello = readJSON<{ seen: Record<string, unknown> }>(await back.welcome("viewing"));
	assert.deepEqual(hello?.seen, { 1: { epoch: 1, seq: 2 } });
	assert.equal(server.joins.length, 2);
	await scene("live");
	await sees("Second");
	assert.equal(await page.locator("iframe").count(), 1);
});

test("what cannot be followed is asked for anew, once", async () => {
	const seat = await live();
	for (let i = 0; i < 3; i++) seat.diff(9, "of an unknown epoch");
	const asked = await seat.hears(Kind.keyframe);
	assert.equal(asked.source, 1);
	assert.deepEqual(readJSON(asked), { why: "resync" });
	seat.snapshot(10, "Whole again");
	await sees("Whole again");
	assert.equal(seat.heard.filter(({ kind }) => kind === Kind.keyframe).length, 1);
});

test("the agent's pointer goes out by node and fraction, at most once a frame; a click leaves a ring", async () => {
	const seat = await live();
	const overlay = page.getByRole("application");
	const box = await overlay.boundingBox();
	assert.ok(box);
	const scale = box.width / 1000;
	// The button of the page, in its own coordinates.
	const target = { x: 90, y: 150 };
	await page.mouse.move(box.x + target.x * scale, box.y + target.y * scale, { steps: 20 });
	const first = decodePointer((await seat.hears(Kind.pointer)).body);
	assert.ok(first && first.node > 0);
	await page.mouse.down();
	const click = decodePointer((await seat.hears(Kind.click)).body);
	assert.ok(click);
	assert.ok(Math.abs(click.x - target.x) <= 1 && Math.abs(click.y - target.y) <= 1, JSON.stringify(click));
	assert.equal(click.node, 7, "the button");
	assert.ok(click.fx > 0 && click.fx < 1 && click.fy > 0 && click.fy < 1);
	await page.locator('.ring[data-role="agent"]').waitFor();
	await page.locator(".ring").waitFor({ state: "detached" });
	// 20 moves within one frame's time would be 20 frames if each were sent.
	const before = seat.heard.filter(({ kind }) => kind === Kind.pointer).length;
	await overlay.evaluate((element) => {
		for (let i = 0; i < 20; i++)
			element.dispatchEvent(new PointerEvent("pointermove", { clientX: 300 + i, clientY: 300, bubbles: true }));
	});
	await page.waitForTimeout(200);
	assert.equal(seat.heard.filter(({ kind }) => kind === Kind.pointer).length - before, 1);
});

test("pointing works from the keyboard", async () => {
	const seat = await live();
	await page.getByRole("application").focus();
	await page.keyboard.press("ArrowRight");
	const pointer = decodePointer((await seat.hears(Kind.pointer)).body);
	assert.deepEqual([pointer?.x, pointer?.y], [512, 320]);
	await page.keyboard.press("Enter");
	assert.equal(decodePointer((await seat.hears(Kind.click)).body)?.x, 512);
});

test("nothing is sent while the visitor has paused or is away", async () => {
	const seat = await live();
	seat.json(Kind.room, { state: "paused" });
	await scene("paused");
	await page.mouse.move(600, 400, { steps: 3 });
	await page.mouse.click(600, 400);
	seat.json(Kind.room, { state: "away" });
	await scene("away");
	await page.getByRole("application").focus();
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("Enter");
	await page.waitForTimeout(150);
	assert.equal(
		seat.heard.some(({ kind }) => kind === Kind.pointer || kind === Kind.click),
		false,
	);
});

test("the visitor's cursor and clicks are drawn over the page, another agent's with the name", async () => {
	const seat = await live();
	seat.json(Kind.members, {
		members: [
			{ member: 1, role: "visitor", name: "", state: "here" },
			{ member: ME, role: "agent", name: "Ada Lovelace", state: "viewing" },
			{ member: 3, role: "agent", name: "Grace", state: "viewing" },
		],
	});
	seat.pointer(Kind.pointer, 1, 500, 320);
	seat.pointer(Kind.click, 1, 500, 320);
	seat.pointer(Kind.pointer, 3, 10, 10);
	const cursor = page.locator('.cursor[data-role="visitor"]');
	await cursor.getByText("Visitor").waitFor();
	await page.locator('.ring[data-role="visitor"]').waitFor();
	await page.locator(".cursor").getByText("Grace").waitFor();
	const middle = await page.getByRole("application").boundingBox();
	await page.waitForTimeout(150);
	const drawn = await cursor.boundingBox();
	assert.ok(middle && drawn);
	assert.ok(Math.abs(drawn.x - (middle.x + middle.width / 2)) < 4);
	seat.json(Kind.members, { members: [{ member: 1, role: "visitor", name: "", state: "here" }] });
	await page.locator(".cursor").getByText("Grace").waitFor({ state: "detached" });
});

test("the page is scaled to fit as the window changes, or shown in its own size", async () => {
	const seat = await live();
	seat.viewport({ width: 2000, height: 1000 });
	await page.waitForFunction(() => document.querySelector("iframe")?.style.width === "2000px");
	const width = async () => (await page.getByRole("application").boundingBox())?.width ?? 0;
	const beside = await width();
	assert.ok(beside > 800 && beside < 920, String(beside));
	await page.getByRole("separator", { name: "Width of the chat" }).focus();
	for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
	await page.waitForFunction((old) => (document.querySelector(".overlay")?.clientWidth ?? 0) > old + 60, beside);
	await page.getByRole("button", { name: "Chat", exact: true }).click();
	await page.waitForFunction(() => (document.querySelector(".overlay")?.clientWidth ?? 0) > 1100);
	await page.setViewportSize({ width: 900, height: 700 });
	await page.waitForFunction(() => (document.querySelector(".overlay")?.clientWidth ?? 999) < 900);
	await page.keyboard.press("f");
	await page.waitForFunction(() => document.querySelector(".overlay")?.clientWidth === 2000);
	// Scrolling the stage is the agent's affair.
	await page.mouse.move(450, 400);
	await page.mouse.wheel(600, 0);
	await page.waitForFunction(() => (document.querySelector(".stage-scroll")?.scrollLeft ?? 0) > 0);
});

test("several tabs: the one in front is shown, unless the agent stays on one", async () => {
	const seat = await live("First");
	const back = tab(1, { focused: false, visible: false });
	seat.json(Kind.sources, { sources: [back, tab(2, { title: "Basket" })] });
	seat.snapshot(1, "Second", 2);
	await sees("Second");
	const tabs = page.getByRole("navigation", { name: "The visitor's tabs" });
	await tabs.getByRole("button", { name: "Monstera" }).click();
	await sees("First");
	seat.json(Kind.page, { url: "https://x.example/", title: "Till", visible: true, focused: true }, 2);
	await tabs.getByRole("button", { name: "Till" }).waitFor();
	await sees("First");
	await tabs.getByRole("button", { name: "Follow the visitor" }).click();
	await sees("Second");
	seat.json(Kind.sources, { sources: [tab(1)] });
	await sees("First");
	assert.equal(await tabs.count(), 0);
});

test("leaving says so and keeps the room; ending asks first and ends it", async () => {
	const seat = await live();
	await page.getByRole("button", { name: "Leave" }).click();
	assert.equal(readJSON<{ code: number }>(await seat.hears(Kind.bye))?.code, 1000);
	await page.getByRole("heading", { name: "Visitors", exact: true }).waitFor();
	await page.reload();
	await page.getByRole("heading", { name: "Visitors", exact: true }).waitFor();
	assert.equal(server.joins.length, 1, "a room that was left is not entered again");
	const second = await live();
	await page.getByRole("button", { name: "End session" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("button", { name: "Cancel" }).click();
	await dialog.waitFor({ state: "detached" });
	assert.equal(
		second.heard.some(({ kind }) => kind === Kind.bye),
		false,
	);
	await page.getByRole("button", { name: "End session" }).click();
	await dialog.getByRole("button", { name: "End session" }).click();
	assert.equal(readJSON<{ code: number }>(await second.hears(Kind.bye))?.code, 4410);
	await page.getByRole("heading", { name: "The session has ended" }).waitFor();
	assert.equal(await page.locator("iframe").count(), 0);
});

test("when the visitor ends, the page is gone", async () => {
	const seat = await live();
	seat.json(Kind.room, { state: "ended" });
	seat.socket.close(4410, "ended");
	await page.getByRole("heading", { name: "The session has ended" }).waitFor();
	assert.equal(await page.locator("iframe").count(), 0);
});

test("who is here, and what the connection was judged by", async () => {
	await live();
	await page.getByRole("button", { name: "In this session: 2" }).click();
	const people = page.getByRole("region", { name: "In this session" });
	await says(people, /Visitor\s*here.*Ada Lovelace \(you\)\s*viewing/);
	await page.keyboard.press("Escape");
	await people.waitFor({ state: "detached" });
	await page.getByRole("button", { name: /^Connection: (Good|Fair|Poor)$/ }).click();
	await says(page.getByRole("region", { name: "Connection" }), /Round trip\s*\d+ ms/);
});

test("a visitor's page runs nothing in the agent's browser", async () => {
	await live("<img src=x onerror=parent.hacked=1>");
	const frame = page.locator("iframe").first();
	assert.equal(await frame.getAttribute("sandbox"), "allow-same-origin");
	assert.equal(await page.evaluate(() => "hacked" in window), false);
});
