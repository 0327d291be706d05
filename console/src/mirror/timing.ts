/** When to go on: after the browser had a turn, or after a frame has loaded. */

/** Lets the browser draw and handle input; not slowed down in a tab that is not shown, as timers are. */
function pause(): Promise<void> {
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(undefined);
	});
}

/** What a task that builds may take in all: our own part, and laying out what it has built. */
const TASK_MS = 24;
/** How long our own part may be at most. */
const MAX_SLICE_MS = 40;
/** How many steps pass between two looks at the clock; no slice has fewer. */
const STEPS_A_LOOK = 16;
const FIRST_STEPS = 64;
/** How much shorter the task of half as many steps must be for it to have been of use. */
const USEFUL = 0.75;
/** So often in a row it was of no use: once may be because of another program. */
const PATIENCE = 3;

/**
 * Says when to let the browser have a turn. What a slice has built is laid out at its end, in the same task, and by what
 * that took the next has more or fewer steps. Where laying out takes long however little was built (a table of which each
 * row moves all others) slices are as long as they may be: such a page would never be there.
 */
export class Pacer {
	#started = 0;
	#steps = 0;
	#limitMS = MAX_SLICE_MS;
	#allowedSteps = FIRST_STEPS;
	/** Of the slice before, if this one had to be shorter. */
	#tooLongMS: number | undefined;
	#futile = 0;

	/** After the browser had its turn anyway. */
	restart(): void {
		this.#started = performance.now();
		this.#steps = 0;
	}

	/** Before something large, which is built in as many slices as it takes. */
	begin(): void {
		this.#limitMS = MAX_SLICE_MS;
		this.#allowedSteps = FIRST_STEPS;
		this.#tooLongMS = undefined;
		this.#futile = 0;
	}

	/** Before something that is better seen whole, if it takes no longer than that. */
	beginWhole(limitMS: number): void {
		this.begin();
		this.#limitMS = limitMS;
		this.#allowedSteps = Number.POSITIVE_INFINITY;
	}

	/** Counts a step of building; whether the slice is over. */
	step(): boolean {
		this.#steps++;
		return this.#steps >= this.#allowedSteps || (this.#steps % STEPS_A_LOOK === 0 && this.isDue(this.#limitMS));
	}

	/** Whether so much was built that it is to be seen before anything is added. */
	get isMuch(): boolean {
		return this.#steps >= FIRST_STEPS;
	}

	isDue(sliceMS: number): boolean {
		return performance.now() - this.#started >= sliceMS;
	}

	async rest(): Promise<void> {
		await pause();
		this.restart();
	}

	/** Has what was built laid out, and rests. */
	async restAfter(layOut: () => void): Promise<void> {
		layOut();
		this.#learn(performance.now() - this.#started);
		await this.rest();
	}

	#learn(tookMS: number): void {
		this.#limitMS = MAX_SLICE_MS;
		if (this.#futile >= PATIENCE) return;
		if (this.#tooLongMS !== undefined) this.#futile = tookMS > USEFUL * this.#tooLongMS ? this.#futile + 1 : 0;
		if (this.#futile >= PATIENCE) {
			this.#allowedSteps = Number.POSITIVE_INFINITY;
		} else if (tookMS > TASK_MS) {
			this.#allowedSteps = Math.max(STEPS_A_LOOK, Math.round(this.#steps / 2));
			this.#tooLongMS = tookMS;
		} else {
			this.#allowedSteps = Math.max(this.#allowedSteps, Math.round(this.#steps * 1.25));
			this.#tooLongMS = undefined;
		}
	}
}

/** Resolves once a frame holds the document it was told to load; what is built before would be thrown away. */
export function whenLoaded(iframe: HTMLIFrameElement): Promise<void> {
	const { contentDocument: document } = iframe;
	const isBlank = !iframe.getAttribute("src") || iframe.getAttribute("src") === "about:blank";
	const isThere = document?.readyState === "complete" && (isBlank || document.URL !== "about:blank");
	if (isThere) return Promise.resolve();
	return new Promise((resolve) => iframe.addEventListener("load", () => resolve(), { once: true }));
}
