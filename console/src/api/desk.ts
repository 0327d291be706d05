/** An agent's desk: who waits, who is offered, whom one helps; and handing a visitor on. */
import { flag, list, number, oneOf, or, shape, text, time } from "./checks.ts";
import { call, nothing } from "./http.ts";
import { join } from "./joins.ts";
import { type StreamWatcher, watchStream } from "./stream.ts";

const status = oneOf("available", "away");
export type Status = ReturnType<typeof status>;

const site = shape({ id: or(text, ""), name: or(text, "") });

const waiting = shape({
	room: text,
	site,
	name: or(text, ""),
	page: or(text, ""),
	title: or(text, ""),
	lang: or(text, ""),
	team: or(text, ""),
	since: time,
	position: number,
	offeredTo: or(text, ""),
	/** Comes back, or was handed over: goes before the others. */
	front: or(flag, false),
});
export type Waiting = ReturnType<typeof waiting>;

const offer = shape({
	room: text,
	site,
	name: or(text, ""),
	page: or(text, ""),
	title: or(text, ""),
	lang: or(text, ""),
	since: time,
	/** Of the colleague who hands over. */
	note: or(text, ""),
	from: or(text, ""),
	until: time,
});
export type Offer = ReturnType<typeof offer>;

const handOver = shape({
	room: text,
	/** The colleague's or the team's name; empty where they are not known any more. */
	name: or(text, ""),
	/** Nobody took the visitor, who stays with this agent; else the hand-over is still open. */
	refused: or(flag, false),
});
export type HandOver = ReturnType<typeof handOver>;

const desk = shape({
	me: shape({ status, capacity: number, active: number }),
	waiting: list(waiting),
	offer: or<Offer | null>(offer, null),
	mine: list(text),
	/** Those that this agent asked for. */
	handOvers: or(list(handOver), []),
});
export type Desk = ReturnType<typeof desk>;

/** Follows one's desk until the returned function is called; as long as it is followed, visitors may be offered. */
export const watchDesk = (watcher: StreamWatcher<Desk>, probe: () => void): (() => void) =>
	watchStream("/api/v1/desk/stream", "desk", desk, watcher, probe);

export const setStatus = (next: Status) => call("POST", "/api/v1/desk/status", nothing, { status: next });
/** Takes a waiting visitor, offered or not; 409 `taken` or `full`. */
export const acceptVisitor = (room: string) => call("POST", "/api/v1/desk/accept", join, { room });
/** Lets an offer pass, or takes back one's own hand-over. */
export const declineVisitor = (room: string) => call("POST", "/api/v1/desk/decline", nothing, { room });

const colleagues = shape({
	people: list(shape({ id: text, name: text, status: or(text, "") })),
	teams: list(shape({ id: text, name: text })),
});
export type Colleagues = ReturnType<typeof colleagues>;

export const getColleagues = () => call("GET", "/api/v1/colleagues", colleagues);

/** To a person or to a team; exactly one of them. */
export type Receiver = { person: string } | { team: string };

export const handOverRoom = (room: string, to: Receiver, note: string) =>
	call("POST", `/api/v1/rooms/${encodeURIComponent(room)}/hand-over`, nothing, { ...to, note });
