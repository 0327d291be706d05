/** One agent in one room: the connection, what is known of the room, its chat, and a screen for each tab of the visitor. */
import { Close, encodeFrame, encodeJSON, encodePointer, type Frame, Kind, type Member } from "../../../wire/wire.ts";
import { type Facts, getFacts } from "../api/chat.ts";
import type { HandOver } from "../api/desk.ts";
import { type Join, joinRoom } from "../api/joins.ts";
import { Cell } from "../state/cell.ts";
import { bodies, readBody } from "./bodies.ts";
import { ChatLine } from "./chat-line.ts";
import { Meter, type Quality } from "./quality.ts";
import { applyFrame, blank, chooseSource, emptyRoom, over, type Room, type Scene, sceneOf } from "./room.ts";
import { type Point, Screen } from "./screen.ts";
import { Socket } from "./socket.ts";

const CLIENT = "alongside-console/1";
/** That an agent takes part is written down right after the welcome; only then are the facts this agent's to see, ms. */
const FACTS_AFTER_MS = 400;
const FACTS_AGAIN_MS = 2000;
/** What a tab's coming or going changes is told in frames that arrive within this time, ms. */
const TOGETHER_MS = 100;

/** By kind: what goes to the screen of its tab. */
const pictureKinds: ReadonlySet<number> = new Set([
	Kind.snapshot,
	Kind.diff,
	Kind.asset,
	Kind.pointer,
	Kind.viewport,
	Kind.click,
]);

const visitorOf = (members: readonly Member[]): Member | undefined => members.find(({ role }) => role === "visitor");

export class LiveSession {
	readonly room = new Cell<Room>(emptyRoom);
	readonly scene = new Cell<Scene>("connecting");
	readonly screens = new Cell<readonly Screen[]>([]);
	/** The tab that is shown; 0: none yet. */
	readonly shown = new Cell(0);
	/** The tab the agent chose to stay on. */
	readonly pinned = new Cell<number | undefined>(undefined);
	readonly site = new Cell("");
	/** Whether the connection stands: what is written now goes out now. */
	readonly online = new Cell(false);
	/** What is known about the visitor; undefined: not yet, or nothing is kept of this session. */
	readonly facts = new Cell<Facts | undefined>(undefined);
	/** What became of this agent's hand-over; undefined: there is none, or its refusal was read. */
	readonly handing = new Cell<HandOver | undefined>(undefined);
	readonly chat: ChatLine;
	/** Something the agent tried was refused; the server's code. */
	onRefused: (kind: number, code: string) => void = () => {};
	#disposed = false;
	/** When the list of members came last, ms. */
	#membersAt = 0;
	#refreshing: ReturnType<typeof setTimeout> | undefined;
	readonly #meter = new Meter();
	readonly #socket: Socket;

