import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { Kind } from "../../../wire/wire.ts";
import { askForHelp, bar, beSeen, launcher, panel, shut, until, visit } from "./harness.ts";

after(shut);

const area = (page: Page) => panel(page).locator("textarea");
const write = async (page: Page, text: string) => {
	await area(page).fill(text);
	await area(page).press("Enter");
};
/** The texts in the list, in order. */
const shown = (page: Page) => panel(page).locator(".log p").allInnerTexts();
const settled = (page: Page) => panel(page).getByText("Sending…").waitFor({ state: "detached" });

test("messages have sender, side and state; Enter sends, Shift+Enter breaks, a composition's Enter does neither", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	await area(page).fill("one");
	await area(page).press("Shift+Enter");
	await page.keyboard.type("two");
	assert.equal(await area(page).inputValue(), "one\ntwo");
	const height = (await area(page).boundingBox())?.height ?? 0;
	await page.evaluate(() => {
		const area = document.querySelector("alongside-help")?.shadowRoot?.querySelector("textarea");
		const options = { key: "Enter", bubbles: true, composed: true, cancelable: true };
		area?.dispatchEvent(new KeyboardEvent("keydown", { ...options, isComposing: true }));
		area?.dispatchEvent(new KeyboardEvent("keydown", { ...options, keyCode: 229 }));
	});
	assert.equal(server.chat.length, 0);
	await area(page).press("Enter");
	await until("the message", () => server.chat[0]?.text === "one\ntwo");
	assert.match(server.chat[0]?.id ?? "", /^[0-9a-f]{32}$/);
	assert.equal(await area(page).inputValue(), "");
	assert.ok(height > ((await area(page).boundingBox())?.height ?? 0), "the text area had grown");
	const own = panel(page).locator(".log li.own");
	await own.getByText("Sent", { exact: true }).waitFor();
	assert.match((await own.locator(".by").textContent()) ?? "", /^You · \d/);
	server.join("Mina");
	server.tell(Kind.read, { n: 1 }, 2);
	await own.getByText("Read", { exact: true }).waitFor();
	server.say("Hello\nthere");
	const other = panel(page).locator(".log li:not(.own)");
	assert.match((await other.locator(".by").textContent()) ?? "", /^Mina · \d/);
	await write(page, "   \n ");
	assert.equal(server.chat.length, 2, "nothing but space is no message");
	await done();
});

test("text is never markup, and only safe addresses are links, which tell the page they lead to nothing", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	server.join("<b>Mina</b>");
	server.say(
		"<img src=x onerror=alert(1)> https://example.org/a_(b). javascript:alert(1) data:text/html,x " +
			"(see http://example.org/x) mailto:ada@example.org tel:+491234 https://bank.example@evil.example/ " +
			"https://example.org/\u202egro.live file:///etc/passwd",
		2,
		"<b>Mina</b>",
	);
	await panel(page).locator(".log p").waitFor();
	assert.equal(await panel(page).locator("img,b").count(), 0);
	const links = await panel(page)
		.locator(".log a")
		.evaluateAll((all) => all.map((a) => [a.getAttribute("href"), a.textContent, a.getAttribute("rel")]));
	const rel = "noopener noreferrer";
	assert.deepEqual(links, [
		["https://example.org/a_(b)", "https://example.org/a_(b)", rel],
		["http://example.org/x", "http://example.org/x", rel],
		["mailto:ada@example.org", "mailto:ada@example.org", rel],
		["tel:+491234", "tel:+491234", rel],
		["https://example.org/", "https://example.org/", rel],
	]);
	await done();
});

test("new messages are counted on the launcher and the bar, read out, and told as read once seen", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	server.join("Mina");
	await page.keyboard.press("Escape");
	await launcher(page).waitFor();
	server.say("Are you there?");
	server.say("Hello?");
	await page.getByRole("button", { name: "Help · 2 new messages" }).waitFor();
	assert.deepEqual(await page.locator(".said[role=log] p").allTextContents(), ["Mina: Are you there?", "Mina: Hello?"]);
	assert.equal(server.tab.of(Kind.read).length, 0);
	await launcher(page).click();
	assert.equal((await until("a read mark", () => server.tab.of(Kind.read).at(-1))).json?.n, 2);
	await page.keyboard.press("Escape");
	await page.getByRole("button", { name: "Help", exact: true }).waitFor();
	// A page load brings the history back, and nothing of it is new.
	await page.goto(`${server.origin}/second`);
	await page.getByRole("button", { name: "Help", exact: true }).click();
	await panel(page).getByText("Hello?").waitFor();
	assert.deepEqual(await page.locator(".said[role=log] p").allTextContents(), []);
	server.ask("Mina");
	await page.getByRole("alertdialog").waitFor();
	await page.waitForTimeout(450);
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	await bar(page).waitFor();
	server.say("I see it now");
	await bar(page).getByRole("button", { name: "Chat · 1 new message" }).click();
	assert.deepEqual((await shown(page)).at(-1), "I see it now");
	await bar(page).getByRole("button", { name: "Chat", exact: true }).click();
	assert.equal(await panel(page).count(), 0);
	await done();
});

