/** Takes the place of a window's timers, so that a test decides when which of them runs, and in which order. */

type Callback = (at?: unknown) => void;
type Port = { onmessage: ((event: { data: unknown }) => void) | null };

/** What of it a turn lets run. */
export type Turn = "message" | "frame" | "timer" | "sample";

export class Clockwork {
	readonly #messages: { port: Port; data: unknown }[] = [];
	readonly #frames = new Map<number, Callback>();
	readonly #timers = new Map<number, Callback>();
	readonly #intervals = new Map<number, Callback>();
	#next = 1;

	/** isHasty: each look at the clock finds that much time has gone by. */
	constructor(window: Window & typeof globalThis, isHasty: boolean) {
		const queue = (list: Map<number, Callback>) => (callback: Callback) => {
			list.set(this.#next, callback);
			return this.#next++;
		};
		const drop = (list: Map<number, Callback>) => (id: number) => void list.delete(id);
		const messages = this.#messages;
		class Channel {
			readonly port1: Port & { close(): void } = {
				onmessage: null,
				close: () => {
					for (let i = messages.length - 1; i >= 0; i--) if (messages[i]?.port === this.port1) messages.splice(i, 1);
				},
			};
			readonly port2 = { postMessage: (data: unknown) => void messages.push({ port: this.port1, data }), close() {} };
		}
		Object.assign(window, {
			requestAnimationFrame: queue(this.#frames),
			cancelAnimationFrame: drop(this.#frames),
			setTimeout: queue(this.#timers),
			clearTimeout: drop(this.#timers),
			setInterval: queue(this.#intervals),
			clearInterval: drop(this.#intervals),
			requestIdleCallback: queue(this.#timers),
			cancelIdleCallback: drop(this.#timers),
			MessageChannel: Channel,
		});
		let now = 0;
		if (isHasty) window.performance.now = () => (now += 10);
	}

	/** Whether something waits that a page which is shown would run at once. */
	get isBusy(): boolean {
		return this.#messages.length + this.#frames.size > 0;
	}

	/** How much hangs on the window. */
	get pending(): { messages: number; frames: number; timers: number; intervals: number } {
		return {
			messages: this.#messages.length,
			frames: this.#frames.size,
			timers: this.#timers.size,
			intervals: this.#intervals.size,
		};
	}

	turn(what: Turn): void {
		if (what === "message") {
			const next = this.#messages.shift();
			next?.port.onmessage?.({ data: next.data });
			return;
		}
		if (what === "sample") {
			for (const callback of [...this.#intervals.values()]) callback();
			return;
		}
		const list = what === "frame" ? this.#frames : this.#timers;
		for (const [id, callback] of [...list]) if (list.delete(id)) callback(performance.now());
	}
}
