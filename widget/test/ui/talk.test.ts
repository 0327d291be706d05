import assert from "node:assert/strict";
import { test } from "node:test";
import { type Message, noChat, unread, withDraft, withMessage, withRead } from "../../src/room/chat.ts";
import { faultOf, readHelp } from "../../src/room/form.ts";
import { linked } from "../../src/room/links.ts";
import { initialState, next, withConsent, withMembers } from "../../src/room/state.ts";

const message = (n: number, id = `${n}`, role: Message["role"] = "agent"): Message => ({
	...{ n, id, role, text: `text ${n}`, name: "Mina", time: n },
});

test("messages stand once, in the room's order, whatever order they come in; an own one stops waiting", () => {
	let chat = withDraft(noChat, "a", "  hello \r\n\u0007there ");
	assert.deepEqual(chat.unsent, [{ id: "a", text: "hello \nthere" }]);
	for (const each of [message(3), message(1), message(2, "a", "visitor"), message(3), message(1, "other")])
		chat = withMessage(chat, each);
	assert.deepEqual([chat.messages.map(({ n }) => n), chat.unsent], [[1, 2, 3], []]);
	assert.equal(unread(chat), 2);
	assert.equal(unread(withRead(chat, 1)), 1);
	assert.equal(withRead(withRead(chat, 3), 1).read, 3, "read marks only grow");
	assert.equal(withDraft(chat, "b", " \n\t "), chat);
	let full = noChat;
	for (let i = 0; i < 40; i++) full = withDraft(full, `${i}`, "more");
	assert.equal(full.unsent.length, 32);
});

test("only plain addresses of safe kinds are links, without what ends the sentence", () => {
	const links = (text: string) => linked(text).flatMap(({ href }) => href ?? []);
	const cases: [string, string[]][] = [
		[
			"see https://example.org/a?b=1#c, or (http://example.org).",
			["https://example.org/a?b=1#c", "http://example.org/"],
		],
		["https://example.org/wiki/A_(b)", ["https://example.org/wiki/A_(b)"]],
		["HTTPS://EXAMPLE.ORG", ["https://example.org/"]],
		["mailto:a@example.org;tel:+49-123!", ["mailto:a@example.org;tel:+49-123"]],
		["javascript:alert(1) vbscript:x data:text/html,x file:///x ftp://example.org", []],
		["https://bank.example@evil.example", []],
		["https:// http://. xhttps://example.org", []],
		["https://example.org/\u202egnp.exe", ["https://example.org/"]],
	];
	for (const [text, want] of cases) {
		assert.deepEqual(links(text), want, text);
		const shown = linked(text).map((part) => part.text);
		assert.equal(shown.join(""), text, "nothing is lost");
	}
	const [odd] = linked("https://exаmple.org/");
	assert.match(odd?.text ?? "", /^https:\/\/xn--/, "an address in letters that look like others shows what it is");
});

test("a form is read as far as it is understood, and bounded", () => {
	const field = { id: "a", kind: "text", label: "A", required: true };
	const { form, open, opensAt, optedOut } = readHelp({
		form: [
			field,
			{ ...field, kind: "spell" },
			{ ...field, id: 7 },
			null,
			"x",
			{ id: "c", kind: "choice", options: [{}, { value: "v" }] },
		],
		opensAt: "not a time",
		optedOut: "yes",
	});
	assert.deepEqual([open, opensAt, optedOut], [true, 0, false]);
	assert.deepEqual(form, [
		{ ...field, options: [] },
		{ id: "c", kind: "choice", label: "c", required: false, options: [{ value: "v", label: "v" }] },
	]);
	assert.equal(readHelp({ form: new Array(99).fill(field) }).form.length, 20);
	assert.equal(faultOf({ kind: "text", required: true }, "  "), "missing");
	assert.equal(faultOf({ kind: "email", required: false }, ""), undefined);
	for (const bad of ["a", "a@b", "a b@c.de", "a@b."])
		assert.equal(faultOf({ kind: "email", required: false }, bad), "email");
});

test("an agent who helps does not see; the panel makes way when the page is seen, and comes back", () => {
	const helping = withMembers(initialState, [{ member: 2, role: "agent", name: "Mina", state: "helping" }]);
	assert.deepEqual([helping.viewers.size, helping.agents.size, helping.helped], [0, 1, true]);
	const seen = next(helping, withConsent(helping, { what: "view", act: "grant", member: 2 }, 0));
	assert.equal(seen.minimised, true);
	const back = next(seen, withConsent(seen, { what: "view", act: "withdraw", member: 0 }, 0));
	assert.deepEqual([back.minimised, back.agents.size], [false, 1]);
	const gone = withMembers(back, []);
	assert.deepEqual([gone.agents.size, gone.helped], [0, true]);
});
