/**
 * The life of a connection as a pure state machine: `step` takes what happened and answers what to do. It owns no
 * socket, no timer and no clock, so that every path can be told as a list of events.
 *
 * Invariant: at most one socket and one ticket request exist at a time; a ticket is used once; after `closed` nothing
 * happens until `start`.
 */
import { Close, mayReconnect } from "../../../wire/wire.ts";

export type Ticket = { ticket: string; socket: string };

export type Link = {
	phase: "idle" | "ticket" | "dialing" | "greeting" | "open" | "waiting" | "closed";
	/** Tries since the last welcome. */
	tries: number;
	/** When the phase is to be looked at again, ms; undefined: not by itself. */
	wakeAt?: number;
	heardAt: number;
	pingAt: number;
	silenceMs: number;
	/** Whether there was a welcome before: the picture that stands is old, not missing. */
	greeted: boolean;
	/** Why it is closed, or why it was closed last. */
	end?: { code: number; reason: string };
};

export type LinkEvent =
	| { type: "start"; ticket?: Ticket | undefined }
	| { type: "ticket"; ticket: Ticket }
	| { type: "refused"; status: number; retryAfterMs?: number | undefined }
	| { type: "opened" }
	| { type: "welcome"; silenceMs: number }
	| { type: "heard" }
	| { type: "bye"; code: number; reason: string }
	| { type: "closed"; code: number; reason: string }
	| { type: "stop"; code: number }
	| { type: "online" }
	| { type: "tick" };

export type LinkAct =
	| { act: "fetch" }
	| { act: "dial"; ticket: Ticket }
	| { act: "hello" }
	| { act: "ping" }
	| { act: "bye"; code: number }
	| { act: "close"; code: number };

export const PING_EVERY_MS = 5000;
const OPEN_WITHIN_MS = 10_000;
const RETRY_FIRST_MS = 250;
const RETRY_MOST_MS = 8000;

export const idle: Link = { phase: "idle", tries: 0, heardAt: 0, pingAt: 0, silenceMs: 25_000, greeted: false };

type Step = readonly [Link, ...LinkAct[]];

export function step(link: Link, event: LinkEvent, now: number, random: () => number): Step {
	switch (event.type) {
		case "start":
			if (link.phase !== "idle" && link.phase !== "closed") return [link];
			return event.ticket ? dial(rest(idle), event.ticket, now) : fetch(rest(idle));
		case "ticket":
			return link.phase === "ticket" ? dial(link, event.ticket, now) : [link];
		case "refused":
			if (link.phase !== "ticket") return [link];
			return refused(link, event.status, event.retryAfterMs ?? 0, now, random);
		case "opened":
			if (link.phase !== "dialing") return [link];
			return [{ ...link, phase: "greeting", wakeAt: now + OPEN_WITHIN_MS }, { act: "hello" }];
		case "welcome": {
			if (link.phase !== "greeting") return [link];
			const { silenceMs } = event;
			const open: Link = { ...rest(link), phase: "open", tries: 0, greeted: true, silenceMs, heardAt: now };
			return [{ ...open, pingAt: now + PING_EVERY_MS, wakeAt: now + PING_EVERY_MS }, { act: "ping" }];
		}
		case "heard":
			return link.phase === "open" ? [{ ...link, heardAt: now }] : [link];
		case "bye":
			return hasSocket(link) ? [{ ...link, end: { code: event.code, reason: event.reason } }] : [link];
		case "closed":
			return hasSocket(link) ? closed(link, event, now, random) : [link];
		case "stop": {
			const gone: Link = { ...rest(link), phase: "closed", end: { code: event.code, reason: "own" } };
			if (!hasSocket(link)) return [link.phase === "closed" ? link : gone];
			return [gone, { act: "bye", code: event.code }, { act: "close", code: 1000 }];
		}
		case "online":
			return link.phase === "waiting" ? fetch(link) : [link];
		case "tick":
			return tick(link, now, random);
	}
}

const hasSocket = (link: Link): boolean =>
	link.phase === "dialing" || link.phase === "greeting" || link.phase === "open";

/** Without what belongs to the phase left behind. */
function rest({ wakeAt: _wake, end: _end, ...link }: Link): Link {
	return link;
}

const fetch = (link: Link): Step => [{ ...rest(link), phase: "ticket" }, { act: "fetch" }];

const dial = (link: Link, ticket: Ticket, now: number): Step => [
	{ ...rest(link), phase: "dialing", wakeAt: now + OPEN_WITHIN_MS },
	{ act: "dial", ticket },
];

/** Doubling from RETRY_FIRST_MS, the upper half at random, so that a thousand consoles do not come back at once. */
function retry(link: Link, least: number, now: number, random: () => number): Link {
	const full = Math.min(RETRY_FIRST_MS * 2 ** link.tries, RETRY_MOST_MS);
	const delay = Math.max(least, full * (0.5 + random() / 2));
	return { ...rest(link), phase: "waiting", tries: link.tries + 1, wakeAt: now + delay };
}

/** No ticket: gone and forbidden are final, an unreachable or busy server is not. */
function refused(link: Link, status: number, leastMs: number, now: number, random: () => number): Step {
	if (status === 0 || status === 429 || status >= 500) return [retry(link, leastMs, now, random)];
	const code = status === 404 ? Close.noRoom : Close.ticket;
	return [{ ...rest(link), phase: "closed", end: { code, reason: `HTTP ${status}` } }];
}

function closed(link: Link, event: { code: number; reason: string }, now: number, random: () => number): Step {
	const final = link.end && !mayReconnect(link.end.code) ? link.end : event;
	if (mayReconnect(final.code)) return [retry(link, 0, now, random)];
	const reason = final.reason || event.reason;
	return [{ ...rest(link), phase: "closed", end: { code: final.code, reason } }];
}

function tick(link: Link, now: number, random: () => number): Step {
	if (link.wakeAt === undefined || now < link.wakeAt) return [link];
	if (link.phase === "waiting") return fetch(link);
	if (link.phase !== "open") return [retry(link, 0, now, random), { act: "close", code: Close.silent }];
	if (now - link.heardAt >= link.silenceMs) return [retry(link, 0, now, random), { act: "close", code: Close.silent }];
	const pingAt = now + PING_EVERY_MS;
	return [{ ...link, pingAt, wakeAt: pingAt }, { act: "ping" }];
}
