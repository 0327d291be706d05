/**
 * The chat through the real program, between real browsers: nothing lost, nothing twice, one order everywhere, whatever
 * happens to the lines; hostile words stay words; the same on phones and from right to left.
 */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { API } from "./support/api.ts";
import {
	askForHelp,
	inMirror,
	launch,
	openShop,
	type Person,
	signIn,
	until,
	waitForPicture,
	watch,
} from "./support/browser.ts";
import { type Demo, startDemo } from "./support/demo.ts";
import { startProxy, type Tunnel } from "./support/proxy.ts";

/** A browser whose connections to the server go over a line of its own. */
type Lined = { browser: Browser; line: Tunnel };

let demo: Demo;
let api: API;
/** The visitor's, and each agent's. */
const ends: Lined[] = [];
let people: Person[] = [];

before(async () => {
	demo = await startDemo();
	for (let i = 0; i < 3; i++) {
		const line = await startProxy(demo.console);
		ends.push({ line, browser: await launch({ origin: demo.console, port: line.port }) });
	}
	api = await new API(demo.console).signIn(demo.agent.email, demo.agent.password);
});
after(async () => {
	for (const { browser, line } of ends) {
		await browser.close();
		await line.close();
	}
	await demo?.stop();
});
afterEach(async () => {
	for (const { line } of ends) line.refuse(false);
	for (const { page } of people) await page.evaluate("window.Alongside?.end?.()").catch(() => {});
	for (const { context } of people) await context.close();
	people = [];
});

const end = (i: number): Lined => ends[i] as Lined;

async function visit(path = "/", options: BrowserContextOptions = {}): Promise<Person> {
	const visitor = await openShop(end(0).browser, demo, path, options);
	people.push(visitor);
	return visitor;
}

async function agent(i: 1 | 2, options: BrowserContextOptions = {}): Promise<Person> {
	const who = { ...demo, agent: i === 1 ? demo.agent : demo.colleague };
	const person = await signIn(end(i).browser, who, options);
	people.push(person);
	return person;
}

/** Another page in the same profile. */
async function beside({ context }: Person, url: string): Promise<Person> {
	const page = await context.newPage();
	const person = { context, page, ...watch(page) };
	await page.goto(url);
	return person;
}

/** A visitor and an agent who talk; nobody sees the page. */
async function talk(options: { visitor?: BrowserContextOptions; agent?: BrowserContextOptions } = {}) {
	const helper = await agent(1, options.agent);
	const visitor = await visit("/", options.visitor);
	await askForHelp(visitor);
	await helper.page.locator(".offer").waitFor();
	await helper.page.keyboard.press("a");
	await side(helper).field.waitFor();
	await visitor.page.locator("alongside-help .wait", { hasText: "is here" }).waitFor();
	return { visitor, helper, room: helper.page.url().split("/").at(-1) ?? "" };
}

/** Where one writes and reads: the widget's panel, or the console. */
function side({ page }: Person) {
	const console = page.url().startsWith(demo.console);
	const at = (selector: string) => page.locator(selector);
	return console
		? { field: at(".composer textarea"), texts: at(".message .bubble") }
		: {
				field: at("alongside-help .composer textarea"),
				texts: at("alongside-help .log li p"),
			};
}

async function say(person: Person, text: string): Promise<void> {
	const { field } = side(person);
	await field.fill(text);
	await field.press("Enter");
}

const shown = (person: Person): Promise<string[]> =>
	side(person).texts.evaluateAll((all) => all.map((one) => one.textContent ?? ""));

async function picture(page: Page, name: string): Promise<void> {
	const folder = process.env.PICTURES;
	if (!folder) return;
	await mkdir(folder, { recursive: true });
	await page.screenshot({ path: `${folder}/${name}.png` });
}

type Kept = { n: number; text: string; role: string; name: string };

async function history(room: string): Promise<Kept[]> {
	const all: Kept[] = [];
	for (let next = "0"; next !== ""; ) {
		const page = await api.ok("GET", `/sessions/${room}/messages?after=${next}&limit=50`);
		all.push(...page.items);
		next = page.next;
	}
	return all;
}

