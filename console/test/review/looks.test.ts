/** History, session, board and reports in light and dark, left-to-right and right-to-left, large and small. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { assertAccessible, useConsole } from "../ui/browser.ts";
import { busyBoard, daysReport, peopleReport, someMessages, someSessions, wholeSession } from "./samples.ts";
import { ReviewServer } from "./server.ts";

const server = new ReviewServer();
const open = useConsole(server);
let page: Page;

const views: Record<string, BrowserContextOptions> = {
	light: { colorScheme: "light" },
	dark: { colorScheme: "dark", locale: "de-DE" },
	arabic: { colorScheme: "light", locale: "ar" },
	spanish: { colorScheme: "dark", locale: "es-ES", viewport: { width: 820, height: 1100 } },
	phone: { colorScheme: "light", viewport: { width: 360, height: 740 }, hasTouch: true },
	"phone-french": { colorScheme: "dark", locale: "fr-FR", viewport: { width: 360, height: 740 }, hasTouch: true },
};

async function look(name: string): Promise<void> {
	const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	assert.ok(over <= 0, `${name}: ${over} px wider than the window`);
	if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
	await assertAccessible(page, name);
}

for (const [view, options] of Object.entries(views))
	test(`all four: ${view}`, async () => {
		page = await open(options);
		await page.goto(`${server.origin}/sessions?q=roses`);
		await page.locator(".nothing").waitFor();
		await look(`sessions-none-${view}`);
		server.state.sessions = { "": { items: someSessions(), next: "x" } };
		await page.goto(`${server.origin}/sessions?site=s1&period=30d&rating=4-5&ticket=SHOP-118`);
		await page.locator("[data-session]").first().waitFor();
		await look(`sessions-${view}`);
		server.state.session = { a1: wholeSession(), a3: { ...wholeSession(), ...someSessions()[2] } };
		server.state.messages = { "": { items: someMessages(), next: "4" } };
		await page.goto(`${server.origin}/sessions/a1`);
		await page.locator(".transcript").waitFor();
		await look(`session-${view}`);
		await page.goto(`${server.origin}/sessions/a3`);
		await page.locator('a[href^="mailto:"]').waitFor();
		await look(`message-${view}`);
		await page.goto(`${server.origin}/board`);
		await page.locator(".tiles").waitFor();
		await look(`board-empty-${view}`);
		server.state.board = busyBoard();
		await page.goto(`${server.origin}/board`);
		await page.locator(".tiles").waitFor();
		await look(`board-${view}`);
		await page.goto(`${server.origin}/reports`);
		await page.locator(".nothing").waitFor();
		await look(`reports-none-${view}`);
		server.state.report = daysReport(30);
		await page.goto(`${server.origin}/reports`);
		await page.locator(".chart .bar").nth(20).waitFor();
		await page.getByRole("slider").first().focus();
		await page.keyboard.press("End");
		await look(`reports-${view}`);
		server.state.report = daysReport(365);
		await page.goto(`${server.origin}/reports?period=year`);
		await page.locator(".chart .bar").nth(20).waitFor();
		await look(`reports-year-${view}`);
		server.state.report = daysReport(1);
		await page.goto(`${server.origin}/reports?period=today`);
		await page.locator(".chart .bar").first().waitFor();
		await look(`reports-day-${view}`);
		server.state.people = Array.from({ length: 50 }, (_, i) => ({
			id: `p${i}`,
			name: `Agent Nr. ${i} of the long names`,
		}));
		server.state.report = peopleReport(server.state.people);
		await page.goto(`${server.origin}/reports?by=agent`);
		await page.locator(".chart .bar").nth(20).waitFor();
		await look(`reports-agents-${view}`);
	});
