/** Opting out, by whatever way, and pages and visitors of whom nothing is ever collected. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Kind } from "../wire/wire.ts";
import {
	allow,
	askForHelp,
	inMirror,
	joinByCode,
	mirrorShows,
	type Person,
	signInAt,
	until,
	waitForPicture,
} from "./support/browser.ts";
import { findAny, ofKind } from "./support/frames.ts";
import { storedBytes } from "./support/serve.ts";
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

const QUIET_MS = 2000;
/** Three times what is promised. */
const WITHIN_MS = 3000;
const shop = startShop();

const open: Visit[] = [];
const agents: Person[] = [];
async function visit(...given: Parameters<typeof shop.visit>): Promise<Visit> {
	const visitor = await shop.visit(...given);
	open.push(visitor);
	await button(visitor).waitFor({ state: "attached" });
	return visitor;
}
afterEach(async () => {
	for (const visitor of open.splice(0)) {
		await call(visitor, "a.end()").catch(() => undefined); // the test left the site
		await visitor.context.close();
		assert.deepEqual(visitor.errors, []);
	}
	for (const { context } of agents.splice(0)) await context.close();
	await shop.collect({});
	await listedPaths(shop, [], "an empty list");
});

const all = { visitors: "all", returningId: true };
const outKey = () => `alongside-out-${shop.service.site}`;
const isOut = ({ page }: Person) => page.evaluate((key) => localStorage.getItem(key) === "1", outKey());
const address = ({ page }: Person) =>
	page.evaluate(() => (window as unknown as { Alongside: { optOutURL(): string } }).Alongside.optOutURL());

async function signIn(): Promise<Person> {
	const agent = await signInAt(shop.browser, shop.service.console, admin);
	agents.push(agent);
	return agent;
}

/** The visitor in a session whose page an agent sees. */
async function live(visitor: Visit): Promise<Person> {
	const agent = await signIn();
	await joinByCode(agent, await askForHelp(visitor));
	await allow(visitor);
	await waitForPicture(agent);
	return agent;
}

/** Has the page change all the time. */
const busy = ({ page }: Person) =>
	page.evaluate(() => {
		let n = 0;
		const p = document.body.appendChild(document.createElement("p"));
		setInterval(() => {
			p.textContent = `busy ${n++}`;
		}, 50);
	});

/** Changes of the page that left after a moment. */
const captured = ({ frames }: Person, after: number): number =>
	[Kind.snapshot, Kind.diff].flatMap((kind) => ofKind(frames, kind, true)).filter(({ at }) => at > after).length;

/** Has each of the tabs captured, does something to end that, and sees that it has ended in time. */
async function stopsCapture(tabs: Visit[], act: () => Promise<void>): Promise<void> {
	for (const each of tabs) await busy(each);
	const before = performance.now();
	await until("every tab captured", () => tabs.some((each) => captured(each, before) > 0));
	await act();
	await sleep(WITHIN_MS);
	const late = performance.now();
	await sleep(1000);
	for (const [i, each] of tabs.entries()) assert.equal(captured(each, late), 0, `tab ${i} is still told of`);
}

