/** Every page of setting up and administering, in light and dark, left-to-right and right-to-left, large and small. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { assertAccessible, useConsole } from "../ui/browser.ts";
import { AdminServer } from "./server.ts";

const server = new AdminServer();
const open = useConsole(server);
let page: Page;

const views: Record<string, BrowserContextOptions> = {
	light: { colorScheme: "light" },
	dark: { colorScheme: "dark", locale: "de-DE" },
	arabic: { colorScheme: "light", locale: "ar" },
	phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true, deviceScaleFactor: 2 },
};

async function look(name: string): Promise<void> {
	const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(over <= 0, `${name}: ${over} px wider than the window`);
	if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
	await assertAccessible(page, name);
}

for (const [view, options] of Object.entries(views)) {
	test(`set-up and open pages: ${view}`, async () => {
		server.state.signedIn = false;
		page = await open(options);
		await page.goto(`${server.origin}/setup#SETUP`);
		const fields = page.locator("form input");
		await fields.nth(3).waitFor();
		await page.keyboard.press("Enter");
		await page.locator('[aria-invalid="true"]').first().waitFor();
		await look(`setup-wrong-${view}`);
		for (const [i, words] of ["Green Leaf", "Ada Lovelace", "ada@example.com", "correct horse"].entries())
			await fields.nth(i).fill(words);
		await look(`setup-1-you-${view}`);
		await page.keyboard.press("Enter");
		await page.locator("textarea").fill("leaf-and-stem.example");
		await page.locator("form input").fill("Leaf & Stem");
		await look(`setup-2-site-${view}`);
		await page.keyboard.press("Enter");
		await page.locator(".install").waitFor();
		await page.locator("summary").last().click();
		await look(`setup-3-snippet-${view}`);
		await page.locator(".button.primary").click();
		await page.locator(".seen").waitFor();
		await look(`setup-4-waiting-${view}`);
		server.state.loaded = { at: "2026-11-22T09:00:00Z", origin: "https://leaf-and-stem.example" };
		await page.locator('.seen[data-seen="true"]').waitFor();
		await look(`setup-4-seen-${view}`);
		await page.locator(".button.primary").click();
		await page.locator(".next").waitFor();
		await look(`setup-5-done-${view}`);
		await page.goto(`${server.origin}/reset#RESET`);
		await page.locator("form").waitFor();
		await look(`reset-${view}`);
		// A fragment alone would not load the page anew.
		await page.goto(`${server.origin}/invitation#INVITED`);
		await page.locator("form").waitFor();
		await look(`invitation-${view}`);
	});

	test(`settings: ${view}`, async () => {
		page = await open(options);
		page.on("dialog", (dialog) => void dialog.accept()); // "leave without saving?"
		for (const section of ["people", "teams", "sites", "replies", "reasons", "api-keys", "audit", "persons"]) {
			await page.goto(`${server.origin}/settings/${section}`);
			await page
				.locator(section === "audit" ? ".table" : section === "persons" ? "form" : ".row, .item, .rows")
				.first()
				.waitFor();
			if (section === "people") {
				await page.locator("form input").first().fill("new@example.com");
				await page.locator("form .primary").click();
				await page.locator(".outcome").waitFor();
			}
			if (section === "teams") {
				await page.locator(".row button").first().click();
				await page.locator(".rules").waitFor();
			}
			if (section === "persons") {
				await page.locator("form input").fill("42");
				await page.keyboard.press("Enter");
				await page.locator(".button.danger").click();
				await page.locator("dialog[open]").waitFor();
			}
			await look(`${section}-${view}`);
		}
		for (const tab of ["install", "privacy", "consent", "form", "hours", "retention", "identity"]) {
			await page.goto(`${server.origin}/settings/sites/s1#${tab}`);
			await page.locator(".card").first().waitFor();
			await page.locator(`.tabs a[href="#${tab}"][aria-current="page"]`).waitFor();
			if (tab === "privacy") await page.locator(".rules .button").click();
			if (tab === "consent") await page.locator('input[type="radio"]').last().check();
			if (tab === "hours") {
				await page.locator('input[type="radio"]').last().check();
				await page.locator(".day .button").first().click();
				await page.locator(".week + .button").click();
				await page.locator(".rules .button").click();
			}
			await look(`site-${tab}-${view}`);
			await page.goto("about:blank");
		}
		await page.goto(`${server.origin}/account`);
		await page.locator(".row").nth(1).waitFor();
		await page.locator(".section .button.fit").click();
		await page.locator(".qr").waitFor();
		await look(`account-qr-${view}`);
		await page.locator(".scan input").fill("123456");
		await page.keyboard.press("Enter");
		await page.locator(".recovery").waitFor();
		await look(`account-recovery-${view}`);
	});
}
