/**
 * What an admin sets, through the real program: every section of the settings and every tab of a site, each with an input
 * that is right and one that is wrong, the unsaved warning, a second window, and how the pages look and read.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, afterEach, before, test } from "node:test";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { API } from "./support/api.ts";
import { launch, openPage, type Person, signInAt, until } from "./support/browser.ts";
import { type Service, startService } from "./support/serve.ts";

const ada = { email: "ada@admin.example", name: "Ada Admin", password: "correct horse battery" };
const shop = "https://shop.example";

let service: Service & { site: string };
let browser: Browser;
let api: API;
let id = "";
/** Signed in, for windows to come. */
let storageState: BrowserContextOptions["storageState"];
let open: Person[] = [];

before(async () => {
	[service, browser] = await Promise.all([
		startService({ tenant: "Example", site: "Shop", origins: [shop], ...ada }),
		launch(),
	]);
	api = await new API(service.console).signIn(ada.email, ada.password);
	[{ id }] = (await api.ok("GET", "/sites")).items;
	const first = await signInAt(browser, service.console, ada);
	storageState = await first.context.storageState();
	await first.context.close();
});
after(async () => {
	await browser?.close();
	await service?.stop();
});
afterEach(async () => {
	for (const { context } of open) await context.close();
	open = [];
});

/** A window of the signed-in admin at a page of the settings. */
async function at(path: string, options: BrowserContextOptions = {}): Promise<Page> {
	const person = await openPage(browser, `${service.console}${path}`, {
		...(storageState && { storageState }),
		...options,
	});
	open.push(person);
	return person.page;
}
const section = (name: string) => at(`/settings/${name}`);
const tab = (name: string) => at(`/settings/sites/${id}#${name}`);

/** A picture for people to look at, where one is wanted. */
async function picture(page: Page, name: string): Promise<void> {
	if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
}

const press = (scope: Page | Locator, name: string) => scope.getByRole("button", { name, exact: true }).click();
const save = (page: Page) => press(page, "Save");
/** Saves, and waits for the server's yes and for the page to know it. */
async function saves(page: Page, button = "Save"): Promise<void> {
	const changed = page.waitForResponse((answer) => answer.request().method() !== "GET");
	await press(page, button);
	const answer = await changed;
	assert(answer.ok(), `${answer.request().method()} ${answer.url()}: ${answer.status()} ${await answer.text()}`);
}

/** The problem that assistive technology reads with a field, which is marked as wrong. */
async function besides(field: Locator, words: RegExp | string): Promise<void> {
	await until(`${words} beside its field`, async () => {
		const read = await field.evaluate((node) => {
			const ids = (node.getAttribute("aria-describedby") ?? "").split(" ");
			const wrong = node.getAttribute("aria-invalid") === "true" || node.getAttribute("data-invalid") === "true";
			const problems = ids.map((one) => document.getElementById(one)).filter((one) => one?.matches(".problem"));
			return wrong ? problems.map((one) => one?.textContent).join(" ") : "";
		});
		assert(typeof words === "string" ? read.includes(words) : words.test(read), `it says ${JSON.stringify(read)}`);
		return true;
	});
}

/** Leaving is asked about; no stays. */
async function warns(page: Page): Promise<void> {
	const before = page.url();
	const asked: string[] = [];
	page.once("dialog", (dialog) => {
		asked.push(dialog.message());
		void dialog.dismiss();
	});
	await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Audit log" }).click();
	assert.match(asked[0] ?? "nothing was asked", /not saved/);
	assert.equal(page.url(), before);
}

/** A second window of the same page has saved before: said, with what was typed kept, and mended by the newer version. */
async function conflicts(name: string, change: (page: Page, mine: boolean) => Promise<void>): Promise<void> {
	const mine = await tab(name);
	await mine.locator("form").first().waitFor();
	const other = await tab(name);
	await change(other, false);
	await saves(other);
	await change(mine, true);
	await save(mine);
	await mine.getByText("Somebody else has saved a newer version").waitFor();
	await press(mine, "Load the newer version");
	await mine.getByText("Somebody else").waitFor({ state: "detached" });
	await change(mine, true);
	await saves(mine);
}

