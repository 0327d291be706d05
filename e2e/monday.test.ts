/**
 * One Monday of a small company, from nothing: set-up, three agents and six visitors in real browsers, the queue, a
 * hand-over, chat over a line that is cut, co-browsing, wrap-up, rating, report, an opt-out, an erasure; and at the end a
 * look at every byte that was stored.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { API } from "./support/api.ts";
import {
	allow,
	launch,
	mirrorShows,
	openPage,
	type Person,
	signInAt,
	until,
	waitForPicture,
} from "./support/browser.ts";
import { type InstallSite, startInstallSite } from "./support/install-site.ts";
import { startProxy, type Tunnel } from "./support/proxy.ts";
import { type Service, startService, storedBytes } from "./support/serve.ts";

const password = "correct horse battery";
const ada = { name: "Ada Admin", email: "ada@monday.example", password };
const staff = [
	{ name: "Bea Agent", email: "bea@monday.example", password, role: "agent" },
	{ name: "Carl Agent", email: "carl@monday.example", password, role: "agent" },
	{ name: "Dora Manager", email: "dora@monday.example", password, role: "manager" },
] as const;
const names = ["Ulla", "Vera", "Walt", "Xena", "Yuri", "Zoe"];
/** Words that people write, and that may lie nowhere in clear. */
const canary = (what: string) => `canary-${what}-7f3a91`;

let service: Service;
let site: InstallSite;
let siteKey = "";
let line: Tunnel;
/** Its connections to the service go over the line that is cut. */
let browser: Browser;
/** IDs: of a reason, and of a user as the site vouches for. */
let delivery = "";
const user = canary("user");
let admin: Person;
let api: API;
const agents: Person[] = [];
const visitors: Person[] = [];
const figures: Record<string, unknown> = {};

const day: { name: string; run(): Promise<void> }[] = [];
/** Adds a step to the day. */
function step(name: string, run: () => Promise<void>): void {
	day.push({ name, run });
}

/** A picture for people to look at, where one is wanted. */
async function picture(person: Person, name: string): Promise<void> {
	const folder = process.env.PICTURES;
	if (!folder) return;
	await mkdir(folder, { recursive: true });
	await person.page.screenshot({ path: `${folder}/${name}.png` });
}

before(async () => {
	service = await startService();
	site = await startInstallSite(() => ({ server: service.console, site: siteKey }));
	line = await startProxy(service.console);
	browser = await launch({ origin: service.console, port: line.port });
});
after(async () => {
	await browser?.close();
	await line?.close();
	await Promise.all([service?.stop(), site?.stop()]);
	if (process.env.PICTURES) console.log(figures);
});

step("set-up from nothing to the admin's own page seen", async () => {
	const link = /http\S+\/setup#\S+/.exec(service.printed())?.[0];
	assert(link, `serve prints a link in:\n${service.printed()}`);
	const began = performance.now();
	admin = await openPage(browser, link);
	const { page } = admin;
	await page.getByLabel("Company").fill("Monday Ltd");
	assert(!page.url().includes("#"), "the token does not stay in the address");
	await page.getByLabel("Your name").fill(ada.name);
	await page.getByLabel("E-mail").fill(ada.email);
	await page.getByLabel("Password", { exact: true }).fill(ada.password);
	await picture(admin, "set-up-1");
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Name of the site").fill("Shop");
	await page.getByLabel(/Addresses/).fill(site.origin);
	await picture(admin, "set-up-2");
	await page.getByRole("button", { name: "Continue" }).click();
	const snippet = await page.locator("code", { hasText: "widget.js" }).first().textContent();
	siteKey = /site=(\w+)/.exec(snippet ?? "")?.[1] ?? "";
	assert(siteKey, `a snippet in ${snippet}`);
	await picture(admin, "set-up-3");
	await page.getByRole("button", { name: "It is in my page" }).click();
	await page.getByText("Waiting for your page…").waitFor();
	const own = await openPage(browser, `${site.origin}/plain`);
	await page.getByText("We see your page!").waitFor();
	await picture(admin, "set-up-4");
	figures.setUpSeconds = (performance.now() - began) / 1000;
	assert.deepEqual([...admin.errors, ...own.errors], []);
	await own.context.close();
	api = await new API(service.console).signIn(ada.email, ada.password);
	const reused = await new API(service.console).call("POST", "/setup/check", { token: link.split("#")[1] });
	assert.equal(reused.status, 404, "a set-up link works once");
});

