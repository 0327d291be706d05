/** What a page holds once all that can be collected was, and how that grows while it plays scenes. */
import type { CDPSession, Page } from "playwright-core";
import type { Scene } from "./scenes.ts";

/** Bytes of the page's heaps, and counts of what the browser keeps for it. */
export type Held = { bytes: number; documents: number; nodes: number; listeners: number };

/** Starts the stand-alone capture in a page, as anybody would. */
export const capture = `import("/capture.js").then(({ startCapture, readPolicy }) => {
	globalThis.sent = 0;
	globalThis.capture = startCapture({ policy: readPolicy({}), emit: (frame) => void (sent += frame.length) });
})`;

/** By how much a captured page may grow beyond a bare one: what is remembered up to a limit, and code that got compiled. */
const MAX_BYTES = 3_000_000;
const MAX_COUNT = 40;

/** In what a captured page outgrew a bare one between the first sample and the last; the smallest of the last two counts. */
export function overgrown(captured: readonly Held[], bare: readonly Held[]): string[] {
	const growth = (samples: readonly Held[], of: keyof Held): number =>
		Math.min(...samples.slice(-2).map((held) => held[of])) - (samples[0]?.[of] ?? 0);
	return (["bytes", "documents", "nodes", "listeners"] as const).flatMap((of) => {
		const more = growth(captured, of) - Math.max(growth(bare, of), 0);
		return more > (of === "bytes" ? MAX_BYTES : MAX_COUNT) ? [`${more} ${of} more than after the first sample`] : [];
	});
}

export class Stage {
	readonly page: Page;
	readonly #session: CDPSession;
	#step = 0;

	private constructor(page: Page, session: CDPSession) {
		this.page = page;
		this.#session = session;
	}

	static async on(page: Page): Promise<Stage> {
		return new Stage(page, await page.context().newCDPSession(page));
	}

	/** Plays so many steps of a scene and tells how much that was; after every few the capture gets a turn. */
	async play(scene: Scene, steps: number): Promise<number> {
		const play = async (scene: Scene, from: number, to: number): Promise<number> => {
			let done = 0;
			for (let n = from; n < to; n++) {
				done += await scene(n);
				if (n % 4 === 0) await new Promise((turn) => requestAnimationFrame(() => setTimeout(turn)));
			}
			return done;
		};
		const from = this.#step;
		this.#step += Math.ceil(steps);
		return (await this.page.evaluate(`(${play})(${scene}, ${from}, ${this.#step})`)) as number;
	}

	/** After all was sent, and after several collections: what one frees may hold what the next one finds. */
	async held(): Promise<Held> {
		await this.page.evaluate(
			() => new Promise<void>((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done, 300)), 400)),
		);
		for (let i = 0; i < 3; i++) await this.#session.send("HeapProfiler.collectGarbage");
		const heap: Record<string, number> = await this.#session.send("Runtime.getHeapUsage");
		const { documents, nodes, jsEventListeners } = await this.#session.send("Memory.getDOMCounters");
		const bytes = (heap.usedSize ?? 0) + (heap.embedderHeapUsedSize ?? 0) + (heap.backingStorageSize ?? 0);
		return { bytes, documents, nodes, listeners: jsEventListeners };
	}
}
