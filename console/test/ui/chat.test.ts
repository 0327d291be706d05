/** What an agent makes of a room's chat. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame, encodeFrame, encodeJSON, type Frame, Kind } from "../../../wire/wire.ts";
import { applyChat, type Chat, emptyChat, highest, readByVisitor, typists, unreadOf } from "../../src/live/chat.ts";
import { fillReply, findReplies, searchIn } from "../../src/live/replies.ts";

const ME = 2;

function frame(kind: number, body: unknown, member = 1): Frame {
	const bytes =
		body instanceof Uint8Array ? encodeFrame(kind, body, { member }) : encodeJSON(kind, body, { member, time: 5000 });
	const decoded = decodeFrame(bytes);
	assert.ok(decoded);
	return decoded;
}

const said = (n: number, over: { id?: string; text?: string; role?: string } = {}, member = 1) =>
	frame(Kind.chat, { id: `id${n}`, n, text: `text ${n}`, role: "visitor", name: "", ...over }, member);
const after = (chat: Chat, ...frames: Frame[]): Chat => frames.reduce((one, next) => applyChat(one, next, 1000), chat);
const written = (...ids: string[]): Chat => ({
	...emptyChat,
	outbox: ids.map((id) => ({ id, text: id, at: 0, failed: false })),
});

test("messages stand once and by number, however often and in whatever order they come", () => {
	const chat = after(emptyChat, said(2), said(1), said(2), said(3), said(1));
	assert.deepEqual(
		chat.messages.map(({ n }) => n),
		[1, 2, 3],
	);
	assert.equal(highest(chat), 3);
	assert.equal(applyChat(chat, said(2), 0), chat, "a repetition changes nothing");
});

test("one's own message leaves the outbox when the room shows it, and is never shown twice", () => {
	const chat = after(written("a", "b"), said(1, { id: "a", role: "agent" }, ME));
	assert.deepEqual(
		chat.outbox.map(({ id }) => id),
		["b"],
	);
	const again = after(chat, said(1, { id: "a", role: "agent" }, ME));
	assert.equal(again.messages.length, 1);
	// Shown before, written again after a reload that did not know it.
	const late = applyChat({ ...again, outbox: written("a").outbox }, said(1, { id: "a", role: "agent" }, ME), 0);
	assert.equal(late.outbox.length, 0);
	assert.equal(late.messages.length, 1);
});

test("unread are the others' messages after the last one seen", () => {
	const chat = after({ ...emptyChat, seen: 1 }, said(1), said(2), said(3, { role: "agent" }, ME), said(4));
	assert.equal(unreadOf(chat, ME), 2);
	const welcome = frame(Kind.welcome, { member: ME, members: [], reads: { [ME]: 4, 1: 2, 7: 3 } }, 0);
	const back = after(chat, welcome);
	assert.equal(unreadOf(back, ME), 0, "the server remembers what was read");
	assert.equal(readByVisitor(back), 3, "an unknown member counts as the visitor until known to be an agent");
	const known = after(back, frame(Kind.members, { members: [{ member: 7, role: "agent" }] }, 0));
	assert.equal(readByVisitor(known), 2);
});

test("read marks only grow; another agent's do not count as the visitor's", () => {
	const members = [
		{ member: 1, role: "visitor" },
		{ member: 7, role: "agent" },
	];
	const chat = after(
		emptyChat,
		frame(Kind.members, { members }, 0),
		frame(Kind.read, { n: 5 }),
		frame(Kind.read, { n: 3 }),
		frame(Kind.read, { n: 9 }, 7),
	);
	assert.equal(readByVisitor(chat), 5);
});

test("typing ends by itself, by a word of the typist, and by the message", () => {
	const on = frame(Kind.typing, new Uint8Array([1]));
	const chat = after(emptyChat, on);
	assert.deepEqual(typists(chat, 2000, ME), [1]);
	assert.deepEqual(typists(chat, 8000, ME), []);
	assert.deepEqual(typists(after(chat, frame(Kind.typing, new Uint8Array([0]))), 2000, ME), []);
	assert.deepEqual(typists(after(chat, said(1)), 2000, ME), []);
	assert.deepEqual(typists(after(emptyChat, frame(Kind.typing, new Uint8Array(), ME)), 2000, ME), [], "not oneself");
});

test("bodies that are not as agreed change nothing", () => {
	for (const bad of [
		frame(Kind.chat, { id: "x", n: 0, text: "a", role: "visitor" }),
		frame(Kind.chat, { id: "x", n: 1, text: { $gt: "" }, role: "visitor" }),
		frame(Kind.chat, { id: "x", n: 1, text: "a", role: "admin" }),
		frame(Kind.read, { n: -1 }),
		frame(Kind.read, "x"),
	])
		assert.equal(applyChat(emptyChat, bad, 0), emptyChat);
});

test("a slash at the beginning or after a space looks for a reply; within words and addresses it is a slash", () => {
	assert.deepEqual(searchIn("/gree ting"), { at: 0, words: "gree ting" });
	assert.deepEqual(searchIn("Well, /de"), { at: 6, words: "de" });
	for (const text of ["and/or", "https://x.example/a", "", "a / b"]) assert.equal(searchIn(text), undefined, text);
});

test("replies are found by shortcut and by words, and filled in; what is unknown leaves no gap", () => {
	const replies = [
		{ id: "1", shortcut: "bye", text: "Hello again some time, goodbye!" },
		{ id: "2", shortcut: "hello", text: "Hello {visitor}, this is {agent} of {site}." },
	];
	assert.deepEqual(
		findReplies(replies, "hel").map(({ id }) => id),
		["2", "1"],
	);
	assert.deepEqual(
		findReplies(replies, "time good").map(({ id }) => id),
		["1"],
	);
	assert.deepEqual(findReplies(replies, "zzz"), []);
	const text = replies[1]?.text ?? "";
	assert.equal(fillReply(text, { visitor: "Mia", agent: "Ada", site: "Leaf" }), "Hello Mia, this is Ada of Leaf.");
	assert.equal(fillReply(text, { agent: "Ada", site: "Leaf" }), "Hello, this is Ada of Leaf.");
	assert.equal(fillReply("{other} $& {visitor}", { visitor: "$1" }), "{other} $& $1");
});
