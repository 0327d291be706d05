/**
 * The capture of a page: turns it into frames of the Alongside protocol, masked at the source. It knows no network: what
 * leaves goes through `emit`, and through nothing else.
 */

import { Engine } from "./capture/engine.ts";
import type { Policy } from "./policy.ts";

export { DEFAULT_POLICY, type Policy, readPolicy } from "./policy.ts";

export type CaptureOptions = {
	policy: Policy;
	/** Takes whole frames: snapshot, diff, asset, viewport, pointer, click; source, seq, member and time are 0. */
	emit(frame: Uint8Array<ArrayBuffer>): void;
	/** False: the uplink is full. Nothing is encoded then, only references to what is dirty are kept. Asked each frame. */
	ready?(): boolean;
	/** 16 bytes: makes refs of resources tell nothing about their URLs. Without it, random. */
	salt?: Uint8Array;
	window?: Window;
	/** Whether a node belongs to the widget itself; such nodes are never captured. */
	own?(node: Node): boolean;
	/** Of the first snapshot; larger than any before of the same tab. */
	epoch?: number;
	/** Called after each snapshot. */
	onDebug?(counts: DebugCounts): void;
};

export type DebugCounts = {
	nodes: number;
	masked: number;
	ignored: number;
	/** By kind: style, image, font, canvas. */
	unreadable: Record<string, number>;
	bytes: number;
	frames: number;
	epoch: number;
	/** Errors of our own that were caught. */
	errors: number;
};

export interface Capture {
	/** Takes a fresh snapshot under a new epoch. `have`: hex keys of the assets that the room holds. */
	keyframe(have?: readonly string[]): void;
	/** Puts another policy in force and takes a fresh snapshot. */
	setPolicy(policy: Policy): void;
	/** Until `resume` nothing is read. */
	pause(): void;
	/** Takes a fresh snapshot and goes on. */
	resume(): void;
	node(id: number): Node | undefined;
	id(node: Node): number | undefined;
	debug(): DebugCounts;
	/** Ends it; no listener, timer, observer or patch stays behind. */
	stop(): void;
}

/** Tenths of a second since 1970 in 32 bits: grows from one page load to the next. */
const epochNow = (): number => Math.floor(Date.now() / 100) >>> 0;

/** Starts capturing; the first snapshot begins at once and goes on in slices. */
export function startCapture(options: CaptureOptions): Capture {
	const engine = new Engine({
		window: (options.window ?? window) as Window & typeof globalThis,
		policy: options.policy,
		salt: options.salt ?? crypto.getRandomValues(new Uint8Array(16)),
		epoch: options.epoch ?? epochNow(),
		emit: (frame) => options.emit(frame),
		ready: () => options.ready?.() ?? true,
		own: (node) => options.own?.(node) ?? false,
		onDebug: options.onDebug && ((counts) => options.onDebug?.(counts)),
	});
	engine.start();
	return engine;
}
