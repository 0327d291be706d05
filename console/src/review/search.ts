/** The list of sessions as far as it was fetched. */
import { getSessions, type Query, SESSIONS_PAGE, type SessionRow } from "../api/review.ts";
import { Cell } from "../state/cell.ts";
import { problemText } from "../ui/problem.ts";

export type Found = {
	rows: readonly SessionRow[];
	/** Where the list goes on; "" at its end. */
	next: string;
	fetching: boolean;
	problem: string;
};

/**
 * One question to the history. Looking for words, the server reads a limited part of the history per call and may find
 * little in it: the search then goes on by itself until a page is full or somebody stops it.
 */
export class Search {
	readonly found = new Cell<Found>({ rows: [], next: "", fetching: true, problem: "" });
	readonly #asked: Query;
	/** The run that may still change what was found; another number ends it. */
	#run = 0;

	constructor(asked: Query) {
		this.#asked = asked;
	}

	/** Fetches the next page. */
	async more(): Promise<void> {
		this.#run++;
		const run = this.#run;
		const most = this.found.value.rows.length + SESSIONS_PAGE;
		this.#set({ fetching: true, problem: "" });
		try {
			do {
				const { items, next } = await getSessions(this.#asked, this.found.value.next);
				if (run !== this.#run) return;
				this.#set({ rows: [...this.found.value.rows, ...items], next });
			} while (this.#asked.q && this.found.value.next && this.found.value.rows.length < most);
			this.#set({ fetching: false });
		} catch (error) {
			if (run === this.#run) this.#set({ fetching: false, problem: problemText(error) });
		}
	}

	/** Leaves it at what was found so far. */
	stop(): void {
		this.#run++;
		this.#set({ fetching: false });
	}

	#set(change: Partial<Found>): void {
		this.found.set({ ...this.found.value, ...change });
	}
}
