/** Late agents, lost connections on either side, cuts in the middle of frames and of snapshots, slow agents. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { Kind } from "../wire/wire.ts";
import {
	allow,
	inMirror,
	launch,
	liveSession,
	mirrorShows,
	type Person,
	signIn,
	until,
	waitForPicture,
} from "./support/browser.ts";
import { type Demo, startDemo } from "./support/demo.ts";
import { ofKind } from "./support/frames.ts";
import { startProxy, type Tunnel } from "./support/proxy.ts";

let demo: Demo;
let browser: Browser;
/** Chromium whose connections to the server go through a line that a test can break. */
let shaky: Browser;
let line: Tunnel;
before(async () => {
	demo = await startDemo();
	line = await startProxy(demo.console);
	[browser, shaky] = await Promise.all([launch(), launch({ origin: demo.console, port: line.port })]);
});
after(async () => {
	await Promise.all([browser?.close(), shaky?.close()]);
	await line?.close();
	await demo?.stop();
});

const append = (person: Person, text: string) =>
	person.page.evaluate((t) => {
		const p = document.createElement("p");
		p.textContent = t;
		document.body.append(p);
	}, text);

const snapshotsSent = (visitor: Person) =>
	ofKind(visitor.frames, Kind.snapshot, true).filter(({ flags }) => flags & 2).length;

async function close(...people: Person[]): Promise<void> {
	await Promise.all(people.map(({ context }) => context.close()));
}

test("a late agent gets the page as it is, and the visitor sends no new snapshot", async () => {
	const { visitor, agent } = await liveSession(browser, browser, demo);
	await append(visitor, "before the second agent");
	await mirrorShows(agent, "before the second agent");
	const snapshots = snapshotsSent(visitor);
	const second = await signIn(browser, demo);
	// The same person in a second window takes the seat over: the room goes on there.
	await second.page.goto(agent.page.url());
	await waitForPicture(second);
	await mirrorShows(second, "before the second agent");
	assert.equal(snapshotsSent(visitor), snapshots);
	await agent.page.getByText("Open in another window").waitFor();
	await append(visitor, "seen by the second");
	await mirrorShows(second, "seen by the second");
	await close(visitor, agent, second);
});

test("the visitor's connection breaks: no new consent, nothing lost", async () => {
	const { visitor, agent } = await liveSession(shaky, browser, demo);
	line.refuse(true);
	line.cut();
	await visitor.page.getByText("Connection lost").waitFor();
	await agent.page.getByText("The visitor is away").waitFor();
	await append(visitor, "changed while away");
	line.refuse(false);
	await mirrorShows(agent, "changed while away", 15_000);
	await visitor.page.getByText("Ada sees this page").waitFor();
	assert.equal(await visitor.page.getByRole("button", { name: "Allow", exact: true }).count(), 0);
	await close(visitor, agent);
});

test("the agent's connection breaks: the picture stays and goes on", async () => {
	const { visitor, agent } = await liveSession(browser, shaky, demo);
	const heading = await visitor.page.locator("h1").innerText();
	const snapshots = snapshotsSent(visitor);
	line.refuse(true);
	line.cut();
	await agent.page.getByText("Connection lost").waitFor();
	await append(visitor, "changed meanwhile");
	assert.ok(await inMirror(agent, (doc, h) => doc.body.innerText.includes(h), heading), "the last picture stays");
	line.refuse(false);
	await mirrorShows(agent, "changed meanwhile", 15_000);
	assert.equal(snapshotsSent(visitor), snapshots, "the room had it all");
	assert.equal(await visitor.page.getByRole("button", { name: "Allow", exact: true }).count(), 0);
	await close(visitor, agent);
});

test("cuts in the middle of a frame and of a snapshot, on either side", async () => {
	for (const [visiting, helping, way] of [
		[shaky, browser, "up"],
		[browser, shaky, "down"],
	] as const) {
		const { visitor, agent } = await liveSession(visiting, helping, demo);
		// A snapshot of some hundred kilobytes, cut after its first part; then one frame, cut after its header.
		for (const bytes of [40_000, 30]) {
			const hit = way === "up" ? line.cutAfterUp(bytes) : line.cutAfterDown(bytes);
			await visitor.page.evaluate(
				(rows) => {
					const list = document.createElement("ul");
					for (let i = 0; i < rows; i++) {
						const item = document.createElement("li");
						item.textContent = `row ${i} ${Math.random()} ${Math.random()}`;
						list.append(item);
					}
					document.body.append(list);
				},
				bytes > 1000 ? 6000 : 3,
			);
			await hit;
			const mark = `whole again after ${bytes} ${way}`;
			await append(visitor, mark);
			await mirrorShows(agent, mark, 20_000);
			const rows = await visitor.page.evaluate(() => document.querySelectorAll("li").length);
			await until("every row", () => inMirror(agent, (doc, n) => doc.querySelectorAll("li").length === n, rows));
		}
		await close(visitor, agent);
	}
});

