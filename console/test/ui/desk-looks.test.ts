/** The desk and the room with its chat, in light and dark, right-to-left and on a phone: reachable, and nothing cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { Kind } from "../../../wire/wire.ts";
import { assertAccessible, shot, useConsole } from "./browser.ts";
import { tab } from "./seat.ts";
import { offer, TestServer, waiting } from "./server.ts";

const server = new TestServer();
const open = useConsole(server);
let page: Page;

const views: Record<string, BrowserContextOptions> = {
	light: { colorScheme: "light" },
	dark: { colorScheme: "dark" },
	arabic: { colorScheme: "light", locale: "ar" },
	phone: { colorScheme: "light", viewport: { width: 360, height: 740 }, hasTouch: true, deviceScaleFactor: 2 },
	"phone-arabic": { colorScheme: "dark", locale: "ar", viewport: { width: 360, height: 740 }, hasTouch: true },
	german: { colorScheme: "dark", locale: "de-DE", viewport: { width: 820, height: 1100 } },
};

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

async function look(name: string): Promise<void> {
	const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(over <= 0, `${name}: ${over} px wider than the window`);
	await shot(page, name);
	await assertAccessible(page, name);
}

for (const [view, options] of Object.entries(views))
	test(`desk, offer, chat, hand-over and wrap-up: ${view}`, async () => {
		const phone = view.startsWith("phone");
		page = await open(options);
		server.colleagues = {
			people: [{ id: "p2", name: "Grace Hopper", status: "available" }],
			teams: [{ id: "t1", name: "Orders" }],
		};
		server.replies = [
			{ id: "1", shortcut: "hello", text: "Hello {visitor}, this is {agent}. How can I help?" },
			{ id: "2", shortcut: "parcel", text: "Parcels leave us every day at five and arrive within two working days." },
		];
		server.reasons = [{ id: "r1", label: "Delivery", retired: false }];
		server.facts = {
			name: "Mia Wallner",
			user: "customer-20417",
			lang: "de-AT",
			browser: "Firefox 143",
			os: "Windows 11",
			answers: [{ field: "q", label: "What is it about?", value: "My parcel has not arrived, order 4711." }],
			page: "https://leaf-and-stem.example/orders/4711",
			title: "Order 4711",
		};
		server.desk.waiting = [
			waiting("r3", {
				position: 1,
				name: "Noor Haddad",
				lang: "ar",
				title: "سلة التسوق",
				since: ago(190),
				front: true,
			}),
			waiting("r4", { position: 2, since: ago(74), team: "t1", offeredTo: "p2" }),
			waiting("r5", {
				position: 3,
				name: "Chidi Anagonye",
				since: ago(12),
				title: "A very long title of a page about plants",
			}),
		];
		server.visitors = [
			{
				room: "r9",
				site: { id: "s1", name: "Leaf & Stem" },
				state: "browsing",
				since: ago(912),
				page: { url: "https://leaf-and-stem.example/plants/monstera", title: "Monstera deliciosa" },
				pageSince: ago(340),
				device: { browser: "Firefox 145", os: "Windows 11", kind: "desktop" },
				lang: "de-AT",
				agents: [],
				sources: 1,
				help: false,
			},
		];

		await page.goto(`${server.origin}/rooms/r1`);
		const seat = await server.seat();
		seat.visitor = "Mia Wallner";
		await seat.welcome("helping", [tab(1, { title: "Order 4711" })]);
		const chat = server.chat("r1");
		chat.add("Hi, where is my parcel?", { name: "Mia Wallner", time: Date.now() - 80_000 });
		await page.locator(".message").waitFor();
		await look(`helping-${view}`);
		if (phone) {
			await page.locator(".front").last().click();
			await look(`helping-page-${view}`);
			await page.locator(".front").first().click();
		}
		const field = page.locator(".composer textarea");
		await field.fill("Let me look: https://leaf-and-stem.example/track/4711");
		await page.keyboard.press("Enter");
		await page.locator('[data-mark="markSent"]').waitFor();
		seat.read(2);
		chat.add("Thank you! Can you see what I see?", { name: "Mia Wallner" });
		await page.locator('[data-mark="markRead"]').waitFor();
		await field.pressSequentially("/");
		await page.locator(".reply").nth(1).waitFor();
		await look(`replies-${view}`);
		await field.fill("");
		seat.stand("asking");
		seat.grant();
		seat.snapshot(1, "Order 4711");
		if (phone) seat.viewport({ width: 390, height: 700 });
		seat.typing(true);
		await page.locator(".typing-dots").waitFor();
		await page.waitForTimeout(400);
		await look(`room-${view}`);
		await page.locator('[data-icon="swap"]').first().click();
		await page.locator("dialog[open] optgroup").first().waitFor({ state: "attached" });
		await look(`hand-over-${view}`);
		await page.keyboard.press("Escape");

		await page.locator(".live-bar a").click();
		await page.locator(".mine-row").waitFor();
		chat.add("Are you still there?", { name: "Mia Wallner" });
		await page.locator(".mine-row .count").waitFor();
		await page.locator(".queue-row").nth(2).waitFor();
		await look(`desk-${view}`);
		server.pushDesk({
			offer: offer("r3", {
				name: "Noor Haddad",
				lang: "ar",
				from: "Grace Hopper",
				note: "Wants a refund for two pots.",
			}),
		});
		await page.locator(".offer").waitFor();
		await look(`offer-${view}`);
		await page.locator(".mine-link").click();
		await page.locator(".offer").waitFor();
		await page.waitForTimeout(200);
		await look(`offer-room-${view}`);
		server.pushDesk({ offer: null });
		seat.json(Kind.room, { state: "ended" });
		seat.socket.close(4410, "ended");
		await page.locator(".wrap-up").waitFor();
		await look(`wrap-up-${view}`);
	});
