/** Style text: what it selects by, and rewriting it so that no live URL, comment or hidden string is left in it. */

const IDENT = String.raw`-?(?:[_a-zA-Z\u0080-\uffff-]|\\[^\n])(?:[\w\u0080-\uffff-]|\\[0-9a-fA-F]{1,6}\s?|\\[^\n])*`;
const STRING = String.raw`"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?`;
const COMMENT = String.raw`\/\*[^]*?(?:\*\/|$)`;
const URL_FUNCTION = String.raw`(?:url|src)\(\s*(${STRING}|(?:[^\s"'()\\]|\\[^])*)\s*\)?`;

const SELECTED = new RegExp(
	String.raw`([.#])(${IDENT})|\[\s*(?:[\w*]*\|)?(${IDENT})\s*(?:([~|^$*]?=)\s*(${STRING}|${IDENT}|[\w-]+))?\s*[isIS]?\s*\]|\battr\(\s*(${IDENT})`,
	"g",
);
const TOKENS = new RegExp(`${COMMENT}|${URL_FUNCTION}|(${STRING})`, "gi");
const BRACES = new RegExp(`${COMMENT}|${STRING}|[{};]`, "g");
const COMMENTS = new RegExp(`(${STRING})|${COMMENT}`, "g");

const unescaped = (text: string): string =>
	text.includes("\\")
		? text.replace(/\\(?:([0-9a-fA-F]{1,6})\s?|([\s\S]))/g, (_, code?: string, character?: string) =>
				code ? String.fromCodePoint(Math.min(Number.parseInt(code, 16) || 0xfffd, 0x10ffff)) : (character ?? ""),
			)
		: text;
const unquote = (text: string): string =>
	unescaped(/^["']/.test(text) ? text.slice(1, text.at(-1) === text[0] ? -1 : undefined) : text);

type Test = { operator: string; value: string };

/**
 * The class tokens, IDs and attributes that some style sheet of the page selects by: only these tell anything about how
 * the page looks, so only these may leave. Grows; reading more than selectors (colours, file names) does no harm.
 */
export class Selected {
	readonly #classes = new Set<string>();
	readonly #ids = new Set<string>();
	readonly #attributes = new Map<string, Test[]>();
	/** Attributes whose text a sheet shows by attr(). */
	readonly #shown = new Set<string>();
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
				const test = { operator: operator ?? "", value: value === undefined ? "" : unquote(value).trim() };
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

	/** The tokens of a class attribute that may leave. */
	classes(value: string): string {
		const tests = this.#attributes.get("class") ?? [];
		return value
			.split(/\s+/)
			.filter((token) => token && (this.#classes.has(token) || tests.some((test) => tokenMatches(test, token))))
			.join(" ");
	}

	shows(name: string): boolean {
		return this.#shown.has(name);
	}

	/** The part of an attribute's value that sheets ask for, in their own words; undefined if none asks for any. */
	attribute(name: string, value: string): string | undefined {
		const tests = this.#attributes.get(name);
		if (!tests) return undefined;
		let start = "";
		let middle = "";
		let end = "";
		for (const { operator, value: asked } of tests) {
			if (operator === "=" && asked === value) return asked;
			if (operator === "|=" && (asked === value || value.startsWith(`${asked}-`))) start = `${asked}-`;
			if (operator === "^=" && asked && value.startsWith(asked)) start = asked.length > start.length ? asked : start;
			if (operator === "$=" && asked && value.endsWith(asked)) end = asked.length > end.length ? asked : end;
			if (operator === "*=" && asked && value.includes(asked)) middle += asked;
			if (operator === "~=" && value.split(/\s+/).includes(asked)) middle += ` ${asked} `;
		}
		return start + middle + end;
	}
}

function tokenMatches({ operator, value }: Test, token: string): boolean {
	if (operator === "=" || operator === "~=") return value.split(/\s+/).includes(token);
	if (operator === "^=" || operator === "|=") return value !== "" && token.startsWith(value);
	if (operator === "$=") return value !== "" && token.endsWith(value);
	return operator === "*=" && value !== "" && token.includes(value);
}

export type CssRewriting = {
	/** What stands for a URL, as it was written: `asset:…`, or "" for nothing. */
	url(url: string): string;
	/** What stands for a string that the page shows by `content` or keeps in a custom property. */
	shown(text: string, selector: string): string;
};

/** Rewrites style text: every URL, the strings that are shown, no comments. */
export function rewriteCss(css: string, { url, shown }: CssRewriting): string {
	const text = css.replace(COMMENTS, (_, string?: string) => string ?? " ");
	return text.replace(TOKENS, (token: string, target: string | undefined, string: string | undefined, at: number) => {
		if (target !== undefined) {
			const written = unquote(target);
			return written.startsWith("#") ? token : `url("${url(written)}")`;
		}
		if (string === undefined) return "";
		const declaration = text.slice(Math.max(text.lastIndexOf(";", at), text.lastIndexOf("{", at)) + 1, at);
		if (/image-set\([^)]*$/i.test(declaration)) return `"${url(unquote(string))}"`;
		if (!/^\s*(content|--[^:]*|quotes)\s*:/i.test(declaration)) return string;
		return JSON.stringify(shown(unquote(string), selectorBefore(text, at))).replaceAll("\\\\", "\\5c ");
	});
}

/** The selector of the rule that the offset stands in, without pseudo-elements; "" if it cannot be told. */
function selectorBefore(css: string, at: number): string {
	const brace = css.lastIndexOf("{", at);
	const start = Math.max(css.lastIndexOf("}", brace), css.lastIndexOf("{", brace - 1), css.lastIndexOf(";", brace));
	return css
		.slice(start + 1, Math.max(brace, 0))
		.replace(/::?(before|after|marker|first-line|first-letter|placeholder|backdrop)\b/g, "")
		.trim();
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
