import { encodeJSON, type Frame, Kind, readJSON, type Welcome } from "../../../wire/wire.ts";
import { type Entry, type EntryClient, EntryError } from "./entry.ts";
import { type Event, initial, type Reason, type State, step } from "./machine.ts";
import { Socket } from "./socket.ts";

/** Above this much unsent, capture waits, so that a small frame is never long behind large ones on a slow uplink. */
const UPLINK_BYTES = 96 << 10;
/** Own words kept while offline. */
const MAX_QUEUED = 32;
/** Of these only the last counts. */
const NEWEST_ONLY: ReadonlySet<number> = new Set([Kind.page, Kind.pause]);
/** Worthless once missed, or sent anew over every new connection. */
const LIVE_ONLY: ReadonlySet<number> = new Set([
	Kind.snapshot,
	Kind.diff,
	Kind.asset,
	Kind.pointer,
	Kind.viewport,
	Kind.click,
	Kind.typing,
	// Chat keeps its own memory of what was not acknowledged (room/talk.ts).
	Kind.chat,
	Kind.read,
]);

export type LinkHooks = {
	enter(resume: boolean): Promise<Entry>;
	/** The body of the hello frame. */
	hello(): object;
	/** Each entry, before its socket opens. */
	entry(entry: Entry): void;
	welcome(welcome: Partial<Welcome>): void;
	frame(frame: Frame): void;
	/** The connection was lost or found; `reason` once it is closed for good. */
	changed(phase: State["phase"], reason?: Reason): void;
};

/** Performs what the state machine decides. */
export class Link {
	#state = initial;
	#socket: Socket | undefined;
	#entry: Entry | undefined;
	#rest: ReturnType<typeof setTimeout> | undefined;
	#queue: Uint8Array<ArrayBuffer>[] = [];
	/** Answers to entries that were asked for before the last disconnect are dropped. */
	#generation = 0;

	constructor(
		private readonly client: EntryClient,
		private readonly hooks: LinkHooks,
	) {}

	get online(): boolean {
		return this.#state.phase === "online";
	}

	start(resume: boolean): void {
		this.#step({ type: "start", resume });
	}

	/** The network is back: no reason to rest any longer. */
	hurry(): void {
		this.#step({ type: "rested" });
	}

	/** Closes the socket as the page is left; `start(true)` brings it back. */
	suspend(): void {
		this.#step({ type: "suspend" });
	}

	stop(reason: Reason): void {
		this.#step({ type: "stop", reason });
	}

	/** Whether there is room for more capture. */
	ready(): boolean {
		return this.online && this.#socket !== undefined && this.#socket.bufferedBytes < UPLINK_BYTES;
	}

	/** Sends now, or keeps an own word for the next connection; false if it was dropped. */
	send(frame: Uint8Array<ArrayBuffer>): boolean {
		if (this.online && this.#socket) {
			this.#socket.send(frame);
			return true;
		}
		const kind = frame[0] ?? 0;
		if (LIVE_ONLY.has(kind) || this.#state.phase === "closed") return false;
		if (NEWEST_ONLY.has(kind)) this.#queue = this.#queue.filter((queued) => queued[0] !== kind);
		if (this.#queue.length >= MAX_QUEUED) return false;
		this.#queue.push(frame);
		return true;
	}

	#step(event: Event): void {
		const before = this.#state;
		const [after, act] = step(before, event, Math.random());
		this.#state = after;
		clearTimeout(after.phase === "resting" ? undefined : this.#rest);
		switch (act?.do) {
			case "create":
			case "resume":
				void this.#enter(act.do === "resume");
				break;
			case "open":
				this.#open();
				break;
			case "rest":
				this.#rest = setTimeout(() => this.#step({ type: "rested" }), act.ms);
				break;
			case "disconnect":
				this.#generation++;
				this.#socket?.close();
				this.#socket = undefined;
				break;
		}
		if (after.phase !== before.phase) this.hooks.changed(after.phase, after.reason);
	}

	async #enter(resume: boolean): Promise<void> {
		const generation = this.#generation;
		try {
			const entry = await this.hooks.enter(resume);
			if (generation !== this.#generation) return;
			this.#entry = entry;
			this.hooks.entry(entry);
			this.#step({ type: "entry" });
		} catch (error) {
			if (!(error instanceof EntryError)) reportError(error);
			if (generation === this.#generation)
				this.#step({ type: "no-entry", status: error instanceof EntryError ? error.status : 0 });
		}
	}

	#open(): void {
		const entry = this.#entry;
		if (!entry) return;
		const hello = () => encodeJSON(Kind.hello, this.hooks.hello());
		try {
			const socket = new Socket(this.client.socketURL(entry.socket), entry.ticket, hello, {
				frame: (frame) => this.#frame(socket, frame),
				closed: (code) => {
					if (this.#socket !== socket) return;
					this.#socket = undefined;
					this.#step({ type: "close", code, now: performance.now() });
				},
			});
			this.#socket = socket;
		} catch {
			// The page's own policy may forbid the address: as good as a connection that failed.
			setTimeout(() => this.#step({ type: "close", code: 1006, now: performance.now() }));
		}
	}

	#frame(socket: Socket, frame: Frame): void {
		if (this.#socket !== socket) return;
		if (frame.kind !== Kind.welcome) {
			this.hooks.frame(frame);
			return;
		}
		const welcome = readJSON<Welcome>(frame) ?? {};
		socket.limit(welcome.limits);
		this.#step({ type: "welcome", now: performance.now() });
		for (const queued of this.#queue.splice(0)) socket.send(queued);
		this.hooks.welcome(welcome);
	}
}
