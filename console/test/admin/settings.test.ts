/** The settings of the tenant: people, teams, lists, keys, audit, persons; in Chromium. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { says, useConsole } from "../ui/browser.ts";
import { hasFocus } from "./focus.ts";
import { AdminServer } from "./server.ts";

const server = new AdminServer();
const open = useConsole(server);
let page: Page;
beforeEach(async () => {
	page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
});

const section = (name: string) => page.getByRole("region", { name, exact: true });
const visit = (path: string) => page.goto(`${server.origin}/settings${path}`);

test("people: a role is changed; the last admin's is not, and the control shows it again", async () => {
	await visit("");
	const grace = page.getByLabel("Role of Grace Hopper");
	await grace.selectOption("manager");
	await page.getByRole("status").getByText("Saved").waitFor();
	assert.deepEqual(server.sent("PATCH /people/p2"), [{ role: "manager" }]);
	server.refuse("PATCH /people/p1", { status: 409, code: "last-admin" });
	const own = page.getByLabel("Role of Ada Lovelace");
	await own.selectOption("agent");
	await page.getByText("There must be at least one admin.").waitFor();
	await page.waitForFunction(() => [...document.querySelectorAll("select")].some(({ value }) => value === "admin"));
	assert.equal(await own.inputValue(), "admin");
});

test("people: somebody who asked for a new password is seen, and gets a link", async () => {
	await visit("/people");
	await page.getByText("asks for a new password").waitFor();
	await page.getByRole("button", { name: "Reset link: Grace Hopper" }).click();
	await page.getByText(`${server.origin}/reset#RESET`).waitFor();
});

test("people: somebody who lost the second factor gets rid of it, once that was confirmed", async () => {
	await visit("/people");
	await page.getByRole("button", { name: "Remove second factor: Grace Hopper" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
	await page.getByText("The second factor is removed.").waitFor();
	assert.equal(server.sent("DELETE /people/p2/second-factor").length, 1);
	await page.getByRole("button", { name: "Remove second factor: Grace Hopper" }).waitFor({ state: "detached" });
});

test("people: removing asks first, and can be left", async () => {
	await visit("/people");
	await page.getByRole("button", { name: "Remove: Grace Hopper" }).click();
	await page.getByRole("dialog").waitFor();
	await page.keyboard.press("Escape");
	await page.getByRole("dialog").waitFor({ state: "detached" });
	assert.deepEqual(server.sent("DELETE /people/p2"), []);
	await page.getByRole("button", { name: "Remove: Grace Hopper" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
	await page.getByLabel("Role of Grace Hopper").waitFor({ state: "detached" });
});

for (const [mail, said] of [
	[false, "Not mailed"],
	[true, "Mailed"],
] as const)
	test(`an invitation shows its link; with${mail ? "" : "out"} mail: ${said}`, async () => {
		server.state.mail = mail;
		await visit("/people");
		const form = section("Invite");
		await form.getByLabel("E-mail").fill("new@");
		await form.getByRole("button", { name: "Invite" }).click();
		await form.getByText("This is not an e-mail address.").waitFor();
		await form.getByLabel("E-mail").fill("new@example.com");
		await form.getByLabel("Role").selectOption("manager");
		await form.getByRole("checkbox", { name: "Orders" }).check();
		await form.getByRole("button", { name: "Invite" }).click();
		await form.getByText(said, { exact: true }).waitFor();
		await form.getByRole("button", { name: "Copy" }).click();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${server.origin}/invitation#INVITED`);
		assert.deepEqual(server.sent("POST /invitations"), [
			{ email: "new@example.com", role: "manager", teams: ["t1"], language: "en" },
		]);
		await section("Open invitations").getByRole("button", { name: "Revoke: new@example.com" }).click();
		await section("Open invitations").getByText("No open invitations.").waitFor();
	});

test("an address that is invited already is told beside its field", async () => {
	await visit("/people");
	const form = section("Invite");
	server.refuse("POST /invitations", {
		status: 409,
		code: "exists",
		errors: [{ field: "email", detail: "is invited already" }],
	});
	await form.getByLabel("E-mail").fill("new@example.com");
	await page.keyboard.press("Enter");
	await form.getByText("is invited already").waitFor();
	await hasFocus(form.getByLabel("E-mail"));
});

test("teams: members and rules by site, page and language", async () => {
	await visit("/teams");
	await page.getByRole("button", { name: "Add a team" }).click();
	const form = section("Add a team");
	await form.getByLabel("Name of the team").fill("Returns");
	await form.getByRole("checkbox", { name: "Grace Hopper" }).check();
	await form.getByRole("button", { name: "Add a rule" }).click();
	await form.getByRole("checkbox", { name: "Leaf & Stem" }).check();
	await form.getByLabel("Pages").fill("/returns/*\n\n /orders ");
	await form.getByLabel("Languages").fill("de, fr");
	server.refuse("POST /teams", {
		status: 400,
		code: "field",
		errors: [{ field: "rules[0].paths[1]", detail: "must begin with /" }],
	});
	await form.getByRole("button", { name: "Save" }).click();
	await form.getByText("must begin with /").waitFor();
	await form.getByRole("button", { name: "Save" }).click();
	await page.getByText("Members: 1 · Rules: 1").nth(1).waitFor();
	assert.deepEqual(server.sent("POST /teams")[1], {
		name: "Returns",
		members: ["p2"],
		rules: [{ sites: ["s1"], paths: ["/returns/*", "/orders"], languages: ["de", "fr"] }],
	});
});

test("sites: a new one leads to its page", async () => {
	await visit("/sites");
	const form = section("Add a site");
	await form.getByLabel("Name of the site").fill("Second");
	await form.getByRole("button", { name: "Add a site" }).click();
	await form.getByText("Enter at least one address.").waitFor();
	await form.getByLabel("Addresses of the site").fill("second.example");
	await form.getByRole("button", { name: "Add a site" }).click();
	await page.waitForURL("**/settings/sites/s3");
	await page.getByRole("heading", { name: "Second" }).waitFor();
});

