/**
 * A TCP proxy between a browser and the server: it can cut connections, hold them still, and be a slow and lossy line.
 * Loss on a TCP line shows as delay, since TCP sends again: a lost segment holds up all that follows it for a
 * retransmission time-out. That is what `loss` does.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

export type Line = {
	/** Bits per second in each direction; 0: no limit. */
	bitsPerSecond: number;
	/** One-way delay, ms. */
	delayMs: number;
	/** Share of 1,400-byte segments that are lost and sent again. */
	loss: number;
};

export type Tunnel = {
	port: number;
	origin: string;
	/** Bytes from the client and to the client so far. */
	up(): number;
	down(): number;
	/** Ends every connection as a broken network would (RST). */
	cut(): void;
	/** Cuts once this many more bytes came from the client. */
	cutAfterUp(bytes: number): Promise<void>;
	cutAfterDown(bytes: number): Promise<void>;
	/** While held, nothing is read from the server and nothing from the client. */
	hold(held: boolean): void;
	/** While refusing, new connections fail. */
	refuse(refusing: boolean): void;
	close(): Promise<void>;
};

const SEGMENT_BYTES = 1400;

/** Moves bytes one way over a slow, delayed, lossy line, in order. */
class Pipe {
	#free = 0; // when the line is free again, ms
	#arrives = 0; // when the last segment arrives
	#queuedBytes = 0;
	readonly #queue: { bytes: Buffer; at: number }[] = [];
	#timer: NodeJS.Timeout | undefined;

	constructor(
		private readonly line: Line,
		private readonly from: Socket,
		private readonly to: Socket,
	) {}

	send(data: Buffer): void {
		for (let at = 0; at < data.length; at += SEGMENT_BYTES) this.#segment(data.subarray(at, at + SEGMENT_BYTES));
		if (this.#queuedBytes > 64 << 10) this.from.pause();
		this.#wait();
	}

	#segment(bytes: Buffer): void {
		const { bitsPerSecond, delayMs, loss } = this.line;
		this.#free =
			Math.max(this.#free, performance.now()) + (bitsPerSecond > 0 ? (bytes.length * 8000) / bitsPerSecond : 0);
		const again = Math.random() < loss ? Math.max(200, 3 * delayMs) : 0;
		this.#arrives = Math.max(this.#arrives, this.#free + delayMs + again);
		this.#queue.push({ bytes, at: this.#arrives });
		this.#queuedBytes += bytes.length;
	}

	/** One timer for the first in the queue: timers of their own would not keep the order. */
	#wait(): void {
		const [first] = this.#queue;
		if (!first || this.#timer) return;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			for (let next = this.#queue[0]; next && next.at <= performance.now(); next = this.#queue[0]) {
				this.#queue.shift();
				this.#queuedBytes -= next.bytes.length;
				if (!this.to.destroyed) this.to.write(next.bytes);
			}
			if (this.#queuedBytes < 32 << 10) this.from.resume();
			this.#wait();
		}, first.at - performance.now());
	}
}

/** With `from` the server sees connections from that address of this machine, one of 127.0.0.0/8. */
export async function startProxy(target: string, line?: Line, from?: string): Promise<Tunnel> {
	const { hostname, port } = new URL(target);
	const sockets = new Set<Socket>();
	const limits = {
		up: { left: Number.POSITIVE_INFINITY, hit: () => {} },
		down: { left: Number.POSITIVE_INFINITY, hit: () => {} },
	};
	const moved = { up: 0, down: 0 };
	let refusing = false;
	let held = false;
	const cut = () => {
		for (const s of sockets) s.resetAndDestroy();
	};
	const server: Server = createServer((client) => {
		if (refusing) {
			client.resetAndDestroy();
			return;
		}
		const upstream = connect({ port: Number(port), host: hostname, ...(from && { localAddress: from }) });
		for (const s of [client, upstream]) {
			sockets.add(s);
			s.setNoDelay(true);
			s.on("error", () => {});
			s.on("close", () => {
				sockets.delete(s);
				client.destroy();
				upstream.destroy();
			});
			if (held) s.pause();
		}
		const join = (from: Socket, to: Socket, way: "up" | "down") => {
			const pipe = line && new Pipe(line, from, to);
			from.on("data", (data: Buffer) => {
				moved[way] += data.length;
				const limit = limits[way];
				if (data.length >= limit.left) {
					to.write(data.subarray(0, limit.left), () => {
						limit.left = Number.POSITIVE_INFINITY;
						cut();
						limit.hit();
					});
					return;
				}
				limit.left -= data.length;
				if (pipe) pipe.send(data);
				else if (!to.write(data)) {
					from.pause();
					to.once("drain", () => !held && from.resume());
				}
			});
		};
		join(client, upstream, "up");
		join(upstream, client, "down");
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	const cutAfter = (way: "up" | "down") => (bytes: number) =>
		new Promise<void>((hit) => {
			limits[way] = { left: bytes, hit };
		});
	return {
		port: address.port,
		origin: `http://127.0.0.1:${address.port}`,
		up: () => moved.up,
		down: () => moved.down,
		cut,
		cutAfterUp: cutAfter("up"),
		cutAfterDown: cutAfter("down"),
		hold(value) {
			held = value;
			for (const s of sockets) value ? s.pause() : s.resume();
		},
		refuse(value) {
			refusing = value;
		},
		async close() {
			cut();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