step("a team: invited by links, in roles, with rules", async () => {
	for (const { name, email, role } of staff) {
		const { link } = await api.ok("POST", "/invitations", { email, role, teams: [], language: "en" });
		const guest = await openPage(browser, link);
		await guest.page.getByLabel("Your name").fill(name);
		await guest.page.getByLabel("Password", { exact: true }).fill(password);
		await guest.page.getByRole("button", { name: "Join" }).click();
		await guest.page.getByLabel("6-digit code").waitFor();
		if (role === "agent") agents.push(guest);
		else await guest.context.close();
	}
	agents.unshift(await signInAt(browser, service.console, ada));
	const people = (await api.ok("GET", "/people")).items as { id: string; email: string }[];
	const carl = people.find(({ email }) => email === staff[1].email);
	await api.ok("POST", "/teams", {
		name: "Returns",
		members: [carl?.id],
		rules: [{ sites: [], paths: ["/react"], languages: [] }],
	});
	const reasons = await api.ok("PUT", "/reasons", { items: [{ id: "", label: "Delivery", retired: false }] });
	delivery = reasons.items[0].id;
	await api.ok("PUT", "/replies", {
		items: [{ id: "", shortcut: "hello", text: "Hello {visitor}, I am {agent}." }],
	});
});

/** What the site's own server does for a user who is signed in there. */
async function signatureOf(id: string): Promise<string> {
	const [shop] = (await api.ok("GET", "/sites")).items;
	const { secret } = await api.ok("GET", `/sites/${shop.id}/identity-secret`);
	return createHmac("sha256", secret).update(`${id}\n`).digest("hex");
}

const identify = ({ user, signature }: { user: string; signature: string }) => {
	type Api = { identify(id: string, fields: object, signature: string): void };
	const page = window as unknown as { Alongside?: { push(run: (api: Api) => void): void } };
	page.Alongside ??= [] as ((api: Api) => void)[];
	page.Alongside.push((api) => api.identify(user, {}, signature));
};

/** The agent whose desk shows an offer for the visitor. */
async function offered(name: string): Promise<Person> {
	let found: Person | undefined;
	await until(`an offer of ${name}`, async () => {
		for (const agent of agents) if (await agent.page.locator(".offer", { hasText: name }).isVisible()) found = agent;
		return found !== undefined;
	});
	return found as Person;
}

/** Which agent helps which visitor, by index. */
const helpers: Person[] = [];

