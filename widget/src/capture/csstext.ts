/** Rewriting style text so that no live URL, comment or hidden string is left in it. */

const STRING = String.raw`"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?`;
const COMMENT = String.raw`\/\*[^]*?(?:\*\/|$)`;
const URL_FUNCTION = String.raw`\b(?:url|src)\(\s*(${STRING}|(?:[^\s"'()\\]|\\[^])*)\s*\)?`;

const COMMENTS = new RegExp(`(${STRING})|(url\\(\\s*[^\\s"'][^)]*\\))|${COMMENT}`, "gi");
const TOKENS = new RegExp(`${URL_FUNCTION}|(${STRING})|[{};]`, "gi");
const NEXT = new RegExp(`${STRING}|([{};])`, "g");
const BRACES = new RegExp(`${COMMENT}|${STRING}|[{};]`, "g");
/** Properties and descriptors whose strings are names, tags or paths, and are not shown. */
const NAMING =
	/^(font|font-family|src|font-(feature|variation|language)\S*|grid(-template)?(-areas|-rows|-columns)?|animation(-name)?|clip-path|offset-path|d|shape-outside|syntax)$/i;
const PSEUDO_ELEMENT = /::?(before|after|marker|first-line|first-letter|placeholder|backdrop)\b/g;

export const unescaped = (text: string): string =>
	text.includes("\\")
		? text.replace(/\\(?:([0-9a-fA-F]{1,6})\s?|([\s\S]))/g, (_, code?: string, character?: string) =>
				code ? String.fromCodePoint(Math.min(Number.parseInt(code, 16) || 0xfffd, 0x10ffff)) : (character ?? ""),
			)
		: text;
export const unquote = (text: string): string =>
	unescaped(/^["']/.test(text) ? text.slice(1, text.at(-1) === text[0] ? -1 : undefined) : text);
const quoted = (text: string): string =>
	`"${text.replace(/["\\\p{Cc}]/gu, (character) => `\\${character.charCodeAt(0).toString(16)} `)}"`;

export type CssRewriting = {
	/** What stands for a URL, as it was written: `asset:…`, or "" for nothing. */
	url(url: string, selector: string): string;
	/** What stands for a string that the page shows, or may show; the selector without pseudo-elements, "" if unknown. */
	shown(text: string, selector: string): string;
	/** What stands for a string that is a name, under its property. */
	named?(text: string, property: string): string;
};

/** Rewrites style text: every URL, the strings, no comments. */
export function rewriteCss(css: string, { url, shown, named }: CssRewriting): string {
	const text = css.includes("/*")
		? css.replace(COMMENTS, (_, string?: string, url?: string) => string ?? url ?? " ")
		: css;
	const outer: string[] = [];
	let start = 0;
	return text.replace(TOKENS, (token: string, target: string | undefined, string: string | undefined, at: number) => {
		if (target === undefined && string === undefined) {
			if (token === "{") outer.push(text.slice(start, at));
			else if (token === "}") outer.pop();
			start = at + 1;
			return token;
		}
		const selector = () => outer.reduce(nested, "").replace(PSEUDO_ELEMENT, "");
		const before = text.slice(start, at).trimStart();
		if (target !== undefined) {
			const written = unquote(target);
			return written.startsWith("#") ? token : `url(${quoted(url(written, selector()))})`;
		}
		const written = unquote(string as string);
		if (/image-set\([^)]*$|^@import/i.test(before)) return quoted(url(written, selector()));
		if (before.startsWith("@") || isPrelude(text, at + token.length)) return token;
		const property = /^([-\w]+)\s*:/.exec(before)?.[1] ?? "";
		if (!NAMING.test(property)) return quoted(shown(written, selector()));
		return named ? quoted(named(written, property)) : token;
	});
}

/** A prelude as a selector of its own, given what it stands in. */
function nested(outer: string, prelude: string): string {
	const inner = prelude.trim();
	if (inner.startsWith("@")) return outer;
	if (inner.includes("&")) return inner.replaceAll("&", `:is(${outer})`);
	return outer ? `:is(${outer}) :is(${inner})` : inner;
}

/** Whether what the offset stands in is followed by a block, and so selects. */
function isPrelude(text: string, at: number): boolean {
	NEXT.lastIndex = at;
	for (;;) {
		const found = NEXT.exec(text);
		if (!found) return false;
		if (found[1]) return found[1] === "{";
	}
}

/** How many rules a style sheet's source has, as the object model counts them. */
export function countRules(css: string): number {
	let depth = 0;
	let count = 0;
	for (const [token] of css.matchAll(BRACES)) {
		if (token === "{" && depth++ === 0) count++;
		else if (token === "}" && depth > 0) depth--;
		else if (token === ";" && depth === 0) count++;
	}
	return count;
}