test("replies and reasons are saved as a whole; an empty one is told beside its field", async () => {
	await visit("/replies");
	await page.getByRole("button", { name: "Add a reply" }).click();
	const second = page.getByRole("group", { name: "Reply 2" });
	await second.getByLabel("Shortcut").fill("bye");
	await page.getByRole("button", { name: "Save" }).click();
	await second.getByText("Please fill this in.").waitFor();
	await second.getByLabel("Text").fill("Good-bye.");
	await page.getByRole("button", { name: "Save" }).click();
	await page.getByRole("status").getByText("Saved").waitFor();
	assert.deepEqual(server.sent("PUT /replies"), [
		{
			items: [
				{ id: "r1", shortcut: "hello", text: "Hello {visitor}, I am {agent}." },
				{ id: "", shortcut: "bye", text: "Good-bye." },
			],
		},
	]);
	await visit("/reasons");
	await page.getByRole("checkbox", { name: "Retired" }).check();
	await page.getByRole("button", { name: "Save" }).click();
	await page.getByRole("status").getByText("Saved").waitFor();
	assert.deepEqual(server.sent("PUT /reasons"), [{ items: [{ id: "c1", label: "Delivery", retired: true }] }]);
});

test("an API key's secret is shown once", async () => {
	await visit("/api-keys");
	const form = section("Make a key");
	await form.getByLabel("What it is for").fill("Shop");
	await form.getByRole("button", { name: "Make a key" }).click();
	await form.getByText("alk_secret-shown-once").waitFor();
	await section("Your keys").getByText("Shop").waitFor();
	await page.reload();
	await section("Your keys").getByText("Shop").waitFor();
	assert.equal(await page.getByText("alk_secret").count(), 0);
	await page.getByRole("button", { name: "Remove: Shop" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
	await page.getByText("Shop", { exact: true }).waitFor({ state: "detached" });
});

test("the audit log: newest first, narrowed, and more by the server's key", async () => {
	await visit("/audit");
	await page.getByRole("row").nth(50).waitFor();
	await says(page.getByRole("row").nth(1), /Ada Lovelace.*session\.view.*session x119.*site: s1/);
	await page.getByRole("button", { name: "Show more" }).click();
	await page.getByRole("row").nth(100).waitFor();
	await page.getByRole("button", { name: "Show more" }).click();
	await page.getByRole("row").nth(120).waitFor();
	assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
	await page.getByLabel("What", { exact: true }).fill("session.view");
	await page.getByLabel("To", { exact: true }).fill("2026-11-22");
	await page.getByRole("button", { name: "Show", exact: true }).click();
	await page.getByRole("row").nth(120).waitFor({ state: "detached" });
	const last = server.calls.filter(({ call }) => call === "GET /audit").at(-1)?.query;
	assert.equal(last?.get("act"), "session.view");
	assert.equal(last?.get("after"), null);
	assert.equal(new Date(last?.get("to") ?? "").getTime(), new Date("2026-11-23T00:00:00").getTime());
});

// req 002-18, 002-20, 002-23
test("a person is found, handed out, and erased only after the ID was typed", async () => {
	await visit("/persons");
	await page.getByLabel("Value").fill("nobody");
	await page.keyboard.press("Enter");
	await page.getByText("Nothing is kept of this person.").waitFor();
	await page.getByLabel("Value").fill("42");
	await page.keyboard.press("Enter");
	await page.getByText("Sessions of 42: 1").waitFor();
	const download = page.waitForEvent("download");
	await page.getByRole("link", { name: "Download as CSV" }).click();
	await (await download).path();
	const exported = server.calls.find(({ call }) => call === "GET /persons/export");
	assert.equal(exported?.query.toString(), "user=42&format=csv");
	await page.getByRole("radio", { name: "Keep the counts" }).check();
	await page.getByRole("button", { name: "Erase…" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("button", { name: "Erase for good" }).click();
	await dialog.getByText("Type exactly: 42").waitFor();
	assert.deepEqual(server.sent("POST /persons/erase"), []);
	await dialog.getByLabel("Type “42” to confirm").fill("42");
	await page.keyboard.press("Enter");
	await page.getByText("Erased. Sessions: 1, messages: 4.").waitFor();
	assert.deepEqual(server.sent("POST /persons/erase"), [{ user: "42", mode: "strip" }]);
});

// req 002-16
test("an agent is led to no settings", async () => {
	server.state.role = "agent";
	await visit("/people");
	await page.getByText("There is nothing at this address.").waitFor();
	assert.deepEqual(
		server.calls.map(({ call }) => call).filter((call) => /people|invitations|teams/.test(call)),
		[],
	);
});

test("a list that cannot be had says so and can be tried again", async () => {
	server.refuse("GET /sites", { status: 500 });
	await visit("/sites");
	await page.getByText("Something went wrong.").waitFor();
	await page.getByRole("button", { name: "Try again" }).click();
	await page.getByText("https://leaf-and-stem.example").waitFor();
});
