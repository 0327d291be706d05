/** Large pages, and a visitor on a slow and lossy line. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import {
	allow,
	askForHelp,
	inMirror,
	joinByCode,
	launch,
	mirrorShows,
	openShop,
	type Person,
	signIn,
	until,
} from "./support/browser.ts";
import { startProxy } from "./support/proxy.ts";
import { startWorld } from "./support/world.ts";

const world = startWorld();

/** Serves a page of our own at the shop's address, with the shop's snippet. */
async function servePage(visitor: Person, path: string, body: string): Promise<void> {
	const snippet = await visitor.page.locator('script[src*="widget.js"]').evaluate((script) => script.outerHTML);
	await visitor.page.route(`**${path}`, (route) =>
		route.fulfill({ contentType: "text/html", body: `<!doctype html><title>page</title>${body}${snippet}` }),
	);
	await visitor.page.goto(world.demo.shop + path, { waitUntil: "domcontentloaded" });
}

/** Notes every task of the page that blocks it for longer than 50 ms (W3C Long Tasks). */
async function watchLongTasks(page: Page): Promise<() => Promise<number[]>> {
	await page.evaluate(() => {
		const tasks: number[] = [];
		Object.assign(window, { longTasks: tasks });
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) tasks.push(entry.duration);
		}).observe({ type: "longtask" });
	});
	return () => page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
}

test("a page of 20,000 nodes arrives whole, and follows", async (t) => {
	const visitor = await openShop(world.browser, world.demo);
	const rows = Array.from(
		{ length: 4000 },
		(_, i) => `<tr><td>${i}</td><td>name ${i}</td><td><b>${i * 7}</b></td></tr>`,
	);
	await servePage(visitor, "/large", `<h1>large</h1><table><tbody>${rows.join("")}</tbody></table>`);
	const agent = await signIn(world.browser, world.demo);
	await joinByCode(agent, await askForHelp(visitor));
	const visitorTasks = await watchLongTasks(visitor.page);
	const agentTasks = await watchLongTasks(agent.page);
	await allow(visitor);
	const start = performance.now();
	await until("4,000 rows", () => inMirror(agent, (doc) => doc.querySelectorAll("tr").length === 4000), 20_000);
	t.diagnostic(`4,000 rows (28,000 nodes) on the agent's screen after ${Math.round(performance.now() - start)} ms`);
	await visitor.page.evaluate(() => {
		const body = document.querySelector("tbody") as HTMLElement;
		body.append(...[...body.children].reverse());
	});
	await until("the turned table", () =>
		inMirror(
			agent,
			(doc) => doc.querySelector("tr td")?.textContent === "3999" && doc.querySelectorAll("tr").length === 4000,
		),
	);
	t.diagnostic(
		`long tasks, ms: visitor ${(await visitorTasks()).map(Math.round)}; agent ${(await agentTasks()).map(Math.round)}`,
	);
	await visitor.context.close();
	await agent.context.close();
});

test("a visitor at 1 Mbit/s, 150 ms and 2 % loss with a 2 MB page: text first, steady afterwards", async (t) => {
	const line = await startProxy(world.demo.console, { bitsPerSecond: 1_000_000, delayMs: 75, loss: 0.02 });
	const far = await launch({ origin: world.demo.console, port: line.port });
	try {
		const noise = (): string => {
			const png = new PNG({ width: 320, height: 240 });
			png.data = randomBytes(png.data.length);
			for (let alpha = 3; alpha < png.data.length; alpha += 4) png.data[alpha] = 255;
			return `data:image/png;base64,${PNG.sync.write(png).toString("base64")}`;
		};
		const css = Array.from(
			{ length: 2500 },
			(_, i) => `.c${i}{color:rgb(${i % 256},0,0);padding:${i % 9}px;margin:${i % 7}px}`,
		);
		const words = Array.from(
			{ length: 2500 },
			(_, i) => `<p class="c${i}">paragraph ${i} ${randomBytes(24).toString("hex")}</p>`,
		);
		const images = Array.from({ length: 6 }, () => `<img width="320" height="240" src="${noise()}">`);
		const visitor = await openShop(far, world.demo);
		await servePage(
			visitor,
			"/heavy",
			`<style>${css.join("\n")}</style><h1>heavy</h1>${images.join("")}${words.join("")}`,
		);
		const agent = await signIn(world.browser, world.demo);
		await joinByCode(agent, await askForHelp(visitor));
		await allow(visitor);
		const start = performance.now();
		const sent = line.up();
		const since = () => Math.round(performance.now() - start);
		await mirrorShows(agent, "heavy", 60_000);
		const firstText = since();
		await mirrorShows(agent, "paragraph 2499", 60_000);
		const allText = since();
		const loaded = (doc: Document) => [...doc.images].filter((image) => image.naturalWidth > 0).length;
		const imagesWithText = await inMirror(agent, loaded);
		// Steady: a change is seen although the images are still under way.
		const delays: number[] = [];
		for (let i = 0; i < 10; i++) {
			const at = performance.now();
			await visitor.page.evaluate((n) => document.querySelector("h1")?.replaceChildren(`heavy ${n}`), i);
			await mirrorShows(agent, `heavy ${i}`, 30_000);
			delays.push(Math.round(performance.now() - at));
		}
		await until(
			"all images",
			() => inMirror(agent, (doc) => [...doc.images].every((image) => image.naturalWidth > 0)),
			120_000,
		);
		t.diagnostic(
			`first text ${firstText} ms, all text ${allText} ms, all images ${since()} ms, ${Math.round((line.up() - sent) / 1024)} KiB up; changes meanwhile, ms: ${delays}`,
		);
		assert.ok(imagesWithText < 6, "text comes before the images");
		assert.ok(Math.max(...delays) < 9000, "a change waits for no image");
		await visitor.context.close();
		await agent.context.close();
	} finally {
		await far.close();
		await line.close();
	}
});
