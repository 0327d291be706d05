/** Signing in, the list, and joining from it: in Chromium, against a server that speaks the contracts. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { says, text, useConsole } from "./browser.ts";
import { TestServer, type Visitor } from "./server.ts";

const server = new TestServer();
const open = useConsole(server);
let page: Page;
beforeEach(async () => {
	page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
});

const visitor = (over: Partial<Visitor> = {}): Visitor => ({
	room: "r1",
	site: { id: "s1", name: "Leaf & Stem" },
	state: "waiting",
	since: new Date(Date.now() - 65_000).toISOString(),
	page: { url: "https://leaf-and-stem.example/checkout", title: "Checkout" },
	pageSince: new Date(Date.now() - 5000).toISOString(),
	device: { browser: "Firefox 143", os: "Windows 11", kind: "desktop" },
	lang: "de-AT",
	agents: [],
	sources: 2,
	...over,
});

const signIn = async (email: string, password: string) => {
	await page.getByLabel("E-mail").fill(email);
	await page.getByLabel("Password", { exact: true }).fill(password);
	await page.keyboard.press("Enter");
};

test("a wrong password says so and keeps the person at the form; the right one leads on", async () => {
	server.signedIn = false;
	server.signInStatus = 401;
	await page.goto(server.origin);
	await signIn("ada@example.com", "wrong");
	await page.getByRole("alert").getByText("do not match").waitFor();
	server.signInStatus = 429;
	await page.keyboard.press("Enter");
	await page.getByRole("alert").getByText("wait 40 sec").waitFor();
	server.signInStatus = 200;
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByRole("heading", { name: "Visitors", exact: true }).waitFor();
});

test("nothing is sent while a field is empty", async () => {
	server.signedIn = false;
	await page.goto(server.origin);
	await signIn("", "secret");
	await page.getByRole("alert").getByText("Enter your e-mail").waitFor();
	assert.equal(await page.getByLabel("E-mail").evaluate((field) => field === document.activeElement), true);
});

test("a link to a room leads there through the sign-in", async () => {
	server.signedIn = false;
	await page.goto(`${server.origin}/rooms/r%2F7`);
	await signIn("ada@example.com", "right");
	await server.seat();
	assert.deepEqual(server.joins, [{ room: "r/7" }]);
});

test("signing out leads back, and a session ended by the server says so", async () => {
	await page.goto(server.origin);
	await page.getByRole("button", { name: "Ada Lovelace" }).click();
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.getByRole("heading", { name: "Sign in to Alongside" }).waitFor();
	assert.equal(await page.getByText("You have been signed out").count(), 0);
	await signIn("ada@example.com", "right");
	await page.getByRole("heading", { name: "Visitors", exact: true }).waitFor();
	server.signedIn = false;
	server.cutStreams();
	await page.getByText("You have been signed out").waitFor();
});

test("the empty list explains how to get the first visitor", async () => {
	await page.goto(server.origin);
	await page.getByRole("heading", { name: "Nobody is waiting" }).waitFor();
	await page.getByRole("button", { name: "Copy" }).click();
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	assert.equal(copied, `<script src="${server.origin}/widget.js?site=YOUR-SITE-KEY" async></script>`);
});

test("visitors come and go with all their facts, those who wait first; their words stay words", async () => {
	await page.goto(server.origin);
	await page.getByRole("heading", { name: "Nobody is waiting" }).waitFor();
	const hostile = visitor({
		room: "r2",
		state: "live",
		since: new Date(Date.now() - 7_200_000).toISOString(),
		page: { url: "javascript:alert(1)", title: "<img src=x onerror=alert(1)>" },
		agents: ["Grace"],
	});
	const longer = visitor({ room: "r3", since: new Date(Date.now() - 300_000).toISOString() });
	server.push([hostile, visitor({ page: { url: "https://leaf-and-stem.example/", title: "Home" } }), longer]);
	const rows = page.getByRole("listitem");
	await rows.nth(2).waitFor();
	await says(rows.nth(1), /Home/);
	await says(rows.nth(2), /In session.*<img src=x onerror=alert\(1\)>.*2:00:0.*Grace/);
	assert.match(
		await text(rows.nth(0)),
		/Waiting.*Leaf & Stem.*Checkout.*5:0\d.*Computer · Firefox 143 · Windows 11.*Austrian German/,
	);
	assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
	const first = await text(rows.nth(0).locator("time").first());
	await page.waitForFunction((old) => document.querySelector("time")?.textContent !== old, first);
	server.push([visitor()]);
	await rows.nth(1).waitFor({ state: "detached" });
});

test("the list comes back after the stream is cut", async () => {
	await page.goto(server.origin);
	await page.getByText("Nobody is waiting").waitFor();
	server.visitors = [visitor()];
	server.cutStreams();
	await page.getByRole("link", { name: "Join: Checkout" }).waitFor();
});

test("search finds by any fact and can be cleared", async () => {
	server.visitors = [visitor(), visitor({ room: "r2", page: { url: "https://b.example/", title: "Basket" } })];
	await page.goto(server.origin);
	await page.getByRole("link", { name: "Join: Basket" }).waitFor();
	await page.keyboard.press("/");
	await page.keyboard.type("check firefox");
	await page.getByRole("link", { name: "Join: Basket" }).waitFor({ state: "detached" });
	await page.getByRole("link", { name: "Join: Checkout" }).waitFor();
	await page.getByRole("searchbox").fill("nobody");
	await page.getByText("No visitor matches “nobody”.").waitFor();
	await page.getByRole("button", { name: "Clear search" }).click();
	await page.getByRole("link", { name: "Join: Basket" }).waitFor();
});

test("a row is reached and joined by keyboard alone", async () => {
	server.visitors = [visitor(), visitor({ room: "r2", since: new Date().toISOString() })];
	await page.goto(server.origin);
	await page.getByRole("link", { name: "Join: Checkout" }).first().waitFor();
	await page.keyboard.press("j");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await server.seat();
	assert.deepEqual(server.joins, [{ room: "r2" }]);
});

test("a pasted code joins by itself, with the ticket it got", async () => {
	await page.goto(server.origin);
	await page.getByRole("heading", { name: "Visitors", exact: true }).waitFor();
	await page.evaluate(() => navigator.clipboard.writeText("Your code: 481 203."));
	await page.keyboard.press("c");
	await page.keyboard.press("Control+V");
	await server.seat();
	await page.waitForURL("**/rooms/room-by-code");
	assert.deepEqual(server.joins, [{ code: "481203" }], "one call only");
});

