/**
 * Rewrites style text so that it loads nothing but our own copies and so that states the visitor's page is in
 * (hover, focus…) come from attributes that the mirror sets. What is not understood is neutralised, never passed on.
 */

import { HasBudget, type Nest, NOTHING, nestOf, OUTERMOST } from "./selectorbounds.ts";
import { type Token, tokens } from "./styletokens.ts";

/** Gives the URL of our copy of a resource; undefined while there is none. */
export type Lookup = (ref: string) => string | undefined;

/** Selectors that stand for states; both sides have the specificity of a class. */
const STATE_SELECTORS: Readonly<Record<string, string>> = {
	hover: "[alongside-hover]",
	active: "[alongside-active]",
	focus: "[alongside-focus]",
	"focus-visible": "[alongside-focus-visible]",
	"focus-within": "[alongside-focus-within]",
	fullscreen: "[alongside-fullscreen]",
	target: "[alongside-target]",
	defined: ":not([alongside-undefined])",
	link: ":any-link",
	visited: ":not(*)",
};

const ASSET = /^asset:([0-9a-f]{32})$/;
const PREFERENCE = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi;
const [TRUE, FALSE] = ["(min-width:0)", "(max-width:0)"];
/** A root that goes along with either preference (CSS Color Adjust 1 §2.2). */
const BOTH_SCHEMES = /^(\s*color-scheme\s*:)(?=[^;]*\blight\b)(?=[^;]*\bdark\b)[^;!]*/i;
const FRAGMENT = /^#[^\s"'()\\<>]*$/;
/** Loads nothing and shows nothing. */
const NO_URL = "data:,";
/** Keeps a declaration from being valid. */
const INVALID = "alongside-invalid";
/** Stands in for a dropped at-rule, so that the indexes of the other rules stay as they were. */
const EMPTY_RULE = "@media not all{}";
/** At-rules that load, or that change what the text after them means. */
const DROPPED_RULES = new Set(["import", "namespace", "document", "-moz-document"]);
/** Functions whose strings are URLs. */
const URL_FUNCTIONS = new Set(["url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "url-prefix"]);
/** Functions of URL_FUNCTIONS for which `url()` can stand instead of a string. */
const IMAGE_SETS = new Set(["image-set", "-webkit-image-set"]);
/** What may stand inside a function of URL_FUNCTIONS: nothing that could bring a string from elsewhere. */
const PLAIN_FUNCTIONS = new Set([
	...URL_FUNCTIONS,
	...["type", "format", "calc", "rgb", "rgba", "hsl", "hsla", "oklch", "oklab"],
	...["linear-gradient", "radial-gradient", "conic-gradient"],
]);

/** How deep blocks may stand in each other: browsers descend into them by recursion. */
export const MAX_BLOCKS = 8;
/** How many brackets and functions may be open in a statement, and how many of them in a selector. */
export const MAX_OPEN = 32;
const MAX_OPEN_IN_SELECTOR = 8;

export const assetRef = (value: string): string | undefined => ASSET.exec(value)?.[1];
export const isFragment = (value: string): boolean => FRAGMENT.test(value);

/** Rewrites the text of a style sheet, or of one rule; dark: whether the visitor prefers dark colours. */
export function rewriteSheet(text: string, lookup: Lookup, dark = false, around?: Around): string {
	const steps = new Rewriter(dark, around).sheet(text);
	for (;;) {
		const { done, value } = steps.next();
		if (done) return fillURLs(value, lookup);
	}
}

/** Rewrites a sheet in steps, because one of 1 MB takes 100 ms; the URLs of our copies are still to be filled in. */
export const prepareSheet = (text: string, dark: boolean): Generator<void, string> => new Rewriter(dark).sheet(text);

/** Stands before a ref in prepared text, in which no other can be: style text has U+FFFD in place of U+0000. */
const SLOT = "\0";
const SLOTS = new RegExp(`${SLOT}([0-9a-f]{32})`, "g");

/** Fills URLs of our copies into prepared text. */
export const fillURLs = (text: string, lookup: Lookup): string =>
	text.includes(SLOT) ? text.replace(SLOTS, (_, ref: string) => quote(lookup(ref) ?? NO_URL)) : text;

/** The visitor's preference decides, not the agent's (Media Queries 5 §11.5). */
export const rewriteMedia = (text: string, dark: boolean): string =>
	text.replace(PREFERENCE, (_, scheme: string) => ((scheme.toLowerCase() === "dark") === dark ? TRUE : FALSE));

/** Rewrites a list of declarations, or a single value, as in a `style` attribute. */
export const rewriteDeclarations = (text: string, lookup: Lookup): string =>
	fillURLs(new Rewriter().declarations(text), lookup);

/** The declarations of a text that the browser has written, as name and value. */
export function splitDeclarations(text: string): [name: string, value: string][] {
	const declarations: [string, string][] = [];
	let depth = 0;
	let part = "";
	let name: string | undefined;
	for (const { kind, raw } of tokens(`${text};`)) {
		if (kind === "function" || "([{".includes(raw)) depth++;
		else if (")]}".includes(raw)) depth--;
		if (depth === 0 && raw === ";") {
			if (name !== undefined) declarations.push([name, part.trim()]);
			name = undefined;
			part = "";
		} else if (depth === 0 && raw === ":" && name === undefined) {
			name = part.trim();
			part = "";
		} else {
			part += raw;
		}
	}
	return declarations;
}

const TOKENS_A_STEP = 2_000;

/** What an inserted rule stands in: how many blocks, and what is said of the innermost. */
export type Around = { blocks: number; nest: Nest };

class Rewriter {
	readonly #dark: boolean;
	/** Of the blocks that are open, outermost first. */
	readonly #blocks: Nest[];
	/** The functions and brackets that are open, innermost last. */
	#open: string[] = [];
	readonly #has = new HasBudget();

	constructor(dark = false, around?: Around) {
		this.#dark = dark;
		this.#blocks = around ? new Array<Nest>(around.blocks).fill(around.nest) : [];
	}

	declarations(text: string): string {
		let out = "";
		for (const token of tokens(text)) {
			out += this.#value(token);
			if (this.#open.length > MAX_OPEN) return "";
		}
		return out;
	}

	/** A statement ends at ";", or at the "{" or "}" of a block; only one that ends at "{" begins with a selector. */
	*sheet(text: string): Generator<void, string> {
		let out = "";
		let count = 0;
		let statement = new Statement();
		let skippedBlocks = 0;
		for (const token of tokens(text)) {
			if (++count % TOKENS_A_STEP === 0) yield;
			if (skippedBlocks > 0) {
				skippedBlocks += token.raw === "{" ? 1 : token.raw === "}" ? -1 : 0;
			} else if (!statement.endsAt(token)) {
				statement.add(token);
			} else {
				if (token.raw === "{" && this.#blocks.length >= MAX_BLOCKS) statement.isRefused = true;
				out += this.#statement(statement, token.raw);
				if (statement.isDropped && token.raw === "{") skippedBlocks = 1;
				else if (token.raw === "}") this.#blocks.pop();
				statement = new Statement();
			}
		}
		return out + this.#statement(statement, "");
	}

	#statement(statement: Statement, end: string): string {
		this.#open = [];
		if (statement.isDropped) return end === "}" ? `${EMPTY_RULE}}` : EMPTY_RULE;
		const isSelector = end === "{" && (statement.atRule === undefined || statement.atRule === "scope");
		const around = this.#blocks.at(-1) ?? OUTERMOST;
		if (isSelector) {
			const nest = statement.deepest > MAX_OPEN_IN_SELECTOR ? undefined : nestOf(statement.tokens, around);
			const isBounded = nest !== undefined && this.#has.allows(statement.tokens);
			this.#blocks.push(nest ?? around);
			if (isBounded) return this.#selector(statement.tokens) + end;
			return statement.atRule === undefined ? NOTHING + end : `@scope(${NOTHING})${end}`;
		}
		if (end === "{") this.#blocks.push(around);
		let out = "";
		for (const token of statement.tokens) out += this.#value(token);
		if (statement.atRule === "media") out = rewriteMedia(out, this.#dark);
		else if (end !== "{") out = out.replace(BOTH_SCHEMES, `$1${this.#dark ? "dark" : "light"}`);
		return out + end;
	}

	/** State pseudo-classes are replaced, except behind a pseudo-element, which no attribute selector may follow. */
	#selector(statement: readonly Token[]): string {
		let out = "";
		let behindPseudoElement = false;
		for (let i = 0; i < statement.length; i++) {
			const token = statement[i] as Token;
			const following = statement[i + 1];
			const name = following?.value.toLowerCase() ?? "";
			if (token.kind === "space" || ",>+~(".includes(token.raw)) behindPseudoElement = false;
			if (token.raw === ":" && following?.raw === ":") {
				behindPseudoElement = true;
				out += "::";
				i++;
			} else if (token.raw !== ":" || behindPseudoElement) {
				out += this.#value(token);
			} else if (following?.kind === "word" && Object.hasOwn(STATE_SELECTORS, name)) {
				out += STATE_SELECTORS[name];
				i++;
			} else if (following?.kind === "function" && name === "state") {
				const argument = statement.slice(i + 2).find((part) => part.kind !== "space");
				out += `[alongside-state~=${quote(argument?.value ?? "")}]`;
				while (i < statement.length && statement[i]?.raw !== ")") i++;
			} else {
				out += ":";
			}
		}
		return out;
	}

	#value(token: Token): string {
		const around = this.#open.at(-1) ?? "";
		switch (token.kind) {
			case "bad":
				return INVALID;
			case "at":
				return DROPPED_RULES.has(token.value.toLowerCase()) ? `@${INVALID}` : token.raw;
			case "url":
				return `url(${this.#url(token.value)})`;
			case "string":
				if (!URL_FUNCTIONS.has(around)) return quote(token.value);
				return IMAGE_SETS.has(around) ? `url(${this.#url(token.value)})` : this.#url(token.value);
			case "function": {
				const name = token.value.toLowerCase();
				const isPlain = PLAIN_FUNCTIONS.has(name) || !this.#open.some((open) => URL_FUNCTIONS.has(open));
				this.#open.push(name);
				return isPlain ? token.raw : `${INVALID}(`;
			}
			case "other":
				if ("([{".includes(token.raw)) this.#open.push(token.raw);
				else if (")]}".includes(token.raw)) this.#open.pop();
				return token.raw;
			default:
				return token.raw;
		}
	}

	#url(value: string): string {
		const ref = assetRef(value);
		return ref === undefined ? quote(isFragment(value) ? value : NO_URL) : SLOT + ref;
	}
}

/** The tokens up to the ";", "{" or "}" that ends them. */
class Statement {
	readonly tokens: Token[] = [];
	/** The first two tokens that are no space. */
	readonly #head: Token[] = [];
	/** How many brackets are open, and the most that were. */
	#depth = 0;
	deepest = 0;
	/** Whether it stands too deep. */
	isRefused = false;

	endsAt(token: Token): boolean {
		return this.#depth === 0 && ";{}".includes(token.raw) && !(token.raw === "{" && this.#isCustomProperty);
	}

	add(token: Token): void {
		this.tokens.push(token);
		if (this.#head.length < 2 && token.kind !== "space") this.#head.push(token);
		if (token.kind === "function" || "([{".includes(token.raw)) this.#depth++;
		else if (this.#depth > 0 && ")]}".includes(token.raw)) this.#depth--;
		this.deepest = Math.max(this.deepest, this.#depth);
	}

	/** The name of the at-rule that this begins. */
	get atRule(): string | undefined {
		return this.#head[0]?.kind === "at" ? this.#head[0].value.toLowerCase() : undefined;
	}

	get isDropped(): boolean {
		if (this.isRefused || this.deepest > MAX_OPEN) return true;
		return this.atRule !== undefined && DROPPED_RULES.has(this.atRule);
	}

	/** `--name:`, whose value may hold blocks. */
	get #isCustomProperty(): boolean {
		const [name, colon] = this.#head;
		return name?.kind === "word" && name.value.startsWith("--") && colon?.raw === ":";
	}
}

/** Writes a CSS string. */
function quote(value: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they cannot stand in a string as they are
	return `"${value.replace(/["\\\u0000-\u001f\u007f]/g, (character) => `\\${character.codePointAt(0)?.toString(16)} `)}"`;
}
