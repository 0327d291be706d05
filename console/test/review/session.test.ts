/** One session as it is read and wrapped up. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { says, useConsole } from "../ui/browser.ts";
import { someMessages, someSessions, wholeSession } from "./samples.ts";
import { ReviewServer } from "./server.ts";

const server = new ReviewServer();
const open = useConsole(server);
let page: Page;
beforeEach(() => {
	server.state.session = { a1: wholeSession(), a3: { ...wholeSession(), ...someSessions()[2], consents: [] } };
});

async function visit(id: string): Promise<void> {
	page = await open();
	await page.goto(`${server.origin}/sessions/${id}`);
}
const card = (title: string) => page.getByRole("region", { name: title });
const fact = (name: string) =>
	page.locator(".fact-list > div", { has: page.getByText(name, { exact: true }) }).locator("dd");

test("facts, answers and consents", async () => {
	await visit("a1");
	await says(fact("Wait"), "0:42");
	await says(fact("Duration"), "11:23");
	await says(fact("How it ended"), "The visitor ended it");
	await says(fact("Team"), "Orders");
	await says(fact("plan"), "Gold");
	await says(fact("Bestellnummer"), "4711");
	await says(fact("Language"), "Austrian German");
	const timeline = await card("Consents").locator("li").allInnerTexts();
	assert.equal(timeline.length, 4);
	assert.match(timeline[0] ?? "", /^Asked · See the page · Grace Hopper\s+.+9:01:00.* · Text version 3 · German$/);
	assert.match(timeline[3] ?? "", /^Withdrawn · See the page · everybody in the room/);
	assert.equal(await page.title(), "Mia Wallner – Alongside");
	assert.equal(await page.locator("a[href*='checkout']").count(), 0, "a visitor's address is text, never a link");
});

test("the chat a page at a time, as text", async () => {
	const [one, two, three, four] = someMessages();
	server.state.messages = {
		"": { items: [one ?? {}, two ?? {}], next: "2" },
		"2": { items: [three ?? {}, four ?? {}], next: "" },
	};
	await visit("a1");
	const lines = card("Chat").locator(".bubble");
	await lines.nth(1).waitFor();
	assert.equal(await lines.count(), 2);
	await card("Chat").getByRole("button", { name: "Show later messages" }).click();
	await lines.nth(3).waitFor();
	await says(lines.nth(3), "Danke <b>sehr</b>!");
	assert.equal(await card("Chat").getByRole("button").count(), 0);
	assert.deepEqual(
		server.asked("GET /sessions/a1/messages").map(({ after = "" }) => after),
		["", "2"],
	);
});

test("a chat that is not kept any more is not taken for one in which nothing was written", async () => {
	await visit("a1");
	await card("Chat").getByText("Messages exchanged: 3. Their text is not kept, or no longer.").waitFor();
});

test("a wrap-up is shown, changed with the desk's form, and shown as it is kept", async () => {
	await visit("a1");
	await says(fact("Note"), "Parcel was at the neighbour’s.");
	await card("Wrap up").getByRole("button", { name: "Edit" }).click();
	assert.equal(await page.getByLabel("Ticket").inputValue(), "SHOP-118");
	await page.getByLabel("Reason").selectOption("Payment");
	await page.getByLabel("Note").fill("Paid twice.");
	await page.getByRole("button", { name: "Save" }).click();
	await card("Wrap up").getByText("Ada Lovelace").waitFor();
	await says(fact("Reason"), "Payment");
	const put = server.calls.find(({ call }) => call === "PUT /sessions/a1/wrap-up");
	assert.deepEqual(put?.body, { reason: "r2", note: "Paid twice.", ticket: "SHOP-118" });
	await card("Wrap up").getByRole("button", { name: "Edit" }).click();
	await page.getByLabel("Note").fill("nothing of this");
	await page.getByRole("button", { name: "Cancel" }).click();
	await says(fact("Note"), "Paid twice.");
});

test("a left message is answered by mail and counts as answered once wrapped up", async () => {
	await visit("a3");
	await page.getByText("Message, not answered").waitFor();
	const href = await page.getByRole("link", { name: "Reply by e-mail" }).getAttribute("href");
	const mail = new URL(href ?? "");
	assert.equal(mail.protocol + mail.pathname, "mailto:joerg.strassenbauer@example.org");
	assert.equal(mail.searchParams.get("subject"), "Your message to Leaf & Stem");
	assert.equal(
		mail.searchParams.get("body"),
		"\r\n\r\n> Hello, my order 4711 came without the lid.\r\n> Could you send one?",
	);
	assert.equal(await card("Chat").count(), 0);
	await page.getByRole("button", { name: "Save" }).click();
	await page.locator("h1 + .tag", { hasText: "Answered" }).waitFor();
});

test("an address cannot smuggle more into the letter", async () => {
	Object.assign(server.state.session.a3 ?? {}, { email: "a?bcc=evil@example.com&x=%0d@example.org" });
	await visit("a3");
	const href = await page.getByRole("link", { name: "Reply by e-mail" }).getAttribute("href");
	assert.deepEqual([...new URL(href ?? "").searchParams.keys()], ["subject", "body"]);
});

test("what is not there, and what cannot be fetched now", async () => {
	await visit("unknown");
	await page.getByText("There is nothing at this address.").waitFor();
	server.state.failing.add("GET /sessions/a1");
	await page.goto(`${server.origin}/sessions/a1`);
	await page.getByText("Something went wrong").waitFor();
	server.state.failing.clear();
	await page.getByRole("button", { name: "Try again" }).click();
	await page.getByRole("heading", { name: "Mia Wallner" }).waitFor();
});