test("a short, an unknown and one code too many are told apart", async () => {
	await page.goto(server.origin);
	const field = page.getByLabel("6-digit code");
	await field.fill("123");
	await page.keyboard.press("Enter");
	await page.getByText("A code has 6 digits.").waitFor();
	server.joinStatus = 404;
	await field.fill("123456");
	await page.getByText("No visitor has this code.").waitFor();
	server.joinStatus = 429;
	await field.fill("123457");
	await page.getByText("Too many tries. Please wait 40 sec").waitFor();
	assert.equal(server.joins.length, 2);
});

test("shortcuts are listed and can be switched off", async () => {
	await page.goto(server.origin);
	await page.getByRole("heading", { name: "Visitors", exact: true }).waitFor();
	await page.keyboard.press("?");
	await page.getByRole("checkbox", { name: "Single-key shortcuts" }).uncheck();
	await page.keyboard.press("Escape");
	await page.getByRole("dialog").waitFor({ state: "detached" });
	await page.keyboard.press("/");
	assert.equal(await page.getByRole("searchbox").evaluate((field) => field === document.activeElement), false);
});

test("language and appearance are chosen once and kept", async () => {
	await page.goto(server.origin);
	await page.getByRole("button", { name: "Ada Lovelace" }).click();
	await page.getByLabel("Language").selectOption("ar");
	await page.getByRole("heading", { name: "الزوار", exact: true }).waitFor();
	await page.getByLabel("المظهر").selectOption("dark");
	await page.reload();
	await page.getByRole("heading", { name: "الزوار", exact: true }).waitFor();
	const root = page.locator("html");
	assert.equal(await root.getAttribute("dir"), "rtl");
	assert.equal(await root.getAttribute("lang"), "ar");
	assert.equal(await root.getAttribute("data-theme"), "dark");
});