test("two tabs and two agents write a hundred messages while every line is cut at random: none lost, none twice, one order", async () => {
	const { visitor, helper, room } = await talk();
	const second = await agent(2);
	await second.page.goto(`${demo.console}/rooms/${room}`);
	await side(second).field.waitFor();
	const tab = await beside(visitor, new URL("/checkout", demo.shop).href);
	await tab.page.locator("alongside-help .log, alongside-help button.launcher:visible").first().waitFor();
	if (await tab.page.locator("alongside-help button.launcher").isVisible())
		await tab.page.locator("alongside-help button.launcher").click();
	await side(tab).field.waitFor();

	const writers = [visitor, helper, tab, second];
	const said: string[] = [];
	let cuts = 0;
	let writing = true;
	const lines = ends.map(async ({ line }) => {
		while (writing) {
			await sleep(150 + Math.random() * 1200);
			if (!writing) break;
			cuts++;
			// Between frames, in the middle of one on its way up, or of its acknowledgement.
			const where = Math.random();
			if (where < 0.4) line.cut();
			else if (where < 0.7) void line.cutAfterUp(1 + Math.floor(Math.random() * 150));
			else void line.cutAfterDown(1 + Math.floor(Math.random() * 300));
		}
	});
	try {
		for (let i = 0; i < 25; i++)
			await Promise.all(
				writers.map(async (writer, w) => {
					const text = `message ${i} of writer ${w}`;
					said.push(text);
					await say(writer, text);
					await sleep(Math.random() * 200);
				}),
			);
	} finally {
		writing = false;
		await Promise.all(lines);
	}
	for (const writer of writers)
		await until(
			"all messages",
			async () => {
				const count = new Set(await shown(writer)).size;
				if (count >= said.length) return true;
				throw new Error(`${count} of ${said.length}`);
			},
			// After so many cuts a side may be waiting out its longest pause before it tries again.
			150_000,
		);
	await sleep(2000);
	const kept = (await history(room)).map(({ text }) => text);
	assert.deepEqual([...kept].sort(), [...said].sort(), "each is kept once");
	for (const writer of writers) assert.deepEqual(await shown(writer), kept, "the same order everywhere");
	for (let w = 0; w < writers.length; w++) {
		const own = kept.filter((text) => text.endsWith(`writer ${w}`)).map((text) => Number(text.split(" ")[1]));
		assert.deepEqual(
			own,
			[...own].sort((a, b) => a - b),
			"each writer's own order is kept",
		);
	}
	assert(cuts >= 20, `only ${cuts} cuts`);
});

test("what is written offline is sent after, also when the page is loaded anew meanwhile", async () => {
	const { visitor, helper, room } = await talk();
	for (const i of [0, 1]) {
		end(i).line.refuse(true);
		end(i).line.cut();
	}
	await say(visitor, "written offline by the visitor");
	await say(helper, "written offline by the agent");
	await helper.page.getByText("What you write is sent as soon as the connection is back").waitFor();
	await visitor.page.getByText("Sending…").waitFor();
	for (const i of [0, 1]) end(i).line.refuse(false);
	for (const person of [visitor, helper])
		await until("both messages", async () => (await shown(person)).length === 2, 30_000);

	// The next page of the visitor, or the agent's reload, comes before the message was sent.
	for (const [i, person] of [
		[0, visitor],
		[1, helper],
	] as const) {
		end(i).line.refuse(true);
		end(i).line.cut();
		await say(person, `unsent at the load ${i}`);
		await sleep(300);
		end(i).line.refuse(false);
		if (i === 0) await person.page.goto(new URL("/checkout", demo.shop).href);
		else await person.page.reload();
	}
	for (const person of [visitor, helper])
		await until("all messages after the load", async () => (await shown(person)).length === 4, 30_000);
	const kept = (await history(room)).map(({ text }) => text);
	assert.equal(new Set(kept).size, 4);
	for (const person of [visitor, helper]) assert.deepEqual(await shown(person), kept);
});

const hostile = [
	'<img src=x onerror="window.pwned=1"><script>window.pwned=1</script><svg/onload=window.pwned=1>',
	"javascript:window.pwned=1 data:text/html,<script>alert(1)</script> vbscript:x JaVaScRiPt:window.pwned=1",
	'https://example.org/a?b=<c>" https://user:secret@example.org/ file:///etc/passwd',
	"{{7*7}} #{7*7} %3Cscript%3E &lt;b&gt; </textarea></li></ol>",
	"safe \u202Egnp.exe\u202C \u2066\u200F after",
	`${"x".repeat(3999)}y`,
	"👩‍👩‍👧‍👦🏳️‍🌈 שלום مرحبا é́́́",
	"line one\nline two\ttab",
];

