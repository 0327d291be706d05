import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, type Event, initial, type State, step } from "../../src/connection/machine.ts";
import { cutURL } from "../../src/page/url.ts";
import { safeName } from "../../src/room/names.ts";
import { screens } from "../../src/room/screens.ts";
import { initialState, withConsent, withMembers } from "../../src/room/state.ts";
import { texts as english, type Texts } from "../../src/texts/en.ts";
import { LANGUAGES, pickLanguage } from "../../src/texts/language.ts";

function run(events: Event[], from: State = initial): { state: State; acts: string[] } {
	const acts: string[] = [];
	let state = from;
	for (const event of events) {
		const [next, act] = step(state, event);
		state = next;
		if (act) acts.push(act.do === "rest" ? `rest ${act.ms}` : act.do);
	}
	return { state, acts };
}
const online: Event[] = [{ type: "start", resume: false }, { type: "entry" }, { type: "welcome", now: 1 }];

test("a connection is entered once and resumed ever after, with a fresh ticket each time", () => {
	const { acts, state } = run([
		...online,
		{ type: "close", code: 1006, now: 20_000 },
		{ type: "rested" },
		{ type: "entry" },
	]);
	assert.deepEqual(acts, ["create", "open", "rest 125", "resume", "open"]);
	assert.equal(state.phase, "opening");
});

test("each class of close codes leads where PROTOCOL.md says", () => {
	const after = (code: number) => run([...online, { type: "close", code, now: 20_000 }]).state;
	for (const code of [1000, 1001, 1006, 1011, 4000, 4001, 4002, 4199])
		assert.equal(after(code).phase, "resting", `${code}`);
	const finals = { 4400: "refused", 4401: "refused", 4403: "refused", 4404: "ended", 4408: "refused", 4409: "moved" };
	for (const [code, reason] of Object.entries({
		...finals,
		4410: "ended",
		4413: "refused",
		4429: "busy",
		4599: "refused",
	})) {
		assert.equal(after(Number(code)).phase, "closed", code);
		assert.equal(after(Number(code)).reason, reason, code);
	}
});

test("the back-off doubles to its limit, is spread by chance, and starts anew once a connection has held", () => {
	assert.deepEqual(
		[0, 1, 2, 5, 9].map((attempts) => backoff(attempts, 1)),
		[250, 500, 1000, 8000, 8000],
	);
	assert.equal(backoff(9, 0), 4000);
	const drop = (now: number): Event[] => [
		{ type: "close", code: 4000, now },
		{ type: "rested" },
		{ type: "entry" },
		{ type: "welcome", now },
	];
	const short = run([...online, ...drop(100), ...drop(200), { type: "close", code: 4000, now: 300 }]);
	assert.deepEqual(
		short.acts.filter((act) => act.startsWith("rest")).map((act) => act.slice(5)),
		["125", "250", "500"].map(String),
	);
	const held = run([...online, ...drop(100), { type: "close", code: 4000, now: 10_200 }]);
	assert.equal(held.acts.at(-1), "rest 125");
});

test("without a room a failure is told at once; with one only the room's end is", () => {
	const first = (status: number) =>
		run([
			{ type: "start", resume: false },
			{ type: "no-entry", status },
		]).state;
	assert.deepEqual(
		[0, 500, 403, 429].map((status) => first(status).reason),
		["unreachable", "unreachable", "refused", "busy"],
	);
	const later = (status: number) =>
		run([
			{ type: "start", resume: true },
			{ type: "no-entry", status },
		]).state;
	assert.deepEqual(
		[0, 503, 429].map((status) => later(status).phase),
		["resting", "resting", "resting"],
	);
	assert.equal(later(404).reason, "ended");
});

test("nothing but a new start wakes a closed connection", () => {
	const closed = run([...online, { type: "stop", reason: "ended" }]).state;
	const late: Event[] = [
		{ type: "rested" },
		{ type: "entry" },
		{ type: "welcome", now: 5 },
		{ type: "close", code: 1006, now: 6 },
	];
	late.push({ type: "suspend" }, { type: "stop", reason: "moved" });
	assert.deepEqual(run(late, closed), { state: closed, acts: [] });
	assert.equal(run([{ type: "start", resume: false }], closed).state.phase, "entering");
});

