/** From nothing to the first page seen, and the ways in for those without a sign-in: in Chromium, by keyboard. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { useConsole } from "../ui/browser.ts";
import { hasFocus } from "./focus.ts";
import { AdminServer } from "./server.ts";

const server = new AdminServer();
const open = useConsole(server);
let page: Page;
beforeEach(async () => {
	server.state.signedIn = false;
	page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
});

async function fillYou(): Promise<void> {
	await page.getByLabel("Company").waitFor();
	await page.keyboard.type("Green Leaf");
	await page.keyboard.press("Tab");
	await page.keyboard.type("Ada Lovelace");
	await page.keyboard.press("Tab");
	await page.keyboard.type("ada@example.com");
	await page.keyboard.press("Tab");
	await page.keyboard.type("correct horse");
	await page.keyboard.press("Enter");
}

test("the walk: company, site, snippet, page seen, done; by keyboard, the token nowhere but in bodies", async () => {
	await page.goto(`${server.origin}/setup#SETUP`);
	await fillYou();
	await page.getByRole("heading", { name: "Your first site" }).waitFor();
	assert.equal(new URL(page.url()).hash, "", "the address has forgotten the token");
	await page.keyboard.type("Leaf & Stem");
	await page.keyboard.press("Tab");
	await page.keyboard.type("leaf-and-stem.example/shop");
	await page.keyboard.press("Enter");
	await page.keyboard.type("http://localhost:3000");
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: "One line for your pages" }).waitFor();
	assert.deepEqual(server.sent("POST /setup"), [
		{
			token: "SETUP",
			tenantName: "Green Leaf",
			adminName: "Ada Lovelace",
			adminEmail: "ada@example.com",
			adminPassword: "correct horse",
			siteName: "Leaf & Stem",
			origins: ["https://leaf-and-stem.example", "http://localhost:3000"],
		},
	]);
	await page.getByRole("button", { name: "Copy" }).first().click();
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	assert.equal(copied, `<script src="${server.origin}/widget.js?site=key-s2" async></script>`);
	await page.getByRole("button", { name: "It is in my page" }).click();
	await page.getByText("Waiting for your page…").waitFor();
	server.state.loaded = { at: "2026-11-22T09:00:00Z", origin: "https://elsewhere.example" };
	await page.getByText("This address is not among those of the site.").waitFor();
	server.state.loaded = { at: "2026-11-22T09:00:00Z", origin: "https://leaf-and-stem.example" };
	await page.getByText("This address is not").waitFor({ state: "detached" });
	await page.getByText("We see your page!").waitFor();
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByRole("link", { name: "Decide what agents may see" }).click();
	await page.waitForURL("**/settings/sites/s2");
	assert.ok(server.urls.every((url) => !url.includes("SETUP")));
	assert.equal(
		await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }).includes("SETUP")),
		false,
	);
});

test("what is wrong is said beside its field and focused, and nothing is sent", async () => {
	await page.goto(`${server.origin}/setup#SETUP`);
	await page.getByLabel("Company").waitFor();
	await page.keyboard.type("Green Leaf");
	await page.keyboard.press("Enter");
	await page.getByText("Please fill this in.").waitFor();
	await hasFocus(page.locator('[autocomplete="name"]'));
	const email = page.getByLabel("E-mail");
	assert.equal(await email.getAttribute("aria-invalid"), "true");
	const described = (await email.getAttribute("aria-describedby")) ?? "";
	assert.equal(await page.locator(`[id="${described}"]`).textContent(), "This is not an e-mail address.");
	assert.deepEqual(server.sent("POST /setup"), []);
});

test("a field of the first step that the server refuses leads back to it, and what was typed stays", async () => {
	await page.goto(`${server.origin}/setup#SETUP`);
	await fillYou();
	await page.getByLabel("Name of the site").fill("Leaf & Stem");
	await page.getByLabel("Addresses of the site").fill("nonsense with spaces");
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByText("“nonsense with spaces” is not an address of a site").waitFor();
	await page.getByLabel("Addresses of the site").fill("https://leaf-and-stem.example");
	const errors = [{ field: "adminPassword", detail: "is too common" }];
	server.refuse("POST /setup", { status: 400, code: "field", errors });
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByText("is too common").waitFor();
	await hasFocus(page.locator('[autocomplete="new-password"]'));
	await page.getByRole("button", { name: "Continue" }).click();
	assert.equal(await page.getByLabel("Name of the site").inputValue(), "Leaf & Stem");
});

