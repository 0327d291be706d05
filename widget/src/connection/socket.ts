import { Close, decodeFrame, encodeFrame, type Frame, Kind, SUBPROTOCOL, TICKET_PREFIX } from "../../../wire/wire.ts";

export type Limits = { pingMs: number; silenceMs: number };

/** Until the welcome says otherwise (PROTOCOL.md, "Limits"). */
const DEFAULTS: Limits = { pingMs: 10_000, silenceMs: 25_000 };
const MAX_PING_BYTES = 16;
/** A server that accepts and then says nothing at all. */
const OPEN_TIMEOUT_MS = 10_000;

const within = (value: unknown, low: number, high: number, otherwise: number): number =>
	typeof value === "number" && value >= low && value <= high ? value : otherwise;

/**
 * One WebSocket from opening to closing: answers pings, sends its own, and closes when nothing was heard for the
 * silence limit. `closed` is called exactly once, never after `close()` was called from here.
 */
export class Socket {
	readonly #socket: WebSocket;
	readonly #closed: (code: number) => void;
	#limits = DEFAULTS;
	#heard = performance.now();
	#ping: ReturnType<typeof setTimeout> | undefined;
	#done = false;

	constructor(url: string, ticket: string, hello: () => Uint8Array<ArrayBuffer>, hooks: SocketHooks) {
		this.#closed = hooks.closed;
		this.#socket = new WebSocket(url, [SUBPROTOCOL, TICKET_PREFIX + ticket]);
		this.#socket.binaryType = "arraybuffer";
		this.#socket.onopen = () => {
			this.#heard = performance.now();
			this.send(hello());
			this.#watch();
		};
		this.#socket.onclose = ({ code }) => this.#finish(code);
		this.#socket.onmessage = ({ data }) => {
			this.#heard = performance.now();
			const frame = data instanceof ArrayBuffer ? decodeFrame(data) : undefined;
			if (!frame || this.#done) return;
			if (frame.kind === Kind.ping) this.send(encodeFrame(Kind.pong, frame.body.subarray(0, MAX_PING_BYTES)));
			else if (frame.kind !== Kind.pong) hooks.frame(frame);
		};
		this.#ping = setTimeout(() => this.#silent(), OPEN_TIMEOUT_MS);
	}

	limit(limits: unknown): void {
		const { pingMs, silenceMs } = (limits ?? {}) as Partial<Limits>;
		this.#limits = {
			pingMs: within(pingMs, 100, 60_000, DEFAULTS.pingMs),
			silenceMs: within(silenceMs, 500, 300_000, DEFAULTS.silenceMs),
		};
		this.#watch();
	}

	get bufferedBytes(): number {
		return this.#socket.bufferedAmount;
	}

	send(frame: Uint8Array<ArrayBuffer>): void {
		if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
	}

	/** Closes after what was sent; a dead network cannot hold the caller up. */
	close(code = 1000): void {
		this.#done = true;
		clearTimeout(this.#ping);
		this.#socket.close(code);
	}

	#watch(): void {
		clearTimeout(this.#ping);
		if (this.#done) return;
		// A timer held back in a background tab is no silence: only what was not heard counts.
		if (performance.now() - this.#heard > this.#limits.silenceMs) {
			this.#silent();
			return;
		}
		this.send(encodeFrame(Kind.ping, new Uint8Array(0)));
		this.#ping = setTimeout(() => this.#watch(), this.#limits.pingMs);
	}

	#silent(): void {
		this.#socket.close(Close.silent);
		this.#finish(Close.silent);
	}

	#finish(code: number): void {
		clearTimeout(this.#ping);
		if (this.#done) return;
		this.#done = true;
		this.#closed(code);
	}
}

export type SocketHooks = { frame(frame: Frame): void; closed(code: number): void };
