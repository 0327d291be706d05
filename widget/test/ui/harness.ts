import assert from "node:assert/strict";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { CHROMIUM_FLAGS } from "../../../e2e/support/chromium.ts";
import { TestServer } from "./server.ts";

/** A shop's page with styles that would reach any widget that is not fenced off. */
export const shop = (server: TestServer, extra = "", head = "", lang = "en") => `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop</title>
<style>
* { letter-spacing: .01em; } button { background: hotpink; border-radius: 0; text-transform: uppercase; }
div { color: maroon; } body { font: 16px/1.5 Georgia, serif; margin: 0; padding: 24px; background: #faf7f2; color: #222; }
body > :last-child { outline: 4px solid green; }
</style>${head}
<script src="${server.origin}/widget.js?site=demo" async></script></head>
<body><main><h1>House plants</h1><p>A monstera for every corner.</p><input aria-label="Name"><a href="/second">Next</a>
<button id="order">Order</button></main>${extra}</body></html>`;

const MODAL = `<dialog id="modal"><p>Pick a size</p><button autofocus>Large</button></dialog>`;

let browser: Browser | undefined;
let server: TestServer | undefined;

export async function open(): Promise<{ browser: Browser; server: TestServer }> {
	browser ??= await chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: CHROMIUM_FLAGS,
		ignoreDefaultArgs: ["--disable-back-forward-cache"],
	});
	server ??= await TestServer.start();
	server.pages.set("/", { html: shop(server, MODAL) });
	server.pages.set("/second", { html: shop(server, "<p>Second page</p>").replace("<title>Shop", "<title>Second") });
	server.pages.set("/plain", { html: "<!doctype html><title>Plain</title><p>Without the widget" });
	return { browser, server };
}

export async function shut(): Promise<void> {
	await browser?.close();
	await server?.stop();
}

/** A page of a fresh visitor; errors of the page fail the test. */
export async function visit(
	path = "/",
	options: BrowserContextOptions = {},
): Promise<{ page: Page; server: TestServer; context: BrowserContext; errors: string[]; done(): Promise<void> }> {
	const { browser, server } = await open();
	server.reset();
	const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, locale: "en-GB", ...options });
	const errors: string[] = [];
	context.on("page", (page) => {
		page.on("pageerror", (error) => errors.push(String(error)));
		page.setDefaultTimeout(8000);
	});
	const page = await context.newPage();
	await page.goto(server.origin + path);
	return {
		page,
		server,
		context,
		errors,
		done: async () => {
			await context.close();
			assert.deepEqual(errors, []);
		},
	};
}

/** What a test says in the loader's place. */
type Loader = { origin?: "click" | "browse"; person?: object; mayShare?: boolean; liftable?: boolean };

/** Starts the session module in a page without the loader; `window.session` and `window.loader` then play its part. */
export async function boot(page: Page, server: TestServer, loader: Loader = {}): Promise<void> {
	await page.goto(`${server.origin}/plain`);
	await page.evaluate(() => sessionStorage.clear());
	// The compiler of these tests gives each function its name by a helper that the page does not have.
	await page.evaluate("globalThis.__name = (named) => named");
	await page.evaluate(
		async ({ server, loader }) => {
			const host = document.documentElement.appendChild(document.createElement("alongside-help"));
			host.style.cssText = "position:fixed;inset:0;width:auto;height:auto;margin:0;border:0;pointer-events:none";
			const root = host.attachShadow({ mode: "open" });
			const launcher = root.appendChild(document.createElement("button"));
			launcher.className = "launcher";
			launcher.appendChild(document.createElement("span")).textContent = "Help";
			const played = {
				liftable: true,
				mayShare: true,
				person: {},
				...loader,
				lifts: 0,
				states: [] as string[],
				closed: 0,
			};
			const spoken = ["en", "es", "de", "fr", "ar"];
			const wished = [document.documentElement.lang, ...navigator.languages].map((tag) => tag.split("-")[0] ?? "");
			const language = wished.find((tag) => spoken.includes(tag)) ?? "en";
			const [{ start }, { texts }] = await Promise.all([
				import(`${server}/widget/session.js`),
				import(`${server}/widget/texts-${language}.js`),
			]);
			const session = start({
				site: "demo",
				server: `${server}/`,
				build: "abc123",
				language,
				texts,
				host,
				root,
				launcher,
				origin: loader.origin ?? "click",
				person: () => played.person,
				mayShare: () => played.mayShare,
				mayLift: () => true,
				mayList: () => loader.origin === "browse",
				objected: () => undefined,
				optOutURL: () => `${server}/exclude/demo`,
				sensitive: () => false,
				lift: () => {
					played.lifts++;
					played.mayShare ||= played.liftable;
				},
				emit: (state: string) => played.states.push(state),
				closed: () => played.closed++,
			});
			launcher.addEventListener("click", () => session.open());
			addEventListener("keydown", (event) => session.key(event), true);
			Object.assign(window, { session, loader: played });
		},
		{ server: server.origin, loader },
	);
}

/** Waits until the check gives something; for what happens on the server's side. */
export async function until<T>(what: string, check: () => T | undefined | false | null, ms = 8000): Promise<T> {
	for (const end = Date.now() + ms; Date.now() < end; ) {
		const value = check();
		if (value) return value;
		await new Promise((resolve) => setTimeout(resolve, 15));
	}
	throw new Error(`timed out: ${what}`);
}

export const launcher = (page: Page) => page.locator("button.launcher");
export const panel = (page: Page) => page.locator(".panel");
export const bar = (page: Page) => page.locator(".bar:not([hidden])");

/** Clicks Help and waits for code and connection. */
export async function askForHelp(page: Page, server: TestServer): Promise<void> {
	await launcher(page).click();
	await panel(page).locator(".code").waitFor();
	await until("a connection", () => server.open[0]?.hello);
}

/** Ends the conversation by the visitor's hand, with the question whether that is meant. */
export async function endChat(page: Page): Promise<void> {
	if (!(await panel(page).isVisible())) await bar(page).getByRole("button", { name: "Chat" }).click();
	await panel(page).getByRole("button", { name: "End conversation" }).click();
	await panel(page).getByRole("group").getByRole("button", { name: "End conversation" }).click();
}

/** From nothing to an agent who sees the page. */
export async function beSeen(page: Page, server: TestServer, name = "Mina"): Promise<void> {
	await askForHelp(page, server);
	server.ask(name);
	await page.getByRole("alertdialog").waitFor();
	await page.waitForTimeout(450);
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	await bar(page).waitFor();
	await until("a snapshot", () => server.tab.of(0x10).length > 0);
}