test("hostile words are shown as words on both sides, and never run", async () => {
	const { visitor, helper, room } = await talk();
	for (const text of hostile) {
		await say(visitor, text);
		await say(helper, text);
		await sleep(150);
	}
	// What no keyboard types, but scripts and pastes do: taken out, the rest is sent.
	for (const person of [visitor, helper]) {
		const { field } = side(person);
		await field.evaluate((area) => {
			(area as HTMLTextAreaElement).value = "nul\u0000l bell\u0007 half \uD83D and \uDE00.";
			area.dispatchEvent(new Event("input", { bubbles: true }));
		});
		await field.press("Enter");
	}
	const said = [...hostile, "null bell half \uFFFD and \uFFFD."];
	for (const person of [visitor, helper]) {
		await until("all texts", async () => (await shown(person)).length === said.length * 2, 20_000);
		const texts = await shown(person);
		for (const text of said)
			assert.equal(texts.filter((one) => one === text).length, 2, JSON.stringify(text).slice(0, 80));
		assert.equal(await person.page.evaluate("window.pwned"), undefined);
		assert.equal(await side(person).texts.locator(":not(a)").count(), 0, "nothing but words and links");
		const links = await side(person)
			.texts.locator("a")
			.evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
		for (const href of links) assert.match(href, /^https:\/\/example\.org\/a/, "only safe addresses are links");
		assert(links.length >= 2);
		const page = await person.page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
		assert((page[1] ?? 0) <= (page[0] ?? 0), "a long word does not widen the page");
	}
	// Beyond the limit nothing leaves the field; nothing that is only control characters is a message.
	for (const person of [visitor, helper]) {
		const before = (await shown(person)).length;
		await say(person, " \n ");
		await sleep(300);
		assert.equal((await shown(person)).length, before);
		assert.equal(await side(person).field.getAttribute("maxlength"), "4000");
	}
	assert.equal((await history(room)).length, said.length * 2);
	await picture(helper.page, "chat-hostile-console");
	await picture(visitor.page, "chat-hostile-widget");
	// The session's page of the history shows the same words.
	await helper.page.goto(`${demo.console}/sessions/${room}`);
	await helper.page.getByText("window.pwned=1").first().waitFor();
	assert.equal(await helper.page.evaluate("window.pwned"), undefined);
});

test("who types and what was read is told both ways; ready replies fill in their placeholders", async () => {
	await api.ok("PUT", "/replies", {
		items: [{ id: "", shortcut: "hi", text: "Hello {visitor}, I am {agent} of {site}. You are at {page}." }],
	});
	const { visitor, helper } = await talk();
	await helper.page.reload();
	await side(helper).field.waitFor();
	await side(visitor).field.pressSequentially("Where is");
	await helper.page.locator(".typing", { hasText: "is typing…" }).waitFor();
	await side(visitor).field.fill("Where is my pot?");
	await side(visitor).field.press("Enter");
	await helper.page.getByText("Where is my pot?").waitFor();
	await until("no more typing", async () => !(await helper.page.locator(".typing").innerText()).includes("typing"));
	await visitor.page.locator("alongside-help .sent", { hasText: /^Read$/ }).waitFor();

	const { field } = side(helper);
	await field.pressSequentially("/hi");
	await visitor.page.locator("alongside-help .typing", { hasText: "Ada is typing…" }).waitFor();
	await helper.page.getByRole("option", { name: /hi/ }).waitFor();
	await field.press("Enter");
	const title = await visitor.page.title();
	await until("the reply to be filled in", async () => /^Hello.*, I am Ada of /.test(await field.inputValue()));
	const filled = await field.inputValue();
	assert(filled.includes(title), `"${title}" in "${filled}"`);
	assert.doesNotMatch(filled, /[{}]/);
	await field.press("Enter");
	await until("the reply", async () => (await shown(visitor)).includes(filled));
	await helper.page.locator('[data-mark="markRead"]').waitFor();
	// With the panel folded away nothing counts as read.
	await visitor.page.getByRole("button", { name: "Minimise" }).click();
	await say(helper, "Are you there?");
	await helper.page.locator('[data-mark="markSent"]').last().waitFor();
	await visitor.page.locator("alongside-help button.launcher", { hasText: "1" }).waitFor();
	await sleep(500);
	assert.equal(await helper.page.locator('[data-mark="markSent"]').count(), 1);
	await visitor.page.locator("alongside-help button.launcher").click();
	await until("read", async () => (await helper.page.locator('[data-mark="markSent"]').count()) === 0);
});

