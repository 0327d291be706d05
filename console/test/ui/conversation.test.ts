/** The chat of a room in Chromium: nothing is lost or doubled, whatever happens to the line. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { decodeTyping, Kind, readJSON } from "../../../wire/wire.ts";
import { says, useConsole } from "./browser.ts";
import type { Seat, Standing } from "./seat.ts";
import { TestServer } from "./server.ts";

const server = new TestServer();
const open = useConsole(server);
let page: Page;
beforeEach(async () => {
	page = await open();
});

const field = (): Locator => page.getByRole("textbox", { name: "Write a message" });
const messages = (): Locator => page.locator(".message");

async function enter(state: Standing = "helping", name = "Mia"): Promise<Seat> {
	await page.goto(`${server.origin}/rooms/r1`);
	return greet(state, name);
}

async function greet(state: Standing = "helping", name = "Mia"): Promise<Seat> {
	const seat = await server.seat();
	seat.visitor = name;
	await seat.welcome(state);
	return seat;
}

async function say(words: string): Promise<void> {
	await field().fill(words);
	await page.keyboard.press("Enter");
}

/** The texts shown, in order. */
const shown = async (): Promise<string[]> => page.locator(".bubble").allTextContents();

async function settled(wanted: string[]): Promise<void> {
	await page.waitForFunction(
		(list) => {
			const bubbles = [...document.querySelectorAll(".bubble")].map((one) => one.textContent);
			return JSON.stringify(bubbles) === JSON.stringify(list) && !document.querySelector("[data-pending]");
		},
		wanted,
		{ timeout: 15_000 },
	);
}

test("messages go both ways with sender and time, and say sent and read", async () => {
	const seat = await enter();
	const chat = server.chat("r1");
	chat.add("Where is my parcel?", { name: "Mia" });
	await page.getByText("Where is my parcel?").waitFor();
	await say("Let me look.\nOne moment.");
	await page.getByText("Sent").waitFor();
	assert.match(chat.came[0]?.id ?? "", /^[0-9a-f]{32}$/);
	assert.equal(chat.came[0]?.text, "Let me look.\nOne moment.");
	await says(messages().nth(0), /Mia.*Where is my parcel\?.*\d+:\d\d/);
	await says(messages().nth(1), /You.*Let me look\./);
	seat.read(2);
	await page.getByText("Read", { exact: false }).last().waitFor();
	await says(messages().nth(1), /Read/);
	assert.equal(await field().inputValue(), "");
});

test("a message whose answer was cut off is sent again with the same ID, and stands once", async () => {
	await enter();
	const chat = server.chat("r1");
	chat.cutAfterStoring = true;
	await say("first");
	const back = await server.seat();
	chat.cutAfterStoring = false;
	await back.welcome("helping");
	await settled(["first"]);
	assert.equal(chat.stored.length, 1);
	await say("second");
	await settled(["first", "second"]);
	assert.equal(new Set(chat.came.map(({ id }) => id)).size, 2);
});

test("what is written without a connection waits, in order, and is sent when it is back", async () => {
	const seat = await enter();
	const chat = server.chat("r1");
	await say("one");
	await settled(["one"]);
	server.joinStatus = 503;
	seat.socket.cut();
	await page.getByText("Reconnecting… What you write").waitFor();
	for (const words of ["two", "three", "four"]) await say(words);
	assert.equal(await page.locator('[data-pending="sending"]').count(), 3);
	chat.add("from the visitor, meanwhile");
	server.joinStatus = 200;
	const back = await greet();
	const hello = readJSON<{ chat: number }>(await back.hears(Kind.hello));
	assert.equal(hello?.chat, 1, "the server goes on from what is held");
	await settled(["one", "from the visitor, meanwhile", "two", "three", "four"]);
	assert.deepEqual(
		chat.stored.map(({ text }) => text),
		["one", "from the visitor, meanwhile", "two", "three", "four"],
	);
});