test("typing is told at most every three seconds, ends with the message, and is shown for six seconds", async () => {
	const { page, server, done } = await visit();
	await page.clock.install();
	await askForHelp(page, server);
	server.join("Mina");
	await area(page).pressSequentially("hello");
	const told = () => server.tab.of(Kind.typing).map(({ body }) => body[0]);
	await until("typing", () => told().length === 1);
	await page.clock.runFor(3100);
	await area(page).pressSequentially(" you");
	await until("typing again", () => told().length === 2);
	await area(page).press("Enter");
	await until("the end of it", () => told().length === 3);
	assert.deepEqual(told(), [1, 1, 0]);
	server.tell(Kind.typing, new Uint8Array([1]), 2);
	await panel(page).getByText("Mina is typing…").waitFor();
	await page.clock.runFor(7000);
	await panel(page).getByText("Mina is typing…").waitFor({ state: "detached" });
	server.tell(Kind.typing, new Uint8Array([1]), 9);
	await page.waitForTimeout(100);
	assert.equal(await panel(page).locator(".typing").textContent(), "", "a stranger is not shown");
	await done();
});

test("cut connections neither lose nor double a message, on either side, across a page load too", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	server.join("Mina");
	const said: string[] = [];
	for (let round = 0; round < 6; round++) {
		// The message gets through, its acknowledgement does not; or neither does.
		server.swallowAcks = round % 2 === 0;
		if (round % 2 === 1) {
			server.dropSockets = true;
			server.tab.socket.destroy();
			await panel(page).getByText("Reconnecting…").waitFor();
		}
		said.push(`from me ${round}`);
		await write(page, `from me ${round}`);
		await until(
			"the message on its way",
			() => round % 2 === 1 || server.chat.some(({ text }) => text === said.at(-1)),
		);
		if (round === 2) await page.goto(`${server.origin}/second`);
		server.swallowAcks = server.dropSockets = false;
		for (const { socket } of server.open) socket.destroy();
		server.say(`from Mina ${round}`);
		said.push(`from Mina ${round}`);
		await until("all of it", () => server.chat.length === said.length && server.open[0]?.hello);
		await settled(page);
		const held = server.tab.hello?.json?.chat;
		assert.ok(round === 2 || (held as number) > 2 * round - 1, "only what is missing is asked for");
	}
	await panel(page).getByText("from Mina 5").waitFor();
	assert.deepEqual((await shown(page)).toSorted(), said.toSorted());
	assert.equal(new Set(server.chat.map(({ id }) => id)).size, 12);
	assert.deepEqual(
		await shown(page),
		server.chat.map(({ text }) => text),
		"in the room's order",
	);
	await done();
});

test("what is unsent and being written survives a page load while there is no connection at all", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	server.dropSockets = true;
	server.tab.socket.destroy();
	await panel(page).getByText("Connecting…").waitFor();
	await write(page, "are you still there?");
	await panel(page).getByText("Sending…").waitFor();
	await area(page).fill("and one m");
	await page.goto(`${server.origin}/second`);
	await panel(page).getByText("are you still there?").waitFor();
	assert.equal(await area(page).inputValue(), "and one m");
	assert.deepEqual(server.chat, []);
	server.dropSockets = false;
	await until("the message", () => server.chat[0]);
	await settled(page);
	assert.deepEqual(await shown(page), ["are you still there?"]);
	assert.deepEqual(
		await page.evaluate(() => JSON.parse(sessionStorage.getItem("alongside-demo") ?? "{}").unsent),
		[],
		"what is acknowledged is kept no longer",
	);
	await done();
});

test("what the room cannot keep says so, is tried again by itself and by hand, and keeps its ID", async () => {
	const { page, server, done } = await visit();
	await page.clock.install();
	await askForHelp(page, server);
	server.chatFails = true;
	await write(page, "keep this");
	await panel(page).getByText("Not sent yet").waitFor();
	await page.clock.runFor(12_000);
	await until("a second try", () => server.tab.of(Kind.chat).length === 2);
	server.chatFails = false;
	await panel(page).getByRole("button", { name: "Try again" }).click();
	await panel(page).getByText("Sent", { exact: true }).waitFor();
	const ids = new Set(server.tab.of(Kind.chat).map(({ json }) => json?.id));
	assert.equal(ids.size, 1);
	assert.equal(server.chat.length, 1);
	await done();
});

test("two tabs hold one conversation", async () => {
	const { page, server, context, done } = await visit();
	await askForHelp(page, server);
	server.join("Mina");
	await write(page, "from the first tab");
	await until("the message", () => server.chat[0]);
	const other = await context.newPage();
	await other.goto(`${server.origin}/second`);
	await until("the second tab", () => server.open.length === 2 && server.open[1]?.hello);
	await launcher(other).click();
	await write(other, "from the second");
	for (const each of [page, other]) {
		await panel(each).getByText("from the second").waitFor();
		assert.deepEqual(await shown(each), ["from the first tab", "from the second"]);
		assert.equal(await panel(each).locator("li.own").count(), 2);
	}
	await done();
});

test("a question takes nothing away from what is being written, and a long history stays bounded", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	await bar(page).getByRole("button", { name: "Chat" }).click();
	for (let i = 0; i < 1100; i++) server.say(`message ${i}`);
	await panel(page).getByText("message 1099").waitFor();
	assert.equal(await panel(page).locator(".log li").count(), 1000);
	const end = await panel(page)
		.locator(".log")
		.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
	assert.ok(end < 5, "the newest is in view");
	await area(page).fill("half a sentence");
	server.ask("Omar", 3);
	await page.getByRole("alertdialog").waitFor();
	await page.keyboard.press("Escape");
	await bar(page).waitFor();
	assert.equal(await area(page).inputValue(), "half a sentence");
	await done();
});