test("a visitor's page load over a broken line comes back into the same room", async () => {
	const { visitor, agent } = await liveSession(shaky, browser, demo);
	const room = agent.page.url();
	line.refuse(true);
	line.cut();
	await visitor.page.goto(new URL("/checkout", demo.shop).href);
	line.refuse(false);
	// The loader itself could not be fetched: the next page has it.
	await visitor.page.goto(new URL("/account", demo.shop).href);
	await mirrorShows(agent, await visitor.page.locator("h1").innerText(), 20_000);
	assert.equal(agent.page.url(), room);
	await close(visitor, agent);
});

test("a page that the browser kept and brings back goes on in the same room, as it is by then", async () => {
	const { visitor, agent } = await liveSession(browser, browser, demo);
	await mirrorShows(agent, "Delivery");
	const snapshots = snapshotsSent(visitor);
	// What a browser does around its back/forward cache (HTML §7.4): the driver switches that cache off.
	const turn = (name: string) =>
		visitor.page.evaluate((n) => dispatchEvent(new PageTransitionEvent(n, { persisted: true })), name);
	await turn("pagehide");
	await agent.page.getByText("The visitor is away").waitFor();
	const frames = visitor.frames.length;
	await append(visitor, "changed while kept");
	await visitor.page.waitForTimeout(500);
	assert.equal(visitor.frames.length, frames, "a page that is kept sends nothing");
	await turn("pageshow");
	await mirrorShows(agent, "changed while kept", 15_000);
	await append(visitor, "changed afterwards");
	await mirrorShows(agent, "changed afterwards");
	assert.equal(snapshotsSent(visitor), snapshots + 1);
	assert.equal(await visitor.page.getByRole("button", { name: "Allow", exact: true }).count(), 0);
	await close(visitor, agent);
});

test("an agent who stops reading costs nobody, and is resynced rather than closed", async () => {
	const { visitor, agent: slow } = await liveSession(browser, shaky, demo);
	line.hold(true);
	const started = performance.now();
	for (let i = 0; i < 40; i++) {
		await visitor.page.evaluate((n) => {
			let list = document.getElementById("filling");
			list?.remove();
			list = document.createElement("div");
			list.id = "filling";
			for (let k = 0; k < 1500; k++) {
				const p = document.createElement("p");
				p.textContent = `${n} ${k} ${Math.random()} ${Math.random()} ${Math.random()}`;
				list.append(p);
			}
			document.body.append(list);
		}, i);
		await visitor.page.waitForTimeout(60);
	}
	const filled = performance.now() - started;
	assert.ok(filled < 30_000, `the visitor's page stayed quick: ${filled} ms`);
	line.hold(false);
	await append(visitor, "after the hold");
	await mirrorShows(slow, "after the hold", 30_000);
	const fillings = await inMirror(slow, (doc) => {
		const texts = [...doc.querySelectorAll("p")]
			.map((p) => p.textContent ?? "")
			.filter((text) => / 0\.\d+ 0\./.test(text));
		return { rows: texts.length, newest: texts.every((text) => text.startsWith("39 ")) };
	});
	assert.deepEqual(fillings, { rows: 1500, newest: true });
	await close(visitor, slow);
});

test("two agents: one who comes late, and one who is slow, beside one who is quick", async () => {
	const { visitor, agent: quick } = await liveSession(browser, browser, demo);
	await append(visitor, "before the colleague");
	await mirrorShows(quick, "before the colleague");
	const snapshots = snapshotsSent(visitor);
	const late = await signIn(shaky, { ...demo, agent: demo.colleague });
	await late.page.goto(quick.page.url());
	await late.page.getByRole("button", { name: "Ask to see the page" }).click();
	await visitor.page.getByText("Grace would like to see this page").waitFor();
	assert.equal(ofKind(late.frames, Kind.snapshot, false).length, 0, "nothing before the visitor's yes");
	await allow(visitor);
	await waitForPicture(late);
	await mirrorShows(late, "before the colleague");
	assert.equal(snapshotsSent(visitor), snapshots, "the late agent costs the visitor nothing");
	await visitor.page.getByText("Ada and 1 other see this page").waitFor();
	line.hold(true);
	for (let i = 0; i < 10; i++) {
		const sent = performance.now();
		await append(visitor, `news ${i}`);
		await mirrorShows(quick, `news ${i}`);
		assert.ok(performance.now() - sent < 3000, "the quick one does not wait for the slow one");
	}
	line.hold(false);
	await mirrorShows(late, "news 9", 15_000);
	await close(visitor, quick, late);
});