test("a reload loses neither what was unsent nor what stood in the field", async () => {
	const seat = await enter();
	const chat = server.chat("r1");
	await say("kept");
	await settled(["kept"]);
	server.joinStatus = 503;
	seat.socket.cut();
	await page.getByText("Reconnecting… What you write").waitFor();
	await say("unsent");
	await field().fill("half a senten");
	await page.reload();
	server.joinStatus = 200;
	await greet();
	await settled(["kept", "unsent"]);
	assert.equal(await field().inputValue(), "half a senten");
	assert.equal(chat.stored.length, 2);
	assert.equal(
		await page.evaluate(() => JSON.stringify(sessionStorage).includes("unsent")),
		false,
		"once sent, nothing stays",
	);
});

test("many cuts at once: every message once, in order", async () => {
	let seat = await enter();
	const chat = server.chat("r1");
	const wanted: string[] = [];
	for (let round = 0; round < 6; round++) {
		chat.cutAfterStoring = round % 2 === 0;
		for (let i = 0; i < 3; i++) {
			wanted.push(`${round}.${i}`);
			await say(`${round}.${i}`);
		}
		if (round % 2 === 1) seat.socket.cut();
		seat = await server.seat();
		chat.cutAfterStoring = false;
		await seat.welcome("helping");
	}
	await settled(wanted);
	assert.deepEqual(
		chat.stored.map(({ text }) => text),
		wanted,
	);
});

test("a message that cannot be stored just now is tried again; one that is refused says so", async () => {
	await enter();
	const chat = server.chat("r1");
	chat.refuse = "unavailable";
	await say("later");
	await page.locator('[data-pending="sending"]').waitFor();
	chat.refuse = undefined;
	await settled(["later"]);
	assert.ok(chat.came.length >= 2);
	chat.refuse = "malformed";
	await say("never");
	await page.getByText("Not sent").waitFor();
	chat.refuse = undefined;
	await say("next");
	await page.getByText("next").waitFor();
	await page.getByRole("button", { name: "Delete" }).click();
	await settled(["later", "next"]);
});

test("links are links only when safe; everything else is words", async () => {
	await enter();
	const chat = server.chat("r1");
	chat.add("See https://shop.example/a?b=1&c=2, mailto:help@shop.example or tel:+43123.");
	chat.add(
		'<img src=x onerror="window.hacked=1"> javascript:alert(1) https://bank.example@evil.example/ data:text/html,x',
	);
	await messages().nth(1).waitFor();
	const links = page.locator(".bubble a");
	assert.deepEqual(await links.evaluateAll((all) => all.map((one) => one.getAttribute("href"))), [
		"https://shop.example/a?b=1&c=2",
		"mailto:help@shop.example",
		"tel:+43123",
	]);
	assert.equal(await links.first().getAttribute("rel"), "noopener noreferrer nofollow");
	assert.match((await shown())[1] ?? "", /^<img src=x/);
	assert.equal(await page.evaluate(() => "hacked" in window), false);
});

test("typing is shown both ways and forgotten", async () => {
	const seat = await enter();
	await field().pressSequentially("hel");
	assert.equal(decodeTyping((await seat.hears(Kind.typing)).body), true);
	assert.equal(seat.heard.filter(({ kind }) => kind === Kind.typing).length, 1, "once for many keys");
	await page.keyboard.press("Enter");
	await settled(["hel"]);
	const last = seat.heard.filter(({ kind }) => kind === Kind.typing).at(-1);
	assert.equal(last && decodeTyping(last.body), false);
	seat.typing(true);
	await page.getByText("Mia is typing…").waitFor();
	seat.typing(false);
	await page.getByText("Mia is typing…").waitFor({ state: "detached" });
});

