import type { Consent, Member, Place, RoomState } from "../../../wire/wire.ts";
import type { Phase, Reason } from "../connection/machine.ts";
import { type Chat, noChat } from "./chat.ts";
import type { Fault, Help } from "./form.ts";

/** An agent's question, answered by the visitor or by time. */
export type Ask = { member: number; name: unknown; until: number };
/** Where the visitor is: asking what help there is, at the form before it, leaving a message instead, or in a room. */
export type Stage = "arriving" | "form" | "away" | "left" | "room";
/** How far something has come that is sent by a call of its own: a form, a message, a rating. */
export type Sending = "" | "sending" | "failed" | "done";
/** `state` as the server tells it: helping, asking, viewing, away. */
export type Agent = { name: unknown; state: string };

/** All that the visitor's side knows of its session; what is shown follows from it alone (screens.ts). */
export type State = {
	stage: Stage;
	phase: Phase;
	reason: Reason | undefined;
	room: RoomState;
	/** What there is before the room: form and opening hours. */
	help: Help | undefined;
	/** What is wrong with an answer, by the field's ID. */
	faults: Readonly<Record<string, Fault>>;
	sending: Sending;
	/** Where the reply to a message that was left goes to. */
	email: string;
	code: string;
	/** ms since 1970. */
	codeUntil: number;
	place: Place | undefined;
	chat: Chat;
	/** All agents here, by member number. */
	agents: ReadonlyMap<number, Agent>;
	/** Whether any ever was. */
	helped: boolean;
	asks: readonly Ask[];
	/** Agents who see the page, by member number. */
	viewers: ReadonlyMap<number, unknown>;
	/** Whether the server wants this tab's page, whoever for. */
	captured: boolean;
	/** The visitor has opted out: nothing is shown unless that is lifted. */
	barred: boolean;
	/** Paused by the visitor's hand, in this or another tab. */
	pausedByHand: boolean;
	/** On a page of which nothing leaves. */
	hidden: boolean;
	minimised: boolean;
	/** Whether the session that ended can be rated. */
	rateable: boolean;
};

export const initialState: State = {
	stage: "arriving",
	phase: "idle",
	reason: undefined,
	room: "waiting",
	help: undefined,
	faults: {},
	sending: "",
	email: "",
	code: "",
	codeUntil: 0,
	place: undefined,
	chat: noChat,
	agents: new Map(),
	helped: false,
	asks: [],
	viewers: new Map(),
	captured: false,
	barred: false,
	pausedByHand: false,
	hidden: false,
	minimised: false,
	rateable: false,
};

const CONSENT_MS = 30_000;
const MAX_ASKS = 16;

const ROOM_STATES: ReadonlySet<string> = new Set<RoomState>([
	"browsing",
	"waiting",
	"helping",
	"asking",
	"live",
	"paused",
	"away",
	"ended",
]);
/** Agents in these states see nothing; any other, known or not, counts as seeing. */
const BLIND: ReadonlySet<unknown> = new Set(["asking", "helping"]);

const isMemberNumber = (value: unknown): value is number =>
	Number.isInteger(value) && (value as number) > 0 && (value as number) < 1 << 16;

export const isPaused = (state: State): boolean => state.pausedByHand || state.hidden || state.room === "paused";

/** Whether somebody sees the page, or would if it were not paused. */
export const isSeen = (state: State): boolean => state.captured || state.viewers.size > 0;

/** The next state; the panel makes way for the page when it is seen, and comes back afterwards. */
export function next(state: State, change: Partial<State>): State {
	const after = { ...state, ...change };
	return isSeen(after) === isSeen(state) ? after : { ...after, minimised: isSeen(after) };
}

export function withRoom(state: State, room: unknown): State {
	return typeof room === "string" && ROOM_STATES.has(room) ? { ...state, room: room as RoomState } : state;
}

/** The whole list of members: who is no longer in it asks and sees no more. */
export function withMembers(state: State, members: unknown): State {
	if (!Array.isArray(members)) return state;
	const agents = new Map<number, Agent>();
	const viewers = new Map<number, unknown>();
	for (const entry of members as (Partial<Member> | null)[]) {
		if (entry?.role !== "agent" || !isMemberNumber(entry.member)) continue;
		const { member, name, state: does = "" } = entry;
		agents.set(member, { name, state: does });
		// One who lost the connection is still let see once back.
		if (does === "away" ? state.viewers.has(member) : !BLIND.has(does)) viewers.set(member, name);
	}
	const asks = state.asks.filter(({ member }) => agents.has(member) && !viewers.has(member));
	const helped = state.helped || agents.size > 0;
	// Whoever comes has used the place in the queue up.
	return { ...state, agents, viewers, asks, helped, place: agents.size > 0 ? undefined : state.place };
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
			return { ...state, viewers, asks: [...asks, { member, name, until: now + CONSENT_MS }] };
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
