/** Who a visitor is, and what is kept of address and page: signed identity, identifiers, IP modes, parts of URLs. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { API } from "./support/api.ts";
import { allow, askForHelp, joinByCode, launch, signInAt, until, waitForPicture } from "./support/browser.ts";
import { findAny } from "./support/frames.ts";
import { startProxy, type Tunnel } from "./support/proxy.ts";
import { storedBytes } from "./support/serve.ts";
import { admin, button, call, type Listed, listedPaths, startShop, traces, type Visit } from "./support/visits.ts";

const rival = { email: "rita@rival.example", name: "Rita", password: "another horse battery" };
/** Where the visitors of one browser come from. */
const ADDRESS = "127.77.88.99";
let line: Tunnel;
let far: Browser;
let secret = "";
const shop = startShop({
	others: [{ tenant: "Rival", site: "Rival shop", origins: ["http://rival.example"], ...rival }],
	async ready() {
		line = await startProxy(shop.service.console, undefined, ADDRESS);
		far = await launch({ origin: shop.service.console, port: line.port });
		secret = (await shop.api.ok("GET", `/sites/${shop.id}/identity-secret`)).secret;
	},
});
after(async () => {
	await far?.close();
	await line?.close();
});

const open: Visit[] = [];
async function visit(...given: Parameters<typeof shop.visit>): Promise<Visit> {
	const visitor = await shop.visit(...given);
	open.push(visitor);
	await button(visitor).waitFor();
	return visitor;
}
afterEach(async () => {
	for (const visitor of open.splice(0)) {
		await call(visitor, "a.end()");
		await visitor.context.close();
	}
	await shop.collect({});
	await listedPaths(shop, [], "an empty list");
});

/** As a site's server signs, by the documented recipe. */
function sign(id: string, fields: Record<string, string> = {}, key = secret): string {
	const lines = Object.keys(fields).sort();
	const message = `${id}\n${lines.map((name) => `${name}=${fields[name]}\n`).join("")}`;
	return createHmac("sha256", key).update(message).digest("hex");
}

const identify = (visitor: Visit, id: string, fields: object, signature: string) =>
	call(visitor, `a.identify(${JSON.stringify(id)}, ${JSON.stringify(fields)}, ${JSON.stringify(signature)})`);

/** The only visitor there is, in the list and as the history has it. */
async function known(): Promise<{ listed: Listed; kept: Record<string, unknown> }> {
	const all = await shop.listed();
	assert.equal(all.length, 1);
	const [listed] = all as [Listed];
	return { listed, kept: await shop.api.ok("GET", `/sessions/${listed.room}`) };
}

// req 002-02, 002-03
test("identify: only what the site's server signed, whole and for this very ID, counts", async () => {
	const fields = { plan: "pro", team: "Müller" };
	const good = sign("user-42", fields);
	const visitor = await visit("/identify");
	await askForHelp(visitor);
	assert.deepEqual([(await known()).listed.user, (await known()).kept.user], ["", ""], "anonymous by default");
	for (const [what, id, given, signature] of [
		["by another secret", "user-42", fields, sign("user-42", fields, "guess")],
		["missing", "user-42", fields, ""],
		["in capitals", "user-42", fields, good.toUpperCase()],
		["with a field changed", "user-42", { ...fields, plan: "max" }, good],
		["with a field more", "user-42", { ...fields, vip: "yes" }, good],
		["with a field less", "user-42", { plan: "pro" }, good],
		["replayed for another ID", "user-43", fields, good],
		["by an ID that holds the fields", "user-42\nplan=pro\nteam=Müller", {}, good],
	] as const) {
		await identify(visitor, id, given, signature);
		await sleep(300);
		const { listed, kept } = await known();
		assert.deepEqual([listed.user, kept.user, kept.fields], ["", "", {}], `a signature ${what}`);
	}
	await identify(visitor, "user-42", fields, good);
	await until("the user", async () => (await known()).listed.user === "user-42");
	await until("the user in the history", async () => (await known()).kept.user === "user-42");
	assert.deepEqual((await known()).kept.fields, fields);
	const stored = (await storedBytes(shop.service)).toString("latin1");
	assert(!stored.includes("user-42") && !stored.includes("Müller"), "sealed on disk");
});

