/** What the style sheets of a page select by: only that tells anything about how it looks, so only that may leave. */

import { unescaped, unquote } from "./csstext.ts";

const IDENT = String.raw`-?(?:[_a-zA-Z\u0080-\uffff-]|\\[^\n])(?:[\w\u0080-\uffff-]|\\[0-9a-fA-F]{1,6}\s?|\\[^\n])*`;
const STRING = String.raw`"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?`;

const SELECTED = new RegExp(
	String.raw`([.#])(${IDENT})|\[\s*(?:[\w*]*\|)?(${IDENT})\s*(?:([~|^$*]?=)\s*(${STRING}|${IDENT}|[\w-]+))?\s*[isIS]?\s*\]|\battr\(\s*(${IDENT})`,
	"g",
);

/** Comments, strings, and the values of custom properties. */
const BARE = new RegExp(String.raw`\/\*[^]*?\*\/|${STRING}|(?<=[;{}\s]--[-\w]+\s*:)[^;{}]*`, "g");

type Test = { operator: string; value: string };

/**
 * The class tokens, IDs and attributes that some style sheet selects by, and the names that it uses. Grows; reading more
 * than selectors (colours, file names) does no harm.
 */
export class Selected {
	readonly #classes = new Set<string>();
	readonly #ids = new Set<string>();
	readonly #attributes = new Map<string, Test[]>();
	/** Attributes whose text a sheet shows by attr(). */
	readonly #shown = new Set<string>();
	/** What was read; as soon as somebody asks, without strings and the values of custom properties. */
	#texts: string[] = [];
	#code = "";
	readonly #mentions = new Map<string, boolean>();
	/** Selectors that match what a token learnt since the last `grown` may change. */
	#fresh: string[] = [];

	read(css: string): void {
		for (const [, kind, token, attribute, operator, value, shown] of css.matchAll(SELECTED)) {
			if (token !== undefined) {
				const known = kind === "." ? this.#classes : this.#ids;
				const name = unescaped(token);
				if (known.has(name)) continue;
				known.add(name);
				this.#fresh.push(kind + CSS.escape(name));
			} else if (attribute !== undefined) {
				const name = unescaped(attribute).toLowerCase();
				const test = { operator: operator ?? "", value: value === undefined ? "" : unquote(value) };
				const tests = this.#attributes.get(name) ?? [];
				if (tests.some((t) => t.operator === test.operator && t.value === test.value)) continue;
				tests.push(test);
				this.#attributes.set(name, tests);
				this.#fresh.push(`[${CSS.escape(name)}]`);
			} else if (shown !== undefined && !this.#shown.has(shown.toLowerCase())) {
				this.#shown.add(shown.toLowerCase());
				this.#fresh.push(`[${CSS.escape(shown)}]`);
			}
		}
	}

	/** The selectors learnt since the last call. */
	grown(): string[] {
		const fresh = this.#fresh;
		this.#fresh = [];
		return fresh;
	}

	id(id: string): boolean {
		return this.#ids.has(id);
	}

	/** Whether the code of the style sheets has the word: as the name of an element, of an animation, of a property. */
	mentions(word: string): boolean {
		if (this.#texts.length) {
			this.#code += this.#texts.map((text) => ` ${text.replace(BARE, "")}`).join("");
			this.#texts = [];
			this.#mentions.clear();
		}
		let mentioned = this.#mentions.get(word);
		if (mentioned === undefined) {
			const whole = new RegExp(`(?<![-\\w])${word.replace(/\W/g, "\\$&")}(?![-\\w])`);
			mentioned = whole.test(this.#code);
			if (this.#mentions.size < 5000) this.#mentions.set(word, mentioned);
		}
		return mentioned;
	}

	/** What may leave of a token of a class attribute: all of it, or the part that sheets ask for. */
	token(token: string): string {
		return this.#classes.has(token) ? token : asked(this.#attributes.get("class") ?? [], token).replace(/\s+/g, "");
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

function asked(tests: readonly Test[], value: string): string {
	let start = "";
	let middle = "";
	let end = "";
	for (const { operator, value: words } of tests) {
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
