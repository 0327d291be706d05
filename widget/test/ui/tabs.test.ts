import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Kind } from "../../../wire/wire.ts";
import { askForHelp, bar, beSeen, endChat, launcher, panel, shut, until, visit } from "./harness.ts";

after(shut);

test("a page load in the same tab keeps room, tab and bar, with a larger epoch", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	const first = server.tab;
	await page.getByRole("link", { name: "Next" }).click();
	await bar(page).getByText("Mina sees this page").waitFor();
	const snapshot = await until("a snapshot", () => server.tab !== first && server.tab.of(Kind.snapshot)[0]);
	assert.equal(server.tab.tab, first.tab);
	assert.equal(first.of(Kind.page).at(-1)?.json?.leaving, true);
	assert.ok(snapshot.epoch > (first.of(Kind.snapshot)[0]?.epoch ?? 0));
	const page2 = { url: `${server.origin}/second`, title: "Second", visible: true, focused: true };
	assert.deepEqual(server.tab.hello?.json?.page, page2);
	await done();
});

test("a page load shows the bar at once, takes nobody's focus, and the code panel stays as it was", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	await page.goto(`${server.origin}/second`);
	await panel(page).locator(".code").waitFor();
	assert.equal(await page.evaluate(() => document.activeElement?.localName), "body");
	await page.keyboard.press("Tab");
	await page.getByRole("button", { name: "Minimise" }).click();
	await page.goto(`${server.origin}/`);
	await launcher(page).waitFor();
	await until("the waiting tab", () => server.open[0]?.hello);
	assert.equal(await panel(page).count(), 0);
	server.ask("Mina");
	await page.getByRole("alertdialog").waitFor();
	await page.waitForTimeout(450);
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	await bar(page).waitFor();
	server.dropSockets = true;
	await page.goto(`${server.origin}/second`);
	await bar(page).getByText("Reconnecting").waitFor();
	assert.equal(await panel(page).count(), 0);
	server.dropSockets = false;
	await bar(page).getByText("Mina sees this page").waitFor();
	await done();
});

test("a new tab joins with an ID of its own; pausing and ending reach every tab", async () => {
	const { page, server, context, done } = await visit();
	await beSeen(page, server);
	const other = await context.newPage();
	await other.goto(`${server.origin}/second`);
	await bar(other).getByText("Mina sees this page").waitFor();
	assert.equal(server.open.length, 2);
	assert.notEqual(server.open[0]?.tab, server.open[1]?.tab);

	await bar(other).getByRole("button", { name: "Pause" }).click();
	await bar(page).getByRole("button", { name: "Resume" }).click();
	await bar(other).getByText("Mina sees this page").waitFor();

	await endChat(other);
	for (const each of [page, other]) {
		await each.getByRole("dialog", { name: "Session ended" }).waitFor();
		assert.equal(await each.evaluate(() => sessionStorage.length), 0);
	}
	await done();
});

test("a tab open before the session joins when the visitor turns to it", async () => {
	const { page, server, context, done } = await visit();
	const early = await context.newPage();
	await early.goto(`${server.origin}/second`);
	await launcher(early).waitFor();
	await early.waitForTimeout(1100);
	await page.bringToFront();
	await beSeen(page, server);
	assert.equal(await bar(early).count(), 0);
	await early.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
	await bar(early).waitFor();
	await done();
});

test("a duplicated tab, with a copy of sessionStorage, takes an ID of its own", async () => {
	const { page, server, context, done } = await visit();
	await beSeen(page, server);
	const copy = context.waitForEvent("page");
	await page.evaluate(() => void window.open("/second"));
	await bar(await copy)
		.getByText("Mina sees this page")
		.waitFor();
	await until("two tabs", () => server.open.length === 2);
	assert.notEqual(server.open[0]?.tab, server.open[1]?.tab);
	assert.equal(server.tabs.length, 2);
	await done();
});

test("back from the back/forward cache the session goes on as the same tab", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	const id = server.tab.tab;
	await page.evaluate(() => Reflect.set(window, "kept", true));
	await page.goto(`${server.origin}/plain`);
	await page.evaluate(() => history.back());
	await page.waitForURL(`${server.origin}/`, { waitUntil: "commit" });
	await bar(page).getByText("Mina sees this page").waitFor();
	assert.equal(await page.evaluate(() => Reflect.get(window, "kept")), true, "the page came from the cache");
	await until(
		"the same tab",
		() => server.open.length === 1 && server.tab.tab === id && server.tab.of(Kind.snapshot)[0],
	);
	await done();
});

test("a session that is over when the page loads is forgotten without a word", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	server.end();
	await page.goto(`${server.origin}/second`);
	await launcher(page).waitFor();
	await page.waitForFunction(() => sessionStorage.length === 0);
	assert.equal(await page.getByRole("dialog").count(), 0);
	await done();
});
