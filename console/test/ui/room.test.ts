/** What an agent makes of a room's frames. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame, encodeJSON, type Frame, Kind } from "../../../wire/wire.ts";
import { codeDigits } from "../../src/api/joins.ts";
import { deviceOf, fitScale } from "../../src/live/fit.ts";
import { idle, type Link } from "../../src/live/link.ts";
import { Meter } from "../../src/live/quality.ts";
import { applyFrame, chooseSource, emptyRoom, type Room, sceneOf } from "../../src/live/room.ts";
import { tab } from "./seat.ts";

function frame(kind: number, body: unknown): Frame {
	const decoded = decodeFrame(encodeJSON(kind, body));
	assert.ok(decoded);
	return decoded;
}

const open: Link = { ...idle, phase: "open", greeted: true };
const closed = (code: number, reason = ""): Link => ({
	...idle,
	phase: "closed",
	greeted: true,
	end: { code, reason },
});

const members = (state: string) => [
	{ member: 1, role: "visitor", name: "", state: "here" },
	{ member: 2, role: "agent", name: "Ada", state },
];
const welcome = (state: string, own: string) =>
	frame(Kind.welcome, { member: 2, room: "r", state, members: members(own), sources: [tab(2), tab(1)] });
const consent = (act: string, member = 2) => frame(Kind.consent, { what: "view", act, member });

const after = (...frames: Frame[]): Room => frames.reduce((room, one) => applyFrame(room, one, 1000), emptyRoom);

test("an agent is asking until the visitor grants, and only by its own answer", () => {
	assert.equal(sceneOf(after(welcome("asking", "asking")), open), "asking");
	// Another agent is already in: the room is live, this one still waits.
	assert.equal(sceneOf(after(welcome("live", "asking")), open), "asking");
	assert.equal(sceneOf(after(welcome("live", "asking"), consent("grant", 7)), open), "asking");
	assert.equal(sceneOf(after(welcome("live", "asking"), consent("grant")), open), "live");
	assert.equal(sceneOf(after(welcome("live", "viewing")), open), "live");
});

test("without having asked an agent helps by chat; asked, refused and withdrawn are told apart", () => {
	const helping = welcome("helping", "helping");
	const asked = welcome("asking", "asking");
	const back = frame(Kind.members, { members: members("helping") });
	assert.equal(sceneOf(after(helping), open), "helping");
	assert.equal(sceneOf(after(helping, frame(Kind.members, { members: members("asking") })), open), "asking");
	assert.equal(sceneOf(after(asked, consent("deny"), back), open), "declined");
	assert.equal(sceneOf(after(asked, back, consent("deny")), open), "declined");
	assert.equal(sceneOf(after(asked, consent("expire"), back), open), "expired");
	assert.equal(sceneOf(after(asked, consent("grant"), consent("withdraw", 0), back), open), "withdrawn");
	assert.equal(sceneOf(after(asked, consent("deny"), consent("ask")), open), "asking");
	assert.equal(sceneOf(after(asked, consent("deny"), back), closed(4410)), "ended");
});

test("what the visitor takes back from all means nothing to an agent who saw nothing", () => {
	assert.equal(sceneOf(after(welcome("helping", "helping"), consent("withdraw", 0)), open), "helping");
	const denied = after(welcome("asking", "asking"), consent("deny"), consent("withdraw", 0));
	assert.equal(sceneOf(denied, open), "declined");
});

test("a page that was on its way when consent was taken back shows nothing", () => {
	const withdrawn = after(welcome("live", "viewing"), consent("withdraw", 0));
	assert.equal(sceneOf(applyFrame(withdrawn, frame(Kind.diff, {}), 0), open), "withdrawn");
});

test("asking once too often is undone by the server's refusal", () => {
	const refused = after(welcome("asking", "asking"), frame(Kind.error, { code: "too-many", kind: Kind.consent }));
	assert.equal(sceneOf(refused, open), "helping");
});

test("each close has its scene", () => {
	assert.equal(sceneOf(emptyRoom, closed(4404)), "gone");
	assert.equal(sceneOf(emptyRoom, closed(4409)), "replaced");
	assert.equal(sceneOf(emptyRoom, closed(4400)), "failed");
	assert.equal(sceneOf(emptyRoom, idle), "connecting");
	assert.equal(sceneOf(emptyRoom, closed(4410, "handed-over")), "handed");
	const seen = after(welcome("live", "viewing"));
	assert.equal(sceneOf(seen, { ...idle, phase: "waiting", greeted: true }), "lost");
	// Who sees no page loses none; the chat says that it reconnects.
	assert.equal(sceneOf(emptyRoom, { ...idle, phase: "waiting", greeted: true }), "helping");
});

test("pause and absence show, with the reason", () => {
	const live = [welcome("live", "viewing")];
	const paused = after(
		...live,
		frame(Kind.pause, { paused: true, why: "field" }),
		frame(Kind.room, { state: "paused" }),
	);
	assert.equal(sceneOf(paused, open), "paused");
	assert.equal(paused.pausedBy, "field");
	assert.equal(sceneOf(after(...live, frame(Kind.room, { state: "away" })), open), "away");
});

test("bodies that are not as agreed change nothing", () => {
	const room = after(welcome("live", "viewing"));
	for (const bad of [
		frame(Kind.room, { state: "<b>" }),
		frame(Kind.members, { members: "x" }),
		frame(Kind.sources, []),
	])
		assert.equal(applyFrame(room, bad, 0), room);
});

test("the shown tab follows the visitor unless pinned", () => {
	const tabs = [tab(1, { focused: false, visible: false }), tab(2)];
	assert.equal(chooseSource(tabs, undefined, 1), 2);
	assert.equal(chooseSource(tabs, 1, 2), 1);
	assert.equal(chooseSource(tabs, 9, 1), 2, "a pinned tab that is gone");
	const away = [tab(1, { connected: false }), tab(2, { focused: false, visible: false })];
	assert.equal(chooseSource(away, undefined, 1), 2, "a tab that is there goes before one that is away");
	assert.equal(chooseSource([tab(3, { connected: false })], undefined, 3), 3, "all away: the last one stays");
});

test("a code is read out of whatever was pasted", () => {
	assert.equal(codeDigits("Code: 481 203."), "481203");
	assert.equal(codeDigits("٤٨١٢٠٣"), "481203");
	assert.equal(codeDigits("4812039"), "481203");
	assert.equal(codeDigits("none"), "");
});

test("a page is shrunk to fit and never blown up", () => {
	assert.equal(fitScale({ width: 2000, height: 1000 }, { width: 1000, height: 1000 }), 0.5);
	assert.equal(fitScale({ width: 390, height: 844 }, { width: 1000, height: 1000 }), 1);
	assert.equal(deviceOf({ width: 844, height: 390 }), "phone");
	assert.equal(deviceOf({ width: 820, height: 1180 }), "tablet");
	assert.equal(deviceOf({ width: 1280, height: 720 }), "desktop");
});

test("the connection is judged by round trip, delay and an unanswered ping", () => {
	const meter = new Meter();
	assert.equal(meter.read(0).word, "unknown");
	meter.pinged(1000);
	meter.ponged(1040, 51_020); // the server's clock is 50 s ahead
	assert.equal(meter.read(1040).word, "good");
	meter.picture(2000, 51_900);
	assert.equal(meter.read(2000).delayMs, 100);
	meter.picture(5000, 52_000);
	assert.equal(meter.read(5000).word, "poor");
	assert.equal(meter.read(21_000).word, "good", "an old delay says nothing");
	meter.pinged(22_000);
	assert.equal(meter.read(23_000).word, "poor", "a ping that stays unanswered");
});
