/** Every page in light and dark, left-to-right and right-to-left, large and small: reachable for all, and nothing cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { Kind } from "../../../wire/wire.ts";
import { assertAccessible, shot, useConsole } from "./browser.ts";
import { type Seat, tab } from "./seat.ts";
import { TestServer, type Visitor } from "./server.ts";

const server = new TestServer();
const open = useConsole(server);
let page: Page | undefined;

const views: Record<string, BrowserContextOptions> = {
	light: { colorScheme: "light" },
	dark: { colorScheme: "dark" },
	arabic: { colorScheme: "light", locale: "ar" },
	phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true, deviceScaleFactor: 2 },
	german: { colorScheme: "dark", locale: "de-DE", viewport: { width: 820, height: 1100 } },
};

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const visitors: Visitor[] = [
	{
		room: "a",
		site: { id: "1", name: "Leaf & Stem" },
		state: "waiting",
		since: ago(74),
		page: { url: "https://leaf-and-stem.example/checkout/delivery", title: "Delivery – Leaf & Stem" },
		pageSince: ago(22),
		device: { browser: "Chrome 142", os: "Android 16", kind: "phone" },
		lang: "en-GB",
		agents: [],
		sources: 1,
	},
	{
		room: "b",
		site: { id: "1", name: "Leaf & Stem" },
		state: "live",
		since: ago(912),
		page: {
			url: "https://leaf-and-stem.example/plants/tropical/large-and-statement-plants/monstera-deliciosa-variegata?pot=terracotta",
			title: "Monstera deliciosa variegata in a hand-thrown terracotta pot, 17 cm, with saucer and a care card",
		},
		pageSince: ago(340),
		device: { browser: "Firefox 145", os: "Windows 11", kind: "desktop" },
		lang: "de-AT",
		agents: ["Grace Hopper", "Ada Lovelace"],
		sources: 3,
	},
	{
		room: "c",
		site: { id: "2", name: "نباتات الواحة" },
		state: "asking",
		since: ago(31),
		page: { url: "https://waha.example/سلة", title: "سلة التسوق" },
		pageSince: ago(31),
		device: { browser: "Safari 26", os: "iPadOS 26", kind: "tablet" },
		lang: "ar",
		agents: ["Ada Lovelace"],
		sources: 1,
	},
	{
		room: "d",
		site: { id: "1", name: "Leaf & Stem" },
		state: "away",
		since: ago(3720),
		page: { url: "https://leaf-and-stem.example/", title: "" },
		pageSince: ago(3720),
		device: { browser: "", os: "", kind: "" },
		lang: "",
		agents: [],
		sources: 0,
	},
];

async function look(name: string): Promise<void> {
	assert.ok(page);
	const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(over <= 0, `${name}: ${over} px wider than the window`);
	await shot(page, name);
	await assertAccessible(page, name);
}

async function enter(): Promise<Seat> {
	assert.ok(page);
	await page.goto(`${server.origin}/rooms/r1`);
	return server.seat();
}

for (const [view, options] of Object.entries(views)) {
	test(`sign-in, list and live view: ${view}`, async () => {
		server.signedIn = false;
		page = await open(options);
		await page.goto(server.origin);
		await page.locator("form").waitFor();
		await look(`sign-in-${view}`);
		server.signedIn = true;
		await page.goto(server.origin);
		await page.locator(".empty").waitFor();
		await look(`empty-${view}`);
		server.push(visitors);
		await page.locator(".visitor").nth(3).waitFor();
		await look(`list-${view}`);
		await page.locator(".account").click();
		await look(`menu-${view}`);
		await page.locator("button.menu-item").first().click();
		await page.locator("dialog[open]").waitFor();
		await look(`shortcuts-${view}`);

		const seat = await enter();
		if (view === "phone") await page.locator(".front").last().click();
		const sources = [tab(1), tab(2, { title: "Your basket (2)", focused: false, visible: false })];
		await seat.welcome("asking", sources);
		await page.getByRole("timer").waitFor();
		await look(`asking-${view}`);
		seat.grant();
		seat.snapshot(1, "Monstera deliciosa");
		if (view === "phone" || view === "german") seat.viewport({ width: 390, height: 700 });
		await page.locator(".curtain").waitFor({ state: "detached" });
		seat.pointer(Kind.pointer, 1, 190, 170);
		await page.locator(".cursor").waitFor();
		await page.waitForTimeout(300);
		await look(`live-${view}`);
		seat.json(Kind.room, { state: "away" });
		await page.locator('.curtain[data-sheer="true"]').waitFor();
		await look(`away-${view}`);
		seat.json(Kind.room, { state: "paused" });
		await page.locator('.stage[data-state="paused"]').waitFor();
		await look(`paused-${view}`);
		seat.refuse("deny");
		await page.locator('.stage[data-state="declined"]').waitFor();
		await look(`declined-${view}`);
	});
}
