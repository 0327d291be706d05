/** What was and what is now, for looking back and looking over: history, board and reports. */
import { all, items, maybeTime, path } from "./admin-paths.ts";
import { getReasons } from "./chat.ts";
import { type Check, flag, list, Mismatch, number, oneOf, or, type Shaped, shape, text, time } from "./checks.ts";
import { call } from "./http.ts";
import { roomState } from "./visitors.ts";

/** A thing of the tenant by its ID; without a name it is gone. */
const named = shape({ id: text, name: or(text, "") });
export type Named = ReturnType<typeof named>;
const nobody: Named = { id: "", name: "" };

const byName =
	<T>(value: Check<T>): Check<Record<string, T>> =>
	(found) => {
		if (typeof found !== "object" || found === null || Array.isArray(found)) throw new Mismatch("expected an object");
		return Object.fromEntries(Object.entries(found).map(([name, one]) => [name, value(one)]));
	};

const wrapUp = shape({
	reason: or(text, ""),
	note: or(text, ""),
	ticket: or(text, ""),
	by: or(named, nobody),
	at: maybeTime,
});
const rating = shape({ score: number, comment: or(text, ""), at: maybeTime });

const row = {
	id: text,
	kind: oneOf("help", "message"),
	site: named,
	/** ID; empty: no team's. */
	team: or(text, ""),
	opened: time,
	/** 0: nobody came. */
	accepted: maybeTime,
	/** 0: still going on. */
	ended: maybeTime,
	/** It ended: a sentence of the server, in English. */
	why: or(text, ""),
	agents: list(named),
	/** ID of the last of them. */
	handler: or(text, ""),
	page: or(text, ""),
	title: or(text, ""),
	lang: or(text, ""),
	browser: or(text, ""),
	os: or(text, ""),
	device: or(text, ""),
	/** How many were exchanged, whether kept or not. */
	messages: or(number, 0),
	visitor: or(text, ""),
	user: or(text, ""),
	name: or(text, ""),
	email: or(text, ""),
	wrapUp: or<ReturnType<typeof wrapUp> | null>(wrapUp, null),
	rating: or<ReturnType<typeof rating> | null>(rating, null),
	/** The identity was erased, the facts kept. */
	stripped: or(flag, false),
};
export type SessionRow = Shaped<typeof row>;

const consent = shape({
	what: text,
	act: text,
	/** Whom it is about; without an ID everybody in the room. */
	person: or(named, nobody),
	at: time,
	/** Version of the words that the visitor read. */
	text: or(text, ""),
	language: or(text, ""),
});
export type Consent = ReturnType<typeof consent>;

const session = shape({
	...row,
	address: or(text, ""),
	/** That the site vouches for. */
	fields: or(byName(text), {}),
	answers: or(list(shape({ field: text, label: or(text, ""), value: text })), []),
	text: or(text, ""),
	consents: or(list(consent), []),
});
export type Session = ReturnType<typeof session>;

const message = shape({ n: number, id: text, role: text, person: or(text, ""), name: or(text, ""), text, at: time });
export type Message = ReturnType<typeof message>;

/** Values that are empty are left out. */
export type Query = Readonly<Record<string, string>>;
const query = (parts: Query): string => {
	const given = new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== "")).toString();
	return given && `?${given}`;
};

/** Sessions of a page; a search through words may find few of them although there is a next page. */
export const SESSIONS_PAGE = 50;
export const getSessions = (filter: Query, after: string) =>
	call("GET", path("sessions") + query({ ...filter, after, limit: String(SESSIONS_PAGE) }), items(shape(row)));
export const getSession = (id: string) => call("GET", path("sessions", id), session);
export const getMessages = (id: string, after: string) =>
	call("GET", path("sessions", id, "messages") + query({ after, limit: "100" }), items(message));

const board = shape({
	waiting: list(
		shape({
			room: text,
			site: named,
			name: or(text, ""),
			page: or(text, ""),
			title: or(text, ""),
			lang: or(text, ""),
			team: or(text, ""),
			since: time,
			offeredTo: or(text, ""),
			front: or(flag, false),
		}),
	),
	agents: list(
		shape({ id: text, name: text, status: oneOf("available", "away"), active: or(number, 0), capacity: or(number, 0) }),
	),
	rooms: list(
		shape({
			room: text,
			site: named,
			state: roomState,
			since: time,
			/** When help was asked; 0 if it was not. */
			asked: maybeTime,
			name: or(text, ""),
			user: or(text, ""),
			page: shape({ url: text, title: text }),
			helpers: or(list(shape({ id: text, name: or(text, ""), state: or(text, "") })), []),
		}),
	),
});
export type Board = ReturnType<typeof board>;
export const getBoard = () => call("GET", path("board"), board);

const count = or(number, 0);
const figures = shape({
	/** A day, or an ID; empty for what has no team or nobody who helped. */
	key: or(text, ""),
	/** Visitors who asked for help: those an agent came to, those nobody ever came to, and those who wait. */
	sessions: count,
	accepted: count,
	abandoned: count,
	/** Left outside office hours; not among the sessions. */
	messages: count,
	/** Seconds. */
	waitMedian: count,
	waitP90: count,
	handleMedian: count,
	ratings: count,
	ratingMean: count,
	/** Wrap-ups by the reason's ID. */
	reasons: or(byName(number), {}),
});
export type Figures = ReturnType<typeof figures>;
const report = shape({ rows: list(figures), total: figures });
export type Report = ReturnType<typeof report>;
export const getReport = (asked: Query) => call("GET", path("reports") + query(asked), report);
/** Where the same report is downloaded; the answer names its own file. */
export const reportFile = (asked: Query): string => path("reports.csv") + query(asked);

/** What IDs in sessions and reports stand for. */
export type Names = Record<"sites" | "teams" | "people" | "reasons", readonly Named[]>;
export async function getNames(): Promise<Names> {
	const [sites, teams, people, reasons] = await Promise.all([
		all("sites", named),
		all("teams", named),
		all("people", named),
		getReasons(),
	]);
	return { sites, teams, people, reasons: reasons.map(({ id, label }) => ({ id, name: label })) };
}
