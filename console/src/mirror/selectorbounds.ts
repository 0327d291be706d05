/**
 * Bounds what it costs to match a selector. Browsers give up early where a chain of combinators fails, but a selector in a
 * selector (`:is`, `:not`, `:has`, or `&` for the rule around) is searched for anew at each place of the outer one: with
 * each level as many times as long as the page is deep.
 */

import type { Token } from "./styletokens.ts";

/** Selects nothing, in place of a selector that is beyond a bound. */
export const NOTHING = ":not(*)";

/** Levels of selectors in selectors that search ancestors or siblings, beyond the outermost. */
export const MAX_SEARCHES = 1;
/** How often the rules around a nested rule may be asked for one element, all levels multiplied. */
export const MAX_PARENT_MATCHES = 4_096;
/** Tokens of one selector of a list. */
export const MAX_SELECTOR_TOKENS = 400;
/** Of a sheet, those that look beyond one element for each of a page's. */
export const MAX_SEARCHING_HAS = 64;
/** Of a sheet, all. */
export const MAX_HAS = 2_000;

/** Of a rule, for those nested in it. */
export type Nest = {
	/** How often it and the rules around are asked for one element. */
	matches: number;
	/** Searches within each other. */
	searches: number;
	isSearching: boolean;
};

export const OUTERMOST: Nest = { matches: 1, searches: 0, isSearching: false };
/** In a nested rule of which nothing is known. */
export const UNKNOWN: Nest = { matches: MAX_PARENT_MATCHES, searches: MAX_SEARCHES, isSearching: true };

const COMBINATORS = ",>+~";
const opens = ({ kind, raw }: Token): boolean => kind === "function" || "([{".includes(raw);
const closes = ({ raw }: Token): boolean => ")]}".includes(raw);

/** Whether a token, with what stands around it, is a combinator that may be tried at more than one place. */
function searches(list: readonly Token[], i: number): boolean {
	const token = list[i] as Token;
	if (token.raw === "~") return list[i + 1]?.raw !== "=";
	if (token.kind !== "space") return false;
	const [before, after] = [list[i - 1], list[i + 1]];
	if (!before || !after) return false;
	return !(COMBINATORS.includes(before.raw) || opens(before) || COMBINATORS.includes(after.raw) || closes(after));
}

type Level = { own: number; inner: number };

/** What a list of selectors is for the rules in it; undefined if it is beyond a bound. */
export function nestOf(list: readonly Token[], around: Nest): Nest | undefined {
	let selectors = 1;
	let tokens = 0;
	let ampersands = 0;
	/** The selector and the brackets that are open in it: how many searches stand in each other there. */
	const open: Level[] = [{ own: 0, inner: 0 }];
	for (const [i, token] of list.entries()) {
		if (++tokens > MAX_SELECTOR_TOKENS) return undefined;
		const level = open.at(-1) as Level;
		if (token.raw === "&") ampersands++;
		if (opens(token)) open.push({ own: 0, inner: 0 });
		else if (closes(token) && open.length > 1) {
			open.pop();
			const outer = open.at(-1) as Level;
			outer.inner = Math.max(outer.inner, level.inner + level.own);
		} else if (open.length === 1 && token.raw === ",") {
			selectors++;
			tokens = 0;
		} else if (searches(list, i)) level.own = 1;
	}
	// What is not closed in a selector makes it invalid.
	if (open.length > 1) return undefined;
	const [{ own, inner }] = open as [Level];
	const isNested = around !== OUTERMOST;
	const first = list.find(({ kind }) => kind !== "space")?.raw ?? "";
	const isSearching = own > 0 || (isNested && ampersands === 0 && !">+".includes(first));
	const nest = {
		matches: around.matches * (selectors + Math.max(0, ampersands - 1)),
		searches: around.searches + (around.isSearching && isSearching ? 1 : 0),
		isSearching: isSearching || (ampersands > 0 && around.isSearching),
	};
	if (isNested && nest.matches > MAX_PARENT_MATCHES) return undefined;
	return nest.searches + inner > MAX_SEARCHES ? undefined : nest;
}

/** What a sheet has left of `:has`. */
export class HasBudget {
	#searching = MAX_SEARCHING_HAS;
	#all = MAX_HAS;

	allows(list: readonly Token[]): boolean {
		for (const [i, { kind, value }] of list.entries()) {
			if (kind !== "function" || value.toLowerCase() !== "has") continue;
			const end = list.findIndex((token, at) => at > i && closes(token));
			const isSearching = list.slice(i, end).some((token, at) => token.raw === "~" || searches(list, i + at));
			if (--this.#all < 0 || (isSearching && --this.#searching < 0)) return false;
		}
		return true;
	}
}
