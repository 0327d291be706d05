/**
 * Firefox ESR (WebDriver BiDi), WebKitGTK (WebDriver) and Chromium behind a few verbs, for what every browser must pass.
 * The steps run as scripts in the page, so that one wording serves all browsers, open shadow roots included.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type KeyInput, launch } from "puppeteer-core";
import { Builder, Capabilities, Key } from "selenium-webdriver";
import { launch as launchChromium } from "./browser.ts";

export type Driver = {
	name: string;
	open(url: string): Promise<void>;
	/** Runs the body of a function in the page and returns its JSON value, waited for if it is a promise. */
	run<T>(body: string): Promise<T>;
	/** Clicks as a hand would, CSS px in the viewport. */
	click(x: number, y: number): Promise<void>;
	/** Types into what has the focus. */
	type(text: string): Promise<void>;
	/** Presses a key, with what is held meanwhile before it: `Enter`, `Control+f`. */
	press(keys: string): Promise<void>;
	/** Moves the pointer, CSS px in the viewport. */
	move(to: Point): Promise<void>;
	/** Presses the button of the mouse at a point and lets it go at another. */
	drag(from: Point, to: Point): Promise<void>;
	back(): Promise<void>;
	forward(): Promise<void>;
	/** The viewport as a PNG file. */
	picture(): Promise<Buffer>;
	close(): Promise<void>;
};
export type Point = { x: number; y: number };

/** Chromium behind the same verbs, for what runs in all three. */
export async function chromium(): Promise<Driver> {
	const browser = await launchChromium();
	const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 } });
	await context.grantPermissions(["clipboard-read", "clipboard-write"]);
	const page = await context.newPage();
	return {
		name: "Chromium",
		open: async (url) => void (await page.goto(url)),
		run: (body) => page.evaluate(`(() => { ${body} })()`) as Promise<never>,
		click: (x, y) => page.mouse.click(x, y),
		type: (text) => page.keyboard.type(text),
		press: (keys) => page.keyboard.press(keys),
		move: ({ x, y }) => page.mouse.move(x, y),
		async drag(from, to) {
			await page.mouse.move(from.x, from.y);
			await page.mouse.down();
			await page.mouse.move(to.x, to.y, { steps: 4 });
			await page.mouse.up();
		},
		back: async () => void (await page.goBack()),
		forward: async () => void (await page.goForward()),
		picture: () => page.screenshot({ caret: "initial", animations: "allow" }),
		close: () => browser.close(),
	};
}

/** Of the viewport, CSS px. */
export type Size = { width: number; height: number };
const SIZE: Size = { width: 1280, height: 800 };

export async function firefox(size = SIZE): Promise<Driver> {
	const browser = await launch({
		browser: "firefox",
		executablePath: "/usr/bin/firefox-esr",
		headless: true,
		// Scroll bars that take no room, as the other browsers have them here.
		extraPrefsFirefox: { "intl.accept_languages": "en-GB", "ui.useOverlayScrollbars": 1 },
	});
	const page = await browser.newPage();
	await page.setViewport(size);
	return {
		name: "Firefox",
		open: async (url) => void (await page.goto(url, { waitUntil: "load" })),
		run: (body) => page.evaluate(`(() => { ${body} })()`) as Promise<never>,
		click: (x, y) => page.mouse.click(x, y),
		type: (text) => page.keyboard.type(text),
		async press(keys) {
			const held = keys.split("+") as KeyInput[];
			const key = held.pop() as KeyInput;
			for (const each of held) await page.keyboard.down(each);
			await page.keyboard.press(key);
			for (const each of held.reverse()) await page.keyboard.up(each);
		},
		move: ({ x, y }) => page.mouse.move(x, y),
		async drag(from, to) {
			await page.mouse.move(from.x, from.y);
			await page.mouse.down();
			await page.mouse.move(to.x, to.y, { steps: 4 });
			await page.mouse.up();
		},
		back: async () => void (await page.goBack()),
		forward: async () => void (await page.goForward()),
		picture: async () => Buffer.from(await page.screenshot()),
		close: () => browser.close(),
	};
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === "string") throw new Error("no port");
	return address.port;
}

