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

/** The longest that the console is kept busy at a stretch, also where drawing takes longer than that. */
const MAX_SLICE_MS = 40;

/**
 * Says when to let the browser have a turn. Where a turn takes long, because a large page is laid out in it, the slices
 * between turns get longer: a page that is laid out after every few nodes would never be there.
 */
export class Pacer {
	#started = 0;
	#turnMS = 0;

	/** After the browser had its turn anyway. */
	restart(): void {
		this.#started = performance.now();
	}

	isDue(sliceMS: number): boolean {
		return performance.now() - this.#started >= Math.max(sliceMS, Math.min(this.#turnMS, MAX_SLICE_MS));
	}

	async rest(): Promise<void> {
		const began = performance.now();
		await pause();
		this.restart();
		this.#turnMS = this.#started - began;
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