step("six visitors ask, the longest waiting first, each offered to one agent", async () => {
	// Nobody is offered to anybody before all are there, however slow this machine is.
	for (const agent of agents) await agent.page.keyboard.press("s");
	for (const agent of agents) await agent.page.getByRole("button", { name: "My status: Away" }).waitFor();
	for (const [i, name] of names.entries()) {
		const visitor = await openPage(browser, `${site.origin}/${i === 5 ? "react" : "plain"}`);
		visitors.push(visitor);
		if (i === 5) await visitor.page.evaluate(identify, { user, signature: await signatureOf(user) });
		await visitor.page.getByRole("button", { name: "Help", exact: true }).click();
		await visitor.page.getByLabel("Your name").fill(`${name} ${canary("name")}`);
		await visitor.page.locator("alongside-help textarea").fill(`${canary("question")} of ${name}`);
		await visitor.page.getByRole("button", { name: "Start chat" }).click();
		await visitor.page.getByText(/You are (next|number \d)/).waitFor();
	}
	for (const agent of agents) await agent.page.keyboard.press("s");
	await offered("Ulla");
	await picture(visitors[4] as Person, "queue-visitor");
	await picture(agents[0] as Person, "queue-agent");
	// Returns are Carl's.
	const carl = agents[2] as Person;
	for (const [i, name] of names.entries()) {
		const agent = await offered(name);
		const others = agents.filter((other) => other !== agent);
		for (const other of others)
			assert(!(await other.page.locator(".offer", { hasText: name }).isVisible()), `${name} is offered to one alone`);
		if (i === 5) assert(agent === carl, "who is on a page of Returns goes to Returns");
		helpers[i] = agent;
		await agent.page.keyboard.press("a");
		await agent.page.locator(".composer textarea").waitFor();
		await agent.page.waitForURL(/\/rooms\//);
		if (i < 5) await agent.page.goto(service.console);
		await (visitors[i] as Person).page.getByText(/is here/).waitFor();
	}
});

/** Texts of the messages that a side shows, in order. */
const shown = ({ page }: Person, selector: string) =>
	page.locator(selector).evaluateAll((all) => all.map((one) => one.textContent ?? ""));

const lost: string[] = [];
const doubled: string[] = [];

step("chat on both sides while the line is cut again and again: nothing lost, nothing twice", async () => {
	const visitor = visitors[5] as Person;
	const agent = helpers[5] as Person;
	const said: string[] = [];
	for (let i = 0; i < 12; i++) {
		for (const [who, field, by] of [
			[visitor, "alongside-help textarea", "visitor"],
			[agent, ".composer textarea", "agent"],
		] as const) {
			const text = `${by} ${i} ${canary("chat")}`;
			await who.page.locator(field).fill(text);
			await who.page.locator(field).press("Enter");
			said.push(text);
		}
		if (i % 3 === 1) line.cut();
		if (i === 7) {
			line.refuse(true);
			line.cut();
			await sleep(700);
			line.refuse(false);
		}
		await sleep(i % 2 ? 250 : 20);
	}
	const sides = [
		[visitor, "alongside-help .log li p"],
		[agent, ".messages .message .bubble"],
	] as const;
	for (const [who, selector] of sides)
		await until("all messages on both sides", async () => (await shown(who, selector)).length >= said.length, 30_000);
	await sleep(1500);
	const [left, right] = await Promise.all(sides.map(([who, selector]) => shown(who, selector)));
	for (const side of [left, right]) {
		for (const text of said) {
			const times = side?.filter((one) => one === text).length ?? 0;
			if (times === 0) lost.push(text);
			if (times > 1) doubled.push(text);
		}
	}
	assert.deepEqual({ lost, doubled }, { lost: [], doubled: [] });
	assert.deepEqual(left, right, "both read the same order");
	await picture(agent, "chat-agent");
	await picture(visitor, "chat-visitor");
	// A page load in the middle: the chat is there again.
	await visitor.page.reload();
	await until("the chat after a page load", async () => (await shown(visitor, sides[0][1])).length === said.length);
	await agent.page.reload();
	await until(
		"the chat after the agent's reload",
		async () => (await shown(agent, sides[1][1])).length === said.length,
	);
	figures.messages = { sent: said.length, lost: lost.length, doubled: doubled.length };
});

step("the agent asks to see the page, sees it, and hands over with a note", async () => {
	const visitor = visitors[5] as Person;
	const carl = helpers[5] as Person;
	await carl.page.getByRole("button", { name: "Ask to see the page" }).click();
	await allow(visitor);
	await waitForPicture(carl);
	await visitor.page.evaluate((text) => document.body.append(text), canary("page"));
	await mirrorShows(carl, canary("page"));
	await picture(carl, "live-with-chat");
	await carl.page.getByRole("button", { name: "Hand over" }).click();
	const dialog = carl.page.getByRole("dialog");
	const to = await dialog.locator("option", { hasText: ada.name }).getAttribute("value");
	await dialog.getByLabel("To whom").selectOption(to);
	await dialog.getByLabel("Note").fill(canary("note"));
	await dialog.getByRole("button", { name: "Hand over" }).click();
	const boss = agents[0] as Person;
	const offer = boss.page.locator(".offer", { hasText: "Zoe" });
	await offer.getByText(canary("note")).waitFor();
	await picture(boss, "hand-over");
	await boss.page.keyboard.press("a");
	await carl.page.getByText("Handed over").waitFor();
	await boss.page.locator(".messages .message").first().waitFor();
	await visitor.page.getByText(/Ada Admin is here/).waitFor();
	helpers[5] = boss;
});

step("the end: wrap-up with a reason, and the visitor's rating", async () => {
	const visitor = visitors[5] as Person;
	const boss = helpers[5] as Person;
	await boss.page.getByRole("button", { name: "End session" }).click();
	await boss.page.getByRole("dialog").getByRole("button", { name: "End session" }).click();
	await boss.page.getByLabel("Reason").selectOption({ label: "Delivery" });
	await boss.page.getByLabel("Note").fill(canary("wrap-up"));
	await picture(boss, "wrap-up");
	await boss.page.getByRole("button", { name: "Save" }).click();
	await visitor.page.getByText("How did we do?").waitFor();
	await visitor.page.getByRole("radio", { name: "Good", exact: true }).check({ force: true });
	await visitor.page.locator("alongside-help textarea").fill(canary("comment"));
	await picture(visitor, "rating");
	await visitor.page.getByRole("button", { name: "Send" }).click();
	await visitor.page.getByText("Thank you for your rating.").waitFor();
	// The others end their talks by themselves.
	for (const other of visitors.slice(0, 5))
		await other.page.evaluate(() => (window as { Alongside?: { end(): void } }).Alongside?.end());
});

step("history and report", async () => {
	const dora = await new API(service.console).signIn(staff[2].email, password);
	let sessions: { id: string; name?: string; rating?: { score: number }; wrapUp?: { reason: string } }[] = [];
	await until("six sessions, ended, one rated", async () => {
		sessions = (await dora.ok("GET", "/sessions")).items;
		return sessions.length === 6 && sessions.some(({ rating }) => rating?.score === 4);
	});
	const found = await dora.ok("GET", `/sessions?q=${encodeURIComponent(`agent 11 ${canary("chat")}`)}`);
	assert.equal(found.items.length, 1, "a session is found by words of its chat");
	const [zoe] = found.items;
	assert.equal(zoe.wrapUp.reason, delivery);
	const messages = (await dora.ok("GET", `/sessions/${zoe.id}/messages?limit=100`)).items;
	assert.equal(messages.length, 24);
	const report = await dora.ok("GET", "/reports?by=agent");
	assert.equal(report.total.sessions, 6);
	assert.equal(report.total.accepted, 6);
	assert.equal(report.total.ratings, 1);
	assert.equal(report.total.reasons[delivery], 1);
	figures.report = report.total;
	const csv = await dora.call("GET", "/reports.csv?by=day");
	assert.match(csv.text, /sessions/i);
	assert.equal((await dora.call("GET", "/audit")).status, 403);
});

step("a visitor opts out on our page and is led back; sharing then asks first", async () => {
	const visitor = visitors[0] as Person;
	const link = await visitor.page.evaluate(() =>
		(window as unknown as { Alongside: { optOutURL(): string } }).Alongside.optOutURL(),
	);
	await visitor.page.goto(link);
	await picture(visitor, "opt-out");
	await visitor.page.locator("form button").first().click();
	await picture(visitor, "opted-out");
	await visitor.page.getByRole("link", { name: /Shop/ }).click();
	await visitor.page.waitForURL(`${site.origin}/plain`);
	await until("the site's own flag", () =>
		visitor.page.evaluate((key) => localStorage.getItem(`alongside-out-${key}`) === "1", siteKey),
	);
});

step("erasure by person, with an entry in the audit log", async () => {
	const before = (await api.ok("GET", `/persons?user=${user}`)).sessions;
	assert.equal(before.length, 1);
	const file = await api.call("GET", `/persons/export?user=${user}&format=json`);
	for (const what of ["name", "question", "chat", "wrap-up", "comment"])
		assert(file.text.includes(canary(what)), `${what} is in the export`);
	assert((await api.call("GET", `/persons/export?user=${user}&format=csv`)).text.includes(canary("chat")));
	const erased = await api.ok("POST", "/persons/erase", { user, mode: "delete" });
	assert.deepEqual([erased.sessions, erased.messages], [1, 24]);
	assert.equal((await api.call("GET", `/sessions/${before[0].id}`)).status, 404);
	assert.equal((await api.ok("GET", `/persons?user=${user}`)).sessions.length, 0);
	assert.equal((await api.ok("GET", "/sessions")).items.length, 5, "the others are still there");
	const audit = (await api.ok("GET", "/audit?limit=200")).items as { act: string }[];
	for (const act of ["sign-in", "person.export", "person.erase", "session.messages.view", "report.export", "team.add"])
		assert(
			audit.some((entry) => entry.act === act),
			`${act} is in the audit log`,
		);
});

step("nothing that anybody wrote lies readable in the data folder or the log", async () => {
	const stored = (await storedBytes(service)).toString("latin1") + service.log();
	for (const what of ["name", "question", "chat", "note", "wrap-up", "comment", "page", "user"])
		assert(!stored.includes(canary(what)), `${what} can be read on disk`);
	assert(!stored.includes(password));
	assert(stored.includes("Monday Ltd"), "the control is found, or the search proves nothing");
});

test("the day, step after step", async (t) => {
	for (const { name, run } of day) {
		let isDone = false;
		await t.test(name, async () => {
			await run();
			isDone = true;
		});
		// Each stands on those before it: the first that fails has failed the day and ends it.
		if (!isDone) return;
	}
});
