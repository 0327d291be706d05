/**
 * Splits style text into tokens as CSS Syntax Level 3 §4 does, so that the text we check and the text the browser reads
 * are cut at the same places whatever escapes, comments or broken strings it holds.
 */

export type Token = {
	/** `word` is an identifier, `function` one with its "(", `bad` a broken string or url, `other` the rest. */
	kind: "space" | "word" | "function" | "at" | "hash" | "string" | "url" | "bad" | "other";
	/** What stands in the text after preprocessing (§3.3); comments count as space. */
	raw: string;
	/** Unescaped: the name of a word, function, at-keyword; what a string or url holds. */
	value: string;
};

// In the patterns, \\(?:hex ?|other) is an escape (§4.3.7); the text has been preprocessed, so "\n" is the only newline.
const NAME = /(?:[-\w\u0080-\u{10ffff}]|\\(?:[0-9a-fA-F]{1,6}[ \t\n]?|[^\n0-9a-fA-F]|$))+/uy;
const NAME_START = /--|-?(?:[A-Za-z_\u0080-\u{10ffff}]|\\(?:[^\n]|$))/uy;
const NUMBER = /[+-]?(?:\d*\.\d+|\d+)(?:[eE][+-]?\d+)?/y;
const COMMENT_LIKE = /<!--|-->/y;
const SPACE = /(?:[ \t\n]|\/\*[\s\S]*?(?:\*\/|$))+/y;
const STRING = {
	'"': /"((?:[^"\\\n]|\\(?:[\s\S]|$))*)("|$|(?=\n))/y,
	"'": /'((?:[^'\\\n]|\\(?:[\s\S]|$))*)('|$|(?=\n))/y,
};
const BARE_URL =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: non-printable code points make a url token bad (§4.3.6)
	/[ \t\n]*((?:[^"'()\\ \t\n\u0000-\u0008\u000b\u000e-\u001f\u007f]|\\(?:[0-9a-fA-F]{1,6}[ \t\n]?|[^\n0-9a-fA-F]|$))*)[ \t\n]*(?:\)|$)/y;
const BAD_URL = /(?:[^)\\]|\\(?:[\s\S]|$))*\)?/y;
const QUOTE = /[ \t\n]*["']/y;
const ESCAPE = /\\(?:([0-9a-fA-F]{1,6})[ \t\n]?|(\n)|([\s\S]|$))/gu;

/** Yields the tokens of a text. */
export function* tokens(text: string): Generator<Token> {
	const clean = /[\r\f\0]/.test(text) ? text.replace(/\r\n?|\f/g, "\n").replaceAll("\0", "\ufffd") : text;
	for (let at = 0; at < clean.length; ) {
		const token = nextPlain(clean, at) ?? next(clean, at);
		at += token.raw.length;
		yield token;
	}
}

/** Characters that are a token whatever follows. */
const PUNCTUATION = new Map(
	[..."{}()[]:;,>~*=!|^$&%"].map((raw) => [raw.charCodeAt(0), { kind: "other", raw, value: raw }]),
);
const SINGLE_SPACE: Token = { kind: "space", raw: " ", value: " " };
const [SPACE_CODE, SLASH_CODE, OPEN_CODE, BACKSLASH_CODE, FIRST_WIDE_CODE] = [0x20, 0x2f, 0x28, 0x5c, 0x80];
/** By ASCII code: what a name goes on with, without escapes. */
const IN_NAME = Array.from({ length: FIRST_WIDE_CODE }, (_, code) => /[-\w]/.test(String.fromCharCode(code)));
const BEGINS_NAME = IN_NAME.map((is, code) => is && /[A-Za-z_]/.test(String.fromCharCode(code)));

/** Most of what style sheets are made of, without regular expressions: punctuation, one space, words in ASCII. */
function nextPlain(text: string, at: number): Token | undefined {
	const code = text.charCodeAt(at);
	if (BEGINS_NAME[code]) {
		let end = at + 1;
		while (IN_NAME[text.charCodeAt(end)]) end++;
		const after = text.charCodeAt(end);
		if (after === OPEN_CODE || after === BACKSLASH_CODE || after >= FIRST_WIDE_CODE) return undefined;
		const raw = text.slice(at, end);
		return { kind: "word", raw, value: raw };
	}
	if (code === SPACE_CODE) {
		const after = text.charCodeAt(at + 1);
		return after > SPACE_CODE && after !== SLASH_CODE ? SINGLE_SPACE : undefined;
	}
	return PUNCTUATION.get(code) as Token | undefined;
}

function next(text: string, at: number): Token {
	const first = text[at] as string;
	if (first === '"' || first === "'") return string(text, at, first);
	const space = match(SPACE, text, at);
	if (space !== undefined) return { kind: "space", raw: space, value: " " };
	const number = match(NUMBER, text, at);
	if (number !== undefined) return other(number + name(text, at + number.length));
	const comment = match(COMMENT_LIKE, text, at);
	if (comment !== undefined) return other(comment);
	if (first === "#") {
		const hash = match(NAME, text, at + 1);
		return hash === undefined ? other(first) : { kind: "hash", raw: `#${hash}`, value: unescaped(hash) };
	}
	if (first === "@") {
		const keyword = name(text, at + 1);
		return keyword === "" ? other(first) : { kind: "at", raw: `@${keyword}`, value: unescaped(keyword) };
	}
	const raw = name(text, at);
	if (raw === "") return other(String.fromCodePoint(text.codePointAt(at) as number));
	const value = unescaped(raw);
	const end = at + raw.length;
	if (text[end] !== "(") return { kind: "word", raw, value };
	const isBare = value.toLowerCase() === "url" && match(QUOTE, text, end + 1) === undefined;
	return isBare ? bareURL(text, at, end + 1) : { kind: "function", raw: `${raw}(`, value };
}

const other = (raw: string): Token => ({ kind: "other", raw, value: raw });

const name = (text: string, at: number): string =>
	match(NAME_START, text, at) === undefined ? "" : (match(NAME, text, at) ?? "");

function string(text: string, at: number, quote: '"' | "'"): Token {
	const pattern = STRING[quote];
	pattern.lastIndex = at;
	const found = pattern.exec(text);
	if (!found) return { kind: "bad", raw: text.slice(at), value: "" };
	const [raw, value = "", end] = found;
	const closed = end === quote || at + raw.length >= text.length;
	return closed ? { kind: "string", raw, value: unescaped(value) } : { kind: "bad", raw, value: "" };
}

function bareURL(text: string, start: number, at: number): Token {
	BARE_URL.lastIndex = at;
	const good = BARE_URL.exec(text);
	if (good) return { kind: "url", raw: text.slice(start, at) + good[0], value: unescaped(good[1] ?? "") };
	return { kind: "bad", raw: text.slice(start, at) + (match(BAD_URL, text, at) ?? ""), value: "" };
}

function unescaped(raw: string): string {
	if (!raw.includes("\\")) return raw;
	return raw.replace(ESCAPE, (_, hex?: string, newline?: string, character?: string) => {
		if (newline !== undefined) return "";
		if (hex === undefined) return character ?? "";
		const point = Number.parseInt(hex, 16);
		const valid = point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
		return valid ? String.fromCodePoint(point) : "\ufffd";
	});
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0];
}