	constructor(readonly id: string) {
		this.chat = new ChatLine(id, (bytes, lane) => this.#socket.send(bytes, lane));
		this.#socket = new Socket({
			ticket: async () => this.#joined(await joinRoom(id)),
			hello: () => ({ client: CLIENT, seen: this.#seen(), chat: this.chat.highest }),
			frame: (frame, bytes) => this.#frame(frame, bytes),
			pinged: () => this.#meter.pinged(Date.now()),
		});
		this.#socket.link.subscribe(() => {
			const online = this.#socket.link.value.phase === "open";
			if (online !== this.online.value) this.chat.connected(online);
			this.online.set(online);
			this.#look();
		});
	}

	/** The visitor's name, or "". */
	get visitorName(): string {
		return visitorOf(this.room.value.members)?.name || (this.facts.value?.name ?? "");
	}

	/** Joins; a ticket from a join by code saves the call. */
	start(join?: Join): void {
		this.#socket.start(join && this.#joined(join));
	}

	/** Asks the visitor to show the page; the server holds how often. */
	ask(): void {
		if (!this.#socket.send(encodeJSON(Kind.consent, { what: "view", act: "ask" }))) return;
		this.room.set({ ...this.room.value, request: "asking", askedAt: Date.now() });
		this.#look();
	}

	/** Joins anew after an end. */
	restart(): void {
		this.#forget();
		this.room.set(emptyRoom);
		this.handing.set(undefined);
		this.#socket.start();
	}

	/** This agent goes, the room stays. */
	leave(): void {
		this.#socket.stop(1000);
	}

	/** The room ends for all. */
	end(): void {
		this.#socket.stop(Close.ended);
	}

	/** Lets go of everything; to be called when the page goes. */
	dispose(): void {
		this.#disposed = true;
		clearTimeout(this.#refreshing);
		this.leave();
		this.#forget();
	}

	quality(now: number): Quality {
		return this.#meter.read(now);
	}

	/** The code the server closed with, for people to quote. */
	get closeCode(): string {
		return String(this.#socket.link.value.end?.code ?? "");
	}

	pin(source: number | undefined): void {
		this.pinned.set(source);
		this.#choose();
	}

	/** This agent points at a place of a tab, CSS px of its frame. */
	point(screen: Screen, at: Point): void {
		const pointer = this.scene.value === "live" ? screen.locate(at) : undefined;
		if (!pointer) return;
		this.#socket.send(encodeFrame(Kind.pointer, encodePointer(pointer), { source: screen.source }), "latest");
	}

	/** This agent marks a place; what a click sends never clicks the page. */
	click(screen: Screen, at: Point, button: number): void {
		const pointer = this.scene.value === "live" ? screen.locate(at) : undefined;
		if (!pointer) return;
		const sent = this.#socket.send(encodeFrame(Kind.click, encodePointer(pointer, button), { source: screen.source }));
		if (sent) screen.ring(this.room.value.me, at);
	}

	#joined(join: Join): Join {
		this.site.set(join.site.name);
		return join;
	}

	#seen(): Record<string, { epoch: number; seq: number }> {
		const seen: Record<string, { epoch: number; seq: number }> = {};
		for (const screen of this.screens.value) if (screen.seen) seen[screen.source] = screen.seen;
		return seen;
	}

	#frame(frame: Frame, bytes: Uint8Array<ArrayBuffer>): void {
		const now = Date.now();
		if (frame.kind === Kind.welcome) {
			this.#meter.reset();
			if (!this.facts.value) this.#learn(FACTS_AFTER_MS, FACTS_AGAIN_MS);
		}
		this.#refresh(frame);
		if (frame.kind === Kind.pong) this.#meter.ponged(now, frame.time);
		if (frame.kind === Kind.snapshot || frame.kind === Kind.diff) this.#meter.picture(now, frame.time);
		this.room.set(applyFrame(this.room.value, frame, now));
		this.chat.frame(frame, this.room.value.me, now);
		if (frame.kind === Kind.error) {
			const error = readBody(bodies.error, frame);
			if (error) this.onRefused(error.kind, error.code);
		}
		this.#sources(frame);
		// One's own pointer needs no way round.
		const own = frame.member !== 0 && frame.member === this.room.value.me;
		const { request } = this.room.value;
		const shown = request === "granted" || request === "asking";
		if (pictureKinds.has(frame.kind) && !own && shown) this.#screen(frame.source).apply(bytes);
		this.#look();
	}

	/** The screens follow the list of tabs; while the visitor is away, the last ones stay. */
	#sources(frame: Frame): void {
		if (frame.kind === Kind.members) {
			const members = new Set(this.room.value.members.map((one) => one.member));
			for (const screen of this.screens.value) screen.keepCursors(members);
		}
		if (frame.kind !== Kind.sources && frame.kind !== Kind.welcome && frame.kind !== Kind.page) return;
		const { sources } = this.room.value;
		if (sources.length > 0 && this.screens.value.length > 0) {
			const gone = this.screens.value.filter((screen) => !sources.some((one) => one.source === screen.source));
			for (const screen of gone) screen.destroy();
			if (gone.length > 0) this.screens.set(this.screens.value.filter((screen) => !gone.includes(screen)));
		}
		this.#choose();
	}

	/** Each tab has its screen once the visitor is asked, so that its frame has loaded when the page comes. */
	#raise(): void {
		for (const { source } of this.room.value.sources) this.#screen(source);
	}

	#choose(): void {
		const { sources } = this.room.value;
		const pinned = this.pinned.value;
		if (pinned !== undefined && sources.length > 0 && !sources.some((one) => one.source === pinned))
			this.pinned.set(undefined);
		this.shown.set(chooseSource(sources, this.pinned.value, this.shown.value));
	}

	#screen(source: number): Screen {
		const found = this.screens.value.find((screen) => screen.source === source);
		if (found) return found;
		const screen = new Screen(source, (number) => this.#askKeyframe(number));
		this.screens.set([...this.screens.value, screen].sort((a, b) => a.source - b.source));
		if (this.shown.value === 0) this.shown.set(source);
		return screen;
	}

	/** The mirror keeps itself from asking too often. */
	#askKeyframe(source: number): void {
		this.#socket.send(encodeJSON(Kind.keyframe, { why: "resync" }, { source }));
	}

	#look(): void {
		const scene = sceneOf(this.room.value, this.#socket.link.value);
		if (blank.has(scene)) this.#forget();
		else if (scene !== "connecting") this.#raise();
		if (over.has(scene) && !over.has(this.scene.value)) {
			this.chat.close();
			// Without them there would be no wrap-up.
			if (scene === "ended" && !this.facts.value) this.#learn(0);
		}
		this.scene.set(scene);
	}

	/**
	 * The site said anew who the visitor is, or the visitor took it back: the list of members comes with another name, or
	 * as it was. A tab that comes or goes brings the list as well, with the list of tabs behind it; each look is written
	 * into the audit log, so that it is taken for nothing else.
	 */
	#refresh(frame: Frame): void {
		const now = Date.now();
		if (frame.kind === Kind.sources && now - this.#membersAt < TOGETHER_MS) clearTimeout(this.#refreshing);
		const members = frame.kind === Kind.members && readBody(bodies.members, frame)?.members;
		if (!members) return;
		this.#membersAt = now;
		const before = this.room.value.members;
		const renamed = visitorOf(before)?.name !== visitorOf(members)?.name;
		if (!renamed && JSON.stringify(before) !== JSON.stringify(members)) return;
		clearTimeout(this.#refreshing);
		this.#refreshing = setTimeout(() => this.#learn(0, FACTS_AGAIN_MS), FACTS_AFTER_MS);
	}

	/** Looks the facts up after each of the delays until there is something new: they may not be written down yet. */
	#learn(after: number, ...again: number[]): void {
		setTimeout(async () => {
			if (this.#disposed) return;
			const found = await getFacts(this.id).catch(() => undefined);
			if (found && JSON.stringify(found) !== JSON.stringify(this.facts.value)) {
				this.facts.set(found);
				return;
			}
			const [next, ...rest] = again;
			if (next !== undefined) this.#learn(next, ...rest);
		}, after);
	}

	#forget(): void {
		for (const screen of this.screens.value) screen.destroy();
		if (this.screens.value.length > 0) this.screens.set([]);
	}
}
