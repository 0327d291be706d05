/** The settings of one site, their conflicts and what is not saved; in Chromium. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { signing } from "../../src/admin/signing.ts";
import { useConsole } from "../ui/browser.ts";
import { hasFocus } from "./focus.ts";
import { AdminServer } from "./server.ts";

const server = new AdminServer();
const open = useConsole(server);
let page: Page;
beforeEach(async () => {
	page = await open({ timezoneId: "Europe/Vienna" });
});

const visit = (tab: string) => page.goto(`${server.origin}/settings/sites/s1#${tab}`);
const save = () => page.getByRole("button", { name: "Save" }).click();
/** Saves and waits for the answer: that a first save was said may still be seen while the second is under way. */
const saveAgain = () => Promise.all([page.waitForResponse((answer) => answer.request().method() === "PUT"), save()]);
const saved = () => page.getByRole("status").getByText("Saved").waitFor();
const last = (call: string) => server.sent(call).at(-1) as never;

// req 001-42
test("consent: each choice is sent; whole addresses only after they were acknowledged", async () => {
	await visit("consent");
	await page.getByRole("radio", { name: "Consent" }).check();
	await page.getByRole("radio", { name: "Everybody on the site" }).check();
	await page.getByText("Visitors who merely read become visible.").waitFor();
	await page.getByLabel("Event of your consent notice").fill(" consent-changed ");
	await page.getByLabel("Sensitive pages").fill("/health/*\n\n");
	await page.getByRole("radio", { name: "Whole" }).check();
	await page.getByText("A whole address is personal data.").waitFor();
	await save();
	await page.getByText("Whole addresses need your confirmation.").waitFor();
	const acknowledge = page.getByRole("checkbox", { name: "I have checked" });
	await hasFocus(acknowledge);
	assert.deepEqual(server.sent("PUT /sites/s1/collection"), []);
	await acknowledge.check();
	await save();
	await saved();
	const sent: Record<string, unknown> = last("PUT /sites/s1/collection");
	assert.equal(sent.version, 1);
	assert.equal(sent.basis, "consent");
	assert.equal(sent.visitors, "all");
	assert.equal(sent.consentEvent, "consent-changed");
	assert.deepEqual(sent.sensitive, ["/health/*"]);
	assert.deepEqual([sent.ip, sent.ipAcknowledged], ["full", true]);
	// An acknowledgement does not outlive its setting.
	await page.getByRole("radio", { name: "Not kept" }).check();
	await saveAgain();
	const after: Record<string, unknown> = last("PUT /sites/s1/collection");
	assert.deepEqual([after.version, after.ip, after.ipAcknowledged], [2, "none", false]);
});

test("a conflict keeps what was typed, says so, and loads the newer version when asked", async () => {
	await visit("consent");
	await page.getByLabel("Never on these pages").fill("/mine");
	const site = server.state.sites[0];
	assert.ok(site);
	site.collection = { ...site.collection, version: 7, deny: ["/theirs"] };
	await save();
	await page.getByText("Somebody else has saved a newer version").waitFor();
	assert.equal(await page.getByLabel("Never on these pages").inputValue(), "/mine");
	await page.getByRole("button", { name: "Load the newer version" }).click();
	await page.getByText("Somebody else").waitFor({ state: "detached" });
	assert.equal(await page.getByLabel("Never on these pages").inputValue(), "/theirs");
	await page.getByLabel("Never on these pages").fill("/both");
	await save();
	await saved();
	assert.equal((last("PUT /sites/s1/collection") as { version: number }).version, 7);
});

test("leaving with unsaved changes asks, for links, tabs and Back; saying no stays", async () => {
	await page.goto(`${server.origin}/settings/sites`);
	await page.getByRole("link", { name: "Settings of the site: Leaf & Stem" }).click();
	await page.getByRole("link", { name: "Retention" }).click();
	await page.getByLabel("Chat (days)").fill("0");
	const asked: string[] = [];
	let answer = false;
	page.on("dialog", (dialog) => {
		asked.push(dialog.message());
		void (answer ? dialog.accept() : dialog.dismiss());
	});
	await page.getByRole("link", { name: "Masks" }).click();
	await page.getByRole("link", { name: "People" }).click();
	await page.evaluate(() => history.back());
	await page.waitForFunction(() => location.hash === "#retention");
	assert.equal(await page.getByLabel("Chat (days)").inputValue(), "0");
	assert.equal(asked.length, 3);
	assert.match(asked[0] ?? "", /not saved/);
	answer = true;
	await page.getByRole("link", { name: "Masks" }).click();
	await page.getByRole("radio", { name: "What visitors type" }).waitFor();
	assert.equal(asked.length, 4, "asked once, not again");
});

