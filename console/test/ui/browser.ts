/** Real Chromium, and what is looked for in every page. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { CHROMIUM_FLAGS } from "../../../e2e/support/chromium.ts";
import type { ConsoleServer } from "./console-server.ts";

/**
 * A server and a browser for the tests of one file, each of which starts with the server as it was and leaves no page
 * open. Gives what opens a page, in a profile of its own.
 */
export function useConsole(server: ConsoleServer): (options?: BrowserContextOptions) => Promise<Page> {
	let browser: Browser | undefined;
	before(async () => {
		await server.start();
		browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_FLAGS });
	});
	after(async () => {
		await browser?.close();
		await server.stop();
	});
	beforeEach(() => server.reset());
	afterEach(async () => {
		for (const context of browser?.contexts() ?? []) await context.close();
	});
	return async (options) => {
		assert.ok(browser);
		return open(browser, options);
	};
}

/** A page that fails the test on any error of a script or of the content security policy. */
async function open(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
	const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(10_000);
	const faults: string[] = [];
	page.on("pageerror", (error) => faults.push(String(error)));
	page.on("console", (message) => {
		// An answer with an error status is what some tests are about.
		if (message.type() === "error" && !/Failed to load resource|WebSocket connection|ERR_/.test(message.text()))
			faults.push(message.text());
	});
	page.on("close", () => assert.deepEqual(faults, []));
	return page;
}

/** What is fetched after the page stands appears a moment later than the place it stands in. */
const SAYS_WITHIN_MS = 10_000;

/** Waits until an element's text is, or matches, what is expected; fails with the text it has by then. */
export async function says(locator: Locator, expected: string | RegExp): Promise<void> {
	const right = (now: string) => (typeof expected === "string" ? now === expected : expected.test(now));
	const by = Date.now() + SAYS_WITHIN_MS;
	while (!right(await text(locator)) && Date.now() < by) await locator.page().waitForTimeout(25);
	if (typeof expected === "string") assert.equal(await text(locator), expected);
	else assert.match(await text(locator), expected);
}

export const text = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? "";

let axe: string | undefined;

/** Looks for what shuts people out (WCAG 2.2 A and AA, and good practice). */
export async function assertAccessible(page: Page, what: string): Promise<void> {
	axe ??= await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
	await page.evaluate(axe);
	const found = await page.evaluate(async () => {
		const { violations } = await (globalThis as unknown as AxeWindow).axe.run({ exclude: [["iframe"]] });
		return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
	});
	assert.deepEqual(found, [], what);
}

type AxeWindow = {
	axe: { run(context: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
};

/** Keeps a picture when SHOTS names a folder; for looking at, not for comparing. */
export async function shot(page: Page, name: string): Promise<void> {
	if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
}
