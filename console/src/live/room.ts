/** What an agent knows of a room: a pure function of the frames so far. */
import { Close, type Frame, Kind, type Member, type RoomState, type Source } from "../../../wire/wire.ts";
import { bodies, readBody } from "./bodies.ts";
import type { Link } from "./link.ts";

/** Where this agent's own request to see the page stands. */
export type Request = "asking" | "granted" | "denied" | "expired" | "withdrawn";

export type Room = {
	/** This agent's member number; 0 before the first welcome. */
	me: number;
	state: RoomState;
	request: Request;
	/** When the visitor was asked, by this machine's clock, ms. */
	askedAt: number;
	pausedBy: "hand" | "url" | "field";
	members: Member[];
	/** By number, so that the frames that show them never have to move. */
	sources: Source[];
};

export const emptyRoom: Room = {
	me: 0,
	state: "waiting",
	request: "asking",
	askedAt: 0,
	pausedBy: "hand",
	members: [],
	sources: [],
};

/** How long a visitor is asked, ms. */
export const ASK_MS = 30_000;

/** The room after a frame; the same object if the frame changes nothing. */
export function applyFrame(room: Room, frame: Frame, now: number): Room {
	switch (frame.kind) {
		case Kind.welcome: {
			const body = readBody(bodies.welcome, frame);
			if (!body) return room;
			const own = body.members.find((member) => member.member === body.member);
			const viewing = own?.state === "viewing";
			const request: Request = viewing ? "granted" : "asking";
			const { member: me, state, members } = body;
			return { ...room, me, state, members, sources: byNumber(body.sources), request, askedAt: now };
		}
		case Kind.members: {
			const body = readBody(bodies.members, frame);
			if (!body) return room;
			const viewing = body.members.some((member) => member.member === room.me && member.state === "viewing");
			return { ...room, members: body.members, request: viewing ? "granted" : room.request };
		}
		case Kind.sources: {
			const body = readBody(bodies.sources, frame);
			return body ? { ...room, sources: byNumber(body.sources) } : room;
		}
		case Kind.page: {
			const body = readBody(bodies.page, frame);
			if (!body) return room;
			const sources = room.sources.map((one) => (one.source === frame.source ? { ...one, ...body } : one));
			return { ...room, sources };
		}
		case Kind.room: {
			const body = readBody(bodies.room, frame);
			return body ? { ...room, state: body.state } : room;
		}
		case Kind.pause: {
			const body = readBody(bodies.pause, frame);
			return body ? { ...room, pausedBy: body.why } : room;
		}
		case Kind.consent: {
			const body = readBody(bodies.consent, frame);
			if (body?.what !== "view") return room;
			// Member 0 is everyone.
			if (body.member !== room.me && body.member !== 0) return room;
			return { ...room, ...answers[body.act], ...(body.act === "ask" ? { askedAt: now } : {}) };
		}
		case Kind.snapshot:
		case Kind.diff:
			// The page only reaches agents who may see it.
			return room.request === "granted" ? room : { ...room, request: "granted" };
		default:
			return room;
	}
}

const answers: Record<"ask" | "grant" | "deny" | "withdraw" | "expire", { request: Request }> = {
	ask: { request: "asking" },
	grant: { request: "granted" },
	deny: { request: "denied" },
	withdraw: { request: "withdrawn" },
	expire: { request: "expired" },
};

const byNumber = (sources: Source[]): Source[] => [...sources].sort((a, b) => a.source - b.source);

/** What the stage shows. */
export type Scene =
	| "connecting"
	| "asking"
	| "declined"
	| "expired"
	| "live"
	| "paused"
	| "away"
	| "lost"
	| "withdrawn"
	| "ended"
	| "gone"
	| "replaced"
	| "failed";

export function sceneOf(room: Room, link: Link): Scene {
	if (room.state === "ended") return "ended";
	if (link.phase === "closed") return afterClose(room, link.end?.code ?? 0, link.end?.reason ?? "");
	if (link.phase !== "open") return link.greeted ? "lost" : "connecting";
	if (room.request !== "granted") return refusals[room.request];
	if (room.state === "paused" || room.state === "away") return room.state;
	return "live";
}

const refusals = { asking: "asking", denied: "declined", expired: "expired", withdrawn: "withdrawn" } as const;

const closings: Record<number, Scene> = {
	1000: "ended",
	[Close.noRoom]: "gone",
	[Close.replaced]: "replaced",
	[Close.ended]: "ended",
};

/** A refusal closes with `ended` as well: what was answered before tells them apart. */
function afterClose(room: Room, code: number, reason: string): Scene {
	if (code === Close.ended) {
		if (room.request === "denied" || room.request === "expired" || room.request === "withdrawn")
			return refusals[room.request];
		if (reason === "declined") return "declined";
	}
	return closings[code] ?? "failed";
}

/**
 * The tab to show: the pinned one while it is there, else the one in front of the visitor, else the one shown before.
 * A connected tab goes before one that is away.
 */
export function chooseSource(sources: readonly Source[], pinned: number | undefined, shown: number): number {
	const has = (number: number | undefined) => sources.some((one) => one.source === number);
	if (pinned !== undefined && has(pinned)) return pinned;
	const live = sources.filter((one) => one.connected);
	const front = live.find((one) => one.focused) ?? live.find((one) => one.visible && one.source === shown);
	const next = front ?? live.find((one) => one.visible) ?? live.find((one) => one.source === shown) ?? live[0];
	return next?.source ?? (has(shown) ? shown : (sources[0]?.source ?? shown));
}
