import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { CHROMIUM_FLAGS } from "../e2e/support/chromium.ts";

// The real pages from a real server in a real browser, without JavaScript. With PICTURES=folder pictures are kept there.

const PICTURES = process.env.PICTURES;
const PHONE = { width: 390, height: 844 };
const folder = mkdtempSync(join(tmpdir(), "alongside-optout-"));
const AXE = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

interface Places {
	public: string;
	origin: string;
	session: string;
}

let browser: Browser;
let places: Places;
let stop: () => Promise<void>;
const objected: string[] = [];

before(async () => {
	const binary = join(folder, "server");
	execFileSync("go", ["build", "-o", binary, "./optout/testdata/server"]);
	const server = spawn(binary, { stdio: ["pipe", "pipe", "inherit"] });
	const gone = new Promise<void>((resolve) => server.once("exit", () => resolve()));
	stop = () => {
		server.stdin.end();
		return gone;
	};
	const lines = createInterface(server.stdout);
	places = await new Promise((resolve) => lines.once("line", (line) => resolve(JSON.parse(line))));
	lines.on("line", (line) => objected.push(line));
	browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_FLAGS });
});

after(async () => {
	await browser?.close();
	await stop?.();
	rmSync(folder, { recursive: true, force: true });
});

async function visit(path: string, options: BrowserContextOptions, run: (page: Page) => Promise<void>): Promise<void> {
	const context = await browser.newContext({ javaScriptEnabled: false, ...options });
	try {
		const page = await context.newPage();
		await page.goto(places.public + path);
		await run(page);
	} finally {
		await context.close();
	}
}

async function picture(page: Page, name: string): Promise<void> {
	if (!PICTURES) return;
	mkdirSync(PICTURES, { recursive: true });
	await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

const exclude = (query: Record<string, string> = {}) => `/exclude/site_shop?${new URLSearchParams(query)}`;

// req 000-31, 001-19, 001-21: explains, opts out and back in, without JavaScript.
test("a visitor opts out, takes the choice to the site, and opts back in", async () => {
	const from = `${places.origin}/menu?table=4`;
	await visit(exclude({ return: from, s: places.session }), { locale: "en-GB" }, async (page) => {
		assert.match(await page.title(), /Your privacy on Café Lumière/);
		assert.match(await page.innerText("h2"), /have not opted out/);
		await picture(page, "exclude-en");
		const back = page.getByRole("link", { name: /Back to Café Lumière/ });
		assert.equal(await back.getAttribute("href"), from, "nothing was chosen, so nothing is told");

		await page.getByRole("button", { name: "Opt out" }).click();
		assert.match(await page.innerText("h2"), /You have opted out of Café Lumière/);
		assert.match(await page.innerText("[role=status]"), /Saved in this browser/);
		assert.match(await page.innerText(".state"), /Nobody sees your page any more/);
		assert.deepEqual(objected, ["objected acme room1"]);
		await picture(page, "exclude-en-out");

		const cookies = await page.context().cookies();
		assert.equal(cookies.length, 1);
		assert.equal(cookies[0]?.name, "alongside-optout");
		assert.equal(cookies[0]?.value, "site_shop");
		assert.equal(cookies[0]?.httpOnly, true);

		await back.click();
		assert.equal(await page.title(), "The shop");
		assert.match(page.url(), new RegExp(`^${places.origin}/menu\\?table=4#alongside-optout=[\\w-]{40,}$`));

		await page.goto(places.public + exclude());
		await page.getByRole("button", { name: "Opt back in" }).click();
		assert.match(await page.innerText("h2"), /have not opted out/);
		assert.deepEqual(await page.context().cookies(), []);
	});
});

// req 001-20: the page for all sites says what it reaches and lists those it knows.
test("a visitor opts out of all sites", async () => {
	await visit(exclude(), { locale: "en-GB" }, async (page) => {
		await page.getByRole("button", { name: "Opt out" }).click();
		await page.getByRole("link", { name: /All sites that use/ }).click();
		assert.match(await page.innerText("h2"), /not opted out of all sites/);
		assert.match(await page.innerText(".sites"), /Café Lumière\s+opted out/);
		await picture(page, "optout-en");
		await page.getByRole("button", { name: "Opt out of all sites" }).click();
		assert.match(await page.innerText("h2"), /You have opted out of all sites/);
		await page.goto(`${places.public}/exclude/site_other`);
		assert.match(await page.innerText("h2"), /You have opted out of <b>Other<\/b> & Sons/);
		await page.getByRole("button", { name: "Opt back in" }).click();
		await page.goto(`${places.public}/optout`);
		assert.match(await page.innerText(".sites"), /<b>Other<\/b> & Sons\s+not opted out/);
	});
});

test("another site's page cannot choose for the visitor", async () => {
	await visit("/optout", { locale: "en" }, async (page) => {
		await page.route(`${places.origin}/**`, (route) =>
			route.fulfill({
				contentType: "text/html",
				body: `<form method="post" action="${places.public}/optout"><button name="choice" value="out">Win</button></form>`,
			}),
		);
		await page.goto(`${places.origin}/trap`);
		await page.getByRole("button").click();
		assert.match(await page.innerText("main"), /Nothing was changed/);
		assert.deepEqual(await page.context().cookies(), []);
	});
});

test("the pages read from right to left on a phone, and fit in every language", async () => {
	for (const locale of ["ar", "de", "fr", "es", "en"]) {
		await visit(exclude(), { locale, viewport: PHONE, isMobile: true, deviceScaleFactor: 2 }, async (page) => {
			assert.equal(await page.getAttribute("html", "lang"), locale);
			assert.equal(await page.getAttribute("html", "dir"), locale === "ar" ? "rtl" : "ltr");
			await page.getByRole("button").click();
			await picture(page, `exclude-${locale}-phone`);
			for (const target of await page.locator("button, .button").all()) {
				const box = await target.boundingBox();
				assert.ok(box && box.height >= 44 && box.x >= 0 && box.x + box.width <= PHONE.width, JSON.stringify(box));
			}
			const main = await page.locator("main").boundingBox();
			assert.ok(main && main.width <= PHONE.width, `${locale} is wider than the phone`);
		});
	}
	await visit("/optout", { locale: "ar", viewport: PHONE, colorScheme: "dark" }, (page) =>
		picture(page, "optout-ar-dark"),
	);
});

test("the pages are accessible, light and dark, and break no rule of their own policy", async () => {
	for (const colorScheme of ["light", "dark"] as const) {
		for (const path of [exclude(), "/optout", "/exclude/nothing"]) {
			await visit(path, { javaScriptEnabled: true, colorScheme, locale: "en" }, async (page) => {
				const complaints: string[] = [];
				page.on("console", (message) => complaints.push(message.text()));
				await page.reload();
				const looks = await page.evaluate(
					() => getComputedStyle(document.querySelector("main") ?? document.body).maxWidth,
				);
				assert.notEqual(looks, "none", "the style sheet is in force");
				const choose = page.getByRole("button");
				if (await choose.count()) await choose.click();
				await picture(page, `${path.split("/")[1]?.split("?")[0]}-${colorScheme}`);
				await page.evaluate(AXE);
				const found = await page.evaluate(
					"axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes.map(n => n.html)))",
				);
				assert.deepEqual(found, []);
				assert.deepEqual(
					complaints.filter((text) => !/404/.test(text)),
					[],
				);
			});
		}
	}
});