test("who signs in on the site in the middle of a talk is known to the agent without a reload", async () => {
	const { visitor, helper, room } = await talk();
	await say(visitor, "Hello");
	await helper.page.getByText("Hello").waitFor();
	await sleep(1000);
	await api.ok("POST", "/identify", { room, user: { id: "customer-77", fields: { plan: "gold" } } });
	const facts = helper.page.locator(".facts-card");
	await facts.getByText("customer-77").waitFor({ state: "attached" });
	await facts.getByText("gold").waitFor({ state: "attached" });
});

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

for (const language of ["en", "ar"] as const)
	test(`on phones on both sides, by touch: ${language}`, async () => {
		const options = { ...phone, locale: language === "ar" ? "ar-EG" : "en-GB" };
		const helper = await agent(1, { ...options, locale: "en-GB" });
		if (language === "ar") {
			await helper.page.evaluate(() => localStorage.setItem("alongside.language", "ar"));
			await helper.page.reload();
		}
		const visitor = await visit("about:blank", options);
		// The site's own language goes before the browser's.
		await visitor.context.addInitScript(`new MutationObserver(() => {
			if (document.documentElement) document.documentElement.lang = "${language}";
		}).observe(document, { childList: true })`);
		await visitor.page.goto(demo.shop);
		const { page } = helper;
		const name = `phone-${language}`;
		await visitor.page.locator("alongside-help button.launcher").tap();
		await visitor.page.locator("alongside-help .field, alongside-help .wait").first().waitFor();
		await picture(visitor.page, `${name}-form`);
		const start = visitor.page.locator("alongside-help form button.main:not([aria-label])");
		if (await start.isVisible()) await start.tap();
		await page.locator(".offer").waitFor();
		await visitor.page.locator("alongside-help .wait").waitFor();
		await picture(visitor.page, `${name}-waits`);
		await picture(page, `${name}-queue`);
		await fits(page);
		await page.locator(".offer .primary").tap();
		const { field } = side(helper);
		await field.waitFor();
		await field.tap();
		await field.fill(language === "ar" ? "مرحبًا، كيف أساعدك؟" : "Hello, how can I help?");
		await page.locator('.composer button[type="submit"]').tap();
		await until("the message", async () => (await shown(visitor)).length === 1);
		const area = side(visitor).field;
		await area.tap();
		await area.fill(language === "ar" ? "أين طلبي رقم 123؟" : "Where is my order 123?");
		await visitor.page.locator('alongside-help .composer button[type="submit"]').tap();
		await until("the answer", async () => (await shown(helper)).length === 2);
		await picture(page, `${name}-chat-console`);
		await picture(visitor.page, `${name}-chat-widget`);
		await fits(page);
		await fits(visitor.page);
		// The page is asked for from the chat.
		await page.locator(".chat-ask button").tap();
		const yes = visitor.page.locator(
			"alongside-help .panel button.main, alongside-help [role=alertdialog] button.main",
		);
		await yes.first().waitFor();
		await picture(visitor.page, `${name}-asked`);
		await sleep(600);
		await yes.first().tap();
		await page.locator(".front").nth(1).tap();
		await waitForPicture(helper);
		assert(await inMirror(helper, (doc) => doc.body.innerText.length > 20));
		await sleep(500);
		await picture(page, `${name}-page`);
		await picture(visitor.page, `${name}-seen`);
		await fits(page);
		await page.locator(".live-bar .danger").tap();
		await page.locator("dialog .danger").tap();
		const form = page.locator(".curtain-form");
		await form
			.locator("textarea")
			.first()
			.fill(language === "ar" ? "تم الحل" : "Solved");
		await picture(page, `${name}-wrap-up`);
		await fits(page);
		await form.locator("button.primary").tap();
		await page.locator(".desk-queue").waitFor();
		await visitor.page.locator("alongside-help input[type=radio]").first().waitFor({ state: "attached" });
		await picture(visitor.page, `${name}-rating`);
		await fits(visitor.page);
		if (language === "ar")
			for (const each of [page, visitor.page])
				assert.equal(
					await each.evaluate(() => {
						const help = document.querySelector("alongside-help")?.shadowRoot?.querySelector("[dir]");
						return (help ?? document.documentElement).getAttribute("dir");
					}),
					"rtl",
				);
		assert.deepEqual([...helper.errors, ...visitor.errors], []);
	});

/** Nothing is wider than the screen. */
async function fits(page: Page): Promise<void> {
	const [screen, content] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
	assert((content ?? 0) <= (screen ?? 0), `${content} px of content on a screen of ${screen} px`);
}