test("a used set-up link, and none, say what to do", async () => {
	server.state.setup = false;
	await page.goto(`${server.origin}/setup#SETUP`);
	await page.getByText("This set-up link has been used").waitFor();
	await page.goto("about:blank");
	await page.goto(`${server.origin}/setup`);
	await page.getByText("This set-up link has been used").waitFor();
});

test("looking for the page can be skipped", async () => {
	await page.goto(`${server.origin}/setup#SETUP`);
	await fillYou();
	await page.getByLabel("Name of the site").fill("Leaf & Stem");
	await page.getByLabel("Addresses of the site").fill("https://leaf-and-stem.example");
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByRole("button", { name: "It is in my page" }).click();
	await page.getByRole("button", { name: "Skip for now" }).click();
	await page.getByRole("heading", { name: "You are ready" }).waitFor();
});

test("an invitation says who invites, and signs in; one that is gone says so", async () => {
	await page.goto(`${server.origin}/invitation#INVITED`);
	await page.getByText("Green Leaf has invited you. Your role: Manager.").waitFor();
	assert.equal(new URL(page.url()).hash, "");
	await page.getByLabel("Your name").fill("Grace");
	await page.getByLabel("Password", { exact: true }).fill("short");
	await page.getByRole("button", { name: "Join" }).click();
	await page.getByText("Use at least 10 characters.").waitFor();
	await page.getByLabel("Password", { exact: true }).fill("long enough words");
	await page.getByRole("button", { name: "Join" }).click();
	await page.waitForURL(`${server.origin}/`);
	assert.deepEqual(server.sent("POST /invitations/accept"), [
		{ token: "INVITED", name: "Grace", password: "long enough words" },
	]);
	await page.goto(`${server.origin}/invitation#GONE`);
	await page.getByText("This invitation has been used").waitFor();
});

test("forgotten password: asked for, chosen anew, signed in with", async () => {
	await page.goto(server.origin);
	await page.getByLabel("E-mail").fill("ada@example.com");
	await page.getByRole("button", { name: "Forgot your password?" }).click();
	assert.equal(await page.getByLabel("E-mail").inputValue(), "ada@example.com");
	await page.getByRole("button", { name: "Send link" }).click();
	await page.getByText("If there is an account with this e-mail").waitFor();
	assert.deepEqual(server.sent("POST /password-reset"), [{ email: "ada@example.com", language: "en" }]);
	await page.goto(`${server.origin}/reset#RESET`);
	await page.getByLabel("New password").fill("another long one");
	await page.keyboard.press("Enter");
	await page.getByLabel("E-mail").fill("ada@example.com");
	await page.getByLabel("Password", { exact: true }).fill("another long one");
	await page.keyboard.press("Enter");
	await page.getByRole("button", { name: "Ada Lovelace" }).waitFor();
	assert.deepEqual(server.sent("POST /password-reset/accept"), [{ token: "RESET", password: "another long one" }]);
});

test("a reset link that was used says so beside nothing else", async () => {
	await page.goto(`${server.origin}/reset#RESET`);
	server.refuse("POST /password-reset/accept", { status: 404 });
	await page.getByLabel("New password").fill("another long one");
	await page.keyboard.press("Enter");
	await page.getByText("This link has been used or has expired.").waitFor();
});

test("signing in with a second factor: asked only after the password was right; a wrong code can be mended", async () => {
	server.state.secondFactor = true;
	await page.goto(server.origin);
	await page.getByLabel("E-mail").fill("ada@example.com");
	await page.getByLabel("Password", { exact: true }).fill("wrong password");
	await page.keyboard.press("Enter");
	await page.getByText("do not match").waitFor();
	await page.getByLabel("Password", { exact: true }).fill("correct horse");
	await page.keyboard.press("Enter");
	const code = page.getByLabel("Code", { exact: true });
	await code.waitFor();
	await hasFocus(code);
	assert.equal(await page.getByText("This code does not fit").count(), 0);
	await page.keyboard.type("000 000");
	await page.keyboard.press("Enter");
	await page.getByText("This code does not fit").waitFor();
	await page.keyboard.type("123 456");
	await page.keyboard.press("Enter");
	await page.getByRole("button", { name: "Ada Lovelace" }).waitFor();
});
