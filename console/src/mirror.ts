/**
 * Rebuilds a visitor's page from wire frames inside a sandboxed frame. It knows no network. Whatever the frames say,
 * nothing of them executes, is requested or takes the agent's focus; a body that breaks DOM.md changes nothing.
 */

import { DomReader, MalformedBody } from "../../wire/dom.ts";
import { skipOperation } from "../../wire/operations.ts";
import {
	decodeFrame,
	decodePointer,
	decodeViewport,
	Flag,
	type Frame,
	type Header,
	inflate,
	KEY_BYTES,
	Kind,
	type Pointer,
	type Viewport,
} from "../../wire/wire.ts";
import { Assets, assetKey } from "./mirror/assets.ts";
import { locate, place } from "./mirror/cursors.ts";
import { Stage } from "./mirror/stage.ts";
import { Pacer, whenLoaded } from "./mirror/timing.ts";

/** How long the console may be kept busy at a stretch by a snapshot, and by a diff, which is better seen whole. */
const SNAPSHOT_SLICE_MS = 10;
const DIFF_SLICE_MS = 24;
/** How many operations pass between two looks at the clock. */
const OPERATIONS_A_LOOK = 16;
/** A keyframe that was asked for and has not come is asked for again. */
const ASK_AGAIN_MS = 5_000;

export type MirrorHooks = {
	/** The frames seen cannot be followed any more: a snapshot is needed. */
	onNeedKeyframe?: ((why: string) => void) | undefined;
	/** The frame has the size of the visitor's layout viewport now. */
	onViewport?: ((viewport: Viewport) => void) | undefined;
	/** px, py: where to draw it in the frame, CSS px. */
	onPointer?: ((pointer: Pointer & { px: number; py: number }, header: Header) => void) | undefined;
	onClick?: ((click: Pointer & { px: number; py: number; button: number }, header: Header) => void) | undefined;
	/** The title of the visitor's document. */
	onTitle?: ((title: string) => void) | undefined;
	/** A state frame was applied. */
	onApplied?: ((header: Header) => void) | undefined;
};

export interface Mirror extends MirrorHooks {
	/** Takes a snapshot, diff, asset, viewport, pointer or click; others are ignored. Frames act in the order given. */
	apply(frame: Uint8Array<ArrayBuffer> | Frame): void;
	/** The last state frame applied; zeros before the first. */
	readonly seen: { epoch: number; seq: number };
	/** What stands is of a page that is gone: the next snapshot is shown as it comes, not only when it is complete. */
	forget(): void;
	/** A point in the frame (CSS px) as node and fraction; node 0 where there is none. */
	locate(x: number, y: number): Pointer;
	/** Where a node and fraction are in the frame; undefined if the node is gone or not shown. */
	place(pointer: Pointer): { x: number; y: number } | undefined;
	/** Ends everything and empties the frame. */
	destroy(): void;
}

/** Mirrors into a frame with `sandbox="allow-same-origin"`; what its document held is replaced. */
export function createMirror(iframe: HTMLIFrameElement, hooks: MirrorHooks = {}): Mirror {
	return new FrameMirror(iframe, hooks);
}

type Inflated = Frame | { malformed: Header };

class FrameMirror implements Mirror {
	onNeedKeyframe: MirrorHooks["onNeedKeyframe"];
	onViewport: MirrorHooks["onViewport"];
	onPointer: MirrorHooks["onPointer"];
	onClick: MirrorHooks["onClick"];
	onTitle: MirrorHooks["onTitle"];
	onApplied: MirrorHooks["onApplied"];

	seen = { epoch: 0, seq: 0 };
	readonly #iframe: HTMLIFrameElement;
	readonly #assets = new Assets();
	/** Frames in order, inflating. */
	#queue: Promise<Inflated>[] = [];
	#isRunning = false;
	#isDestroyed = false;
	/** What is shown. */
	#stage: Stage | undefined;
	/** A later epoch that is not complete yet. */
	#next: Stage | undefined;
	/** Of the newest epoch; undefined once it cannot go on. */
	#reader: DomReader | undefined;
	readonly #pacer = new Pacer();
	#askedAt: number | undefined;
	#viewport: Viewport | undefined;

