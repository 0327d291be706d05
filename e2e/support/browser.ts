/** Real Chromium for both sides, and the steps people take in it. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { CHROMIUM_FLAGS } from "./chromium.ts";
import type { Demo } from "./demo.ts";

/** Launches Chromium; with `through`, connections to that origin's host and port go to the proxy's port instead. */
export function launch(through?: { origin: string; port: number }): Promise<Browser> {
	const map = through ? [`--host-resolver-rules=MAP ${new URL(through.origin).host} 127.0.0.1:${through.port}`] : [];
	return chromium.launch({ executablePath: "/usr/bin/chromium", args: [...CHROMIUM_FLAGS, ...map] });
}

export type Person = { context: BrowserContext; page: Page; errors: string[]; frames: Traffic[] };

/** A WebSocket message of a page, with when it was seen, ms. */
export type Traffic = { sent: boolean; bytes: Buffer; at: number };

async function open(browser: Browser, options: BrowserContextOptions): Promise<Person> {
	const context = await browser.newContext({ locale: "en-GB", ...options });
	// What the compiler of these tests wraps named functions in, for those that run in a page.
	await context.addInitScript("globalThis.__name = (f) => f");
	const page = await context.newPage();
	return { context, page, ...watch(page) };
}

/** Keeps what a page throws, reports as an error, and sends and receives over its sockets. */
export function watch(page: Page): Pick<Person, "errors" | "frames"> {
	const errors: string[] = [];
	const frames: Traffic[] = [];
	page.on("pageerror", (error) => errors.push(String(error)));
	page.on("console", (message) => {
		// The console asks who is signed in before anybody is: the browser reports the 401.
		if (message.type() === "error" && !message.text().includes("401 (Unauthorized)")) errors.push(message.text());
	});
	page.on("websocket", (socket) => {
		const keep = (sent: boolean) => (data: { payload: string | Buffer }) =>
			frames.push({ sent, bytes: Buffer.from(data.payload as Buffer), at: performance.now() });
		socket.on("framesent", keep(true));
		socket.on("framereceived", keep(false));
	});
	return { errors, frames };
}

/** Opens any page as a newcomer. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Person> {
	const visitor = await open(browser, { viewport: { width: 1280, height: 800 }, ...options });
	await visitor.page.goto(url);
	return visitor;
}

/** Opens the shop as a newcomer. */
export async function openShop(
	browser: Browser,
	demo: Demo,
	path = "/",
	options: BrowserContextOptions = {},
): Promise<Person> {
	return openPage(browser, new URL(path, demo.shop).href, options);
}

/** Clicks Help, passes the form with the answers if there is one, and reads the six digits. */
export async function askForHelp(visitor: Person, answers: Record<string, string> = {}): Promise<string> {
	await visitor.page.getByRole("button", { name: "Help", exact: true }).click();
	const start = visitor.page.getByRole("button", { name: "Start chat" });
	const code = visitor.page.locator(".panel .code");
	await start.or(code).first().waitFor();
	if (await start.isVisible()) {
		for (const [label, value] of Object.entries(answers)) await visitor.page.getByLabel(label).fill(value);
		await start.click();
	}
	const digits = ((await code.textContent()) ?? "").replace(/\D/g, "");
	assert.match(digits, /^\d{6}$/);
	return digits;
}

/** Sign-ins so far, by the program and the person: they are limited, and tests need many windows. */
const signedIn = new WeakMap<Demo["process"], Map<string, Awaited<ReturnType<BrowserContext["storageState"]>>>>();

/** Opens the demo's console, signed in, and waits for the desk. */
export async function signIn(browser: Browser, demo: Demo, options: BrowserContextOptions = {}): Promise<Person> {
	const before = signedIn.get(demo.process) ?? new Map();
	signedIn.set(demo.process, before);
	const storageState = before.get(demo.agent.email);
	const agent = await signInAt(browser, demo.console, demo.agent, {
		...options,
		...(storageState && { storageState }),
	});
	before.set(demo.agent.email, await agent.context.storageState());
	return agent;
}