test("after saving nothing is asked", async () => {
	await visit("retention");
	await page.getByLabel("Chat (days)").fill("731");
	await save();
	await page.getByText("Enter a whole number from 0 to 730.").waitFor();
	await page.getByLabel("Chat (days)").fill("0");
	await save();
	await saved();
	assert.deepEqual(server.sent("PUT /sites/s1/retention"), [{ sessionDays: 425, chatDays: 0, auditDays: 730 }]);
	page.on("dialog", () => assert.fail("asked"));
	await page.getByRole("link", { name: "Masks" }).click();
	await page.getByRole("radio", { name: "What visitors type" }).waitFor();
	await page.getByRole("link", { name: "Retention" }).click();
	assert.equal(await page.getByLabel("Chat (days)").inputValue(), "0", "the page knows what was saved");
});

test("masks: mode, rules and parts of addresses; the server's word stands beside its rule", async () => {
	await visit("privacy");
	await page.getByRole("radio", { name: "All texts and all fields" }).check();
	await page.getByRole("button", { name: "Add a rule for a part" }).click();
	const rule = page.getByRole("group", { name: "Rule 1" });
	await save();
	await rule.getByText("Please fill this in.").waitFor();
	await rule.getByLabel("CSS selector").fill("[[");
	await rule.getByLabel("What happens").selectOption("unmask");
	await rule.getByLabel("Only on pages").fill("/help/*");
	await page.getByRole("checkbox", { name: "Query" }).check();
	const errors = [{ field: "selectors[0].css", detail: "cannot be read" }];
	server.refuse("PUT /sites/s1/policy", { status: 400, code: "field", errors });
	await save();
	await rule.getByText("cannot be read").waitFor();
	await rule.getByLabel("CSS selector").fill(".title");
	await save();
	await saved();
	const sent: Record<string, unknown> = last("PUT /sites/s1/policy");
	assert.equal(sent.mode, "strict");
	assert.deepEqual(sent.selectors, [{ css: ".title", rule: "unmask", paths: ["/help/*"] }]);
	assert.deepEqual(sent.url, { domain: true, path: true, query: true, hash: false });
});

test("the help form: questions in several languages, options, order, preview", async () => {
	await visit("form");
	await page.getByRole("button", { name: "Add a question" }).click();
	const third = page.getByRole("group", { name: "Question 3" });
	await third.getByLabel("Kind of answer").selectOption("choice");
	await third.getByLabel("Question in English").fill("Topic");
	await third.getByRole("checkbox", { name: "Must be answered" }).check();
	await save();
	await third.getByText("A choice needs at least one option.").waitFor();
	await third.getByRole("button", { name: "Add an option" }).click();
	await third.getByRole("textbox", { name: "Option 1" }).fill("Delivery");
	await page.getByLabel("Language you are writing in").selectOption("ar");
	await third.getByLabel("Question in العربية").fill("الموضوع");
	const preview = page.getByRole("complementary", { name: "Preview" });
	await preview.getByText("الموضوع").waitFor({ state: "attached" });
	await preview.getByText("Your name").waitFor({ state: "attached" });
	await page.getByRole("button", { name: "Question 3: Move up" }).click();
	await save();
	await saved();
	const { form, version }: { form: Record<string, unknown>[]; version: number } = last("PUT /sites/s1/help");
	assert.equal(version, 1);
	assert.deepEqual(
		form.map(({ kind }) => kind),
		["name", "choice", "question"],
	);
	assert.deepEqual(form[1]?.label, { en: "Topic", ar: "الموضوع" });
	assert.equal(form[1]?.required, true);
	assert.match(String(form[1]?.id), /^[A-Za-z][A-Za-z0-9_-]{0,39}$/);
	const [option] = (form[1]?.options ?? []) as { label: object }[];
	assert.deepEqual(option?.label, { en: "Delivery" });
	// Form and hours share a version: the other tab goes on from what was saved.
	await page.getByRole("link", { name: "Office hours" }).click();
	await page.getByRole("radio", { name: "By the week" }).check();
	await saveAgain();
	assert.equal((last("PUT /sites/s1/help") as { version: number }).version, 2);
});