test("read is said only of what is before the agent's eyes", async () => {
	const seat = await enter("asking");
	const reads = () => seat.heard.filter(({ kind }) => kind === Kind.read).map((one) => readJSON<{ n: number }>(one)?.n);
	const chat = server.chat("r1");
	chat.add("one");
	await seat.hears(Kind.read);
	await page.getByRole("button", { name: "Chat", exact: true }).click();
	await page.locator(".composer").waitFor({ state: "hidden" });
	await page.waitForTimeout(300); // what is no longer there is noticed after the next paint
	chat.add("two");
	await page.getByRole("button", { name: "Chat (1)" }).waitFor();
	await page.waitForTimeout(300);
	assert.deepEqual(reads(), [1]);
	await page.getByRole("button", { name: "Chat (1)" }).click();
	await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
	assert.deepEqual(reads(), [1, 2]);
	// Another page of the console: the conversation goes on, unread.
	await page.getByRole("link", { name: "Back to visitors" }).click();
	chat.add("three");
	const mine = page.getByRole("region", { name: "My conversations" });
	await mine.getByText("three").waitFor();
	await says(mine, /Mia.*three.*1 new/);
	assert.match(await page.title(), /^\(1\) /);
	assert.deepEqual(reads(), [1, 2]);
	await mine.getByRole("link", { name: "Open: Mia" }).click();
	await page.getByText("three").waitFor();
	await page.waitForFunction(() => !/^\(/.test(document.title));
	assert.deepEqual(reads(), [1, 2, 3]);
	assert.equal(server.joins.length, 1, "the same connection all along");
});

test("the page is there again when the agent comes back from another page", async () => {
	const seat = await enter("asking");
	seat.grant();
	seat.snapshot(1, "Monstera");
	await page.locator(".curtain").waitFor({ state: "detached" });
	await page.getByRole("link", { name: "Back to visitors" }).click();
	await page.getByRole("link", { name: "Open: Mia" }).click();
	await seat.hears(Kind.keyframe);
	seat.snapshot(2, "Monstera again");
	await page.waitForFunction(() => {
		const documents = [document.querySelector("iframe")?.contentDocument];
		for (const one of documents) {
			if (one?.body?.textContent.includes("Monstera again")) return true;
			for (const { contentDocument } of one?.querySelectorAll("iframe") ?? []) documents.push(contentDocument);
		}
		return false;
	});
});

test("a ready reply is found by a slash and words, filled in, and sent as it was made", async () => {
	server.replies = [
		{ id: "1", shortcut: "hi", text: "Hello {visitor}, I am {agent} of {site}. You are on “{page}”." },
		{ id: "2", shortcut: "parcel", text: "Parcels leave every day at five." },
	];
	await enter();
	await field().pressSequentially("/");
	await page.getByRole("option", { name: /parcel/ }).waitFor();
	await field().pressSequentially("every five");
	await page.getByRole("option", { name: /hi/ }).waitFor({ state: "detached" });
	await page.keyboard.press("Enter");
	assert.equal(await field().inputValue(), "Parcels leave every day at five.");
	await field().fill("");
	await page.getByRole("button", { name: "Ready replies" }).click();
	await page.getByRole("option", { name: /hi/ }).click();
	const filled = "Hello Mia, I am Ada Lovelace of Leaf & Stem. You are on “Monstera deliciosa”.";
	assert.equal(await field().inputValue(), filled);
	await page.keyboard.press("Enter");
	await settled([filled]);
	await field().pressSequentially("/zzz");
	await page.locator(".replies-none").waitFor();
	await page.keyboard.press("Escape");
	await page.locator(".replies").waitFor({ state: "detached" });
	assert.equal(await field().inputValue(), "/zzz");
});

test("the facts of the visitor stand above the chat", async () => {
	server.facts = {
		name: "Mia",
		user: "u-77",
		lang: "de-AT",
		device: "desktop",
		browser: "Firefox 143",
		os: "Windows 11",
		fields: { plan: "gold" },
		answers: [{ field: "q1", label: "What is it about?", value: "A <b>late</b> parcel" }],
		page: "https://leaf-and-stem.example/orders",
		title: "Orders",
	};
	await enter("helping", "");
	const facts = page.locator(".facts-card");
	await facts.getByText("A <b>late</b> parcel").waitFor();
	await says(facts, /Name.*Mia.*What is it about\?.*u-77.*plan.*gold.*Austrian German.*Firefox 143/);
	await page.getByRole("heading", { name: "You are helping Mia" }).waitFor();
});

test("a visitor is handed over with a note; the agent stays until taken out", async () => {
	server.colleagues = {
		people: [
			{ id: "p1", name: "Ada Lovelace", status: "available" },
			{ id: "p2", name: "Grace Hopper", status: "available" },
		],
		teams: [{ id: "t9", name: "Orders" }],
	};
	const seat = await enter();
	await page.getByRole("button", { name: "Hand over" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("button", { name: "Hand over" }).click();
	await dialog.getByText("Choose a person or a team.").waitFor();
	assert.deepEqual(await dialog.locator("option").allTextContents(), ["Choose…", "Orders", "Grace Hopper – Available"]);
	await dialog.getByLabel("To whom").selectOption({ label: "Grace Hopper – Available" });
	await dialog.getByLabel("Note").fill("Wants a refund");
	await dialog.getByRole("button", { name: "Hand over" }).click();
	await page.getByText("Handed over to Grace Hopper. Stay until they are here.").waitFor();
	assert.deepEqual(
		server.calls.filter(({ call }) => call.startsWith("POST")),
		[{ call: "POST /rooms/r1/hand-over", body: { person: "p2", note: "Wants a refund" } }],
	);
	seat.json(Kind.bye, { code: 4410, reason: "handed-over" });
	seat.socket.close(4410, "handed-over");
	await page.getByRole("heading", { name: "Handed over" }).waitFor();
	await page.waitForTimeout(700);
	assert.equal(server.joins.length, 1, "who was taken out does not come back by itself");
});

test("an open hand-over can be taken back; a refused one is said wherever the agent is, until it is read", async () => {
	await enter();
	const handOver = { room: "r1", name: "Grace Hopper", refused: false };
	server.pushDesk({ mine: ["r1"], handOvers: [handOver] });
	const notice = page.locator(".handing");
	await notice.getByText("Handed over to Grace Hopper. Stay until they are here.").waitFor();
	await notice.getByRole("button", { name: "Take back" }).click();
	await notice.waitFor({ state: "detached" });
	const posted = server.calls.filter(({ call }) => call.startsWith("POST"));
	assert.deepEqual(posted, [{ call: "POST /desk/decline", body: { room: "r1" } }]);
	server.pushDesk({ handOvers: [] });
	server.pushDesk({ handOvers: [handOver] });
	await notice.waitFor();
	await page.getByRole("link", { name: "Back to visitors" }).click();
	server.pushDesk({ handOvers: [{ ...handOver, refused: true }] });
	await page.locator(".toast", { hasText: "Grace Hopper did not take over. The visitor stays with you." }).waitFor();
	await page.locator(".mine-row", { hasText: "Not taken over" }).getByRole("link").click();
	await notice.getByText("Grace Hopper did not take over.").waitFor();
	await notice.getByRole("button", { name: "Close" }).click();
	await notice.waitFor({ state: "detached" });
	server.pushDesk({ me: { status: "available", capacity: 3, active: 1 } });
	await page.waitForTimeout(200);
	assert.equal(await notice.count(), 0, "what was read does not come back");
});

test("messages older than what the room holds are fetched page by page, and what is read stays in place", async () => {
	const chat = server.chat("r1");
	for (let i = 1; i <= 250; i++)
		chat.add(`message ${i}`, i % 2 ? { name: "Mia" } : { role: "agent", member: 2, name: "Ada Lovelace" });
	chat.forgotten = 230;
	await enter();
	await settled(Array.from({ length: 20 }, (_, i) => `message ${i + 231}`));
	const earlier = page.getByRole("button", { name: "Earlier messages" });
	const top = () => page.getByText("message 231").evaluate((bubble) => bubble.getBoundingClientRect().top);
	await earlier.scrollIntoViewIfNeeded();
	const before = await top();
	await earlier.click();
	await page.getByText("message 131", { exact: true }).waitFor({ state: "attached" });
	assert(Math.abs((await top()) - before) < 4, "what is being read stays where it was");
	for (const oldest of [31, 1]) {
		await earlier.click();
		await page.getByText(`message ${oldest}`, { exact: true }).waitFor({ state: "attached" });
	}
	await settled(Array.from({ length: 250 }, (_, i) => `message ${i + 1}`));
	await earlier.waitFor({ state: "detached" });
	assert.equal(await messages().nth(1).getAttribute("data-own"), "true", "one's own of before are one's own");
});

test("facts follow when the site says in the middle of the talk who the visitor is, and not when a tab comes", async () => {
	server.facts = { name: "Mia", user: "" };
	const seat = await enter();
	await page.locator(".facts-card").waitFor();
	const looks = () => server.calls.filter(({ call }) => call === "GET /sessions/r1").length;
	const before = looks();
	seat.stand("helping");
	seat.json(Kind.sources, { sources: [] });
	await page.waitForTimeout(800);
	assert.equal(looks(), before, "each look is in the audit log");
	server.facts = { name: "Mia", user: "u-77" };
	seat.stand("helping");
	await page.locator(".facts-card").getByText("u-77").waitFor({ state: "attached" });
	assert.equal(looks(), before + 1);
});

for (const who of ["agent", "visitor"] as const)
	test(`after the ${who} ends, the conversation is wrapped up`, async () => {
		server.facts = { name: "Mia", answers: [] };
		server.reasons = [
			{ id: "r1", label: "Delivery", retired: false },
			{ id: "r2", label: "Old reason", retired: true },
		];
		const seat = await enter();
		server.chat("r1").add("thank you");
		if (who === "visitor") {
			seat.json(Kind.room, { state: "ended" });
			seat.socket.close(4410, "ended");
		} else {
			await page.getByRole("button", { name: "End session" }).click();
			await page.getByRole("dialog").getByRole("button", { name: "End session" }).click();
			assert.equal(readJSON<{ code: number }>(await seat.hears(Kind.bye))?.code, 4410);
		}
		await page.getByRole("heading", { name: "The session has ended" }).waitFor();
		await page.getByText("thank you").waitFor();
		assert.equal(await field().count(), 0);
		const reason = page.getByLabel("Reason");
		await reason.getByText("Delivery").waitFor({ state: "attached" });
		assert.deepEqual(await reason.locator("option").allTextContents(), ["No reason", "Delivery"]);
		await reason.selectOption("r1");
		await page.getByLabel("Note").fill("Parcel found");
		await page.getByLabel("Ticket").fill("T-1");
		await page.getByRole("button", { name: "Save" }).click();
		await page.getByRole("heading", { name: "Desk", exact: true }).waitFor();
		// What else is read of the session meanwhile may come after it.
		const writes = server.calls.filter(({ call }) => !call.startsWith("GET "));
		assert.deepEqual(writes.at(-1), {
			call: "PUT /sessions/r1/wrap-up",
			body: { reason: "r1", note: "Parcel found", ticket: "T-1" },
		});
	});

test("signing out leaves every room and keeps nothing of the chats", async () => {
	const seat = await enter();
	await field().fill("a secret thought");
	await page.getByRole("link", { name: "Back to visitors" }).click();
	await page.getByRole("button", { name: "Ada Lovelace" }).click();
	await page.getByRole("button", { name: "Sign out" }).click();
	await seat.hears(Kind.bye);
	await page.getByRole("heading", { name: "Sign in to Alongside" }).waitFor();
	assert.equal(await page.evaluate(() => JSON.stringify(sessionStorage)), "{}");
});