// req 000-31, 001-30
test("optOut() ends capture in every tab and leaves no identifier; Help still gives chat, and sharing asks first", async () => {
	await shop.collect(all);
	const first = await visit("/out");
	await listedPaths(shop, ["/out"], "the visit in the list");
	const key = `alongside-visitor-${shop.service.site}`;
	const id = await first.page.evaluate((k) => localStorage.getItem(k) ?? "", key);
	assert.match(id, /^[0-9a-f]{32}$/);
	const agent = await live(first);
	const second = await tab(shop, first, `/out/second`);
	await until("the second tab captured", () => captured(second, 0) > 0);
	await stopsCapture([first, second], () => call(first, "a.optOut()"));
	const [shown] = await shop.listed();
	assert.equal(shown?.state, "helping", "the chat goes on");
	assert.deepEqual(shown?.page, { url: "", title: "" }, "where the visitor is, is not told any more");
	await call(second, "a.end()");
	await agent.page.getByLabel("6-digit code").or(agent.page.getByLabel("Reason")).first().waitFor();
	await listedPaths(shop, [], "an empty list");

	await first.page.goto(`${shop.pages.origin}/out/later`);
	await route(first, "/out/routed");
	await sleep(QUIET_MS);
	assert.deepEqual(await shop.listed(), [], "in no list");
	assert.deepEqual(await traces(first, shop.service.console), { ...nothing, local: [outKey()] });

	// Help by chat; sharing only after the opt-out was lifted, by hand.
	const helper = await signIn();
	await joinByCode(helper, await askForHelp(first));
	const page = first.page;
	await page.getByText("You have opted out").waitFor();
	await sleep(500);
	await page.getByRole("button", { name: "Keep opt-out" }).click();
	await page.locator("alongside-help textarea").fill("Hello from afar");
	await page.locator("alongside-help textarea").press("Enter");
	await helper.page.getByText("Hello from afar").waitFor();
	const since = performance.now();
	const [session] = (await shop.api.ok("GET", "/sessions")).items;
	const kept = await shop.api.ok("GET", `/sessions/${session.id}`);
	assert.deepEqual(
		[kept.visitor, kept.user, kept.address, kept.page, kept.title],
		["", "", "", "", ""],
		"no identifier is kept",
	);
	await sleep(10_000); // the agent may ask again only then
	await helper.page.getByRole("button", { name: "Ask again", exact: true }).click();
	await page.getByRole("button", { name: "Lift opt-out" }).waitFor();
	assert.equal(captured(first, since), 0, "nothing was captured");
	await sleep(500);
	await page.getByRole("button", { name: "Lift opt-out" }).click();
	assert.equal(await isOut(first), false);
	await allow(first);
	await waitForPicture(helper);
	assert(!(await storedBytes(shop.service)).includes(id), "the ID from before is nowhere");
});

// req 001-19, 001-21, 000-31
test("the opt-out page, opened from the panel, ends capture in every tab without a way back to the site", async () => {
	await shop.collect({});
	const first = await visit("/page");
	await live(first);
	const second = await tab(shop, first, `/page/second`);
	await until("the second tab captured", () => captured(second, 0) > 0);
	await stopsCapture([first, second], async () => {
		await first.page.getByRole("button", { name: "What is hidden?" }).click();
		const opening = first.context.waitForEvent("page");
		await first.page.getByRole("link", { name: "Opt out of being seen" }).click();
		const page = await opening;
		await page.getByRole("button", { name: "Opt out", exact: true }).click();
		await page.getByText("Sharing in your open session has ended").waitFor();
		await page.close();
	});
	assert.equal((await shop.listed())[0]?.state, "helping");
});

// req 001-19
test("the opt-out page ends a listing, too", async () => {
	await shop.collect(all);
	const visitor = await visit("/page/listed");
	await listedPaths(shop, ["/page/listed"], "the visit in the list");
	const link = await address(visitor);
	const other = await visitor.context.newPage();
	await other.goto(link);
	await other.getByRole("button", { name: "Opt out", exact: true }).click();
	await listedPaths(shop, [], "an empty list", WITHIN_MS);
	await other.close();
	await visitor.page.bringToFront();
	await route(visitor, "/page/listed/later");
	await sleep(QUIET_MS);
	assert.deepEqual(await shop.listed(), [], "this document lists itself no more");
});