test("office hours: a week, the zone, days off; what cannot be is told beside its field", async () => {
	await visit("hours");
	await page.getByRole("radio", { name: "By the week" }).check();
	await page.getByRole("button", { name: "Add hours: Monday" }).click();
	await page.getByRole("button", { name: "Add hours: Monday" }).click();
	await page.getByLabel("Monday: from").nth(1).fill("16:00");
	await save();
	await page.getByText("This begins before the span above ends.").waitFor();
	await page.getByLabel("Monday: from").nth(1).fill("18:00");
	await page.getByLabel("Monday: to").nth(1).fill("17:30");
	await save();
	await page.getByText("The end must be after the beginning.").waitFor();
	await page.getByLabel("Monday: to").nth(1).fill("20:00");
	await page.getByRole("button", { name: "Monday's hours for all workdays" }).click();
	await page.getByRole("button", { name: /^Remove: Friday 18/ }).click();
	await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
	await page.getByRole("button", { name: "Add a date" }).click();
	await page.getByLabel("Date").fill("2026-12-25");
	await save();
	await saved();
	const { hours, form }: { hours: Record<string, unknown>; form: unknown[] } = last("PUT /sites/s1/help");
	const both = [
		{ from: "09:00", to: "17:00" },
		{ from: "18:00", to: "20:00" },
	];
	assert.deepEqual(hours, {
		always: false,
		zone: "Asia/Tokyo",
		days: [both, both, both, both, [both[0]], [], []],
		closed: ["2026-12-25"],
	});
	assert.equal(form.length, 2, "the form is left as it was");
});

test("identity: the secret only when asked, replaced only when confirmed", async () => {
	await visit("identity");
	await page.getByRole("button", { name: "Show secret" }).waitFor();
	assert.equal(server.sent("GET /sites/s1/identity-secret").length, 0);
	await page.getByRole("button", { name: "Show secret" }).click();
	await page.getByText("0f".repeat(32)).waitFor();
	await page.getByRole("button", { name: "Replace secret" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Replace secret" }).click();
	await page.getByText("a1".repeat(32)).waitFor();
	await page.getByText("Python", { exact: true }).click();
	await page.getByText("import hashlib, hmac, os").waitFor();
});

test("the signing example for Node.js is the signature that is agreed", async () => {
	process.env.ALONGSIDE_SECRET = "0f".repeat(32);
	const source = `${signing["Node.js"]}\nexport { sign };`;
	const { sign } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
	const agreed = createHmac("sha256", "0f".repeat(32)).update("42\nemail=a@b.example\nplan=Pro\n").digest("hex");
	assert.equal(sign("42", { plan: "Pro", email: "a@b.example" }), agreed);
});

test("install: name and addresses; removing needs the site's name", async () => {
	await visit("install");
	await page.getByLabel("Addresses of the site").fill("https://leaf-and-stem.example\nhttps://shop.example/path");
	await save();
	await saved();
	assert.deepEqual(last("PATCH /sites/s1"), {
		name: "Leaf & Stem",
		origins: ["https://leaf-and-stem.example", "https://shop.example"],
	});
	await page.getByRole("button", { name: "Remove this site" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("textbox").fill("leaf");
	await page.keyboard.press("Enter");
	await dialog.getByText("Type exactly: Leaf & Stem").waitFor();
	await dialog.getByRole("textbox").fill("Leaf & Stem");
	await page.keyboard.press("Enter");
	await page.waitForURL("**/settings/sites");
	await page.getByText("No sites yet.").waitFor();
});

test("a site that is not there says so", async () => {
	await page.goto(`${server.origin}/settings/sites/other`);
	await page.getByText("There is nothing at this address.").waitFor();
});
