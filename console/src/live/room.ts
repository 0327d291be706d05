/** What an agent knows of a room: a pure function of the frames so far. */
import { Close, type Frame, Kind, type Member, type RoomState, type Source } from "../../../wire/wire.ts";
import { bodies, readBody } from "./bodies.ts";
import type { Link } from "./link.ts";

/** Where this agent's own request to see the page stands; `none`: helps by chat and has not asked. */
export type Request = "none" | "asking" | "granted" | "denied" | "expired" | "withdrawn";

export type Room = {
	/** This agent's member number; 0 before the first welcome. */
	me: number;
	state: RoomState;
	request: Request;
	/** When the visitor was asked last, by this machine's clock, ms; 0: never. */
	askedAt: number;
	pausedBy: "hand" | "url" | "field";
	members: Member[];
	/** By number, so that the frames that show them never have to move. */
	sources: Source[];
};

export const emptyRoom: Room = {
	me: 0,
	state: "waiting",
	request: "none",
	askedAt: 0,
	pausedBy: "hand",
	members: [],
	sources: [],
};

/** How long a visitor is asked, ms. */
export const ASK_MS = 30_000;
/** How long an agent has to wait before asking again, ms; the server holds the same line. */
export const ASK_PAUSE_MS = 10_000;

/** The room after a frame; the same object if the frame changes nothing. */
export function applyFrame(room: Room, frame: Frame, now: number): Room {
	switch (frame.kind) {
		case Kind.welcome: {
			const body = readBody(bodies.welcome, frame);
			if (!body) return room;
			const { member: me, state, members } = body;
			return stand({ ...room, me, state, members, sources: byNumber(body.sources) }, now);
		}
		case Kind.members: {
			const body = readBody(bodies.members, frame);
			return body ? stand({ ...room, members: body.members }, now) : room;
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
			// Member 0 is everyone: takes back what was granted, and means nothing to those who see nothing.
			if (body.member !== room.me && body.member !== 0) return room;
			if (body.act === "withdraw" && room.request !== "granted" && room.request !== "asking") return room;
			return { ...room, ...answers[body.act], ...(body.act === "ask" ? { askedAt: now } : {}) };
		}
		case Kind.error: {
			const body = readBody(bodies.error, frame);
			// The visitor was not asked after all.
			return body?.kind === Kind.consent && room.request === "asking" ? { ...room, request: "none" } : room;
		}
		case Kind.snapshot:
		case Kind.diff:
			// The page only reaches agents who may see it; one that was on its way when consent was taken back does not count.
			return room.request === "asking" ? { ...room, request: "granted" } : room;
		default:
			return room;
	}
}

/** What the member list says of this agent's own request; a refusal stays said until the next one. */
function stand(room: Room, now: number): Room {
	const state = room.members.find(({ member }) => member === room.me)?.state;
	if (state === "viewing") return { ...room, request: "granted" };
	if (state === "asking") return room.request === "asking" ? room : { ...room, request: "asking", askedAt: now };
	if (state !== "helping" || (room.request !== "granted" && room.request !== "asking")) return room;
	return { ...room, request: "none" };
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
	| "helping"
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
	| "handed"
	| "replaced"
	| "barred"
	| "failed";

export function sceneOf(room: Room, link: Link): Scene {
	if (room.state === "ended") return "ended";
	if (link.phase === "closed") return afterClose(link.end?.code ?? 0, link.end?.reason ?? "");
	if (link.phase !== "open" && !link.greeted) return "connecting";
	if (link.phase !== "open" && room.request === "granted") return "lost";
	if (room.request !== "granted") return refusals[room.request];
	if (room.state === "paused" || room.state === "away") return room.state;
	return "live";
}

const refusals = {
	none: "helping",
	asking: "asking",
	denied: "declined",
	expired: "expired",
	withdrawn: "withdrawn",
} as const;

/** The agent is not in the room any more and does not come back by itself. */
export const over: ReadonlySet<Scene> = new Set<Scene>(["ended", "gone", "handed", "replaced", "barred", "failed"]);
/** The agent sees the page, or saw it a moment ago. */
export const viewing: ReadonlySet<Scene> = new Set<Scene>(["live", "paused", "away", "lost"]);
/** Nothing of the page is kept in these. */
export const blank: ReadonlySet<Scene> = new Set<Scene>([...over, "helping", "declined", "expired", "withdrawn"]);

const closings: Record<number, Scene> = {
	1000: "ended",
	[Close.noRoom]: "gone",
	[Close.replaced]: "replaced",
	[Close.wrongRole]: "barred",
	[Close.ended]: "ended",
};

const afterClose = (code: number, reason: string): Scene =>
	handedOver.test(reason) ? "handed" : (closings[code] ?? "failed");

/** Why an agent alone is taken out while the room goes on. */
const handedOver = /^hand/;

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
