import type { Page } from "../../../wire/wire.ts";
import { watchPage } from "./page.ts";

/** Tells each change of the page once, from the first connection to the end of the session. */
export class Teller {
	#unwatch: (() => void) | undefined;
	#told = "";

	constructor(
		private readonly describe: () => Page,
		private readonly tell: (page: Page) => void,
	) {}

	/** Over a new connection whatever comes is news. */
	start(): void {
		this.#told = "";
		this.#unwatch ??= watchPage(() => this.#look());
	}

	stop(): void {
		this.#unwatch?.();
		this.#unwatch = undefined;
	}

	#look(): void {
		const page = this.describe();
		const key = JSON.stringify(page);
		if (key === this.#told) return;
		this.#told = key;
		this.tell(page);
	}
}
