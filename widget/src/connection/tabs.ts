import { storageKey } from "../boot.ts";

/** What a new tab of the site needs to join. */
type Joining = { room: string; resume: string; help: boolean; paused: boolean };

type Message =
	| { type: "ask" }
	| ({ type: "room" } & Joining)
	| { type: "probe"; tab: string; from: string }
	| { type: "taken"; tab: string; to: string }
	| { type: "pause"; paused: boolean }
	/** The view was taken back, or given again, by the visitor's hand. */
	| { type: "share"; shared: boolean }
	| { type: "end" };

export type TabsHooks = {
	/** Once there is a room. */
	room(): Joining | undefined;
	/** This tab's own ID. */
	tab(): string;
	paused(paused: boolean): void;
	shared(shared: boolean): void;
	ended(): void;
};

/** How long a living tab may take to say that an ID is its own. */
const PROBE_MS = 250;

/**
 * The tabs of one session, over a BroadcastChannel: only pages of the same origin hear it. It is open exactly while a
 * session runs in a shown document.
 */
export class Tabs {
	#channel: BroadcastChannel | undefined;
	readonly #document = crypto.getRandomValues(new Uint32Array(2)).join("-");
	#taken: (() => void) | undefined;

	constructor(
		private readonly site: string,
		private readonly hooks: TabsHooks,
	) {}

	open(): void {
		if (this.#channel || typeof BroadcastChannel === "undefined") return;
		this.#channel = new BroadcastChannel(storageKey(this.site));
		this.#channel.onmessage = ({ data }: MessageEvent<Partial<Message> | null>) => this.#receive(data as Message);
	}

	close(): void {
		this.#channel?.close();
		this.#channel = undefined;
	}

	tell(message: Message): void {
		this.#channel?.postMessage(message);
	}

	/** Whether another living document uses the tab ID, as after "Duplicate tab", which copies sessionStorage. */
	isTaken(tab: string): Promise<boolean> {
		if (!this.#channel) return Promise.resolve(false);
		return new Promise((resolve) => {
			const timer = setTimeout(() => resolve(false), PROBE_MS);
			this.#taken = () => {
				clearTimeout(timer);
				resolve(true);
			};
			this.tell({ type: "probe", tab, from: this.#document });
		});
	}

	#receive(message: Message): void {
		switch (message?.type) {
			case "ask": {
				const room = this.hooks.room();
				if (room) this.tell({ type: "room", ...room });
				break;
			}
			case "probe":
				if (message.tab === this.hooks.tab()) this.tell({ type: "taken", tab: message.tab, to: message.from });
				break;
			case "taken":
				if (message.to === this.#document) this.#taken?.();
				break;
			case "pause":
				this.hooks.paused(message.paused === true);
				break;
			case "share":
				this.hooks.shared(message.shared === true);
				break;
			case "end":
				this.hooks.ended();
				break;
		}
	}
}
