/**
 * Rewriting style text so that no live URL, comment or hidden string is left in it. A text is read once, into literal
 * pieces and the holes between them; what may fill a hole is decided when the text is sent.
 *
 * Cut as CSS Syntax 3 cuts it (§4, §5), so that what we take for a string is what the browser takes for one. Where the
 * property that a string belongs to is not certain, the string is treated as text of the page.
 */

import type { Selected } from "./css.ts";

const NAME = String.raw`[-\w\u0080-\uffff]`;
const ESCAPE = String.raw`\\(?:[\da-fA-F]{1,6}(?:\r\n|\s)?|[^\n\r\f\da-fA-F])`;
export const IDENT = `(?:${NAME}|${ESCAPE})+`;
const stringOf = (quote: string): string =>
	String.raw`${quote}[^${quote}\\\n\r\f]*(?:\\(?:\r\n|[\s\S])[^${quote}\\\n\r\f]*)*`;
export const STRING = `${stringOf('"')}"?|${stringOf("'")}'?`;

export const unescaped = (text: string): string =>
	text.includes("\\")
		? text.replace(/\\(?:([\da-fA-F]{1,6})(?:\r\n|\s)?|(\r\n|[\n\r\f]|$)|([\s\S]))/g, (_, code, newline, character) => {
				if (!code) return newline === undefined ? character : "";
				const point = Number.parseInt(code, 16);
				return String.fromCodePoint(point && point <= 0x10ffff ? point : 0xfffd);
			})
		: text;