// req 001-19, 001-21
test("the way back leaves the site's own flag, with JavaScript switched off on our page", async () => {
	await shop.collect(all);
	const visitor = await visit("/back?head=x");
	await listedPaths(shop, ["/back"], "the visit in the list");
	const link = await address(visitor);
	assert(!link.includes("head"), "the query stays here");
	// Our own page is plain: it runs no script that could be blocked.
	await visitor.page.route(`${shop.service.console}/exclude/**`, async (to) => {
		const response = await to.fetch();
		assert(!/<script/i.test(await response.text().catch(() => "")));
		await to.fulfill({ response });
	});
	await visitor.page.goto(link);
	assert.equal((await visitor.context.cookies()).length, 0, "looking sets nothing");
	await visitor.page.getByRole("button", { name: "Opt out", exact: true }).click();
	await visitor.page.getByRole("link", { name: "Back to Shop" }).click();
	await visitor.page.waitForURL(`${shop.pages.origin}/back`);
	await until("the flag", () => isOut(visitor));
	assert.equal(new URL(visitor.page.url()).hash, "", "the token does not stay in the address");
	await sleep(QUIET_MS);
	assert.deepEqual(await shop.listed(), []);
	const { session, local } = await traces(visitor, shop.service.console);
	assert.deepEqual({ session, local }, { session: [], local: [outKey()] });

	// And back in, which the site asks about itself.
	const asked: string[] = [];
	let answer = true;
	visitor.page.on("dialog", (dialog) => {
		asked.push(dialog.message());
		void (answer ? dialog.accept() : dialog.dismiss());
	});
	await visitor.page.goto(link);
	await visitor.page.getByRole("button", { name: "Opt back in" }).click();
	const back = (await visitor.page.getByRole("link", { name: "Back to Shop" }).getAttribute("href")) ?? "";
	await visitor.page.getByRole("link", { name: "Back to Shop" }).click();
	await until("the flag gone", async () => !(await isOut(visitor)));
	assert.equal(asked.length, 1);
	await listedPaths(shop, ["/back"], "the visit in the list again");

	// The same link in the hands of somebody else lifts nobody's opt-out.
	await call(visitor, "a.optOut()");
	await listedPaths(shop, [], "an empty list", WITHIN_MS);
	answer = false;
	await visitor.page.goto("about:blank");
	await visitor.page.goto(back);
	await until("the question", () => asked.length === 2);
	await sleep(500);
	assert.equal(await isOut(visitor), true, "only the visitor takes an opt-out back");
	await call(visitor, "a.optIn()");
	assert.equal(await isOut(visitor), false);
});