const stored = () => api.ok("GET", `/sites/${id}`);
const items = async (path: string) => (await api.ok("GET", path)).items;

test("people: invited with a link that works, given another role, removed; the last admin stays one", async () => {
	const page = await section("people");
	await page.getByLabel("E-mail").fill("not an address");
	await press(page, "Invite");
	await besides(page.getByLabel("E-mail"), "This is not an e-mail address.");
	await page.getByLabel("E-mail").fill("a\u00e9@@x");
	await press(page, "Invite");
	await besides(page.getByLabel("E-mail"), /./);
	await page.getByLabel("E-mail").fill("bea@admin.example");
	await warns(page);
	await saves(page, "Invite");
	await page.getByText("Not mailed", { exact: true }).waitFor();
	await picture(page, "people-invited");
	const link = await page.locator(".outcome code").textContent();
	assert.match(link ?? "", /\/invitation#\S+$/);
	assert.deepEqual(
		(await items("/invitations")).map(({ email }: { email: string }) => email),
		["bea@admin.example"],
	);
	const bea = await openPage(browser, link ?? "");
	open.push(bea);
	await bea.page.getByText("Example has invited you. Your role: Agent.").waitFor();
	await bea.page.getByLabel("Your name").fill("Bea Agent");
	await bea.page.getByLabel("Password", { exact: true }).fill("quiet green teapot");
	await press(bea.page, "Join");
	await bea.page.getByLabel("6-digit code").waitFor();

	await page.getByLabel("E-mail").fill("gone@admin.example");
	await saves(page, "Invite");
	await press(page, "Revoke: gone@admin.example");
	await until("no open invitation", async () => (await items("/invitations")).length === 0);

	await page.reload();
	await page.getByLabel("Role of Bea Agent").selectOption("manager");
	await until("the role to change", async () =>
		(await items("/people")).some(
			(one: { name: string; role: string }) => one.name === "Bea Agent" && one.role === "manager",
		),
	);
	await page.getByLabel("Role of Ada Admin").selectOption("agent");
	await page.getByText("There must be at least one admin.").waitFor();
	await until(
		"the role to be shown as it is",
		async () => (await page.getByLabel("Role of Ada Admin").inputValue()) === "admin",
	);
	await press(page, "Remove: Bea Agent");
	await press(page.getByRole("dialog"), "Remove");
	await until("Bea to be gone", async () => (await items("/people")).length === 1);
	await page.getByLabel("Role of Bea Agent").waitFor({ state: "detached" });
});

test("teams: added with a rule, changed, removed", async () => {
	const page = await section("teams");
	await press(page, "Add a team");
	await save(page);
	await besides(page.getByLabel("Name of the team"), "Please fill this in.");
	await page.getByLabel("Name of the team").fill("Returns");
	await page.getByRole("checkbox", { name: "Ada Admin" }).check();
	await press(page, "Add a rule");
	const rule = page.getByRole("group", { name: "Rule 1" });
	await rule.getByRole("checkbox", { name: "Shop" }).check();
	await rule.getByLabel("Pages").fill("/returns/*\n");
	await rule.getByLabel("Languages").fill("not a language!");
	await save(page);
	await besides(rule.getByLabel("Languages"), /./);
	await rule.getByLabel("Languages").fill("de, pt-BR");
	assert.equal(await rule.locator(".problem").count(), 0, "what is being mended is not wrong any more");
	await picture(page, "team-editor");
	await warns(page);
	await saves(page);
	const [team] = await items("/teams");
	assert.equal(team.name, "Returns");
	assert.equal(team.members.length, 1);
	assert.deepEqual(team.rules, [{ sites: [id], paths: ["/returns/*"], languages: ["de", "pt-br"] }]);
	await press(page, "Add a team");
	await page.getByLabel("Name of the team").fill("Returns");
	await save(page);
	await besides(page.getByLabel("Name of the team"), "is in use already");
	page.once("dialog", (dialog) => void dialog.accept());
	await press(page, "Edit: Returns");
	await page.getByLabel("Name of the team").fill("Refunds");
	await press(page, "Remove rule");
	await saves(page);
	await page.getByText("Refunds", { exact: true }).waitFor();
	assert.deepEqual((await items("/teams"))[0].rules, []);
	await press(page, "Remove: Refunds");
	await press(page.getByRole("dialog"), "Remove");
	await page.getByText("No teams: every agent is offered every visitor.").waitFor();
	assert.deepEqual(await items("/teams"), []);
});

test("sites: added, renamed, removed by typing its name", async () => {
	const page = await section("sites");
	await page.getByLabel("Name of the site").fill("Blog");
	await page.getByLabel("Addresses of the site").fill("no address");
	await press(page, "Add a site");
	await besides(page.getByLabel("Addresses of the site"), "“no address” is not an address");
	await page.getByLabel("Addresses of the site").fill("blog.example/path\nhttp://localhost:3000");
	await warns(page);
	await saves(page, "Add a site");
	await page.getByRole("heading", { name: "Blog" }).waitFor();
	const blog = (await items("/sites")).find(({ name }: { name: string }) => name === "Blog");
	assert.deepEqual(blog.origins, ["https://blog.example", "http://localhost:3000"]);
	await page.getByText(`widget.js?site=${blog.key}`).waitFor();
	await page.getByLabel("Name of the site").fill("x".repeat(300));
	await save(page);
	await besides(page.getByLabel("Name of the site"), /100/);
	await page.getByLabel("Name of the site").fill("Journal");
	await page.getByLabel("Addresses of the site").fill("https://journal.example");
	await warns(page);
	await saves(page);
	await page.getByRole("heading", { name: "Journal" }).waitFor();
	const journal = await api.ok("GET", `/sites/${blog.id}`);
	assert.deepEqual([journal.name, journal.origins], ["Journal", ["https://journal.example"]]);
	await press(page, "Remove this site");
	await page.getByRole("dialog").getByRole("textbox").fill("journal");
	await press(page.getByRole("dialog"), "Remove");
	await page.getByText("Type exactly: Journal").waitFor();
	await page.getByRole("dialog").getByRole("textbox").fill("Journal");
	await press(page.getByRole("dialog"), "Remove");
	await page.waitForURL("**/settings/sites");
	assert.equal((await api.call("GET", `/sites/${blog.id}`)).status, 404);
});

test("replies and reasons: added, changed, removed; a reason is retired instead", async () => {
	const replies = await section("replies");
	await press(replies, "Add a reply");
	const first = replies.getByRole("group", { name: "Reply 1" });
	await first.getByLabel("Shortcut").fill("two words");
	await first.getByLabel("Text").fill("Hello {visitor}");
	await save(replies);
	await besides(first.getByLabel("Shortcut"), "must be one word");
	await first.getByLabel("Shortcut").fill("hello");
	await warns(replies);
	await saves(replies);
	assert.deepEqual(
		(await items("/replies")).map(({ shortcut, text }: Record<string, string>) => [shortcut, text]),
		[["hello", "Hello {visitor}"]],
	);
	await press(replies, "Add a reply");
	const second = replies.getByRole("group", { name: "Reply 2" });
	await second.getByLabel("Shortcut").fill("Hello");
	await second.getByLabel("Text").fill("Again");
	await save(replies);
	await besides(second.getByLabel("Shortcut"), "is another reply's too");
	await press(replies, "Remove: Reply 2");
	await press(replies, "Remove: Reply 1");
	await saves(replies);
	assert.deepEqual(await items("/replies"), []);

	const reasons = await section("reasons");
	await press(reasons, "Add a reason");
	const one = reasons.getByRole("group", { name: "Reason 1" });
	await save(reasons);
	await besides(one.getByLabel("Name of the reason"), "Please fill this in.");
	await one.getByLabel("Name of the reason").fill("Delivery");
	await warns(reasons);
	await saves(reasons);
	const [delivery] = await items("/reasons");
	assert.deepEqual([delivery.label, delivery.retired], ["Delivery", false]);
	assert.equal(
		await one.getByRole("button", { name: "Remove: Reason 1" }).count(),
		0,
		"what sessions may name can be retired only",
	);
	await press(reasons, "Add a reason");
	const two = reasons.getByRole("group", { name: "Reason 2" });
	await two.getByLabel("Name of the reason").fill("delivery");
	await save(reasons);
	await besides(two.getByLabel("Name of the reason"), "is another reason's too");
	await press(reasons, "Remove: Reason 2");
	await one.getByRole("checkbox", { name: "Retired" }).check();
	await saves(reasons);
	assert.deepEqual(await items("/reasons"), [{ id: delivery.id, label: "Delivery", retired: true }]);
});

test("API keys: the secret works and is shown once; a removed one is refused", async () => {
	const page = await section("api-keys");
	await press(page, "Make a key");
	await besides(page.getByLabel("What it is for"), "Please fill this in.");
	await page.getByLabel("What it is for").fill("y".repeat(300));
	await press(page, "Make a key");
	await besides(page.getByLabel("What it is for"), /100/);
	await page.getByLabel("What it is for").fill("Nightly report");
	await page.getByLabel("Role").selectOption("manager");
	await warns(page);
	await saves(page, "Make a key");
	const secret = (await page.locator(".outcome code").textContent()) ?? "";
	const call = (path: string) =>
		fetch(`${service.console}/api/v1${path}`, { headers: { Authorization: `Bearer ${secret}` } });
	assert.equal((await call("/board")).status, 200);
	assert.notEqual((await call("/audit")).status, 200, "an admin's route is not a manager's");
	const [key] = await items("/api-keys");
	assert.deepEqual([key.name, key.role, key.secret], ["Nightly report", "manager", undefined]);
	await press(page, "Remove: Nightly report");
	await press(page.getByRole("dialog"), "Remove");
	await page.getByText("No keys yet.").waitFor();
	assert.equal((await call("/board")).status, 401);
});

test("audit: what was done is there with names, and can be narrowed", async () => {
	const page = await section("audit");
	await page.getByRole("cell", { name: "Ada Admin" }).first().waitFor();
	await page.getByLabel("What", { exact: true }).fill("site.add");
	await press(page, "Show");
	await until("only one act", async () => {
		const acts = await page.locator("tbody code").allTextContents();
		return acts.length > 0 && acts.every((act) => act === "site.add");
	});
	await page.getByLabel("From").fill("2026-02-02");
	await page.getByLabel("To").fill("2026-02-01");
	await press(page, "Show");
	await besides(page.getByLabel("To"), /after/);
	await page.getByLabel("To").fill("2026-02-03");
	await press(page, "Show");
	await page.getByText("Nothing fits.").waitFor();
});

/** A visitor's message with a reply address, as the widget leaves one. */
async function leaveMessage(email: string, text: string): Promise<void> {
	const response = await fetch(`${service.console}/widget/v1/messages`, {
		method: "POST",
		headers: { Origin: shop, "Content-Type": "application/json" },
		body: JSON.stringify({
			...{ site: service.site, lang: "en", page: { url: `${shop}/tea`, title: "Tea" }, answers: {}, email, text },
		}),
	});
	assert.equal(response.status, 201, await response.text());
}

// req 002-18, 002-20, 002-23
test("persons: one is found, handed out, and erased only after the value was typed; nobody else is", async () => {
	const email = "visitor@elsewhere.example";
	await leaveMessage(email, "Is the green tea back?");
	await leaveMessage("another@elsewhere.example", "Something else");
	const page = await section("persons");
	await press(page, "Find");
	await besides(page.getByLabel("Value"), "Please fill this in.");
	await page.getByLabel("Value").fill("z".repeat(300));
	await press(page, "Find");
	await besides(page.getByLabel("Value"), /200/);
	await page.getByLabel("Value").fill("nobody");
	await press(page, "Find");
	await page.getByText("Nothing is kept of this person.").waitFor();
	await page.getByLabel("By").selectOption("email");
	await page.getByLabel("Value").fill(email);
	await press(page, "Find");
	await page.getByText(`Sessions of ${email}: 1`).waitFor();
	for (const format of ["JSON", "CSV"]) {
		const download = page.waitForEvent("download");
		await page.getByRole("link", { name: `Download as ${format}` }).click();
		const kept = await readFile(await (await download).path(), "utf8");
		assert.match(kept, /Is the green tea back\?/);
		assert.doesNotMatch(kept, /Something else/);
	}
	await picture(page, "persons-found");
	await press(page, "Erase…");
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("textbox").fill("visitor");
	await press(dialog, "Erase for good");
	await dialog.getByText(`Type exactly: ${email}`).waitFor();
	await dialog.getByRole("textbox").fill(email);
	await press(dialog, "Erase for good");
	await page.getByText("Erased. Sessions: 1").waitFor();
	const left = async (who: string) => (await api.ok("GET", `/persons?email=${encodeURIComponent(who)}`)).count;
	assert.deepEqual([await left(email), await left("another@elsewhere.example")], [0, 1]);
	const acts = (await items("/audit")).map(({ act }: { act: string }) => act);
	for (const act of ["person.find", "person.export", "person.erase"]) assert(acts.includes(act), `${act} in ${acts}`);
});

test("masks: mode, a rule, parts of addresses", async () => {
	const page = await tab("privacy");
	await page.getByRole("radio", { name: "All texts and all fields" }).check();
	await press(page, "Add a rule for a part");
	const rule = page.getByRole("group", { name: "Rule 1" });
	await rule.getByLabel("CSS selector").fill("p".repeat(2000));
	await save(page);
	await besides(rule.getByLabel("CSS selector"), /./);
	await rule.getByLabel("CSS selector").fill(".title");
	await rule.getByLabel("What happens").selectOption("unmask");
	await rule.getByLabel("Only on pages").fill("/help/*");
	await page.getByRole("checkbox", { name: "Query" }).check();
	await warns(page);
	await saves(page);
	const { policy } = await stored();
	assert.equal(policy.mode, "strict");
	assert.deepEqual(policy.selectors, [{ css: ".title", rule: "unmask", paths: ["/help/*"] }]);
	assert.equal(policy.url.query, true);
	await press(page, "Remove rule");
	await page.getByRole("radio", { name: "What visitors type" }).check();
	await saves(page);
	assert.deepEqual((await stored()).policy.selectors, []);
	await conflicts("privacy", async (window, mine) => {
		await window.getByRole("checkbox", { name: "Show pictures" }).setChecked(mine);
	});
	assert.equal((await stored()).policy.images, true);
});

test("visitors and consent: each list and choice", async () => {
	const page = await tab("consent");
	await page.getByRole("radio", { name: "Whole" }).check();
	await save(page);
	await besides(page.getByRole("checkbox", { name: "I have checked" }), "Whole addresses need your confirmation.");
	await page.getByRole("checkbox", { name: "I have checked" }).check();
	await page.getByLabel("Blocked addresses").fill("nonsense");
	await save(page);
	await besides(page.getByLabel("Blocked addresses"), /./);
	await page.getByLabel("Blocked addresses").fill("203.0.113.0/24\n198.51.100.*\n");
	await page.getByLabel("Never on these pages").fill("no-slash");
	await save(page);
	await besides(page.getByLabel("Never on these pages"), /./);
	await page.getByLabel("Never on these pages").fill("/intern/*");
	await page.getByRole("radio", { name: "Consent", exact: true }).check();
	await page.getByLabel("Event of your consent notice").fill("consent-changed");
	await warns(page);
	await saves(page);
	const { collection } = await stored();
	assert.deepEqual(
		[
			collection.basis,
			collection.consentEvent,
			collection.ip,
			collection.ipAcknowledged,
			collection.deny,
			collection.blocked,
		],
		["consent", "consent-changed", "full", true, ["/intern/*"], ["203.0.113.0/24", "198.51.100.*"]],
	);
	await conflicts("consent", (window, mine) => window.getByLabel("Sensitive pages").fill(mine ? "/mine" : "/theirs"));
	assert.deepEqual((await stored()).collection.sensitive, ["/mine"]);
});

test("the help form: a choice with options, two names refused, two windows", async () => {
	const page = await tab("form");
	await press(page, "Add a question");
	const third = page.getByRole("group", { name: "Question 3" });
	await third.getByLabel("Question in English").fill("Topic");
	await third.getByLabel("Kind of answer").selectOption("name");
	await save(page);
	await besides(third.getByLabel("Kind of answer"), "may stand in the form only once");
	await third.getByLabel("Kind of answer").selectOption("choice");
	await save(page);
	await third.getByText("A choice needs at least one option.").waitFor();
	assert.equal(await page.getByText("form[2]").count(), 0, "people read no names of fields");
	await press(third, "Add an option");
	await third.getByText("A choice needs at least one option.").waitFor({ state: "detached" });
	await third.getByRole("textbox", { name: "Option 1" }).fill("Delivery");
	await picture(page, "form-editor");
	await press(page, "Question 3: Move up");
	await warns(page);
	await saves(page);
	const { form } = (await stored()).help;
	assert.deepEqual(
		form.map(({ kind }: { kind: string }) => kind),
		["name", "choice", "question"],
	);
	assert.deepEqual([form[1].label, form[1].options[0].label], [{ en: "Topic" }, { en: "Delivery" }]);
	await press(page, "Remove: Question 2");
	await saves(page);
	assert.equal((await stored()).help.form.length, 2);
	await conflicts("form", (window, mine) =>
		window
			.getByLabel("Question in English")
			.first()
			.fill(mine ? "Mine" : "Theirs"),
	);
	assert.equal((await stored()).help.form[0].label.en, "Mine");
});

test("office hours: a week, a zone, a day off", async () => {
	const page = await tab("hours");
	await page.getByRole("radio", { name: "By the week" }).check();
	await press(page, "Add hours: Monday");
	await page.getByLabel("Monday: to").fill("08:00");
	await save(page);
	await besides(page.getByLabel("Monday: to"), "The end must be after the beginning.");
	await page.getByLabel("Monday: to").fill("17:00");
	await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
	await press(page, "Monday's hours for all workdays");
	await press(page, "Add a date");
	await page.getByLabel("Date").fill("2026-12-25");
	await picture(page, "hours-editor");
	await warns(page);
	await saves(page);
	const { hours } = (await stored()).help;
	const day = [{ from: "09:00", to: "17:00" }];
	assert.deepEqual(hours, {
		always: false,
		zone: "Asia/Tokyo",
		days: [day, day, day, day, day, [], []],
		closed: ["2026-12-25"],
	});
	await conflicts("hours", (window, mine) => window.getByLabel("Friday: to").fill(mine ? "15:00" : "16:00"));
	assert.equal((await stored()).help.hours.days[4][0].to, "15:00");
	await page.reload();
	await page.getByRole("radio", { name: "Always" }).check();
	await saves(page);
	assert.equal((await stored()).help.hours.always, true);
});

test("retention: limits are held, what is set is kept", async () => {
	const page = await tab("retention");
	await page.getByLabel("Audit log (days)").fill("89");
	await save(page);
	await besides(page.getByLabel("Audit log (days)"), "Enter a whole number from 90 to 730.");
	await page.getByLabel("Audit log (days)").fill("365");
	await page.getByLabel("Sessions (days)").fill("30");
	await page.getByLabel("Chat (days)").fill("0");
	await warns(page);
	await saves(page);
	assert.deepEqual((await stored()).retention, { sessionDays: 30, chatDays: 0, auditDays: 365 });
	await page.getByLabel("Chat (days)").fill("31");
	await save(page);
	await page.locator('[aria-invalid="true"]').or(page.getByRole("status").getByText("Saved")).first().waitFor();
});

test("identity: the secret is the API's, and replaced only when confirmed", async () => {
	const secret = async () => (await api.ok("GET", `/sites/${id}/identity-secret`)).secret;
	const page = await tab("identity");
	const before = await secret();
	await press(page, "Show secret");
	await page.getByText(before).waitFor();
	await press(page, "Replace secret");
	await press(page.getByRole("dialog"), "Cancel");
	assert.equal(await secret(), before);
	await press(page, "Replace secret");
	await press(page.getByRole("dialog"), "Replace secret");
	await page.getByText(before).waitFor({ state: "detached" });
	await page.getByText(await secret()).waitFor();
});

const pages = [
	...["people", "teams", "sites", "replies", "reasons", "api-keys", "audit", "persons"].map((one) => `settings/${one}`),
	...["install", "privacy", "consent", "form", "hours", "retention", "identity"].map((one) => `site#${one}`),
	"account",
];
const views: Record<string, BrowserContextOptions> = {
	wide: { viewport: { width: 1280, height: 800 } },
	phone: { viewport: { width: 360, height: 740 }, hasTouch: true },
	arabic: { viewport: { width: 1280, height: 800 }, locale: "ar" },
	"arabic phone": { viewport: { width: 360, height: 740 }, hasTouch: true, locale: "ar" },
};

const loading = /^(Loading…|جارٍ التحميل…)$/;

const require = createRequire(import.meta.url);

/** What shuts people out: violations that axe calls serious or worse. */
async function barriers(page: Page): Promise<string[]> {
	// As expressions: the console's policy forbids to make functions of strings.
	await page.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
	return page.evaluate(`axe.run().then(({ violations }) => violations
		.filter(({ impact }) => impact === "serious" || impact === "critical")
		.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" | ")))`);
}

for (const [view, options] of Object.entries(views))
	test(`every page, ${view}: no error, no barrier, no wider than the window, every way on in view`, async () => {
		const page = await at("/account", options);
		for (const name of pages) {
			const [path, fragment = ""] = name.replace("site#", `settings/sites/${id}#`).split("#");
			await page.goto("about:blank");
			await page.goto(`${service.console}/${path}${fragment && `#${fragment}`}`);
			await page.locator("main .card").first().waitFor();
			await until("all to be loaded", async () => (await page.locator(".muted", { hasText: loading }).count()) === 0);
			const what = `${name}, ${view}`;
			const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
			assert(Number(over) <= 0, `${what}: ${over} px too wide`);
			for (const link of await page.locator(".nav a").all()) {
				const box = await link.boundingBox();
				const strip = await page.locator(".nav").boundingBox();
				assert(box && strip, what);
				assert(box.x >= strip.x - 1 && box.x + box.width <= strip.x + strip.width + 1, `${what}: a way on is cut off`);
			}
			assert.deepEqual(await barriers(page), [], what);
			await picture(page, `${name.replace(/\W/g, "-")}-${view.replace(" ", "-")}`);
		}
		assert.deepEqual(open[0]?.errors, []);
	});
