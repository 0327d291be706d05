/** The connection's life, told as events. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { idle, type Link, type LinkAct, type LinkEvent, PING_EVERY_MS, step } from "../../src/live/link.ts";

const ticket = { ticket: "T", socket: "/api/v1/socket" };

/** Tells a story from a link on; answers the link and what was to be done, by name. */
function tell(link: Link, ...events: [LinkEvent, number?][]): { link: Link; acts: LinkAct[] } {
	const acts: LinkAct[] = [];
	let now = 0;
	for (const [event, at] of events) {
		now = at ?? now;
		const [next, ...done] = step(link, event, now, () => 1);
		link = next;
		acts.push(...done);
	}
	return { link, acts };
}

const open = tell(
	idle,
	[{ type: "start" }],
	[{ type: "ticket", ticket }],
	[{ type: "opened" }],
	[{ type: "welcome", silenceMs: 25_000 }],
);

test("a connection fetches a ticket, dials, says hello and measures at once", () => {
	assert.deepEqual(
		open.acts.map(({ act }) => act),
		["fetch", "dial", "hello", "ping"],
	);
	assert.equal(open.link.phase, "open");
});

test("a handed ticket saves the call", () => {
	const { acts } = tell(idle, [{ type: "start", ticket }]);
	assert.deepEqual(acts, [{ act: "dial", ticket }]);
});

test("passing closes come back with doubling delays and a fresh ticket", () => {
	const delays: number[] = [];
	let link = open.link;
	let now = 0;
	for (let i = 0; i < 7; i++) {
		const lost = tell(link, [{ type: "closed", code: 1006, reason: "" }, now]);
		assert.equal(lost.link.phase, "waiting");
		delays.push((lost.link.wakeAt ?? 0) - now);
		now = lost.link.wakeAt ?? 0;
		const again = tell(lost.link, [{ type: "tick" }, now], [{ type: "ticket", ticket }, now]);
		assert.deepEqual(
			again.acts.map(({ act }) => act),
			["fetch", "dial"],
		);
		link = again.link;
	}
	assert.deepEqual(delays, [250, 500, 1000, 2000, 4000, 8000, 8000]);
});

test("final closes stay closed, whatever comes after", () => {
	for (const code of [4400, 4401, 4403, 4404, 4409, 4410, 4429]) {
		const { link, acts } = tell(
			open.link,
			[{ type: "closed", code, reason: "why" }],
			[{ type: "tick" }, 1e6],
			[{ type: "online" }],
		);
		assert.equal(link.phase, "closed");
		assert.deepEqual(link.end, { code, reason: "why" });
		assert.deepEqual(acts, []);
	}
});

test("a bye before a torn connection counts", () => {
	const { link } = tell(
		open.link,
		[{ type: "bye", code: 4410, reason: "declined" }],
		[{ type: "closed", code: 1006, reason: "" }],
	);
	assert.deepEqual(link.end, { code: 4410, reason: "declined" });
	assert.equal(link.phase, "closed");
});

test("silence is noticed by the missing answer to pings", () => {
	const quiet: [LinkEvent, number][] = [];
	for (let now = PING_EVERY_MS; now <= 25_000; now += PING_EVERY_MS) quiet.push([{ type: "tick" }, now]);
	const { link, acts } = tell(open.link, ...quiet);
	assert.deepEqual(
		acts.map(({ act }) => act),
		["ping", "ping", "ping", "ping", "close"],
	);
	assert.equal(link.phase, "waiting");
	assert.equal(link.greeted, true, "the picture that stands is old, not missing");
});

test("a dial or a hello that nobody answers is given up", () => {
	const dialing = tell(idle, [{ type: "start", ticket }]);
	const { link, acts } = tell(dialing.link, [{ type: "tick" }, 10_000]);
	assert.deepEqual(acts, [{ act: "close", code: 4002 }]);
	assert.equal(link.phase, "waiting");
});

test("no ticket: gone and signed out are final, a busy or unreachable server is not", () => {
	const asked = tell(idle, [{ type: "start" }]).link;
	const after = (status: number, retryAfterMs?: number) =>
		tell(asked, [{ type: "refused", status, retryAfterMs }]).link;
	assert.equal(after(404).end?.code, 4404);
	assert.equal(after(401).end?.code, 4401);
	assert.equal(after(0).phase, "waiting");
	assert.equal(after(503).phase, "waiting");
	assert.equal(after(429, 30_000).wakeAt, 30_000);
});

test("the network's return cuts the wait short", () => {
	const { acts } = tell(open.link, [{ type: "closed", code: 1006, reason: "" }], [{ type: "online" }]);
	assert.deepEqual(acts, [{ act: "fetch" }]);
});

test("leaving says bye once and hears nothing more", () => {
	const { link, acts } = tell(
		open.link,
		[{ type: "stop", code: 4410 }],
		[{ type: "stop", code: 1000 }],
		[{ type: "closed", code: 1000, reason: "" }],
	);
	assert.deepEqual(acts, [
		{ act: "bye", code: 4410 },
		{ act: "close", code: 1000 },
	]);
	assert.equal(link.phase, "closed");
});