/** Opens a console and signs in, unless the options hold a sign-in already. */
export async function signInAt(
	browser: Browser,
	console: string,
	{ email, password }: { email: string; password: string },
	options: BrowserContextOptions = {},
): Promise<Person> {
	const agent = await open(browser, { viewport: { width: 1440, height: 900 }, ...options });
	await agent.page.goto(console);
	if (!options.storageState) {
		await agent.page.getByLabel("E-mail").fill(email);
		await agent.page.getByLabel("Password", { exact: true }).fill(password);
		await agent.page.getByRole("button", { name: "Sign in" }).click();
	}
	await agent.page.getByLabel("6-digit code").waitFor();
	return agent;
}

export async function joinByCode(agent: Person, code: string): Promise<void> {
	await agent.page.getByLabel("6-digit code").fill(code);
}

/** Says yes to the question, which does not take a click before it has been there for a moment. */
export async function allow(visitor: Person): Promise<void> {
	const yes = visitor.page.getByRole("button", { name: "Allow", exact: true });
	await yes.waitFor();
	await sleep(500);
	await yes.click();
}

/** The visitor ends the conversation, which is asked about once more. */
export async function endConversation({ page }: Person): Promise<void> {
	await page.getByRole("button", { name: "End conversation" }).click();
	await page
		.getByRole("group", { name: "End this conversation?" })
		.getByRole("button", { name: "End conversation" })
		.click();
}

/** Visitor and agent, joined, with a picture on the agent's screen. */
export async function liveSession(
	visiting: Browser,
	helping: Browser,
	demo: Demo,
	path = "/",
	options: BrowserContextOptions = {},
): Promise<{ visitor: Person; agent: Person }> {
	const [visitor, agent] = await Promise.all([openShop(visiting, demo, path, options), signIn(helping, demo)]);
	await joinByCode(agent, await askForHelp(visitor));
	await allow(visitor);
	await waitForPicture(agent);
	return { visitor, agent };
}

export async function waitForPicture(agent: Person): Promise<void> {
	await agent.page.locator('.stage[data-state="live"]').waitFor();
	await until("a picture on the agent's screen", () =>
		inMirror(agent, (doc) => (doc.body?.childElementCount ?? 0) > 0 && doc.body.getBoundingClientRect().height > 0),
	);
}

/** In the console's page: the visitor's document as it is shown. A new one may be being built beside it, hidden. */
export const mirroredDocument = `() => {
	const outer = document.querySelector('.device[data-shown="true"] iframe')?.contentDocument;
	const frames = [...(outer?.querySelectorAll("iframe[alongside-stage]") ?? [])];
	return frames.find((f) => outer.defaultView.getComputedStyle(f).visibility !== "hidden")?.contentDocument;
}`;

/**
 * Runs a function on the document of the shown mirror, from the console's own page: the frame itself runs no scripts.
 */
export function inMirror<T, A = undefined>(
	agent: Person,
	read: (doc: Document, argument: A) => T,
	argument?: A,
): Promise<T> {
	// One expression, since the console's policy forbids to make functions of strings.
	return agent.page.evaluate(`(() => {
		const doc = (${mirroredDocument})();
		if (!doc?.documentElement) throw new Error("no mirror");
		return (${read})(doc, ${JSON.stringify(argument)});
	})()`);
}

/** Waits until a check holds; what it throws meanwhile counts as not yet. */
export async function until(what: string, check: () => Promise<boolean> | boolean, timeoutMs = 10_000): Promise<void> {
	let last: unknown;
	for (const end = performance.now() + timeoutMs; performance.now() < end; ) {
		try {
			if (await check()) return;
			last = undefined;
		} catch (error) {
			last = error;
		}
		await sleep(50);
	}
	throw new Error(`waited ${timeoutMs} ms in vain for ${what}${last ? `: ${last}` : ""}`);
}

/** Waits until the mirror shows a text. */
export const mirrorShows = (agent: Person, text: string, timeoutMs?: number): Promise<void> =>
	until(
		`"${text}" on the agent's screen`,
		() => inMirror(agent, (doc, t) => doc.body.innerText.includes(t), text),
		timeoutMs,
	);
