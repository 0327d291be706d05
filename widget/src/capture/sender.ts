/** Turns bodies and assets into frames, deflates the larger ones and keeps the order in which they were given. */

import { encodeFrame, Flag, Kind, MAX_VISITOR_FRAME_BYTES } from "../../../wire/wire.ts";
import { hash128, hex } from "./hash.ts";

/** Smaller bodies are sent raw, and at once if nothing waits. */
const DEFLATE_FROM_BYTES = 500;
const DEFLATED_AT_ONCE = 128 << 10;
/** Room for the header. */
const MAX_BODY_BYTES = MAX_VISITOR_FRAME_BYTES - 64;
/** Of the room's `AssetBytes`: what one source may take of it. */
const MAX_ASSETS_BYTES = 15 << 20;

export const AssetType = { style: 1, image: 2, font: 3, other: 4 } as const;

/** A frame to be; asset: its key in hex, if it is one. */
type Waiting = { kind: number; flags: number; epoch: number; bytes: Promise<Uint8Array>; asset: string };

export class Sender {
	readonly #emit: (frame: Uint8Array<ArrayBuffer>) => void;
	readonly #failed: () => void;
	readonly #waiting: Waiting[] = [];
	readonly #held = new Set<string>();
	#assetBytes = 0;
	#epoch = 0;
	#stopped = false;
	bytes = 0;
	frames = 0;

	constructor(emit: (frame: Uint8Array<ArrayBuffer>) => void, failed: () => void) {
		this.#emit = emit;
		this.#failed = failed;
	}

	/** Starts an epoch; what still waits of the one before is dropped. `have`: keys of assets that the room holds. */
	begin(epoch: number, have?: readonly string[]): void {
		this.#epoch = epoch;
		this.#stopped = false;
		if (!have) return;
		this.#held.clear();
		this.#assetBytes = 0;
		for (const key of have) this.#held.add(key);
	}

	/** A snapshot part or a diff. */
	state(kind: number, flags: number, body: Uint8Array<ArrayBuffer>): void {
		this.#put(kind, flags, this.#epoch, body, 0);
	}

	/** Pointer, viewport, click: not in the state's order. */
	latest(kind: number, body: Uint8Array): void {
		if (!this.#stopped) this.#out(encodeFrame(kind, body));
	}

	/** Sends an asset unless the room holds it; returns its key, or undefined if it is over a limit. */
	asset(type: number, mime: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
		const key = hash128(bytes);
		const name = hex(key);
		if (this.#held.has(name)) return key;
		if (this.#stopped) return undefined;
		const body = new Uint8Array(18 + mime.length + bytes.length);
		if (body.length > MAX_BODY_BYTES || mime.length > 255 || this.#assetBytes + body.length > MAX_ASSETS_BYTES)
			return undefined;
		body.set(key);
		body[16] = type;
		body[17] = mime.length;
		for (let i = 0; i < mime.length; i++) body[18 + i] = mime.charCodeAt(i) & 0x7f;
		body.set(bytes, 18 + mime.length);
		this.#held.add(name);
		this.#assetBytes += body.length;
		const text = type === AssetType.style || /svg|ttf|otf|json|text/.test(mime);
		this.#put(Kind.asset, text ? 0 : RAW, 0, body, 16, name);
		return key;
	}

	/** Nothing leaves until an epoch begins, not even what was read before. */
	stop(): void {
		this.#stopped = true;
		this.#drop();
	}

	/** Drops what waits; an asset that has not left is not held by anybody. */
	#drop(): void {
		for (const { asset } of this.#waiting) if (asset) this.#held.delete(asset);
		this.#waiting.length = 0;
	}

	/** The first `plain` bytes of a body stay readable when the rest is deflated. */
	#put(kind: number, flags: number, epoch: number, body: Uint8Array<ArrayBuffer>, plain: number, asset = ""): void {
		if (this.#stopped) return;
		if (flags & RAW || body.length < DEFLATE_FROM_BYTES) {
			if (this.#waiting.length === 0) this.#out(encodeFrame(kind, body, { flags: flags & ~RAW, epoch }));
			else this.#wait({ kind, flags: flags & ~RAW, epoch, bytes: Promise.resolve(body), asset });
			return;
		}
		const rest = deflate(body.subarray(plain));
		const bytes = plain ? rest.then((tail) => joined(body.subarray(0, plain), tail)) : rest;
		this.#wait({ kind, flags: flags | Flag.deflated, epoch, bytes, asset });
	}

	#wait(frame: Waiting): void {
		this.#waiting.push(frame);
		if (this.#waiting.length === 1) void this.#drain();
	}

	async #drain(): Promise<void> {
		try {
			for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
				const body = await first.bytes;
				// Dropped meanwhile: what waits now has a drain of its own.
				if (this.#waiting[0] !== first) return;
				this.#waiting.shift();
				// An epoch that was overtaken while its part was deflated is of no use to anybody.
				if (first.epoch && first.epoch !== this.#epoch) continue;
				this.#out(encodeFrame(first.kind, body, { flags: first.flags, epoch: first.epoch }));
			}
		} catch {
			this.#drop();
			this.#failed();
		}
	}

	#out(frame: Uint8Array<ArrayBuffer>): void {
		this.frames++;
		this.bytes += frame.length;
		this.#emit(frame);
	}
}

/** Marks, inside this file, a body that does not get smaller by deflating. */
const RAW = 1 << 8;

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
	const out = new Uint8Array(head.length + tail.length);
	out.set(head);
	out.set(tail, head.length);
	return out;
}

/** Deflates (raw) a whole body. Without a Blob: making one costs the page's thread more than deflating. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
	const { readable, writable } = new CompressionStream("deflate-raw");
	const writer = writable.getWriter();
	void feed(writer, bytes).catch(() => undefined);
	return new Uint8Array(await new Response(readable).arrayBuffer());
}

/** The browser deflates on the page's thread: a large body is given to it in pieces, each in a task of its own. */
async function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
	for (let at = 0; at < bytes.length; at += DEFLATED_AT_ONCE) {
		if (bytes.length > DEFLATED_AT_ONCE) await new Promise((done) => setTimeout(done));
		await writer.write(bytes.subarray(at, at + DEFLATED_AT_ONCE));
	}
	await writer.close();
}
