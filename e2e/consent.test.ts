/** Lawful bases and consent: what happens before, with and after a visitor's word, from the browser's own lists. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Kind } from "../wire/wire.ts";
import { allow, askForHelp, joinByCode, type Person, signInAt, until, waitForPicture } from "./support/browser.ts";
import { ofKind } from "./support/frames.ts";
import {
	admin,
	button,
	call,
	listedPaths,
	nothing,
	route,
	startShop,
	tab,
	traces,
	type Visit,
} from "./support/visits.ts";

/** Longer than anything here takes to happen. */
const QUIET_MS = 2000;
/** Three times what is promised. */
const WITHIN_MS = 3000;

const gtag = "window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }";
const heads: Record<string, string> = {
	/** A consent platform in the style of many: categories, an event of its own at first and after each change. */
	platform: `<script>
		window.Platform = { categories: { statistics: false }, choose(statistics) {
			Platform.categories.statistics = statistics; dispatchEvent(new Event("PlatformOnConsentReady"));
		} };
		const alongside = (run) => (window.Alongside ||= []).push(run);
		addEventListener("PlatformOnConsentReady", () => alongside((a) => a.consent(Platform.categories.statistics)));
	</script>`,
	gtag: `<script>${gtag}</script>`,
	denied: `<script>${gtag} gtag("consent", "default", { analytics_storage: "denied", ad_storage: "granted" });</script>`,
	granted: `<script>${gtag} gtag("consent", "default", { analytics_storage: "granted" });</script>`,
};
const shop = startShop({ head: (name) => heads[name] ?? "" });

const open: Visit[] = [];
async function visit(...given: Parameters<typeof shop.visit>): Promise<Visit> {
	const visitor = await shop.visit(...given);
	open.push(visitor);
	await button(visitor).waitFor({ state: "attached" });
	return visitor;
}
afterEach(async () => {
	for (const { context, errors } of open.splice(0)) {
		await context.close();
		assert.deepEqual(errors, []);
	}
	// A closed browser is only gone for the server a while later: the list ends with the setting.
	await shop.collect({});
	await listedPaths(shop, [], "an empty list");
});

const all = { visitors: "all", returningId: true };
const visitorKey = () => `alongside-visitor-${shop.service.site}`;
const keeps = ({ page }: Person) => page.evaluate((key) => localStorage.getItem(key), visitorKey());

// req 001-29, 001-31, 001-32, 000-24
test("consent mode: before the visitor's yes nothing but the loader, with everything switched on", async () => {
	await shop.collect({ ...all, basis: "consent", consentMode: true, consentEvent: "shop-consent" });
	const visitor = await visit("/one");
	await visitor.page.locator("#name").fill("typed");
	await route(visitor, "/one/routed");
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(visitor, shop.service.console), nothing);
	await visitor.page.goto(`${shop.pages.origin}/two`);
	await button(visitor).waitFor();
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(visitor, shop.service.console), nothing);
	assert.deepEqual(visitor.asked, ["/widget.js", "/widget.js"]);
	assert.deepEqual(await shop.listed(), []);
	await call(visitor, "a.consent(false)");
	await sleep(500);
	assert.deepEqual(await traces(visitor, shop.service.console), nothing, "a no leaves no trace either");

	await call(visitor, "a.consent(true)");
	await listedPaths(shop, ["/two"], "the visit in the list after a yes");
	assert.match((await keeps(visitor)) ?? "", /^[0-9a-f]{32}$/);
	const after = await traces(visitor, shop.service.console);
	assert.deepEqual(after.cookies, [], "no cookie, even with consent");
	assert(after.requests.length > 1, "the lists that were empty do show requests");
});

// req 001-28, 001-34, 001-30
test("legitimate interest lists by itself, stops on objection, and stays stopped", async () => {
	await shop.collect(all);
	const visitor = await visit("/interest");
	await listedPaths(shop, ["/interest"], "the visit in the list by itself");
	const id = await keeps(visitor);
	assert(id);
	await visitor.page.goto(`${shop.pages.origin}/interest/two`);
	await listedPaths(shop, ["/interest/two"], "one entry for one visit");
	assert.equal(await keeps(visitor), id, "who returns is recognised");
	await call(visitor, "a.consent(false)");
	await listedPaths(shop, [], "an empty list after the objection", WITHIN_MS);
	await route(visitor, "/interest/three");
	await sleep(QUIET_MS);
	assert.deepEqual(await shop.listed(), []);
	const { local, session } = await traces(visitor, shop.service.console);
	assert.deepEqual({ local, session }, { local: [], session: [] }, "nothing stays in the browser");
	await call(visitor, "a.consent(true)");
	await listedPaths(shop, ["/interest/three"], "the visit in the list again, as easily as it left");
	assert.notEqual(await keeps(visitor), id, "and not as the same visitor");
});