/** An X server on a display of its own choice: MiniBrowser has no headless mode. */
async function startDisplay(): Promise<{ display: string; process: ChildProcess }> {
	const process = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"], {
		stdio: ["ignore", "ignore", "ignore", "pipe"],
	});
	const [number] = await once(process.stdio[3] as NodeJS.ReadableStream, "data");
	return { display: `:${String(number).trim()}`, process };
}

async function untilReady(url: string): Promise<void> {
	for (let tries = 0; tries < 100; tries++) {
		if (await fetch(url).catch(() => undefined)) return;
		await sleep(100);
	}
	throw new Error(`nothing answers at ${url}`);
}

/** MiniBrowser lies in the library folder of the machine's architecture. */
function miniBrowser(): string {
	const found = readdirSync("/usr/lib")
		.map((folder) => `/usr/lib/${folder}/webkit2gtk-4.1/MiniBrowser`)
		.find((path) => existsSync(path));
	if (!found) throw new Error("MiniBrowser is missing: install webkit2gtk-driver");
	return found;
}

/** What MiniBrowser's own bar takes of a window, px. */
const BAR = 38;

export async function webkit({ width, height } = SIZE): Promise<Driver> {
	const port = await freePort();
	const screen = await startDisplay();
	const driver: ChildProcess = spawn("/usr/bin/WebKitWebDriver", [`--port=${port}`], {
		stdio: "ignore",
		env: {
			...process.env,
			DISPLAY: screen.display,
			LANGUAGE: "en_GB",
			WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
			GTK_A11Y: "none",
			NO_AT_BRIDGE: "1",
		},
	});
	await untilReady(`http://127.0.0.1:${port}/status`);
	const browser = await new Builder()
		.usingServer(`http://127.0.0.1:${port}`)
		.withCapabilities(
			new Capabilities({
				browserName: "MiniBrowser",
				"webkitgtk:browserOptions": {
					binary: miniBrowser(),
					args: ["--automation"],
				},
			}),
		)
		.build();
	await browser
		.manage()
		.window()
		.setRect({ width, height: height + BAR });
	const actions = () => browser.actions({ async: true });
	const at = ({ x, y }: Point) => ({ x: Math.round(x), y: Math.round(y), duration: 0 });
	return {
		name: "WebKitGTK",
		open: (url) => browser.get(url),
		run: (body) => browser.executeScript(body),
		click: (x, y) => actions().move(at({ x, y })).click().perform(),
		type: (text) => actions().sendKeys(text).perform(),
		async press(keys) {
			const [key = "", ...held] = keys
				.split("+")
				.map((name) => KEYS[name] ?? name)
				.reverse();
			const pressing = actions();
			for (const each of held) pressing.keyDown(each);
			pressing.sendKeys(key);
			for (const each of held) pressing.keyUp(each);
			await pressing.perform();
		},
		move: (to) => actions().move(at(to)).perform(),
		drag: (from, to) => actions().move(at(from)).press().move(at(to)).release().perform(),
		back: () => browser.navigate().back(),
		forward: () => browser.navigate().forward(),
		picture: async () => Buffer.from(await browser.takeScreenshot(), "base64"),
		async close() {
			await browser.quit();
			driver.kill();
			screen.process.kill();
		},
	};
}

/** Keys by their names in the DOM, as WebDriver numbers them. */
const KEYS: Readonly<Record<string, string>> = {
	ArrowDown: Key.ARROW_DOWN,
	Control: Key.CONTROL,
	Enter: Key.ENTER,
	Escape: Key.ESCAPE,
	Shift: Key.SHIFT,
	Tab: Key.TAB,
};
