/**
 * The frames of the Alongside protocol (PROTOCOL.md), for the widget and the console. Imports nothing; wire.go is its
 * twin and testdata/ holds the vectors both are tested with.
 */

export const SUBPROTOCOL = "alongside.v1";
export const TICKET_PREFIX = "ticket.";
export const HEADER_BYTES = 20;
export const KEY_BYTES = 16;
export const MAX_PART_BYTES = 64 << 10;
export const MAX_VISITOR_FRAME_BYTES = 1 << 20;
export const MAX_INFLATED_BYTES = 8 << 20;
export const MAX_CHAT_CHARACTERS = 4000;
/** How long after its last typing frame somebody is still shown as typing. */
export const TYPING_FORGOTTEN_MS = 6000;

/** The kinds of version 1. */
export const Kind = {
	hello: 0x01,
	welcome: 0x02,
	ping: 0x03,
	pong: 0x04,
	bye: 0x05,
	members: 0x06,
	sources: 0x07,
	consent: 0x08,
	policy: 0x09,
	room: 0x0a,
	queue: 0x0b,
	snapshot: 0x10,
	diff: 0x11,
	asset: 0x12,
	keyframe: 0x13,
	halt: 0x14,
	pointer: 0x20,
	viewport: 0x21,
	click: 0x22,
	page: 0x23,
	pause: 0x24,
	annotation: 0x25,
	chat: 0x30,
	typing: 0x31,
	file: 0x32,
	read: 0x33,
	control: 0x40,
	controlAck: 0x41,
	reveal: 0x42,
	signal: 0x50,
	media: 0x51,
	error: 0x60,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const Flag = { deflated: 1, first: 2, last: 4 } as const;

export const Close = {
	moving: 4000,
	slow: 4001,
	silent: 4002,
	malformed: 4400,
	ticket: 4401,
	wrongRole: 4403,
	noRoom: 4404,
	noHello: 4408,
	replaced: 4409,
	ended: 4410,
	tooLarge: 4413,
	tooMany: 4429,
} as const;

/** Whether a client closed with the code should come back by itself. */
export const mayReconnect = (code: number): boolean => code < 4400;

export type Header = {
	kind: number;
	flags: number;
	source: number;
	epoch: number;
	seq: number;
	member: number;
	/** Server's clock, ms since 1970. */
	time: number;
};

export type Frame = Header & { body: Uint8Array<ArrayBuffer> };

/** Builds a frame; what is left out of the header is 0. The body is copied. */
export function encodeFrame(kind: number, body: Uint8Array, head: Partial<Header> = {}): Uint8Array<ArrayBuffer> {
	const out = new Uint8Array(HEADER_BYTES + body.length);
	const view = new DataView(out.buffer);
	const time = head.time ?? 0;
	view.setUint8(0, kind);
	view.setUint8(1, head.flags ?? 0);
	view.setUint16(2, head.source ?? 0);
	view.setUint32(4, head.epoch ?? 0);
	view.setUint32(8, head.seq ?? 0);
	view.setUint16(12, head.member ?? 0);
	view.setUint16(14, Math.floor(time / 2 ** 32));
	view.setUint32(16, time % 2 ** 32);
	out.set(body, HEADER_BYTES);
	return out;
}

/** Splits a message; undefined if it is too short for a header. The body is a view into the message. */
export function decodeFrame(message: ArrayBuffer | Uint8Array<ArrayBuffer>): Frame | undefined {
	const bytes = message instanceof Uint8Array ? message : new Uint8Array(message);
	if (bytes.length < HEADER_BYTES) return undefined;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	return {
		kind: view.getUint8(0),
		flags: view.getUint8(1),
		source: view.getUint16(2),
		epoch: view.getUint32(4),
		seq: view.getUint32(8),
		member: view.getUint16(12),
		time: view.getUint16(14) * 2 ** 32 + view.getUint32(16),
		body: bytes.subarray(HEADER_BYTES),
	};
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Builds a frame whose body is JSON. */
export const encodeJSON = (kind: number, value: unknown, head?: Partial<Header>): Uint8Array<ArrayBuffer> =>
	encodeFrame(kind, utf8.encode(JSON.stringify(value)), head);

/** Reads a JSON object body; undefined if it is none. The caller checks the fields it uses. */
export function readJSON<T extends object>(frame: Frame): Partial<T> | undefined {
	try {
		const value: unknown = JSON.parse(text.decode(frame.body));
		return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Partial<T>) : undefined;
	} catch {
		return undefined;
	}
}

/** Where someone points: node and fraction of its box; x, y in the sender's viewport, CSS px, for an unknown node. */
export type Pointer = { node: number; fx: number; fy: number; x: number; y: number };

/** Encodes a pointer body; with a button, a click body. fx and fy are 0…1. */
export function encodePointer(p: Pointer, button?: number): Uint8Array {
	const out = new Uint8Array(button === undefined ? 16 : 17);
	const view = new DataView(out.buffer);
	const unit = (v: number) => Math.round(Math.min(1, Math.max(0, v)) * 65535);
	view.setUint32(0, p.node);
	view.setUint16(4, unit(p.fx));
	view.setUint16(6, unit(p.fy));
	view.setInt32(8, p.x);
	view.setInt32(12, p.y);
	if (button !== undefined) view.setUint8(16, button);
	return out;
}

export function decodePointer(body: Uint8Array): (Pointer & { button: number }) | undefined {
	if (body.length < 16) return undefined;
	const view = new DataView(body.buffer, body.byteOffset, body.length);
	return {
		node: view.getUint32(0),
		fx: view.getUint16(4) / 65535,
		fy: view.getUint16(6) / 65535,
		x: view.getInt32(8),
		y: view.getInt32(12),
		button: body.length > 16 ? view.getUint8(16) : 0,
	};
}

/** What part of its page a source shows; CSS px. */
export type Viewport = {
	width: number;
	height: number;
	scrollX: number;
	scrollY: number;
	/** Device pixels per CSS px. */
	dpr: number;
	/** Pinch zoom of the visual viewport. */
	zoom: number;
	offsetX: number;
	offsetY: number;
	docHeight: number;
};

export function encodeViewport(v: Viewport): Uint8Array {
	const out = new Uint8Array(36);
	const view = new DataView(out.buffer);
	view.setUint32(0, v.width);
	view.setUint32(4, v.height);
	view.setInt32(8, v.scrollX);
	view.setInt32(12, v.scrollY);
	view.setFloat32(16, v.dpr);
	view.setFloat32(20, v.zoom);
	view.setFloat32(24, v.offsetX);
	view.setFloat32(28, v.offsetY);
	view.setUint32(32, v.docHeight);
	return out;
}

export function decodeViewport(body: Uint8Array): Viewport | undefined {
	if (body.length !== 36) return undefined;
	const view = new DataView(body.buffer, body.byteOffset, body.length);
	return {
		width: view.getUint32(0),
		height: view.getUint32(4),
		scrollX: view.getInt32(8),
		scrollY: view.getInt32(12),
		dpr: view.getFloat32(16),
		zoom: view.getFloat32(20),
		offsetX: view.getFloat32(24),
		offsetY: view.getFloat32(28),
		docHeight: view.getUint32(32),
	};
}

/** Where a room stands: who asked for help, who is here, and whether the page is seen. */
export type RoomState = "browsing" | "waiting" | "helping" | "asking" | "live" | "paused" | "away" | "ended";
/** `state` is what a member is doing: of an agent helping, asking, viewing or away; of the visitor here or away. */
export type Member = { member: number; role: "visitor" | "agent"; name: string; state: string };
export type Source = {
	source: number;
	url: string;
	title: string;
	visible: boolean;
	focused: boolean;
	connected: boolean;
};
export type Welcome = {
	member: number;
	source: number;
	room: string;
	state: RoomState;
	salt: string;
	policy: unknown;
	members: Member[];
	sources: Source[];
	limits: { frameBytes: number; partBytes: number; assetBytes: number; pingMs: number; silenceMs: number };
	/** By member, the highest number of chat that one has read. */
	reads?: Record<string, number>;
	/** Of a waiting visitor. */
	queue?: Place;
};
/** The first frame of a client; `chat` is the highest number of chat it holds, from which the server goes on. */
export type Hello = {
	client: string;
	page?: Page;
	seen?: Record<string, { epoch: number; seq: number }>;
	chat?: number;
};
export type Consent = {
	what: "view" | "control" | "recording" | "microphone" | "camera" | "screen";
	act: "ask" | "grant" | "deny" | "withdraw" | "expire";
	member: number;
	name?: string;
	text?: string;
	lang?: string;
};
export type Page = { url: string; title: string; visible: boolean; focused: boolean; leaving?: boolean };
export type Pause = { paused: boolean; why?: "hand" | "url" | "field" };
export type Keyframe = { why: string; have?: string[] };
export type Bye = { code: number; reason: string };
/** A message as its writer sends it; the ID is the writer's own (`newChatID`), and stays when it is sent again. */
export type Chat = { id: string; text: string };
/** A message as the room shows it to all, its writer included: `n` counts from 1 in the room. */
export type ChatShown = Chat & { n: number; role: "visitor" | "agent"; name: string };
/** All up to message `n` was read. */
export type Read = { n: number };
/** Where a visitor stands in the queue: 1 is next; 0 seconds means that the wait is not known. */
export type Place = { position: number; waitSeconds: number };
/** `id` is the message that was refused; code "unavailable" means: send it again, with the same ID. */
export type ErrorBody = { code: string; kind: number; message: string; id?: string };

const isCount = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 0;

/** An ID for a new message: 32 hex digits. */
export function newChatID(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Reads a chat frame of the server; undefined if it is none. */
export function readChat(frame: Frame): ChatShown | undefined {
	const b = readJSON<ChatShown>(frame);
	if (typeof b?.id !== "string" || typeof b.text !== "string" || !isCount(b.n) || b.n === 0) return undefined;
	if (b.role !== "visitor" && b.role !== "agent") return undefined;
	return { id: b.id, n: b.n, text: b.text, role: b.role, name: typeof b.name === "string" ? b.name : "" };
}

/** Reads how far a member has read; undefined if the frame says nothing of the kind. */
export function readRead(frame: Frame): Read | undefined {
	const n = readJSON<Read>(frame)?.n;
	return isCount(n) ? { n } : undefined;
}

/** Reads a place in the queue; undefined if the body is none. */
export function readPlace(frame: Frame): Place | undefined {
	const b = readJSON<Place>(frame);
	if (!isCount(b?.position) || b.position === 0 || !isCount(b.waitSeconds)) return undefined;
	return { position: b.position, waitSeconds: b.waitSeconds };
}

/** Encodes that the sender types, or stopped. */
export const encodeTyping = (typing: boolean): Uint8Array<ArrayBuffer> =>
	encodeFrame(Kind.typing, Uint8Array.of(typing ? 1 : 0));

/** Whether the sender of a typing frame types; an empty body means yes. */
export const decodeTyping = (body: Uint8Array): boolean => body.length === 0 || body[0] === 1;

/**
 * The frame's body, inflated (raw) if it was deflated; of an asset the key stays in front. Throws RangeError past
 * MAX_INFLATED_BYTES, TypeError where the bytes are no deflated ones.
 */
export async function inflate({ kind, flags, body }: Frame): Promise<Uint8Array<ArrayBuffer>> {
	if (!(flags & Flag.deflated)) return body;
	const key = body.subarray(0, kind === Kind.asset ? KEY_BYTES : 0);
	const stream = new Blob([body.subarray(key.length)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
	const parts: Uint8Array[] = [key];
	let size = key.length;
	for (const reader = stream.getReader(); ; ) {
		const { done, value } = await reader.read();
		if (done) break;
		size += value.length;
		if (size - key.length > MAX_INFLATED_BYTES) {
			await reader.cancel();
			throw new RangeError("body over the inflated limit");
		}
		parts.push(value);
	}
	const out = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}