// req 001-21
test("a forged link, or one of another site, does nothing", async () => {
	await shop.collect(all);
	await shop.api.ok("POST", "/sites", { name: "Other", origins: ["http://other.example"] });
	const other = (await shop.api.ok("GET", "/sites")).items.find(({ name }: { name: string }) => name === "Other");
	const tokenOf = async (site: string) => {
		const { console: server } = shop.service;
		const answer = await fetch(`${server}/exclude/${site}`, {
			method: "POST",
			redirect: "manual",
			headers: { Origin: server, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded" },
			body: "choice=out",
		});
		return new URL(answer.headers.get("Location") ?? "", server).searchParams.get("done") ?? "";
	};
	const good = await tokenOf(shop.service.site);
	const middle = Math.floor(good.length / 2);
	const forged = good.slice(0, middle) + (good[middle] === "A" ? "B" : "A") + good.slice(middle + 1);
	for (const [what, token, out] of [
		["forged", forged, false],
		["foreign", await tokenOf(other.key), false],
		["of all sites", await tokenOf("*").catch(() => ""), false],
		["good", good, true],
	] as const) {
		const visitor = await visit(`/forged#alongside-optout=${token}`);
		await sleep(1000);
		assert.equal(await isOut(visitor), out, what);
		visitor.errors.splice(0); // the browser reports the refusal
		await call(visitor, "a.consent(false)");
	}
	await shop.api.ok("DELETE", `/sites/${other.id}`);
});

// req 001-20, 001-21, 000-31
test("the page for all sites reaches sites near our own address, and says what it does not reach", async () => {
	await shop.collect(all);
	const visitor = await visit(`${shop.near}/near`);
	await listedPaths(shop, ["/near"], "the visit in the list");
	const page = await visitor.context.newPage();
	await page.goto(`${shop.service.console}/optout`);
	await page.getByText("It does not reach browsers that hide cookies").waitFor();
	await page.getByRole("button", { name: "Opt out of all sites" }).click();
	await page.getByText("Saved in this browser").waitFor();
	await visitor.page.bringToFront();
	await visitor.page.goto(`${shop.near}/near/next`);
	await listedPaths(shop, [], "an empty list", WITHIN_MS + 2000);
	await sleep(QUIET_MS);
	const { local, session } = await traces(visitor, shop.service.console);
	assert.deepEqual({ local, session }, { local: [], session: [] }, "no identifier is kept");
	visitor.errors.splice(0); // the browser reports that the listing was refused

	const agent = await signIn();
	await joinByCode(agent, await askForHelp(visitor));
	await visitor.page.getByText("You have opted out").waitFor();
	await sleep(500);
	await visitor.page.getByRole("button", { name: "Keep opt-out" }).click();
	assert.equal(captured(visitor, 0), 0);
	await call(visitor, "a.end()");

	await page.bringToFront();
	await page.getByRole("button", { name: "Opt back in" }).click();
	await page.getByText("You have not opted out of all sites").waitFor();
	await visitor.page.bringToFront();
	await visitor.page.goto(`${shop.near}/near/again`);
	await listedPaths(shop, ["/near/again"], "the visit in the list again");
});

// req 003-13
test("on sensitive pages nobody is listed or captured, and no address leaves; sharing goes on afterwards", async () => {
	await shop.collect({ ...all, sensitive: ["/secret*"] });
	const visitor = await visit("/secret/one");
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(visitor, shop.service.console), nothing);
	await visitor.page.goto(`${shop.pages.origin}/open`);
	await listedPaths(shop, ["/open"], "the visit in the list elsewhere");
	await route(visitor, "/secret/two");
	await listedPaths(shop, [], "an empty list", WITHIN_MS);
	await route(visitor, "/open/two");
	await listedPaths(shop, ["/open/two"], "the visit in the list again");
	await visitor.page.goto(`${shop.pages.origin}/secret/three`);
	await listedPaths(shop, [], "an empty list after a page load, too", WITHIN_MS);

	await visitor.page.goto(`${shop.pages.origin}/open/three`);
	const agent = await live(visitor);
	const paused = agent.page.locator('.stage[data-state="paused"]');
	const write = (text: string) => visitor.page.evaluate((t) => document.body.append(t), text);
	const goTo: Record<string, (path: string) => Promise<unknown>> = {
		routed: (path) => route(visitor, path),
		loaded: (path) => visitor.page.goto(shop.pages.origin + path),
	};
	for (const [how, go] of Object.entries(goTo)) {
		const left = performance.now();
		await go(`/secret/${how}`);
		await write(`canary-${how}`);
		await paused.waitFor();
		await visitor.page.getByText("Paused. Nobody sees this page").waitFor();
		assert.equal(await visitor.page.getByRole("button", { name: "Resume" }).count(), 0, "not even by hand");
		await sleep(1000);
		assert.equal(captured(visitor, left + 1000), 0);
		const [shown] = await shop.listed();
		assert.deepEqual(shown?.page, { url: "", title: "" });

		await visitor.page.getByRole("button", { name: /Chat/ }).click();
		await visitor.page.locator("alongside-help textarea").fill(`${how}: can you hear me?`);
		await visitor.page.locator("alongside-help textarea").press("Enter");
		await agent.page.getByText(`${how}: can you hear me?`).waitFor();
		await visitor.page.getByRole("button", { name: /Chat/ }).click();

		await go(`/open/${how}`);
		await write(`after ${how}`);
		await mirrorShows(agent, `after ${how}`);
		await visitor.page.getByText("Ada sees this page").waitFor();
		if (how === "loaded") assert(!(await inMirror(agent, (doc) => doc.body.innerText.includes("canary"))));
	}
	assert.deepEqual(findAny(visitor.frames, ["secret", "canary-loaded", "Title of /secret"]), []);
	assert.deepEqual(
		visitor.sent.filter((body) => body.includes("secret")),
		[],
	);
	assert(
		visitor.sent.some((body) => body.includes("/open")),
		"other addresses do leave: the search can find them",
	);
});

