import { Close, mayReconnect } from "../../../wire/wire.ts";

/**
 * The connection as a pure state machine: an event in, the next state and at most one act out. No clock, no network;
 * link.ts performs the acts and reports back.
 */
export type Phase = "idle" | "entering" | "opening" | "online" | "resting" | "closed";

/** Why a connection is closed for good: `unreachable` and `busy` may be tried again by hand, `moved` in this tab. */
export type Reason = "ended" | "moved" | "refused" | "busy" | "unreachable";

export type State = {
	phase: Phase;
	/** Whether a room has been entered once; from then on only its end is final. */
	entered: boolean;
	/** Failed tries since the connection last held. */
	attempts: number;
	/** When the welcome came, ms. */
	since: number;
	reason?: Reason;
};

export type Event =
	| { type: "start"; resume: boolean }
	| { type: "entry" }
	/** The HTTP entry failed; status 0 means no answer. */
	| { type: "no-entry"; status: number }
	| { type: "welcome"; now: number }
	| { type: "close"; code: number; now: number }
	| { type: "rested" }
	/** The page is being left and may come back. */
	| { type: "suspend" }
	| { type: "stop"; reason: Reason };

export type Act = { do: "create" | "resume" | "open" | "disconnect" } | { do: "rest"; ms: number };

export const initial: State = { phase: "idle", entered: false, attempts: 0, since: 0 };

const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 8000;
/** A connection that held this long starts the back-off anew. */
const HELD_MS = 10_000;
/** So many tries for a first connection, then the visitor is told. */
const FIRST_TRIES = 4;

const closeReasons: Record<number, Reason> = {
	[Close.ended]: "ended",
	[Close.noRoom]: "ended",
	[Close.replaced]: "moved",
	[Close.tooMany]: "busy",
};
const statusReasons: Record<number, Reason> = { 404: "ended", 429: "busy" };

/** What the status of an HTTP answer that is not the one hoped for means. */
export const reasonOf = (status: number): Reason =>
	status >= 400 && status < 500 ? (statusReasons[status] ?? "refused") : "unreachable";

/** Doubles from 0.25 s to 8 s, each spread down to its half so that many clients do not return at once. */
export const backoff = (attempts: number, random: number): number =>
	Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** attempts) * (0.5 + random / 2);

export function step(state: State, event: Event, random = 0): [State, Act?] {
	if (state.phase === "closed" && event.type !== "start") return [state];
	switch (event.type) {
		case "start":
			if (state.phase !== "idle" && state.phase !== "closed") return [state];
			return [{ ...initial, entered: event.resume, phase: "entering" }, { do: event.resume ? "resume" : "create" }];
		case "entry":
			return state.phase === "entering" ? [{ ...state, entered: true, phase: "opening" }, { do: "open" }] : [state];
		case "no-entry":
			if (state.phase !== "entering") return [state];
			// Without a room the visitor waits before an empty panel: tell at once. With one, only an answer is final.
			return state.entered && (event.status === 429 || reasonOf(event.status) === "unreachable")
				? rest(state, random)
				: close(state, reasonOf(event.status));
		case "welcome":
			return state.phase === "opening" ? [{ ...state, phase: "online", since: event.now }] : [state];
		case "close": {
			if (state.phase !== "opening" && state.phase !== "online") return [state];
			if (!mayReconnect(event.code)) return close(state, closeReasons[event.code] ?? "refused");
			const held = state.phase === "online" && event.now - state.since >= HELD_MS;
			if (state.since === 0 && state.attempts + 1 >= FIRST_TRIES) return close(state, "unreachable");
			return rest(held ? { ...state, attempts: 0 } : state, random);
		}
		case "rested":
			return state.phase === "resting" ? [{ ...state, phase: "entering" }, { do: "resume" }] : [state];
		case "suspend":
			return [{ ...state, phase: "idle" }, { do: "disconnect" }];
		case "stop":
			return [{ ...state, phase: "closed", reason: event.reason }, { do: "disconnect" }];
	}
}

const close = (state: State, reason: Reason): [State] => [{ ...state, phase: "closed", reason }];

const rest = (state: State, random: number): [State, Act] => [
	{ ...state, phase: "resting", attempts: state.attempts + 1 },
	{ do: "rest", ms: backoff(state.attempts, random) },
];