// req 002-02
test("by default only who asked for help is listed, and nothing recognises who returns", async () => {
	await shop.collect({});
	const visitor = await visit("/default");
	await call(visitor, "a.consent(true)");
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(visitor, shop.service.console), nothing);
	await askForHelp(visitor);
	await listedPaths(shop, ["/default"], "the visitor who asked for help");
	assert.equal(await keeps(visitor), null);
	await call(visitor, "a.end()");
});

// req 001-32
test("an event of the site's own is a yes or a no", async () => {
	await shop.collect({ ...all, basis: "consent", consentEvent: "shop-consent" });
	const visitor = await visit("/event");
	const say = (detail: string) =>
		visitor.page.evaluate(`dispatchEvent(new CustomEvent("shop-consent", { detail: ${detail} }))`);
	await visitor.page.evaluate(`dispatchEvent(new CustomEvent("another-consent"))`);
	await say("false");
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(visitor, shop.service.console), nothing);
	await say("null");
	await say("null");
	await listedPaths(shop, ["/event"], "one entry after a yes, however often it is said");
	const { requests } = await traces(visitor, shop.service.console);
	assert.equal(requests.filter((path) => path === "/widget/v1/rooms").length, 1);
	await say("{ granted: false }");
	await listedPaths(shop, [], "an empty list after a no", WITHIN_MS);
});

// req 001-33, 001-34
test("a consent platform's categories, at first and after each change", async () => {
	await shop.collect({ ...all, basis: "consent" });
	const visitor = await visit("/platform?head=platform");
	const choose = (yes: boolean) => visitor.page.evaluate(`Platform.choose(${yes})`);
	await choose(false);
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(visitor, shop.service.console), nothing);
	await choose(true);
	await listedPaths(shop, ["/platform"], "the visit after the category was accepted");
	await choose(false);
	await listedPaths(shop, [], "an empty list after it was declined", WITHIN_MS);
	await choose(true);
	await listedPaths(shop, ["/platform"], "the visit after it was accepted again");

	// Under legitimate interest a declined category counts as well.
	await visitor.page.evaluate("Platform.choose(false)");
	await shop.collect(all);
	const other = await visit("/platform/interest?head=platform");
	await listedPaths(shop, ["/platform/interest"], "the visit by itself");
	await other.page.evaluate("Platform.choose(false)");
	await listedPaths(shop, [], "an empty list after it was declined", WITHIN_MS);
});

// req 001-35
test("Google Consent Mode: analytics_storage by default and update, before and after the loader", async () => {
	await shop.collect({ ...all, basis: "consent", consentMode: true });
	const update = ({ page }: Visit, command: string, to: string) =>
		page.evaluate(`gtag("consent", "${command}", { analytics_storage: "${to}" })`);

	const early = await visit("/gcm/denied?head=denied");
	await update(early, "set", "granted");
	await early.page.evaluate(`gtag("consent", "update", { ad_storage: "granted" }); gtag("event", "granted")`);
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(early, shop.service.console), nothing);
	await update(early, "update", "granted");
	await listedPaths(shop, ["/gcm/denied"], "the visit after an update");
	await update(early, "update", "denied");
	await listedPaths(shop, [], "an empty list after the next", WITHIN_MS);

	const granted = await visit("/gcm/granted?head=granted");
	await listedPaths(shop, ["/gcm/granted"], "the visit, granted before the loader came");
	await update(granted, "update", "denied");
	await listedPaths(shop, [], "an empty list", WITHIN_MS);

	const late = await visit("/gcm/late?head=gtag");
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(late, shop.service.console), nothing);
	await update(late, "default", "granted");
	await listedPaths(shop, ["/gcm/late"], "the visit, granted after the loader came");
	assert.equal(await late.page.evaluate("dataLayer.length"), 1, "the page's own list is as it was");

	await shop.collect({ ...all, basis: "consent" });
	await visit("/gcm/off?head=granted");
	await sleep(QUIET_MS);
	assert(!(await shop.listed()).some(({ page }) => page.url.endsWith("/gcm/off")), "only where the site says so");
});

