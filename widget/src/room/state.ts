import type { Consent, Member, RoomState } from "../../../wire/wire.ts";
import type { Phase, Reason } from "../connection/machine.ts";

/** An agent's question, answered by the visitor or by time. */
export type Ask = { member: number; name: unknown; until: number };

/** All that the visitor's side knows of its session; what is shown follows from it alone (screens.ts). */
export type State = {
	phase: Phase;
	reason: Reason | undefined;
	room: RoomState;
	code: string;
	/** ms since 1970. */
	codeUntil: number;
	asks: readonly Ask[];
	/** Agents who see the page, by member number. */
	viewers: ReadonlyMap<number, unknown>;
	/** Whether the server wants this tab's page, whoever for. */
	captured: boolean;
	/** Paused by the visitor's hand, in this or another tab. */
	pausedByHand: boolean;
	minimised: boolean;
};

export const initialState: State = {
	phase: "idle",
	reason: undefined,
	room: "waiting",
	code: "",
	codeUntil: 0,
	asks: [],
	viewers: new Map(),
	captured: false,
	pausedByHand: false,
	minimised: false,
};

export const CONSENT_MS = 30_000;
const MAX_ASKS = 16;

const ROOM_STATES: ReadonlySet<string> = new Set(["waiting", "asking", "live", "paused", "away", "ended"]);

const isMemberNumber = (value: unknown): value is number =>
	Number.isInteger(value) && (value as number) > 0 && (value as number) < 1 << 16;

export const isPaused = (state: State): boolean => state.pausedByHand || state.room === "paused";

/** Whether somebody sees the page, or would if it were not paused. */
export const isSeen = (state: State): boolean => state.captured || state.viewers.size > 0;

export function withRoom(state: State, room: unknown): State {
	return typeof room === "string" && ROOM_STATES.has(room) ? { ...state, room: room as RoomState } : state;
}

/** The whole list of members: who is no longer in it asks and sees no more. */
export function withMembers(state: State, members: unknown): State {
	if (!Array.isArray(members)) return state;
	const present = new Set<number>();
	const viewers = new Map<number, unknown>();
	for (const entry of members as (Partial<Member> | null)[]) {
		if (entry?.role !== "agent" || !isMemberNumber(entry.member)) continue;
		present.add(entry.member);
		// One who lost the connection is still let see once back; any unknown state counts as seeing.
		const sees = entry.state === "away" ? state.viewers.has(entry.member) : entry.state !== "asking";
		if (sees) viewers.set(entry.member, entry.name);
	}
	return { ...state, viewers, asks: state.asks.filter((ask) => present.has(ask.member) && !viewers.has(ask.member)) };
}

/** A question or what became of it, perhaps in another tab. Only `view` is asked so far. */
export function withConsent(state: State, { what, act, member, name }: Partial<Consent>, now: number): State {
	if (what !== "view") return state;
	if (act === "withdraw" && member === 0) return { ...state, viewers: new Map() };
	if (!isMemberNumber(member)) return state;
	const asks = state.asks.filter((ask) => ask.member !== member);
	const viewers = new Map(state.viewers);
	switch (act) {
		case "ask":
			viewers.delete(member);
			if (asks.length >= MAX_ASKS) return state;
			return { ...state, viewers, asks: [...asks, { member, name, until: now + CONSENT_MS }], minimised: false };
		case "grant":
			viewers.set(member, name ?? viewers.get(member) ?? state.asks.find((ask) => ask.member === member)?.name);
			return { ...state, viewers, asks };
		case "deny":
		case "expire":
		case "withdraw":
			viewers.delete(member);
			return { ...state, viewers, asks };
		default:
			return state;
	}
}
