/** Real Chromium for both sides, and the steps people take in it. */
import assert from "node:assert/strict";
import { type Browser, type BrowserContext, chromium, type FrameLocator, type Page } from "playwright-core";
import type { Demo } from "./demo.ts";

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

/** Launches Chromium; with `through`, connections to the console's host and port go to the proxy's port instead. */
export function launch(through?: { origin: string; port: number }): Promise<Browser> {
	const target = through && new URL(through.origin);
	const map = target ? [`--host-resolver-rules=MAP ${target.host} 127.0.0.1:${through.port}`] : [];
	return chromium.launch({ executablePath: "/usr/bin/chromium", args: [...flags, ...map] });
}

/** Fails the test on an error that a page throws or a policy violation it reports. */
export function watchErrors(page: Page): string[] {
	const errors: string[] = [];
	page.on("pageerror", (error) => errors.push(String(error)));
	page.on("console", (message) => {
		if (message.type() === "error") errors.push(message.text());
	});
	return errors;
}

export type Visitor = { context: BrowserContext; page: Page; errors: string[] };
export type Agent = { context: BrowserContext; page: Page; errors: string[]; mirror: FrameLocator };

/** Opens the shop as a newcomer. */
export async function openShop(browser: Browser, demo: Demo, path = "/", options = {}): Promise<Visitor> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
	const page = await context.newPage();
	const errors = watchErrors(page);
	await page.goto(new URL(path, demo.shop).href);
	return { context, page, errors };
}

/** Clicks Help and reads the six digits. */
export async function askForHelp(visitor: Visitor): Promise<string> {
	await visitor.page.getByRole("button", { name: "Help" }).click();
	const code = visitor.page.getByTestId("alongside-code");
	await code.waitFor();
	const digits = ((await code.textContent()) ?? "").replace(/\D/g, "");
	assert.match(digits, /^\d{6}$/);
	return digits;
}

/** Signs in to the console. */
export async function signIn(browser: Browser, demo: Demo, options = {}): Promise<Agent> {
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", ...options });
	const page = await context.newPage();
	const errors = watchErrors(page);
	await page.goto(demo.console);
	await page.getByLabel("E-mail").fill(demo.agent.email);
	await page.getByLabel("Password", { exact: true }).fill(demo.agent.password);
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByLabel(/code/i).first().waitFor();
	return { context, page, errors, mirror: page.frameLocator("iframe") };
}
