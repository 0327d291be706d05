import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { Kind } from "../../../wire/wire.ts";
import { askForHelp, bar, beSeen, endChat, launcher, panel, shut, until, visit } from "./harness.ts";

after(shut);

const calls = (page: Page) => page.evaluate(() => (Reflect.get(window, "captureCalls") ?? []) as string[]);
const settle = (page: Page) => page.waitForTimeout(450);

test("a denied question is answered, captures nothing and leaves a fresh code", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	server.ask("Mina");
	await page.getByRole("alertdialog").waitFor();
	await settle(page);
	await page.getByRole("button", { name: "Don’t allow" }).click();
	const answer = await until("an answer", () => server.tab.of(Kind.consent)[0]);
	assert.equal(answer.json?.act, "deny");
	// Who was refused stays to talk; the code for somebody else is a click away.
	await panel(page).getByText("Mina is here").waitFor();
	assert.equal(await panel(page).locator(".code").isVisible(), false);
	await panel(page).getByText("Show code").click();
	await panel(page).getByText("914").waitFor();
	assert.deepEqual(await calls(page), []);
	assert.ok(!server.requests.includes("GET /widget/capture.js"));
	await done();
});

test("Escape denies, and a key that the page listens for does not reach it from the widget", async () => {
	const { page, server, done } = await visit();
	await page.evaluate(() => {
		const keys: string[] = [];
		Reflect.set(window, "keys", keys);
		for (const target of [window, document, document.body])
			for (const capture of [true, false])
				target.addEventListener("keydown", (event) => keys.push((event as KeyboardEvent).key), capture);
	});
	await askForHelp(page, server);
	server.ask("Mina");
	await page.getByRole("alertdialog").waitFor();
	await page.keyboard.press("s");
	await page.keyboard.press("Escape");
	assert.equal((await until("an answer", () => server.tab.of(Kind.consent)[0])).json?.act, "deny");
	assert.deepEqual(await page.evaluate(() => Reflect.get(window, "keys")), []);
	await done();
});

test("an unanswered question closes after 30 s", async () => {
	const { page, server, done } = await visit();
	await page.clock.install();
	await askForHelp(page, server);
	server.ask("Mina");
	const question = page.getByRole("alertdialog");
	await question.waitFor();
	await page.clock.runFor(20_000);
	assert.match((await question.locator(".life").textContent()) ?? "", /(9|1[01]) seconds/);
	await page.clock.runFor(12_000);
	await question.waitFor({ state: "detached" });
	assert.equal((await until("an answer", () => server.tab.of(Kind.consent)[0])).json?.act, "expire");
	await done();
});

test("only the visitor's own hand allows, and not with a click begun before the question", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	server.ask("Mina");
	const allow = page.getByRole("button", { name: "Allow", exact: true });
	await allow.waitFor();
	await allow.evaluate((button: HTMLElement) => button.click());
	await settle(page);
	await allow.evaluate((button: HTMLElement) => button.click());
	assert.deepEqual(server.tab.of(Kind.consent), []);
	await allow.click();
	await until("a grant", () => server.tab.of(Kind.consent)[0]);
	await done();
});

test("a hostile name is text, and short", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	server.ask(`<img src=x onerror=alert(1)>${"A".repeat(400)}`);
	const title = page.getByRole("alertdialog").locator("h2");
	const shown = (await title.textContent()) ?? "";
	assert.match(shown, /<img src=x/);
	assert.ok(shown.length < 100);
	assert.equal(await panel(page).locator("img").count(), 0);
	await done();
});

test("paused, nothing leaves, not even what the engine would still send; pausing outlives a page load", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	await bar(page).getByRole("button", { name: "Pause" }).click();
	await bar(page).getByText("Paused. Nobody sees this page").waitFor();
	assert.deepEqual(await calls(page), ["start", "pause"]);
	assert.deepEqual((await until("a pause", () => server.tab.of(Kind.pause)[0])).json, { paused: true, why: "hand" });
	await page.evaluate(() => (Reflect.get(window, "emitAnyway") as () => void)());
	await page.waitForTimeout(150);
	assert.equal(server.tab.of(Kind.snapshot).length, 1);

	await page.getByRole("link", { name: "Next" }).click();
	await until("the second page", () => server.tabs[1]?.hello && server.tabs[1].open);
	await bar(page).getByText("Paused").waitFor();
	assert.deepEqual(await calls(page), []);
	assert.equal(server.tab.of(Kind.snapshot).length, 0);

	await bar(page).getByRole("button", { name: "Resume" }).click();
	await bar(page).getByText("Mina sees this page").waitFor();
	assert.equal((await until("a resume", () => server.tab.of(Kind.pause).at(-1))).json?.paused, false);
	server.all(Kind.keyframe, { why: "start" });
	await until("a snapshot", () => server.tab.of(Kind.snapshot).length === 1);
	await done();
});

test("several people are counted, cursors appear for those who may see, and clicks are announced", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	server.members.push({ member: 3, role: "agent", name: "Omar", state: "viewing" });
	server.all(Kind.members, { members: server.members });
	await bar(page).getByText("Mina and 1 other see this page").waitFor();

	server.point(2, 7, 0, 0);
	server.point(9, 7, 50, 50);
	const cursor = page.locator(".cursor");
	await cursor.waitFor();
	assert.equal(await cursor.count(), 1);
	assert.equal(await cursor.textContent(), "Mina");
	const heading = await page.locator("h1").boundingBox();
	const place = await cursor.boundingBox();
	assert.ok(heading && place);
	assert.ok(Math.abs(place.x - (heading.x + heading.width / 2)) < 2, "in the middle of the node across");
	assert.ok(Math.abs(place.y - (heading.y + heading.height / 2)) < 2, "in the middle of the node down");

	server.point(2, 999, 2_000_000_000, -5);
	await page.waitForFunction(() => {
		const root = document.querySelector("alongside-help")?.shadowRoot;
		return root?.querySelector(".cursor")?.getBoundingClientRect().x === innerWidth;
	});
	server.point(2, 7, 0, 0, 0);
	await page.getByText("Mina points at “House plants”").waitFor();
	assert.ok((await page.locator(".ring").count()) <= 1);
	await bar(page).getByRole("button", { name: "What is hidden?" }).click();
	assert.deepEqual(await page.locator(".info dd").allInnerTexts(), ["12", "3", "3"]);
	await page.keyboard.press("Escape");
	await page.locator(".info").waitFor({ state: "detached" });
	server.members = [];
	server.all(Kind.members, { members: [] });
	server.all(Kind.halt, {});
	await cursor.waitFor({ state: "detached" });
	await panel(page).locator(".code").waitFor();
	assert.deepEqual((await calls(page)).at(-1), "stop");
	await done();
});

test("the code panel folds away and comes back; cancelling leaves nothing", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	await page.keyboard.press("Escape");
	await launcher(page).click();
	await endChat(page);
	await launcher(page).waitFor();
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	await until("a bye", () => server.tabs[0]?.of(Kind.bye)[0]);
	await launcher(page).click();
	await panel(page).locator(".code").waitFor();
	await done();
});