test("a URL leaves only in the parts that the policy shows", () => {
	// req 001-25
	const href = "https://user:secret@shop.example:8443/orders/7?token=abc#part";
	const cut = (domain: boolean, path: boolean, query: boolean, hash: boolean) =>
		cutURL(href, { domain, path, query, hash });
	assert.equal(cut(true, true, false, false), "https://shop.example:8443/orders/7");
	assert.equal(cut(true, true, true, true), "https://shop.example:8443/orders/7?token=abc#part");
	assert.equal(cut(true, false, false, false), "https://shop.example:8443/");
	assert.equal(cut(false, true, false, false), "/orders/7");
	assert.equal(cut(false, false, false, false), "");
	assert.equal(cutURL("data:text/html,secret", { domain: true, path: true, query: true, hash: true }), "");
});

test("a hostile name is cut, cleaned and kept from turning the sentence", () => {
	assert.equal(safeName("Mina", "An agent"), "Mina");
	assert.equal(safeName("x".repeat(500), "An agent"), "x".repeat(60));
	assert.equal(safeName("\u202eMina\u0000\n\u2066", "An agent"), "Mina");
	assert.equal(safeName("مينا", "An agent"), "\u2068مينا\u2069");
	for (const none of ["", "  ", "\u200b", 7, null, undefined, {}]) assert.equal(safeName(none, "An agent"), "An agent");
});

test("what the server tells is taken only in the shape it should have", () => {
	const state = { ...initialState, phase: "online" as const, code: "123456" };
	for (const bad of [
		undefined,
		null,
		7,
		"x",
		{},
		[null],
		[{ role: "agent", member: -1 }],
		[{ role: "agent", member: 70_000 }],
	])
		assert.equal(withMembers(state, bad).viewers.size, 0);
	for (const member of [undefined, 0, 1.5, "2", -3])
		assert.equal(withConsent(state, { what: "view", act: "ask", member: member as number }, 0).asks.length, 0);
	assert.equal(withConsent(state, { what: "control", act: "grant", member: 2 }, 0).viewers.size, 0);
	let flooded = state as typeof initialState;
	for (let member = 1; member < 99; member++) flooded = withConsent(flooded, { what: "view", act: "ask", member }, 0);
	assert.equal(flooded.asks.length, 16);
});

test("the bar is there whenever the page is seen or captured, whoever for", () => {
	const live = { ...initialState, phase: "online" as const };
	assert.equal(screens({ ...live, captured: true }).bar, "live");
	const seen = withMembers(live, [{ member: 2, role: "agent", name: "Mina", state: "viewing" }]);
	assert.equal(screens(seen).bar, "live");
	assert.equal(screens({ ...seen, room: "paused" }).bar, "paused");
	assert.equal(screens({ ...seen, phase: "resting" }).bar, "reconnecting");
	const away = withMembers(seen, [{ member: 2, role: "agent", name: "Mina", state: "away" }]);
	assert.equal(away.viewers.size, 1);
	assert.equal(withMembers(away, []).viewers.size, 0);
});

test("every language has every text, and counts people as it should", async () => {
	assert.equal(pickLanguage(["", "pt-BR", "de-AT"]), "de");
	assert.equal(pickLanguage(["xx"]), "en");
	const keys = Object.keys(english).sort();
	for (const language of LANGUAGES) {
		const { texts } = (await import(`../../src/texts/${language}.ts`)) as { texts: Texts };
		assert.deepEqual(Object.keys(texts).sort(), keys, language);
		const counted = [0, 1, 2, 5].map((others) => texts.sees("Mina", others));
		assert.equal(new Set(counted).size, 4, language);
		assert.ok(
			counted.every((line) => line.includes("Mina") && !line.includes("undefined")),
			language,
		);
	}
});
