/** The history as a person searches it: real Chromium, a server that says what it was asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { says, useConsole } from "../ui/browser.ts";
import { someSessions } from "./samples.ts";
import { ReviewServer, session } from "./server.ts";

const server = new ReviewServer();
const open = useConsole(server);
let page: Page;

async function visit(query = "", options: BrowserContextOptions = {}): Promise<void> {
	page = await open(options);
	await page.clock.install({ time: "2026-11-22T12:00:00Z" });
	await page.goto(`${server.origin}/sessions${query}`);
	await page.getByRole("heading", { name: "History" }).waitFor();
}
const rows = () => page.locator("[data-session]");
const ids = () => rows().evaluateAll((all) => all.map((row) => row.getAttribute("data-session")));
const last = (call: string) => server.asked(call).at(-1);
const asked = async (want: Record<string, string>) => {
	await assert.doesNotReject(async () => {
		for (let tries = 0; tries < 40; tries++) {
			try {
				assert.deepEqual(last("GET /sessions"), { ...want, limit: "50" });
				return;
			} catch {
				await new Promise((later) => setTimeout(later, 50));
			}
		}
		assert.deepEqual(last("GET /sessions"), { ...want, limit: "50" });
	});
};

test("filters stand in the address, are asked of the server, and Back undoes them", async () => {
	await visit();
	await asked({});
	await page.getByLabel("Site").selectOption("Garden Club");
	await page.getByLabel("Kind").selectOption("Left messages without an answer");
	await page.getByText("More filters").click();
	await page.getByLabel("Rating").selectOption("4 or 5 stars");
	await page.getByLabel("Agent").selectOption("Grace Hopper");
	await page.getByLabel("Page").fill(" /roses* ");
	await page.getByLabel("Ticket").fill("SHOP-118 ü&=");
	await page.keyboard.press("Enter");
	const want = { site: "s2", open: "true", minScore: "4", maxScore: "5", agent: "p2", path: "/roses*" };
	await asked({ ...want, ticket: "SHOP-118 ü&=" });
	const address = new URL(page.url());
	assert.deepEqual(Object.fromEntries(address.searchParams), {
		site: "s2",
		kind: "open",
		rating: "4-5",
		agent: "p2",
		path: "/roses*",
		ticket: "SHOP-118 ü&=",
	});
	await page.getByRole("button", { name: "Remove filter: Ticket: SHOP-118 ü&=" }).click();
	await asked(want);
	await page.goBack();
	await asked({ ...want, ticket: "SHOP-118 ü&=" });
	await page.getByRole("button", { name: "Clear all" }).click();
	await asked({});
	assert.equal(new URL(page.url()).search, "");
});

test("a link with filters shows what it says", async () => {
	server.state.sessions = { "": { items: someSessions(), next: "" } };
	await visit("?q=parcel&team=t2&reason=r3&lang=de&user=u1&visitor=v1&nonsense=1");
	await asked({ q: "parcel", team: "t2", reason: "r3", lang: "de", user: "u1", visitor: "v1" });
	const chips = await page.locator(".chip").allTextContents();
	assert.deepEqual(chips, [
		"Words in chat, name or note: parcel",
		"Team: Billing",
		"Reason: Returns",
		"Language: German",
		"User ID: u1",
		"Visitor ID: v1",
	]);
	assert.equal(await page.getByRole("textbox", { name: "Words in chat" }).inputValue(), "parcel");
	assert.equal((await ids()).length, 5);
});

test("a period is meant on the person's own clock, days of 25 hours included", async () => {
	await visit("?period=today", { timezoneId: "Pacific/Auckland" }); // already the 23rd there
	await asked({ from: "2026-11-22T11:00:00.000Z", to: "2026-11-23T11:00:00.000Z" });
	await page.close();
	await visit("?from=2026-10-25&to=2026-10-25", { timezoneId: "Europe/Berlin" });
	await asked({ from: "2026-10-24T22:00:00.000Z", to: "2026-10-25T23:00:00.000Z" });
	await page.getByLabel("From").fill("2026-10-26");
	const before = server.calls.length;
	await page.getByRole("button", { name: "Show", exact: true }).click();
	await says(page.getByRole("alert").first(), "The end is before the beginning.");
	assert.equal(server.calls.length, before);
});

test("the list goes on where it stopped", async () => {
	server.state.sessions = {
		"": { items: [session("a"), session("b")], next: "cursor/1+" },
		"cursor/1+": { items: [session("c")], next: "" },
	};
	await visit();
	await page.getByRole("button", { name: "Show more" }).click();
	await page.getByText("That is all: 3").waitFor();
	assert.deepEqual(await ids(), ["a", "b", "c"]);
	assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
});

test("a search for words goes on by itself, can be stopped, and says what is not searched yet", async () => {
	server.state.slow = 150;
	for (let i = 0; i < 60; i++)
		server.state.sessions[i === 0 ? "" : `n${i}`] = { items: i === 2 ? [session("found")] : [], next: `n${i + 1}` };
	await visit("?q=roses");
	await page.getByText("Searching further back… Found so far: 1").waitFor();
	await page.getByRole("button", { name: "Stop" }).click();
	await page.getByText("Only a part of the history has been searched so far. Found: 1").waitFor();
	const calls = server.asked("GET /sessions").length;
	server.state.slow = 0;
	server.state.sessions.n55 = { items: [session("older")], next: "" };
	await page.getByRole("button", { name: "Search on" }).click();
	await page.getByText("That is all: 2").waitFor();
	assert.deepEqual(await ids(), ["found", "older"]);
	const after = server.asked("GET /sessions").map(({ after = "" }) => after);
	assert.equal(new Set(after.slice(0, calls - 1)).size, calls - 1, "no part is searched twice");
	assert.ok(!after.slice(calls).includes(""), "it goes on, it does not begin anew");
});

test("without words a short page is not searched on", async () => {
	server.state.sessions = { "": { items: [], next: "n1" }, n1: { items: [session("a")], next: "" } };
	await visit();
	await page.getByRole("button", { name: "Show more" }).waitFor();
	assert.equal(server.asked("GET /sessions").length, 1);
});

test("a failure is said and tried again; an answer to an older question is dropped", async () => {
	server.state.failing.add("GET /sessions");
	await visit();
	await page.getByText("Something went wrong").waitFor();
	server.state.failing.clear();
	server.state.sessions = { "": { items: [session("a")], next: "" } };
	await page.getByRole("button", { name: "Try again" }).click();
	await rows().first().waitFor();
	server.state.slow = 400;
	await page.getByLabel("Site").selectOption("Garden Club");
	await page.keyboard.press("Tab");
	await page.getByRole("button", { name: "Show", exact: true }).click();
	await page.waitForFunction(() => location.search === "?site=s2");
	assert.equal(await rows().count(), 0, "rows of the old filter are not shown as those of the new");
	server.state.sessions = { "": { items: [session("late")], next: "" } };
	await page.getByRole("button", { name: "Clear all" }).click();
	await page.locator('[data-session="late"]').waitFor();
	assert.deepEqual(await ids(), ["late"]);
});

test("nothing found, and nothing there yet", async () => {
	await visit();
	await page.getByText("Nothing here yet").waitFor();
	await page.getByLabel("Words in chat").fill("roses");
	await page.keyboard.press("Enter");
	await page.getByText("Nothing matches these filters").waitFor();
});

test("a row says who, how long and what became of it, and leads there and back", async () => {
	const unseen = [session("a6", { ended: null }), session("a7", { accepted: null, ended: null })];
	server.state.sessions = { "": { items: [...someSessions(), ...unseen], next: "" } };
	server.state.session = { a1: { ...someSessions()[0], consents: [], answers: [], fields: {}, text: "", address: "" } };
	await visit("?site=s1");
	await page.locator('[data-session="a1"]').getByText("Delivery").waitFor();
	const cells = (id: string) => page.locator(`[data-session="${id}"] td`).allTextContents();
	const [who, , where, wait, time, agents, reason, stars] = await cells("a1");
	assert.deepEqual(
		[who, where, wait, time, agents, reason, stars],
		[
			"Mia Wallnercustomer-20417",
			"Leaf & StemCheckout: your address",
			"0:42",
			"11:23",
			"Grace Hopper",
			"Delivery",
			"55 of 5 stars",
		],
	);
	assert.deepEqual((await cells("a2")).slice(3, 6), ["Nobody came", "–", "–"]);
	assert.ok((await cells("a3"))[0]?.endsWith("Message, not answered"));
	assert.deepEqual((await cells("a4")).slice(4, 6), ["Going on", "Grace Hopper, Former colleague"]);
	assert.equal((await cells("a5"))[0], "Erased visitor");
	// Two days old and without an end: the server stopped in between.
	assert.equal((await cells("a6"))[4], "–");
	assert.equal((await cells("a7"))[3], "Nobody came");
	await page.getByRole("link", { name: "Mia Wallner" }).first().click();
	await page.getByRole("heading", { name: "Mia Wallner" }).waitFor();
	assert.equal(new URL(page.url()).pathname, "/sessions/a1");
	await page.getByRole("main").getByRole("link", { name: "History" }).click();
	await rows().first().waitFor();
	assert.equal(new URL(page.url()).search, "?site=s1");
});

test("an agent is told that these are their own, and is offered no choice of agents", async () => {
	server.state.role = "agent";
	await visit();
	await page.getByText("The conversations you took part in").waitFor();
	await page.getByText("More filters").click();
	assert.equal(await page.getByLabel("Agent").count(), 0);
	assert.equal(await page.getByRole("link", { name: "Board" }).count(), 0);
});