// req 002-02, 002-03
test("identify before help: the right signature comes along, a wrong one costs nothing but the name", async () => {
	for (const [id, signature, user] of [
		["early-1", sign("early-1"), "early-1"],
		["early-2", sign("early-1"), ""],
	] as const) {
		const visitor = await visit("/identify/early");
		await identify(visitor, id, {}, signature);
		await sleep(300);
		assert.deepEqual((await traces(visitor, shop.service.console)).requests, ["/widget.js"], "nobody is told yet");
		await askForHelp(visitor);
		assert.deepEqual([(await known()).listed.user, (await known()).kept.user], [user, user]);
		await call(visitor, "a.end()");
		await listedPaths(shop, [], "an empty list");
	}
});

// req 002-09, 003-16
test("the site's server names a visitor by API key, and never one of another tenant", async () => {
	const visitor = await visit("/by-server");
	await askForHelp(visitor);
	const { listed } = await known();
	const key = (await shop.api.ok("POST", "/api-keys", { name: "shop", role: "agent" })).secret;
	const foreign = await new API(shop.service.console).signIn(rival.email, rival.password);
	const foreignKey = (await foreign.ok("POST", "/api-keys", { name: "rival", role: "admin" })).secret;
	const say = async (bearer: string, room: string) => {
		const answer = await fetch(`${shop.service.console}/api/v1/identify`, {
			method: "POST",
			headers: { "Content-Type": "application/json", ...(bearer && { Authorization: `Bearer ${bearer}` }) },
			body: JSON.stringify({ room, user: { id: "server-7", fields: { plan: "pro" } } }),
		});
		return { status: answer.status, text: await answer.text() };
	};
	const unknown = await say(foreignKey, "0".repeat(32));
	assert.equal(unknown.status, 404);
	assert.deepEqual(await say(foreignKey, listed.room), unknown, "another tenant's room is as good as none");
	assert.equal((await say("", listed.room)).status, 401);
	assert.equal((await say(`${key}x`, listed.room)).status, 401);
	assert.equal((await known()).listed.user, "");
	assert.equal((await say(key, listed.room)).status, 204);
	await until("the user", async () => (await known()).kept.user === "server-7");
	assert.equal((await known()).listed.user, "server-7");
});

// req 000-18, 000-24, 003-01
test("a session's identifiers end with it; the visitor's own is random, first-party, and only where switched on", async () => {
	await shop.collect({ visitors: "all", returningId: true });
	const visitor = await visit("/ids");
	await askForHelp(visitor);
	const during = await traces(visitor, shop.service.console);
	const { site } = shop.service;
	assert.deepEqual(during.session, [`alongside-${site}`]);
	assert.deepEqual(during.local, [`alongside-visitor-${site}`]);
	assert.deepEqual([during.cookies, during.databases, during.caches, during.workers], [[], [], [], 0]);
	const id = await visitor.page.evaluate((key) => localStorage.getItem(key), `alongside-visitor-${site}`);
	assert.equal((await known()).kept.visitor, id);
	await call(visitor, "a.end()");
	const ended = await traces(visitor, shop.service.console);
	assert.deepEqual([ended.session, ended.local], [[], [`alongside-visitor-${site}`]]);
	await visitor.page.goto(`${shop.pages.origin}/ids/again`);
	await askForHelp(visitor);
	assert.equal((await known()).kept.visitor, id, "who returns is recognised");
	await call(visitor, "a.end()");
	await listedPaths(shop, [], "an empty list");

	await shop.collect({});
	await visitor.page.goto(`${shop.pages.origin}/ids/off`);
	await askForHelp(visitor);
	assert.equal((await known()).kept.visitor, "", "switched off, the one from before is not sent");
});

