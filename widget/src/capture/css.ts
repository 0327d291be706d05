/** What the style sheets of a page select by: only that tells anything about how it looks, so only that may leave. */

import { IDENT, STRING, unescaped, unquote } from "./csstext.ts";

const SELECTED = new RegExp(
	String.raw`([.#]|:state\(\s*|::highlight\(\s*)(${IDENT})|\[\s*(?:[\w*]*\|)?(${IDENT})\s*(?:([~|^$*]?=)\s*(${STRING}|${IDENT})\s*[isIS]?\s*)?\]`,
	"g",
);

/** Comments, strings, and values in which anybody's words may be. */
const BARE = new RegExp(String.raw`\/\*[^]*?\*\/|${STRING}|(?<=[;{}\s](?:--[-\w]+|font(?:-family)?)\s*:)[^;{}]*`, "g");

/** So many texts wait for somebody to ask. */
const MAX_UNREAD = 500;
/** A name, or a part of one that holds escapes. */
const WORD = /[-\w\u0080-\uffff]+/g;

type Test = { operator: string; value: string };

/**
 * The class tokens, IDs and attributes that some style sheet selects by, and the names that it uses. Grows; reading more
 * than selectors (colours, file names) does no harm.
 */
export class Selected {
	readonly states = new Set<string>();
	readonly highlights = new Set<string>();
	readonly #classes = new Set<string>();
	readonly #ids = new Set<string>();
	readonly #attributes = new Map<string, Map<string, Test>>();
	/** Attributes whose text a sheet shows by attr(). */
	readonly #shown = new Set<string>();
	/** The texts of which the words are not known yet: somebody must ask first. */
	#texts: string[] = [];
	readonly #words = new Set<string>();
	/** Selectors that match what a token learnt since the last `grown` may change. */
	#fresh: string[] = [];

	/** Takes note of the text of a sheet. */
	note(css: string): void {
		if (this.#texts.push(css) > MAX_UNREAD) this.mentions("");
	}

	/** Learns from a selector. */
	read(selector: string): void {
		for (const [, kind, token, attribute, operator, value] of selector.matchAll(SELECTED)) {
			if (token !== undefined) {
				const name = unescaped(token);
				if (kind === ".") this.#learn(this.#classes, name, ".");
				else if (kind === "#") this.readId(name);
				else (kind?.[1] === "s" ? this.states : this.highlights).add(name);
			} else if (attribute !== undefined) {
				const name = unescaped(attribute).toLowerCase();
				const test = { operator: operator ?? "", value: value === undefined ? "" : unquote(value) };
				const tests = this.#attributes.get(name) ?? new Map<string, Test>();
				const key = test.operator + test.value;
				if (tests.has(key)) continue;
				this.#attributes.set(name, tests.set(key, test));
				this.#fresh.push(`[${CSS.escape(name)}]`);
			}
		}
	}

	/** Learns an ID that a sheet refers to. */
	readId(id: string): void {
		this.#learn(this.#ids, id, "#");
	}

	/** Learns the name of an attribute that a sheet shows by attr(). */
	readShown(name: string): void {
		if (this.#shown.has(name)) return;
		this.#shown.add(name);
		this.#fresh.push(`[${CSS.escape(name)}]`);
	}

	#learn(known: Set<string>, name: string, kind: string): void {
		if (known.has(name)) return;
		known.add(name);
		this.#fresh.push(kind + CSS.escape(name));
	}

	/** The selectors learnt since the last call. */
	grown(): string[] {
		const fresh = this.#fresh;
		this.#fresh = [];
		return fresh;
	}

	/** How much was learnt. */
	get size(): number {
		return this.#classes.size + this.#ids.size + this.#attributes.size + this.#shown.size + this.#words.size;
	}

	id(id: string): boolean {
		return this.#ids.has(id);
	}

	/** Whether the code of the style sheets has the word: as the name of an element, of an animation, of a property. */
	mentions(word: string): boolean {
		for (const text of this.#texts) for (const [name] of text.replace(BARE, "").matchAll(WORD)) this.#words.add(name);
		this.#texts = [];
		return this.#words.has(word);
	}

	/** What may leave of a token of a class attribute: all of it, or the part that sheets ask for. */
	token(token: string): string {
		return this.#classes.has(token) ? token : asked(this.#attributes.get("class"), token).replace(/\s+/g, "");
	}

	/** Whether a sheet selects by an attribute, or shows it. */
	asks(name: string): boolean {
		return this.#attributes.has(name) || this.#shown.has(name);
	}

	shows(name: string): boolean {
		return this.#shown.has(name);
	}

	/** The part of an attribute's value that sheets ask for, in their own words; undefined if none asks for any. */
	attribute(name: string, value: string): string | undefined {
		const tests = this.#attributes.get(name);
		return tests && asked(tests, value);
	}
}

function asked(tests: ReadonlyMap<string, Test> | undefined, value: string): string {
	let start = "";
	let middle = "";
	let end = "";
	for (const { operator, value: words } of tests?.values() ?? []) {
		const word = words.trim();
		if (operator === "=" && words === value) return words;
		if (!word) continue;
		if (operator === "|=" && (word === value || value.startsWith(`${word}-`))) start = `${word}-`;
		// A word with a space before it is a token's start, when it is a class that is asked about.
		const starts = operator === "^=" || (operator === "*=" && words !== word);
		if (starts && value.startsWith(word) && word.length > start.length) start = word;
		if (operator === "$=" && value.endsWith(word) && word.length > end.length) end = word;
		if (operator === "*=" && value.includes(words)) middle += words;
		if (operator === "~=" && value.split(/\s+/).includes(word)) middle += ` ${word} `;
	}
	return start + middle + end;
}
