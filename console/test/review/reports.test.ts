/** Reports: what is asked, drawn, read off and downloaded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { says, useConsole } from "../ui/browser.ts";
import { daysReport, peopleReport } from "./samples.ts";
import { figures, ReviewServer } from "./server.ts";

const server = new ReviewServer();
const open = useConsole(server);
let page: Page;

async function visit(query = "", options: BrowserContextOptions = {}): Promise<void> {
	page = await open(options);
	await page.clock.install({ time: "2026-11-22T12:00:00Z" });
	await page.goto(`${server.origin}/reports${query}`);
	await page.locator(".tiles").waitFor();
}
const asked = () => server.asked("GET /reports").at(-1);
const chart = (title: string) => page.getByRole("figure", { name: title, exact: true });
const slider = (title: string) => page.getByRole("slider", { name: title, exact: true });
const bars = (title: string) =>
	chart(title)
		.locator(".chart-read .bar")
		.evaluateAll((all) =>
			all.map((bar) => ({
				key: bar.getAttribute("data-key") ?? "",
				tone: bar.getAttribute("data-tone") ?? "",
				x: Number(bar.getAttribute("x")),
				width: Number(bar.getAttribute("width")),
				height: Number(bar.getAttribute("height")),
			})),
		);

const twoDays = () => ({
	rows: [
		figures("2026-11-20", {
			sessions: 10,
			accepted: 8,
			abandoned: 2,
			waitMedian: 30,
			waitP90: 90,
			ratings: 2,
			ratingMean: 4.5,
			reasons: { r1: 3 },
		}),
		figures("2026-11-21"),
		figures("2026-11-22", {
			sessions: 5,
			accepted: 4,
			abandoned: 0,
			waitMedian: 60,
			waitP90: 60,
			handleMedian: 3725,
			reasons: { r1: 1, r2: 9 },
		}),
	],
	total: figures("", {
		sessions: 15,
		accepted: 12,
		abandoned: 2,
		waitMedian: 42,
		waitP90: 90,
		handleMedian: 3725,
		ratings: 2,
		ratingMean: 4.5,
		reasons: { r1: 4, r2: 9 },
	}),
});

test("whole days of the browser's zone are asked for, and the address keeps the choice", async () => {
	await visit("", { timezoneId: "Pacific/Auckland" });
	assert.deepEqual(asked(), { from: "2026-10-25", to: "2026-11-23", by: "day", zone: "Pacific/Auckland" });
	await page.getByText("Days begin and end in the time zone Pacific/Auckland.").waitFor();
	await page.getByLabel("Period").selectOption("Last month");
	await page.getByLabel("By").selectOption("Team");
	await page.getByLabel("Site").selectOption("Garden Club");
	await page.waitForFunction(() => location.search.includes("site="));
	assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), {
		period: "lastMonth",
		by: "team",
		site: "s2",
	});
	await page.waitForTimeout(200);
	assert.deepEqual(asked(), { from: "2026-10-01", to: "2026-10-31", by: "team", site: "s2", zone: "Pacific/Auckland" });
	await page.reload();
	await page.locator(".tiles").waitFor();
	assert.equal(asked()?.from, "2026-10-01");
	assert.equal(await page.getByLabel("Period").inputValue(), "lastMonth");
});

test("own dates count once both are whole and in order", async () => {
	await visit("?period=7d");
	await page.getByLabel("Period").selectOption("Choose dates…");
	assert.equal(await page.getByLabel("From").inputValue(), "2026-11-16");
	const before = server.asked("GET /reports").length;
	await page.getByLabel("From").fill("2026-11-23");
	await page.getByText("The end is before the beginning.").waitFor();
	await page.getByLabel("From").fill("2020-01-01");
	await page.getByText("Choose at most 1,000 days.").waitFor();
	assert.equal(server.asked("GET /reports").length, before);
	await page.getByLabel("From").fill("2026-11-20");
	await page.waitForFunction(() => location.search === "?from=2026-11-20&to=2026-11-22");
	await page.waitForTimeout(200);
	assert.deepEqual(asked(), { from: "2026-11-20", to: "2026-11-22", by: "day", zone: asked()?.zone ?? "" });
});

test("charts and table show the same figures, and the file is asked for as the report was", async () => {
	server.state.report = twoDays();
	await visit("?from=2026-11-20&to=2026-11-22&team=t2");
	const cells = (key: string) => page.locator(`.figures-table [data-key="${key}"] > *`).allTextContents();
	assert.deepEqual(await cells("2026-11-20"), [
		"Fri, Nov 20, 2026",
		"10",
		"8",
		"2",
		"0",
		"0:30",
		"1:30",
		"–",
		"2",
		"4.5",
		"0",
		"3",
	]);
	assert.deepEqual(await cells("2026-11-21"), [
		"Sat, Nov 21, 2026",
		"0",
		"0",
		"0",
		"0",
		"–",
		"–",
		"–",
		"0",
		"–",
		"0",
		"0",
	]);
	const head = await page.locator(".figures-table thead th").allTextContents();
	assert.deepEqual(head.slice(-2), ["Reason: Payment", "Reason: Delivery"], "the most frequent first");
	assert.deepEqual((await page.locator(".figures-table tfoot tr > *").allTextContents()).slice(0, 4), [
		"Total",
		"15",
		"12",
		"2",
	]);
	const drawn = await bars("Requests per day");
	const height = (key: string, tone: string) => drawn.find((bar) => bar.key === key && bar.tone === tone)?.height ?? 0;
	assert.ok(Math.abs(height("2026-11-20", "main") / height("2026-11-20", "bad") - 4) < 0.01, "8 accepted, 2 abandoned");
	assert.ok(Math.abs(height("2026-11-22", "main") / height("2026-11-22", "wait") - 4) < 0.01, "1 still waits");
	assert.equal(drawn.filter(({ key }) => key === "2026-11-21").length, 0);
	assert.equal((await bars("Ratings")).length, 1, "a day without a rating has none, not 0");
	const reasons = await bars("Reasons");
	assert.deepEqual(
		reasons.map(({ key }) => key),
		["r2", "r1"],
	);
	assert.ok(Math.abs((reasons[0]?.width ?? 0) / (reasons[1]?.width ?? 1) - 9 / 4) < 0.01);
	const [download] = await Promise.all([
		page.waitForEvent("download"),
		page.getByRole("link", { name: "Download as CSV" }).click(),
	]);
	assert.equal(download.suggestedFilename(), "report.csv");
	assert.deepEqual(server.asked("GET /reports.csv").at(-1), asked());
});

test("values are read off with the keyboard and with the pointer", async () => {
	server.state.report = twoDays();
	await visit();
	const read = slider("Requests per day");
	await chart("Requests per day").getByText("Requests for help: 15, accepted: 12, abandoned: 2").waitFor();
	await read.focus();
	await page.keyboard.press("Home");
	assert.equal(await read.getAttribute("aria-valuetext"), "Fri, Nov 20, 2026: Accepted 8, Abandoned 2, Waiting 0");
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowRight");
	assert.equal(await read.getAttribute("aria-valuetext"), "Sun, Nov 22, 2026: Accepted 4, Abandoned 0, Waiting 1");
	await says(chart("Requests per day").locator(".legend"), /^Sun, Nov 22, 2026Accepted4Abandoned0/);
	await slider("Wait").focus();
	await page.keyboard.press("End");
	await page.keyboard.press("ArrowLeft");
	assert.equal(await slider("Wait").getAttribute("aria-valuetext"), "Sat, Nov 21, 2026: no value");
	const box = await read.boundingBox();
	assert.ok(box);
	// Near the end of the first day's place, beside the axis of 48 px and the rest of 10 px.
	await page.mouse.move(box.x + 48 + ((box.width - 58) / 3) * 0.9, box.y + 60);
	await says(chart("Requests per day").locator(".legend"), /^Fri, Nov 20, 2026Accepted8/);
	await page.mouse.move(box.x + box.width - 30, box.y + 60);
	await says(chart("Requests per day").locator(".legend"), /^Sun, Nov 22, 2026Accepted4/);
	await page.mouse.move(0, 0);
	await says(chart("Requests per day").locator(".legend"), /^Accepted/);
});

test("right to left, time runs to the left, with the pointer and the keys", async () => {
	server.state.report = twoDays();
	await visit("", { locale: "ar" });
	const all = await page
		.locator("figure")
		.first()
		.locator(".chart-read .bar")
		.evaluateAll((bars) => bars.map((bar) => [bar.getAttribute("data-key"), Number(bar.getAttribute("x"))] as const));
	const at = (key: string) => all.find(([one]) => one === key)?.[1] ?? 0;
	assert.ok(at("2026-11-20") > at("2026-11-22"));
	const read = page.getByRole("slider").first();
	await read.focus();
	await page.keyboard.press("Home");
	await page.keyboard.press("ArrowLeft");
	assert.equal(await read.getAttribute("aria-valuenow"), "2");
	const box = await read.boundingBox();
	assert.ok(box);
	await page.mouse.move(box.x + box.width - 80, box.y + 60);
	assert.equal(await read.getAttribute("aria-valuenow"), "1");
});

test("names stand the busiest first, those nobody helped last", async () => {
	server.state.report = peopleReport(server.state.people);
	await visit("?by=agent");
	const names = await page.locator(".figures-table tbody th").allTextContents();
	assert.equal(names.length, 5);
	assert.equal(names.at(-1), "Nobody");
	assert.ok(names.includes("Former colleague"));
	const counts = (await page.locator(".figures-table tbody td:nth-child(2)").allTextContents())
		.slice(0, -1)
		.map(Number);
	assert.deepEqual(
		counts,
		[...counts].sort((a, b) => b - a),
	);
	const read = slider("Requests");
	await read.focus();
	await page.keyboard.press("End");
	assert.equal(await read.getAttribute("aria-valuetext"), "Nobody: Accepted 0, Abandoned 31");
});

test("a year fits into a phone; one day, and no day at all", async () => {
	server.state.report = daysReport(365);
	await visit("?period=year", { viewport: { width: 360, height: 740 } });
	const read = slider("Requests per day");
	await read.scrollIntoViewIfNeeded();
	const wide = await page
		.locator(".chart-scroll")
		.first()
		.evaluate((box) => box.scrollWidth - box.clientWidth);
	assert.equal(wide, 0);
	assert.equal(await read.getAttribute("aria-valuemax"), "365");
	server.state.report = daysReport(1);
	await page.goto(`${server.origin}/reports?period=today`);
	await chart("Requests per day").waitFor();
	assert.ok((await bars("Requests per day")).every(({ width }) => width > 0 && width <= 48));
	server.state.report = { rows: [figures("2026-11-22")], total: figures("") };
	await page.goto(`${server.origin}/reports?period=today`);
	await page.getByText("Nothing happened in this period").waitFor();
	assert.equal(await page.locator(".chart").count(), 0);
});

test("a failure is said and tried again", async () => {
	server.state.failing.add("GET /reports");
	page = await open();
	await page.goto(`${server.origin}/reports`);
	await page.getByText("Something went wrong").waitFor();
	server.state.failing.clear();
	await page.getByRole("button", { name: "Try again" }).click();
	await page.locator(".tiles").waitFor();
});

test("on paper there is the report and nothing around it, on white, with every row", async () => {
	server.state.report = daysReport(60);
	await visit("", { colorScheme: "dark" });
	await page.emulateMedia({ media: "print", colorScheme: "dark" });
	assert.equal(await page.locator(".top").isVisible(), false);
	assert.equal(await page.locator(".filters").isVisible(), false);
	assert.equal(await page.locator(".figures").evaluate((box) => box.scrollHeight - box.clientHeight), 0);
	assert.equal(await page.locator("body").evaluate((body) => getComputedStyle(body).color), "rgb(23, 26, 33)");
	const total = page.locator(".figures-table tfoot th");
	assert.equal(
		await total.evaluate((cell) => getComputedStyle(cell).position),
		"static",
		"what sticks would print twice",
	);
	if (process.env.SHOTS) await page.pdf({ path: `${process.env.SHOTS}/report.pdf`, format: "A4" });
});
