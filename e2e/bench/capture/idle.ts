/**
 * What the widget costs a page that nobody watches, ms of CPU a second: with the button alone, and with a session that
 * waits for somebody, beside the same page whose request for widget.js is refused. All at once, each in its own browser.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { askForHelp, launch, openShop } from "../../support/browser.ts";
import { startDemo } from "../../support/demo.ts";
import { ProcessClock, since } from "./cpu.ts";

/** The waiting dot has stopped moving by then. */
const SETTLE_MS = 12_000;
const WATCHED_MS = 20_000;

export type Idle = { page: string; msPerSecond: number };

async function renderer(browser: Browser): Promise<number> {
	const system = await browser.newBrowserCDPSession();
	const { processInfo } = await system.send("SystemInfo.getProcessInfo");
	const used = processInfo.filter(({ type }) => type === "renderer").sort((a, b) => b.cpuTime - a.cpuTime);
	if (!used[0]) throw new Error("the page has no process");
	return used[0].id;
}

export async function idle(): Promise<Idle[]> {
	const demo = await startDemo();
	const without = async (browser: Browser): Promise<Page> => {
		const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
		const page = await context.newPage();
		await page.route("**/widget.js*", (route) => route.abort());
		await page.goto(demo.shop);
		return page;
	};
	const ways: Record<string, (browser: Browser) => Promise<unknown>> = {
		"without the widget": without,
		"with the button": (browser) => openShop(browser, demo),
		"with a session that waits": async (browser) => askForHelp(await openShop(browser, demo)),
	};
	const browsers: Browser[] = [];
	try {
		const clocks = new Map<string, ProcessClock>();
		for (const [name, open] of Object.entries(ways)) {
			const browser = await launch();
			browsers.push(browser);
			await open(browser);
			clocks.set(name, new ProcessClock(await renderer(browser)));
		}
		await sleep(SETTLE_MS);
		const before = new Map([...clocks].map(([name, clock]) => [name, clock.read()]));
		const began = performance.now();
		await sleep(WATCHED_MS);
		const seconds = (performance.now() - began) / 1000;
		return [...clocks].map(([page, clock]) => {
			const start = before.get(page);
			return { page, msPerSecond: start ? since(clock.read(), start).totalMS / seconds : Number.NaN };
		});
	} finally {
		for (const browser of browsers) await browser.close();
		await demo.stop();
	}
}
