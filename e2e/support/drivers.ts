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
	/** Runs the body of a function in the page and returns its JSON value. */
	run<T>(body: string): Promise<T>;
	/** Clicks as a hand would, CSS px in the viewport. */
	click(x: number, y: number): Promise<void>;
	/** Types into what has the focus. */
	type(text: string): Promise<void>;
	/** Presses a letter while Control is held. */
	control(letter: string): Promise<void>;
	/** Drags by the mouse, where the driver can. */
	drag?(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void>;
	close(): Promise<void>;
};

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
		control: (letter) => page.keyboard.press(`Control+${letter}`),
		async drag(from, to) {
			await page.mouse.move(from.x, from.y);
			await page.mouse.down();
			await page.mouse.move(to.x, to.y, { steps: 4 });
			await page.mouse.up();
		},
		close: () => browser.close(),
	};
}

export async function firefox(): Promise<Driver> {
	const browser = await launch({
		browser: "firefox",
		executablePath: "/usr/bin/firefox-esr",
		headless: true,
		extraPrefsFirefox: { "intl.accept_languages": "en-GB" },
	});
	const page = await browser.newPage();
	await page.setViewport({ width: 1280, height: 800 });
	return {
		name: "Firefox",
		open: async (url) => void (await page.goto(url, { waitUntil: "load" })),
		run: (body) => page.evaluate(`(() => { ${body} })()`) as Promise<never>,
		click: (x, y) => page.mouse.click(x, y),
		type: (text) => page.keyboard.type(text),
		async control(letter) {
			await page.keyboard.down("Control");
			await page.keyboard.press(letter as KeyInput);
			await page.keyboard.up("Control");
		},
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

export async function webkit(): Promise<Driver> {
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
	await browser.manage().window().setRect({ width: 1280, height: 900 });
	return {
		name: "WebKitGTK",
		open: (url) => browser.get(url),
		run: (body) => browser.executeScript(body),
		click: (x, y) =>
			browser
				.actions({ async: true })
				.move({ x: Math.round(x), y: Math.round(y), duration: 0 })
				.click()
				.perform(),
		type: (text) => browser.actions({ async: true }).sendKeys(text).perform(),
		control: (letter) =>
			browser.actions({ async: true }).keyDown(Key.CONTROL).sendKeys(letter).keyUp(Key.CONTROL).perform(),
		async close() {
			await browser.quit();
			driver.kill();
			screen.process.kill();
		},
	};
}