// req 000-34, 001-42, 003-20, 002-02
test("addresses: none, cut or whole as the site says; never in a log, nor elsewhere on disk", async () => {
	for (const [change, kept] of [
		[{}, ""],
		[{ ip: "truncated" }, "127.77.0.0"],
		[{ ip: "full", ipAcknowledged: true }, ADDRESS],
	] as const) {
		await shop.collect(change);
		const visitor = await visit("/address", undefined, undefined, far);
		await askForHelp(visitor);
		assert.equal((await known()).kept.address, kept);
		assert(!JSON.stringify((await known()).listed).includes("127.77."), "no list shows it");
		assert(!shop.service.log().includes("127.77."), "no log holds it");
		if (kept !== ADDRESS) assert(!(await storedBytes(shop.service)).includes(ADDRESS), `${kept} on disk`);
		await call(visitor, "a.end()");
		await listedPaths(shop, [], "an empty list");
	}
	const refused = await shop.api.call("PUT", `/sites/${shop.id}/collection`, {
		...(await shop.api.ok("GET", `/sites/${shop.id}`)).collection,
		ip: "full",
		ipAcknowledged: false,
	});
	assert.equal(refused.body.field, "ipAcknowledged", "whole addresses need a word of their own");
});

// req 001-17
test("blocked addresses get no help, others do", async () => {
	await shop.collect({ visitors: "all", blocked: ["127.77.*"] });
	const blocked = await visit("/blocked", undefined, undefined, far);
	await button(blocked).click();
	await blocked.page.getByText("Help isn’t available on this page").waitFor();
	assert.deepEqual(await shop.listed(), []);
	const other = await visit("/not-blocked");
	await listedPaths(shop, ["/not-blocked"], "a visitor from elsewhere");
	await askForHelp(other);
});

// req 001-25, 002-06
test("parts of the URL are shown or hidden in list, live view and history", async () => {
	const { policy } = await shop.api.ok("GET", `/sites/${shop.id}`);
	const { host } = new URL(shop.pages.origin);
	const parts = { domain: host, path: "/part-path", query: "part=query", hash: "#part-hash" };
	let { version } = policy;
	for (const shown of [["domain"], ["domain", "path"], ["path", "query", "hash"], Object.keys(parts)]) {
		const url = Object.fromEntries(Object.keys(parts).map((part) => [part, shown.includes(part)]));
		({ version } = await shop.api.ok("PUT", `/sites/${shop.id}/policy`, { ...policy, url, version }));
		const visitor = await visit("/part-path?part=query#part-hash");
		const agent = await signInAt(shop.browser, shop.service.console, admin);
		await joinByCode(agent, await askForHelp(visitor));
		await allow(visitor);
		await waitForPicture(agent);
		const { listed, kept } = await known();
		const live = agent.frames.filter(({ sent }) => !sent);
		for (const [part, text] of Object.entries(parts)) {
			const expected = shown.includes(part);
			const how = `${part} of ${shown}`;
			assert.equal(listed.page.url.includes(text), expected, `${how} in the list`);
			assert.equal(String(kept.page).includes(text), expected, `${how} in the history`);
			// The page's own links and title may name host and path.
			if (part === "query" || part === "hash") {
				assert.equal(findAny(live, [text]).length > 0, expected, `${how} in the live view`);
				assert.equal(findAny(visitor.frames, [text]).length > 0, expected, `${how} from the visitor's browser`);
			}
		}
		if (!shown.includes("query"))
			assert.deepEqual(
				visitor.sent.filter((body) => body.includes("part=query")),
				[],
			);
		await call(visitor, "a.end()");
		await agent.context.close();
		await listedPaths(shop, [], "an empty list");
	}
	await shop.api.ok("PUT", `/sites/${shop.id}/policy`, { ...policy, version });
});