	constructor(iframe: HTMLIFrameElement, hooks: MirrorHooks) {
		this.#iframe = iframe;
		Object.assign(this, hooks);
		// Nothing in the frame can be pointed at or tabbed to; the console takes the agent's input above it.
		iframe.tabIndex = -1;
		iframe.style.pointerEvents = "none";
	}

	apply(frame: Uint8Array<ArrayBuffer> | Frame): void {
		const decoded = frame instanceof Uint8Array ? decodeFrame(frame) : frame;
		if (!decoded || this.#isDestroyed) return;
		this.#queue.push(inflated(decoded));
		if (!this.#isRunning) void this.#run();
	}

	forget(): void {
		this.#stage?.destroy();
		this.#stage = undefined;
		if (this.#next) this.#show(this.#next);
	}

	locate(x: number, y: number): Pointer {
		const document = this.#stage?.document;
		return this.#stage && document ? locate(this.#stage.tree, document, x, y) : { node: 0, fx: 0, fy: 0, x, y };
	}

	place(pointer: Pointer): { x: number; y: number } | undefined {
		return this.#stage && place(this.#stage.tree, pointer);
	}

	destroy(): void {
		this.#isDestroyed = true;
		this.#queue = [];
		this.#next?.destroy();
		this.#stage?.destroy();
		this.#next = this.#stage = this.#reader = undefined;
		this.#assets.clear();
		this.#iframe.style.pointerEvents = "";
	}

	async #run(): Promise<void> {
		this.#isRunning = true;
		await whenLoaded(this.#iframe);
		this.#pacer.restart();
		for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
			const frame = await next;
			if (this.#isDestroyed) return;
			try {
				await this.#take(frame);
			} catch (error) {
				// One frame that cannot be applied must not stop those after it.
				this.#lose("a frame could not be applied");
				reportError(error);
			}
		}
		this.#isRunning = false;
	}

	async #take(frame: Inflated): Promise<void> {
		if ("malformed" in frame) {
			if (isState(frame.malformed.kind)) this.#lose("malformed body");
			return;
		}
		switch (frame.kind) {
			case Kind.snapshot:
			case Kind.diff:
				return this.#takeState(frame);
			case Kind.asset:
				return this.#takeAsset(frame.body);
			case Kind.viewport:
				return this.#takeViewport(decodeViewport(frame.body));
			case Kind.pointer:
			case Kind.click:
				return this.#takePointer(frame);
		}
	}

	async #takeState(frame: Frame): Promise<void> {
		const isFirst = frame.kind === Kind.snapshot && (frame.flags & Flag.first) !== 0;
		if (isFirst) this.#beginEpoch(frame);
		else if (!this.#follows(frame)) return;
		const stage = this.#next ?? this.#stage;
		if (!stage || !this.#reader) return;
		const sliceMS = frame.kind === Kind.snapshot ? SNAPSHOT_SLICE_MS : DIFF_SLICE_MS;
		if (!(await this.#check(this.#reader, frame.body, sliceMS))) return;
		if (frame.kind === Kind.diff) this.#pacer.beginWhole(DIFF_SLICE_MS);
		await this.#act(stage, this.#reader);
		if (this.#isDestroyed) return;
		this.seen = { epoch: frame.epoch, seq: frame.seq };
		if (frame.kind === Kind.snapshot && frame.flags & Flag.last) await this.#completeEpoch();
		this.onApplied?.(frame);
	}

	/** Whether a frame is the next one of its epoch; seq 0 was never stamped by a server. */
	#follows(frame: Frame): boolean {
		const epoch = (this.#next ?? this.#stage)?.epoch;
		if (frame.epoch !== epoch) this.#lose("unknown epoch");
		else if (!this.#reader) this.#lose("epoch lost");
		else if (frame.seq === 0 || frame.seq === this.seen.seq + 1) return true;
		else if (frame.seq > this.seen.seq) this.#lose("gap in the sequence");
		return false;
	}

	/** Whether a body is well-formed; the reader is at its begin then. */
	async #check(reader: DomReader, body: Uint8Array, sliceMS: number): Promise<boolean> {
		try {
			reader.open(body);
			for (let count = 1; reader.more; count++) {
				skipOperation(reader);
				if (count % OPERATIONS_A_LOOK === 0 && this.#pacer.isDue(sliceMS)) await this.#pacer.rest();
			}
			reader.rewind();
			return !this.#isDestroyed;
		} catch (error) {
			if (!(error instanceof MalformedBody)) throw error;
			this.#lose("malformed body");
			return false;
		}
	}

	async #act(stage: Stage, reader: DomReader): Promise<void> {
		stage.begin();
		while (reader.more) {
			for (const steps = stage.apply(reader); steps && !steps.next().done; )
				if (this.#pacer.step()) await this.#pacer.restAfter(stage.layOut);
			if (this.#pacer.step()) await this.#pacer.restAfter(stage.layOut);
			if (this.#isDestroyed) return;
		}
		stage.finish();
		if (this.#pacer.isMuch) await this.#pacer.restAfter(stage.layOut);
	}

	#beginEpoch(frame: Frame): void {
		if (this.#next !== this.#stage) this.#next?.destroy();
		this.#reader = new DomReader();
		this.#askedAt = undefined;
		this.#pacer.begin();
		const host = prepareHost(this.#iframe);
		const stage = new Stage(frame.epoch, host, this.#assets, {
			onTitle: (title) => this.onTitle?.(title),
			onLost: (why) => this.#lose(why),
		});
		this.#next = stage;
		if (!this.#stage) this.#show(stage);
		else stage.frame.style.visibility = "hidden";
	}

	/** The new epoch takes the place of the one before. */
	async #completeEpoch(): Promise<void> {
		const stage = this.#next;
		if (!stage) return;
		await stage.ready();
		if (this.#isDestroyed) return;
		const previous = this.#stage;
		this.#next = undefined;
		this.#show(stage);
		if (previous !== stage) previous?.destroy();
	}

	/** Shows an epoch, complete or not. */
	#show(stage: Stage): void {
		this.#stage = stage;
		stage.frame.style.visibility = "visible";
		if (this.#viewport) stage.scroll(this.#viewport.scrollX, this.#viewport.scrollY);
	}

	/** Keeps what stands and asks for a keyframe, but not again and again. */
	#lose(why: string): void {
		this.#reader = undefined;
		if (this.#next && this.#next !== this.#stage) this.#next.destroy();
		this.#next = undefined;
		const now = performance.now();
		if (this.#askedAt !== undefined && now - this.#askedAt < ASK_AGAIN_MS) return;
		this.#askedAt = now;
		this.onNeedKeyframe?.(why);
	}

	async #takeAsset(body: Uint8Array<ArrayBuffer>): Promise<void> {
		const key = assetKey(body);
		if (key === undefined || this.#assets.has(key)) return;
		if (!this.#assets.add(key, body.subarray(KEY_BYTES))) return;
		const steps = this.#assets.prepare(key, (this.#next ?? this.#stage)?.isDark ?? false);
		while (!steps.next().done) if (this.#pacer.isDue(SNAPSHOT_SLICE_MS)) await this.#pacer.rest();
		if (this.#isDestroyed) return;
		this.#stage?.assetArrived(key);
		if (this.#next !== this.#stage) this.#next?.assetArrived(key);
	}

	#takeViewport(viewport: Viewport | undefined): void {
		if (!viewport) return;
		this.#viewport = viewport;
		this.#iframe.style.width = `${viewport.width}px`;
		this.#iframe.style.height = `${viewport.height}px`;
		this.#stage?.scroll(viewport.scrollX, viewport.scrollY);
		this.onViewport?.(viewport);
	}

	#takePointer(frame: Frame): void {
		const pointer = decodePointer(frame.body);
		if (!pointer) return;
		const point = this.place(pointer);
		const placed = { ...pointer, px: point?.x ?? pointer.x, py: point?.y ?? pointer.y };
		if (frame.kind === Kind.click) this.onClick?.(placed, frame);
		else this.onPointer?.(placed, frame);
	}
}

const isState = (kind: number): boolean => kind === Kind.snapshot || kind === Kind.diff;

async function inflated(frame: Frame): Promise<Inflated> {
	try {
		return { ...frame, body: await inflate(frame) };
	} catch {
		return { malformed: frame };
	}
}

/** The document that the stages stand in: their frames and nothing else. */
function prepareHost(iframe: HTMLIFrameElement): Document {
	const host = iframe.contentDocument;
	if (!host) throw new Error("mirror into a frame: it is not in a document, or of another origin");
	host.body.style.cssText = "margin:0;overflow:hidden;background:#fff";
	return host;
}