export const unquote = (text: string): string =>
	unescaped(/^["']/.test(text) ? text.slice(1, text.at(-1) === text[0] ? -1 : undefined) : text);
/** A CSS string. What could end it or mean something in it is escaped. */
const quote = (text: string): string =>
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they cannot stand in a string as they are
	`"${text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => `\\${character.charCodeAt(0).toString(16)} `)}"`;

export type CssRewriting = {
	/**
	 * What stands for a URL, as it was written: `asset:…`, `#…`, or "" for nothing. The selector is without
	 * pseudo-elements, and "" if it cannot be told; `font`: the URL is that of a font.
	 */
	url(url: string, selector: string, font: boolean): string;
	/** What stands for a string that the page shows, or may show. */
	shown(text: string, selector: string): string;
	/** What stands for a string that is a name, under its property; under "" it is one that is selected by. */
	named?(text: string, property: string): string;
	/** What stands for the value of a custom property, between its strings. */
	custom?(text: string): string;
	/** The text that stands for the n-th @import. */
	imported?(n: number): string;
};

/** A URL as such, one inside a function's string, a shown string, a name, a part of a custom property, an @import. */
type Hole = "url" | "address" | "shown" | "named" | "custom" | "import";

/** A text that was read: literal pieces with one hole between each two. */
export type StyleText = {
	pieces: string[];
	/** With the property of the declaration, and the selector of its rule. */
	holes: { kind: Hole; text: string; property: string; selector: string }[];
	/** How many rules it has, as the object model counts them where all of them are valid. */
	rules: number;
};

/** What takes several steps, at once. */
export function whole<T>(steps: Iterator<void, T>): T {
	for (;;) {
		const { done, value } = steps.next();
		if (done) return value;
	}
}

/** Writes style text: every URL and every string as it is told, no comments. Yields each time it is late. */
export function* writeCss(
	{ pieces, holes }: StyleText,
	{ url, shown, named, custom, imported }: CssRewriting,
	late?: () => boolean,
): Generator<void, string> {
	let out = pieces[0] ?? "";
	for (const [i, { kind, text, property, selector }] of holes.entries()) {
		const address = () => quote(url(text, selector, property === "src"));
		if (kind === "url") out += `url(${address()})`;
		else if (kind === "address") out += address();
		else if (kind === "shown") out += quote(shown(text, selector));
		else if (kind === "named") out += quote(named ? named(text, property) : text);
		else if (kind === "custom") out += custom ? custom(text) : text;
		else out += imported?.(Number(text)) ?? "";
		out += pieces[i + 1];
		if (late && (i + 1) % HOLES_PER_LOOK === 0 && late()) yield;
	}
	return out;
}

/** Rewrites style text, or the declarations of a `style` attribute. */
export function rewriteCss(css: string, rewriting: CssRewriting): string {
	return whole(writeCss(readCss(css), rewriting));
}

/** Reads a text at once; what it selects by goes into `selected`. */
export function readCss(css: string, selected?: Selected): StyleText {
	const reader = new CssReader(css, selected);
	reader.read();
	return reader;
}

/** The clock is looked at after so many holes. */
const HOLES_PER_LOOK = 64;
/** A string this short is an icon, a quote or a bullet. */
const ICON_LENGTH = 2;
/** Functions whose strings are URLs. */
const URL_FUNCTION = /^(url|src|(-webkit-)?image-set|image|-webkit-cross-fade|cross-fade)$/;
/** Properties and descriptors whose strings name things of the sheet or the system, and are shown nowhere. */
const NAMING = /^(-webkit-)?(font|grid|src$|syntax$|animation|clip-path$|offset-path$|shape-outside$|d$)/;
/** A value of a custom property that can be no text. */
const PLAIN = /^[\s:]*(#[\da-f]{3,8}|[-\d.]{1,8}(px|r?em|%|m?s|deg)?)?\s*$/i;
/** Deeper in blocks, what is selected counts as unknown. */
const MAX_NESTING = 16;
const TRANSPARENT = /^@(media|supports|layer|container|starting-style)\b/i;
/** What a selector says beyond which elements it can ever match. */
const PSEUDO =
	/(^|[\s>+~,(])?(::[-\w]+(?:\([^)]*\))?|:(?:before|after|first-line|first-letter|hover|active|focus(?:-visible|-within)?|target|checked|open|visited)\b)/g;
const COMMENT = /\/\*[\s\S]*?(?:\*\/|$)/g;

const sticky = (source: string): RegExp => new RegExp(source, "y");
const REST = {
	"/": sticky(String.raw`\/\*[\s\S]*?(?:\*\/|$)`),
	'"': sticky(`${stringOf('"')}(?:(")|\\\\$)?`),
	"'": sticky(`${stringOf("'")}(?:(')|\\\\$)?`),
	"\\": sticky(`(?:${ESCAPE}${NAME}*)+`),
	url: sticky(
		String.raw`\s*([^"'()\\\s\u0000-\u0008\u000e-\u001f\u007f]*(?:${ESCAPE}[^"'()\\\s\u0000-\u0008\u000e-\u001f\u007f]*)*)\s*(?:\)|$)`,
	),
	bad: sticky(String.raw`[^)\\]*(?:\\[\s\S][^)\\]*)*\\?\)?`),
	quoted: sticky(String.raw`\s*["']`),
	name: sticky(String.raw`\s*(${IDENT})`),
};
const SPECIAL = new Uint8Array(128);
for (const character of "\"'/\\(){}[];") SPECIAL[character.charCodeAt(0)] = 1;

/** A stretch of a statement that must not leave as it is. */
type Mark = {
	start: number;
	end: number;
	kind: "comment" | "string" | "url" | "bad";
	text: string;
	within: string;
};

/** Reads a text, in as many steps as are wanted. */
export class CssReader implements StyleText {
	readonly pieces: string[] = [""];
	readonly holes: StyleText["holes"] = [];
	rules = 0;
	/** Whether all of the text was read. */
	done = false;
	readonly #css: string;
	readonly #selected: Selected | undefined;
	readonly #isSheet: boolean;
	#at = 0;
	/** Up to where the text has gone into pieces. */
	#written = 0;
	/** The statement that is being read: where it began, what is in it, the brackets open in it. */
	#start = 0;
	#marks: Mark[] = [];
	#open: string[] = [];
	/** The preludes of the blocks that are open, as offsets. */
	#blocks: [start: number, end: number][] = [];
	/** Imports so far; undefined: a rule came that none may follow. */
	#imports: number | undefined = 0;

	/** isSheet: declarations that no rule holds are none. */
	constructor(css: string, selected?: Selected, isSheet = false) {
		this.#css = css;
		this.#isSheet = isSheet;
		this.#selected = selected;
		selected?.note(css);
	}

	/** Reads on, about so much of the text. */
	read(some = Number.POSITIVE_INFINITY): void {
		if (this.done) return;
		const css = this.#css;
		const until = this.#at + some;
		const { length } = css;
		for (let at = this.#at; at < length; at++) {
			const code = css.charCodeAt(at);
			if (code > 127 || SPECIAL[code] === 0) continue;
			this.#at = at;
			if (at > until) return;
			this.#special(css[at] as string);
			at = this.#at;
		}
		this.#at = length;
		const open = this.#open.reverse().map((bracket) => (bracket === "{" ? "}" : bracket === "[" ? "]" : ")"));
		this.#end("");
		// What is left open is closed, so that nothing put after the text gets into it.
		this.#write(length, length, open.join("") + "}".repeat(this.#blocks.length));
		this.done = true;
	}

	#special(sign: string): void {
		const at = this.#at;
		const open = this.#open;
		if (sign === "(") this.#function(at, at - this.#nameBefore(at).length);
		else if (sign === "[") open.push(sign);
		else if (sign === ")" || sign === "]") {
			if (open.at(-1) === "[" ? sign === "]" : sign === ")" && open.at(-1) !== "{") open.pop();
		} else if (sign === '"' || sign === "'") {
			const found = this.#match(REST[sign], at);
			const raw = found?.[0] ?? sign;
			const kind = found?.[1] || at + raw.length >= this.#css.length ? "string" : "bad";
			this.#mark(kind, at, at + raw.length, kind === "bad" ? "" : unquote(raw));
		} else if (sign === "/") {
			const comment = this.#match(REST["/"], at);
			if (comment) this.#mark("comment", at, at + comment[0].length, "");
		} else if (sign === "\\") {
			const found = this.#match(REST["\\"], at);
			if (!found) return;
			const from = at - this.#nameBefore(at).length;
			const end = at + found[0].length;
			this.#at = end - 1;
			if (this.#css[end] === "(") this.#function(end, from);
		} else if (open.length > 0) {
			if (sign === "{") open.push(sign);
			else if (sign === "}" && open.at(-1) === "{") open.pop();
		} else if (sign === "{" && this.#isCustom()) open.push(sign);
		else this.#end(sign);
	}

	/** A "(" after a name that begins at an offset, or after none. */
	#function(at: number, start: number): void {
		const name = unescaped(this.#css.slice(start, at)).toLowerCase();
		this.#at = at;
		this.#open.push(name);
		if (name === "attr") {
			const shown = this.#match(REST.name, at + 1)?.[1];
			if (shown) this.#selected?.readShown(unescaped(shown).toLowerCase());
		}
		if (name !== "url" || this.#match(REST.quoted, at + 1)) return;
		this.#open.pop();
		const good = this.#match(REST.url, at + 1);
		const rest = good ?? this.#match(REST.bad, at + 1);
		this.#mark(good ? "url" : "bad", start, at + 1 + (rest?.[0].length ?? 0), unescaped(good?.[1] ?? ""));
	}

	#mark(kind: Mark["kind"], start: number, end: number, text: string): void {
		this.#marks.push({ kind, start, end, text, within: this.#open.at(-1) ?? "" });
		this.#at = end - 1;
	}

	#match(pattern: RegExp, at: number): RegExpExecArray | null {
		pattern.lastIndex = at;
		return pattern.exec(this.#css);
	}

	#nameBefore(end: number): string {
		let start = end;
		for (; start > this.#start; start--) {
			const code = this.#css.charCodeAt(start - 1);
			if (code < 128 && !/[-\w]/.test(this.#css[start - 1] as string)) break;
		}
		return this.#css.slice(start, end);
	}

	/** Where the statement begins, behind white space and comments. */
	#head(): number {
		let at = this.#start;
		for (const { kind, start, end } of this.#marks) {
			if (kind !== "comment" || /\S/.test(this.#css.slice(at, start))) break;
			at = end;
		}
		while (at < this.#at && this.#css.charCodeAt(at) <= 32) at++;
		return at;
	}

	#isCustom(): boolean {
		const head = this.#head();
		return this.#css.startsWith("--", head) && /^--[^\s:{]*\s*:/.test(this.#css.slice(head, head + 300));
	}

	/** Ends a statement at a ";", "{", "}" or the end of the text. */
	#end(sign: string): void {
		const at = this.#at;
		const head = this.#head();
		const isAt = this.#css[head] === "@";
		const top = this.#blocks.length === 0;
		if (sign === "{") {
			const prelude = this.#css.slice(head, at);
			if (!isAt || /^@scope/i.test(prelude)) this.#selected?.read(prelude);
			this.#render(isAt ? (/^@(-webkit-)?keyframes/i.test(prelude) ? "animation" : "@") : "", head);
			this.#blocks.push([head, at]);
			if (top) {
				this.rules++;
				this.#imports = undefined;
			}
		} else {
			// What follows a sheet's last rule is no style: nobody can say what it is.
			if (this.#isSheet && top && !sign && !isAt) this.#write(this.#start, at, "");
			else if (isAt) this.#atStatement(head, top, sign);
			else if (this.#marks.length || this.#css.startsWith("--", head)) this.#declaration(head);
			if (sign === "}") this.#blocks.pop();
		}
		this.#start = at + 1;
		this.#marks = [];
		this.#open = [];
	}

	#atStatement(head: number, top: boolean, sign: string): void {
		const at = this.#at;
		const name = /^@([-\w]*)/.exec(this.#css.slice(head, head + 20))?.[1]?.toLowerCase();
		if (name === "import" || name === "charset") {
			this.#write(this.#start, at + (sign === ";" ? 1 : 0), "");
			if (name === "charset" || !top || this.#imports === undefined) return;
			this.#hole("import", String(this.#imports++));
		} else {
			this.#render("@", head);
			if (name !== "layer") this.#imports = undefined;
		}
		if (top) this.rules++;
	}

	#declaration(head: number): void {
		const name = /^(--)?[-\w]+(?=\s*:)/.exec(this.#css.slice(head, Math.min(head + 100, this.#at)))?.[0] ?? "";
		// A name that is too strange to be read is treated as that of a custom property.
		if (!name || name.startsWith("--")) this.#render("--", head + name.length);
		else this.#render(name.toLowerCase(), head);
	}

	/** Writes a statement: of a selector (""), an at-rule ("@"), a custom property ("--") or another property. */
	#render(what: string, head: number): void {
		let at = head;
		for (const mark of this.#marks) {
			const { kind, start, end, text, within } = mark;
			if (what === "--") this.#custom(at, start);
			at = end;
			if (kind === "comment") {
				const apart = /[\s{};:,]/;
				const alone = start === 0 || apart.test(this.#css[start - 1] as string) || apart.test(this.#css[end] ?? " ");
				this.#write(start, end, alone ? "" : "/**/");
			} else if (kind === "bad") this.#write(start, end, '"\n');
			else if (what === "@") {
				this.#write(start, end, '""');
			} else if (kind === "url") this.#url("url", mark, what);
			else if (URL_FUNCTION.test(within)) this.#url("address", mark, what);
			else if ([...text].length <= ICON_LENGTH) continue;
			else if (what === "" && (within === "[" || within === "lang")) this.#hole("named", text, start, end);
			else this.#hole(NAMING.test(what) ? "named" : "shown", text, start, end, what);
		}
		if (what === "--") this.#custom(at, this.#at);
	}

	#url(kind: "url" | "address", { start, end, text }: Mark, what: string): void {
		if (text.startsWith("#")) this.#selected?.readId(text.slice(1));
		this.#hole(kind, text, start, end, what);
	}

	/** A part of a custom property's value. */
	#custom(from: number, to: number): void {
		const text = this.#css.slice(from, to);
		if (!PLAIN.test(text)) this.#hole("custom", text, from, to);
	}

	/** Leaves a hole for a stretch of the text, or where it was left off. */
	#hole(kind: Hole, text: string, start = this.#written, end = start, property = ""): void {
		this.#write(start, end, "");
		const selector = kind === "custom" || kind === "import" ? "" : this.#selector();
		this.holes.push({ kind, text, property, selector });
		this.pieces.push("");
	}

	/** Writes what comes before a stretch, and something else in its place. */
	#write(start: number, end: number, instead: string): void {
		this.pieces[this.pieces.length - 1] += this.#css.slice(this.#written, start) + instead;
		this.#written = end;
	}

	/** What the rule that is being read selects; "" if that cannot be told. */
	#selector(): string {
		if (this.#blocks.length > MAX_NESTING) return "";
		let all = "";
		for (const [start, end] of this.#blocks) {
			const prelude = this.#css.slice(start, end).replace(COMMENT, " ").trim();
			if (TRANSPARENT.test(prelude)) continue;
			if (/^@|::(slotted|part)|:host\S*\s/.test(prelude)) return "";
			const own = prelude.replace(PSEUDO, (_, before?: string) => (before === undefined ? "" : `${before}*`)) || "*";
			if (!all) all = own;
			else
				all = own.includes("&")
					? own.replaceAll("&", `:is(${all})`)
					: `:is(${all}) ${own.includes(",") ? `:is(${own})` : own}`;
		}
		return all;
	}
}
