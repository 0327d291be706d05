/** A place where data can sit, and what a page has to do so that a canary sits there. */
import type { Nature } from "./promise.ts";

/** What not every browser or its driver can do. */
export type Need = "clipboard" | "drag" | "highlights" | "states" | "userModify" | "editContext" | "canvasPictures";

/**
 * In `html` and scripts `CANARY` stands for the text that is planted and `UNIQUE` for a name that no other plant has. In
 * scripts `at` is the element around the plant's markup and `el` that markup's first element.
 *
 * A place without `act`, `later` and `keys` is planted twice: as the page is loaded and, with another canary, into the
 * page while it is watched. One with `set` is planted a third time, by setting the attribute meanwhile.
 */
export type Place = {
	/** In words; each only once. */
	at: string;
	nature: Nature;
	html?: string;
	/** Runs once the markup is there, before anybody watches. */
	setup?: string;
	/** Runs while the page is watched. */
	act?: string;
	/** Runs after what `act` changed was sent. */
	later?: string;
	/** The attribute of the element with `data-at` that holds the canary. */
	set?: { name: string; value: string };
	/** An expression for what gets the focus before the canary comes by the visitor's own hands: half, and later half. */
	keys?: string;
	/** How it comes; by typing, if nothing is said. */
	by?: "typing" | "paste" | "drop";
	/** What the canary looks like; a word, if nothing is said. */
	kind?: "word" | "number" | "date" | "card" | "picture";
	/** A place of the document itself: it is planted only where nothing is marked around the others. */
	page?: boolean;
	/** Stands in the document's head, for such a place. */
	head?: string;
	/** Stands at the end of the document's address, for such a place. */
	location?: string;
	needs?: Need;
	/** Why it still leaks. Such a row fails once it does no longer. */
	known?: string;
};

/** The names of attributes, all on the same markup in turn, where `ATTRIBUTE` stands for one. */
export const on = (html: string, nature: Nature, names: string, value = "CANARY"): Place[] =>
	names
		.trim()
		.split(/\s+/)
		.map((name) => ({
			at: `${name} of ${html.replace("ATTRIBUTE", "…").replace(/\s*\n\s*/g, "")}${value === "CANARY" ? "" : ` as ${value}`}`,
			nature,
			html,
			set: { name, value },
		}));

/** Places that are markup alone. */
export const markup = (nature: Nature, rows: Readonly<Record<string, string>>): Place[] =>
	Object.entries(rows).map(([at, html]) => ({ at, nature, html }));

/** The same element, changed by a script while the page is watched. */
export const changed = (nature: Nature, html: string, rows: Readonly<Record<string, string>>): Place[] =>
	Object.entries(rows).map(([at, act]) => ({ at, nature, html, act }));
