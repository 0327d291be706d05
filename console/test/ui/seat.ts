/** The server's side of one agent's connection: what it hears, and what a visitor in the room would let it say. */
import { DomWriter, ElementFlag, Op } from "../../../wire/dom.ts";
import {
	decodeFrame,
	encodeFrame,
	encodeJSON,
	encodePointer,
	encodeViewport,
	Flag,
	type Frame,
	Kind,
	readJSON,
	type Source,
	type Viewport,
} from "../../../wire/wire.ts";
import type { ChatRoom } from "./chat-room.ts";
import type { MiniSocket } from "./mini-socket.ts";

export const ME = 2;

export const tab = (source: number, over: Partial<Source> = {}): Source => ({
	source,
	url: "https://leaf-and-stem.example/plants/monstera",
	title: "Monstera deliciosa",
	visible: true,
	focused: true,
	connected: true,
	...over,
});

const NAME = "Ada Lovelace";
const self = (state: string) => ({ member: ME, role: "agent", name: NAME, state });
export type Standing = "helping" | "asking" | "viewing";
const roomStates = { helping: "helping", asking: "asking", viewing: "live" } as const;

export class Seat {
	readonly socket: MiniSocket;
	readonly heard: Frame[] = [];
	closed: number | undefined;
	/** The visitor's name. */
	visitor = "";
	/** The chat this seat takes part in, once it was welcomed. */
	readonly chat: ChatRoom;
	#seq = 0;
	readonly #awaited: { kind: number; done(frame: Frame): void }[] = [];

	constructor(socket: MiniSocket, chat: ChatRoom) {
		this.socket = socket;
		this.chat = chat;
		socket.onClose = (code) => {
			chat.leave(this);
			this.closed ??= code;
		};
		socket.onMessage = (bytes) => {
			const frame = decodeFrame(bytes);
			if (!frame) return;
			this.heard.push(frame);
			if (frame.kind === Kind.ping) socket.send(encodeFrame(Kind.pong, frame.body, { time: Date.now() }));
			if (frame.kind === Kind.chat || frame.kind === Kind.read) chat.heard(this, frame, ME, NAME);
			const at = this.#awaited.findIndex(({ kind }) => kind === frame.kind);
			if (at >= 0) this.#awaited.splice(at, 1)[0]?.done(frame);
		};
	}

	/** The first frame of a kind, heard before or from now on. */
	hears(kind: number): Promise<Frame> {
		const found = this.heard.find((frame) => frame.kind === kind);
		return found ? Promise.resolve(found) : new Promise((done) => this.#awaited.push({ kind, done }));
	}

	json(kind: number, body: unknown, source = 0): void {
		this.socket.send(encodeJSON(kind, body, { source, time: Date.now() }));
	}

	/** Answers hello; asks the visitor unless told otherwise. */
	async welcome(state: Standing = "asking", sources: Source[] = [tab(1)]): Promise<Frame> {
		const hello = await this.hears(Kind.hello);
		this.json(Kind.welcome, {
			member: ME,
			source: 0,
			room: "r",
			state: roomStates[state],
			members: this.#members(state),
			sources,
			limits: { frameBytes: 65536, partBytes: 65536, assetBytes: 1, pingMs: 10_000, silenceMs: 25_000 },
			reads: this.chat.reads,
		});
		this.chat.join(this, readJSON<{ chat?: number }>(hello)?.chat ?? 0);
		return hello;
	}

	grant(): void {
		this.json(Kind.consent, { what: "view", act: "grant", member: ME });
		this.stand("viewing");
	}

	/** The visitor says no, does not answer, or takes consent back: the agent stays, and helps by chat. */
	refuse(act: "deny" | "expire" | "withdraw", member = ME): void {
		this.json(Kind.consent, { what: "view", act, member });
		this.stand("helping");
	}

	/** Tells how this agent stands. */
	stand(state: Standing): void {
		this.json(Kind.members, { members: this.#members(state) });
		this.json(Kind.room, { state: roomStates[state] });
	}

	typing(on: boolean): void {
		this.socket.send(encodeFrame(Kind.typing, Uint8Array.of(on ? 1 : 0), { member: 1 }));
	}

	/** The visitor has read up to a message. */
	read(n: number): void {
		this.socket.send(encodeJSON(Kind.read, { n }, { member: 1 }));
	}

	#members(state: Standing) {
		return [{ member: 1, role: "visitor", name: this.visitor, state: "here" }, self(state)];
	}

	viewport(over: Partial<Viewport> = {}, source = 1): void {
		const size = { width: 1000, height: 640, scrollX: 0, scrollY: 0, dpr: 1, zoom: 1 };
		const body = encodeViewport({ ...size, offsetX: 0, offsetY: 0, docHeight: 900, ...over });
		this.socket.send(encodeFrame(Kind.viewport, body, { source, member: 1, time: Date.now() }));
	}

	/** A whole page in one part. Node 6 is the heading's text, node 7 a button. */
	snapshot(epoch: number, heading: string, source = 1): void {
		const body = encodePage(heading);
		this.#seq = 1;
		const head = { source, epoch, seq: 1, member: 1, flags: Flag.first | Flag.last, time: Date.now() };
		this.socket.send(encodeFrame(Kind.snapshot, body, head));
		this.viewport({}, source);
	}

	/** Changes the heading. */
	diff(epoch: number, heading: string, source = 1): void {
		const dom = new DomWriter();
		dom.byte(Op.data);
		dom.varint(6);
		dom.once(heading);
		const head = { source, epoch, seq: ++this.#seq, member: 1, time: Date.now() };
		this.socket.send(encodeFrame(Kind.diff, dom.take(), head));
	}

	pointer(kind: typeof Kind.pointer | typeof Kind.click, member: number, x: number, y: number): void {
		const body = encodePointer({ node: 0, fx: 0, fy: 0, x, y }, kind === Kind.click ? 0 : undefined);
		this.socket.send(encodeFrame(kind, body, { source: 1, member, time: Date.now() }));
	}
}

type Tree = readonly [tag: string, attributes: Record<string, string>, ...children: (Tree | string)[]];

function encodePage(heading: string): Uint8Array<ArrayBuffer> {
	const page: Tree = [
		"html",
		{ lang: "en" },
		["head", {}],
		[
			"body",
			{ style: "margin:0;padding:48px;font:18px/1.5 Georgia,serif;color:#1c3326;background:#f3f7f0" },
			["h1", { style: "font-size:44px;margin:0 0 16px" }, heading],
			["button", { style: "font:inherit;padding:12px 28px;background:#2f6b45;color:#fff;border:0" }, "Add to basket"],
			["p", { style: "max-width:34em" }, "Likes bright, indirect light and a drink every ten days."],
		],
	];
	const dom = new DomWriter();
	dom.byte(Op.content);
	dom.varint(0);
	const write = (node: Tree | string) => {
		if (typeof node === "string") {
			dom.byte(Op.text);
			dom.once(node);
			return;
		}
		const [tag, attributes, ...children] = node;
		dom.byte(Op.element);
		dom.varint(children.length === 0 ? ElementFlag.leaf : 0);
		dom.name(tag);
		dom.varint(Object.keys(attributes).length);
		for (const [name, value] of Object.entries(attributes)) {
			dom.name(name);
			dom.once(value);
		}
		for (const child of children) write(child);
		if (children.length > 0) dom.byte(Op.up);
	};
	write(page);
	return dom.take();
}