// req 001-34
test("Global Privacy Control always counts, Do Not Track where the site says so", async () => {
	const gpc = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })";
	const dnt = "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })";
	for (const [path, change, signal, listed] of [
		["/signal/gpc", {}, gpc, false],
		["/signal/dnt-off", {}, dnt, true],
		["/signal/dnt-on", { doNotTrack: true }, dnt, false],
		["/signal/none", { doNotTrack: true }, "", true],
	] as const) {
		await shop.collect({ ...all, ...change });
		const visitor = await visit(path, signal);
		if (listed) await listedPaths(shop, [path], `${path} in the list`);
		else {
			await call(visitor, "a.consent(true)");
			await sleep(QUIET_MS);
			assert.deepEqual(await traces(visitor, shop.service.console), nothing, path);
		}
		await call(visitor, "a.optOut(); a.optIn(); a.consent(false)");
		await listedPaths(shop, [], "an empty list", WITHIN_MS);
	}
	// The server heeds the browser's own headers, whatever the page's script does.
	await shop.collect({ ...all, doNotTrack: true });
	for (const header of ["Sec-GPC", "DNT"]) {
		const answer = await fetch(`${shop.service.console}/widget/v1/rooms`, {
			method: "POST",
			headers: { Origin: shop.pages.origin, "Content-Type": "application/json", [header]: "1" },
			body: JSON.stringify({
				site: shop.service.site,
				tab: "0".repeat(32),
				lang: "en",
				page: { url: `${shop.pages.origin}/` },
				help: false,
			}),
		});
		assert.equal(answer.status, 403, header);
	}
});

/** A visitor in two tabs, both captured while an agent sees them. */
async function sharedInTwoTabs(path: string): Promise<{ tabs: Visit[]; agent: Person }> {
	const first = await visit(path);
	const agent = await signInAt(shop.browser, shop.service.console, admin);
	await joinByCode(agent, await askForHelp(first));
	await allow(first);
	await waitForPicture(agent);
	const second = await tab(shop, first, `${path}/second`);
	const tabs = [first, second];
	for (const [i, { frames }] of tabs.entries())
		await until(`tab ${i} captured`, () => ofKind(frames, Kind.snapshot, true).length > 0);
	for (const { page } of tabs)
		await page.evaluate(() => {
			let n = 0;
			setInterval(() => {
				const h1 = document.querySelector("h1");
				if (h1) h1.textContent = `busy ${n++}`;
			}, 50);
		});
	return { tabs, agent };
}

/** Frames of the page's content that left after a moment. */
const captured = ({ frames }: Visit, after: number) =>
	[Kind.snapshot, Kind.diff].flatMap((kind) => ofKind(frames, kind, true)).filter(({ at }) => at > after).length;

// req 001-30, 001-33, 001-34
test("a withdrawn consent stops capture in every tab, and the chat goes on", async () => {
	await shop.collect({ ...all, basis: "consent" });
	const { tabs, agent } = await sharedInTwoTabs("/withdrawn");
	const before = performance.now();
	await sleep(1000);
	for (const each of tabs.slice(1)) assert(captured(each, before) > 0, "the page changes, and that is told");
	await call(tabs[0] as Visit, "a.consent(false)");
	const withdrawn = performance.now();
	await sleep(WITHIN_MS);
	const late = performance.now();
	await sleep(1000);
	for (const [i, each] of tabs.entries()) assert.equal(captured(each, late), 0, `tab ${i} is still told`);
	const last = Math.max(...tabs.flatMap(({ frames }) => ofKind(frames, Kind.diff, true).map(({ at }) => at)));
	assert(last - withdrawn < 1000, `the last change left ${last - withdrawn} ms after the withdrawal`);
	const [shown] = await shop.listed();
	assert.equal(shown?.state, "helping");
	assert.equal(await agent.page.locator(".composer textarea").isVisible(), true);
	await call(tabs[0] as Visit, "a.end()");
	await agent.context.close();
});

// req 001-30
test("an objection in one tab ends the listing of all", async () => {
	await shop.collect(all);
	const first = await visit("/tabs/one");
	await listedPaths(shop, ["/tabs/one"], "the visit in the list");
	const second = await tab(shop, first, `/tabs/two`);
	await until("both tabs in one entry", async () => {
		const list = await shop.listed();
		return list.length === 1 && list[0]?.sources === 2;
	});
	await call(first, "a.consent(false)");
	await listedPaths(shop, [], "an empty list", WITHIN_MS);
	await route(second, "/tabs/three");
	await first.page.bringToFront();
	await second.page.bringToFront();
	await sleep(QUIET_MS);
	assert.deepEqual(await shop.listed(), [], "the other tab has heard of it");
	for (const each of [first, second]) {
		const { local, session } = await traces(each, shop.service.console);
		assert.deepEqual({ local, session }, { local: [], session: [] });
	}
});
