/** The own account: in Chromium, against a server that speaks the contracts. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { useConsole } from "../ui/browser.ts";
import { hasFocus } from "./focus.ts";
import { AdminServer } from "./server.ts";

const server = new AdminServer();
const open = useConsole(server);
let page: Page;
beforeEach(async () => {
	page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
	await page.goto(`${server.origin}/account`);
});

const section = (name: string) => page.getByRole("region", { name, exact: true });

test("name and capacity: saved, said, and shown at once; a number out of bounds is not sent", async () => {
	const you = section("You");
	await you.getByLabel("Visitors at once").fill("21");
	await you.getByRole("button", { name: "Save" }).click();
	await you.getByText("Enter a whole number from 1 to 20.").waitFor();
	assert.deepEqual(server.sent("PATCH /me"), []);
	await you.getByLabel("Visitors at once").fill("5");
	await you.getByLabel("Your name").fill("Ada King");
	await you.getByText("Not saved yet").waitFor();
	await you.getByRole("button", { name: "Save" }).click();
	await page.getByRole("status").getByText("Saved").waitFor();
	await page.getByRole("button", { name: "Ada King" }).waitFor();
	assert.deepEqual(server.sent("PATCH /me"), [{ name: "Ada King", capacity: 5 }]);
	assert.equal(await you.getByText("Not saved yet").count(), 0);
});

test("password: the wrong current one is said beside its field; the right one leads to signing in with the new one", async () => {
	const form = section("Password");
	await form.getByLabel("Current password").fill("nonsense");
	await form.getByLabel("New password").fill("a long new one");
	await form.getByRole("button", { name: "Change password" }).click();
	await form.getByText("is not the password").waitFor();
	const old = form.getByLabel("Current password");
	await hasFocus(old);
	await old.fill("correct horse");
	await form.getByRole("button", { name: "Change password" }).click();
	await page.getByText("Your password is changed.").waitFor();
	await page.getByRole("heading", { name: "Sign in to Alongside" }).waitFor();
	assert.deepEqual(server.sent("POST /me/password").at(-1), { old: "correct horse", new: "a long new one" });
});

test("second factor: secret and code, recovery codes once, then removed with the password", async () => {
	const factor = section("Second factor");
	await factor.getByRole("button", { name: "Set up" }).click();
	await factor.getByRole("img", { name: "QR code" }).waitFor();
	await factor.getByText("JBSWY3DPEHPK3PXP").waitFor();
	await factor.getByLabel("Code", { exact: true }).fill("999999");
	await page.keyboard.press("Enter");
	await factor.getByText("does not fit").waitFor();
	await factor.getByLabel("Code", { exact: true }).fill("123 456");
	await page.keyboard.press("Enter");
	const codes = section("Your recovery codes");
	await codes.getByText("aaaa-1111").waitFor();
	await codes.getByRole("button", { name: "Copy" }).click();
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "aaaa-1111\nbbbb-2222\ncccc-3333\ndddd-4444");
	const download = page.waitForEvent("download");
	await codes.getByRole("link", { name: "Download" }).click();
	assert.match(await readFile(await (await download).path(), "utf8"), /^aaaa-1111\n/);
	await codes.getByRole("button", { name: "I have kept them" }).click();
	assert.equal(await page.getByText("aaaa-1111").count(), 0);
	await factor.getByText("Second factor on").waitFor();
	await factor.getByLabel("Password", { exact: true }).fill("correct horse");
	await factor.getByRole("button", { name: "Remove second factor" }).click();
	await factor.getByRole("button", { name: "Set up" }).waitFor();
});

test("sign-ins: this browser is marked, another can be ended", async () => {
	const list = section("Where you are signed in");
	await list.getByText("This browser").waitFor();
	assert.equal(await list.getByRole("button").count(), 1, "only the other can be ended");
	await list.getByRole("button", { name: "Sign out there: Safari on iPhone" }).click();
	await list.getByText("Safari on iPhone").waitFor({ state: "detached" });
});