// req 001-43
test("minors, by the site or by a call, are neither listed nor seen, and get help by chat", async () => {
	await shop.collect({ ...all, minors: true });
	const young = await visit("/young");
	await call(young, "a.consent(true)");
	await sleep(QUIET_MS);
	assert.deepEqual(await traces(young, shop.service.console), nothing);
	const agent = await signIn();
	await joinByCode(agent, await askForHelp(young));
	await young.page.getByText("Ada is here").waitFor();
	assert.equal(await young.page.getByRole("alertdialog").count(), 0, "no question");
	await young.page.locator("alongside-help textarea").fill("a young question");
	await young.page.locator("alongside-help textarea").press("Enter");
	await agent.page.getByText("a young question").waitFor();
	assert.equal(captured(young, 0), 0);
	await call(young, "a.end()");

	await shop.collect(all);
	const told = await visit("/told");
	await listedPaths(shop, ["/told"], "the visit in the list");
	const helper = await live(told);
	await stopsCapture([told], () => call(told, "a.minor()"));
	await sleep(8000); // an agent may ask again after 10 s
	const since = performance.now();
	await helper.page.getByRole("button", { name: "Ask again", exact: true }).click();
	await sleep(1500);
	assert.equal(await told.page.getByRole("alertdialog").count(), 0, "a minor is not asked");
	assert.equal(captured(told, since), 0);
	await call(told, "a.end(); a.optIn()");
	await route(told, "/told/later");
	await sleep(QUIET_MS);
	assert.deepEqual(await shop.listed(), []);
	const { local } = await traces(told, shop.service.console);
	assert.deepEqual(local, [], "no identifier");
});

// req 001-23
test("allowed and denied pages, also after client-side navigation", async () => {
	await shop.collect({ ...all, allow: ["/shop*"], deny: ["/shop/admin*"] });
	const visitor = await visit("/elsewhere");
	const isShown = () => button(visitor).isVisible();
	await sleep(QUIET_MS);
	assert.equal(await isShown(), false);
	assert.deepEqual(await traces(visitor, shop.service.console), nothing);
	for (const [path, runs] of [
		["/shop/one", true],
		["/shop/admin/orders", false],
		["/shop/two", true],
		["/about", false],
	] as const) {
		await route(visitor, path);
		await until(`the button ${runs ? "on" : "not on"} ${path}`, async () => (await isShown()) === runs);
		await listedPaths(shop, runs ? [path] : [], `the list for ${path}`, WITHIN_MS);
	}
	await visitor.page.goto(`${shop.pages.origin}/shop/admin/loaded`);
	await button(visitor).waitFor({ state: "attached" });
	await sleep(1000);
	assert.equal(await isShown(), false);
	await route(visitor, "/shop/three");
	// A browser without the Navigation API.
	const older = await visit("/elsewhere", "Object.defineProperty(window, 'navigation', { value: undefined })");
	await listedPaths(shop, ["/shop/three"], "only the other visit in the list");
	for (const [path, runs] of [
		["/shop/four", true],
		["/shop/admin/four", false],
	] as const) {
		await route(older, path);
		await until(`the button ${runs ? "on" : "not on"} ${path}`, () =>
			button(older)
				.isVisible()
				.then((is) => is === runs),
		);
		await listedPaths(shop, ["/shop/three", ...(runs ? [path] : [])], `the list for ${path}`, WITHIN_MS);
	}
	await visitor.page.bringToFront();
	const agent = await live(visitor);
	await route(visitor, "/shop/admin/while-seen");
	await agent.page.locator('.stage[data-state="paused"]').waitFor();
	// The word of the page follows the pause.
	await until("no address in the list", async () => {
		const page = (await shop.listed())[0]?.page;
		return page?.url === "" && page.title === "";
	});
});
