import type { Capture, CaptureOptions } from "../capture.ts";
import type { Policy } from "../policy.ts";

type Options = {
	load(attempt: number): Promise<typeof import("../capture.ts")>;
	emit: CaptureOptions["emit"];
	ready(): boolean;
	own(node: Node): boolean;
	/** An epoch larger than any this tab has used. */
	epoch(): number;
};
export type Wanted = { policy: Policy; salt: Uint8Array; have: readonly string[] };

/** A blocked or half-loaded capture module is tried again so many times, a little later each time. */
const LOAD_TRIES = 5;
const LOAD_RETRY_MS = 1000;

/**
 * Runs the capture engine exactly while the server wants it and the visitor has not paused. What arrives from the
 * engine at any other moment is dropped here, whatever the engine does.
 */
export class Capturing {
	#wanted: Wanted | undefined;
	#paused = false;
	#capture: Capture | undefined;
	#loading = false;
	#module: typeof import("../capture.ts") | undefined;

	constructor(private readonly options: Options) {}

	/** The running engine, to find nodes and counts. */
	get current(): Capture | undefined {
		return this.#capture;
	}

	/** A snapshot is asked for: starts the engine, or has it take a fresh one. */
	want(wanted: Wanted): void {
		this.#wanted = wanted;
		if (this.#capture && !this.#paused) this.#capture.keyframe(wanted.have);
		else void this.#start();
	}

	/** Nobody looks any more. */
	halt(): void {
		this.#wanted = undefined;
		const capture = this.#capture;
		this.#capture = undefined;
		capture?.stop();
	}

	setPolicy(policy: Policy): void {
		if (this.#wanted) this.#wanted = { ...this.#wanted, policy };
		this.#capture?.setPolicy(policy);
	}

	setPaused(paused: boolean): void {
		if (paused === this.#paused) return;
		this.#paused = paused;
		if (paused) this.#capture?.pause();
		else if (this.#capture) this.#capture.resume();
		else void this.#start();
	}

	async #start(attempt = 0): Promise<void> {
		if (this.#loading || !this.#wanted || this.#paused) return;
		this.#loading = true;
		this.#module ??= await this.options.load(attempt).catch(() => undefined);
		this.#loading = false;
		const module = this.#module;
		const wanted = this.#wanted;
		if (!module) {
			if (attempt < LOAD_TRIES) setTimeout(() => void this.#start(attempt + 1), LOAD_RETRY_MS * (attempt + 1));
		} else if (wanted && !this.#paused && !this.#capture) {
			const { policy, salt } = wanted;
			const { ready, own } = this.options;
			const emit: CaptureOptions["emit"] = (frame) => {
				if (this.#wanted && !this.#paused) this.options.emit(frame);
			};
			this.#capture = module.startCapture({ policy, salt, emit, ready, own, epoch: this.options.epoch() });
			// Nothing has been read yet: the same first snapshot, but for what the room holds already.
			if (wanted.have.length > 0) this.#capture.keyframe(wanted.have);
		}
	}
}
