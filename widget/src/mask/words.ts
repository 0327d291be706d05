/**
 * Tells words of CSS, SVG and HTML, and those of the page's own style sheets, from words of somebody's own. What leaves
 * something masked is made of the former; the latter become aliases, the same for the same word, so that names still
 * find each other.
 */

/** What the browser cannot be asked about: functions, units, media, what SVG has. */
const VOCABULARY =
	/^(url|px|r?em|ex|ch|pt|[sdl]?v([wh]|min|max)|m?s|deg|turn|rad|fr|e|zm?|var|calc|min|max|minmax|clamp|rgba?|hsla?|ok(lab|lch)|color-mix|srgb|(repeating-)?(linear|radial|conic)-gradient|to|from|at|cubic-bezier|steps|(translate|scale|rotate|skew)([xyz]|3d)?|matrix(3d)?|blur|brightness|contrast|drop-shadow|saturate|grayscale|invert|circle|ellipse|inset|polygon|path|important|media|supports|keyframes|screen|print|only|and|not|nth-(child|of-type)|is|where|has|host|slotted|before|after|userspaceonuse|x(min|mid|max)y(min|mid|max)|meet|slice|reflect|source(graphic|alpha)|linearrgb|woff2?|truetype|opentype)$/i;

/** Families that come with systems and browsers. */
const FAMILY =
	/^-?((ui|segoe|helvetica|neue|arial|noto|liberation|dejavu|sans|serif|cursive|mono(space)?|times|new|roman|georgia|courier|menlo|monaco|consolas|sf|pro|text|roboto|apple|color|emoji|symbol|verdana|tahoma|inter|ubuntu|system|BlinkMacSystemFont)\b[ -]?)+$/i;

/** The data of a path, points or numbers: letters stand alone. */
const NUMBERS = /^[\s\d.,;+\-eMLHVCSQTAZ]*$/i;
const ADJACENT = /[a-y][\s,]*[a-z]/i;
/** So many digits are a number that somebody could be known by. */
const MANY_DIGITS = /\d(?:[\s.-]*\d){9}/;
const TOKENS =
	/("(?:[^"\\]|\\.)*")|#[\da-f]{3,8}(?![\w-])|[-+]?((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([a-z]*)|((?:[-_a-z\\]|[^ -~\s])(?:[-\w\\]|[^ -~\s])*)/gi;

const MAX_SHOWN = 5000;
const MAX_ALIASES = 30_000;

let closed: string[] | undefined;
/** Properties that take every keyword of theirs, but no name. */
function closedProperties(): string[] {
	closed ??= [...getComputedStyle(document.documentElement)].filter((name) => !CSS.supports(name, "x-alongside"));
	return closed;
}

/** Whether a property takes no name, so that what the browser has read as its value is code, but for references. */
export const isClosed = (property: string): boolean =>
	!property.startsWith("--") && !CSS.supports(property, "x-alongside");

const isKeyword = (word: string): boolean =>
	CSS.supports(word, "initial") ||
	CSS.supports(`selector(:${word})`) ||
	(!word.includes("-") && !(document.createElement(word) instanceof HTMLUnknownElement)) ||
	closedProperties().some((name) => CSS.supports(name, word));

export class Words {
	readonly #aliases = new Map<string, string>();
	readonly #known = new Map<string, boolean>();
	/** Names of slots and parts outside everything masked. */
	readonly #shown = new Set<string>();
	readonly #mentioned: (word: string) => boolean;

	/** Takes what tells whether the page's style sheets have a word in their code. */
	constructor(mentioned: (word: string) => boolean) {
		this.#mentioned = mentioned;
	}

	/** What stands for a name; always the same. */
	alias(name: string): string {
		let alias = this.#aliases.get(name);
		if (!alias) {
			alias = `a-${this.#aliases.size}`;
			// All further ones are called alike.
			if (this.#aliases.size < MAX_ALIASES) this.#aliases.set(name, alias);
		}
		return alias;
	}

	/** The alias of a name, if it was given one. */
	aliased(name: string): string | undefined {
		return this.#aliases.get(name);
	}

	/**
	 * A name as the page's style sheets have it, or as something that is not masked has shown it; else its alias. What it
	 * was once, it stays: both sides of a pair must have the same.
	 */
	name(name: string, masked: boolean): string {
		if (!masked && !this.#aliases.has(name) && this.#shown.size < MAX_SHOWN) this.#shown.add(name);
		return this.#aliases.get(name) ?? (this.#shown.has(name) || this.#mentioned(name) ? name : this.alias(name));
	}

	/** A value or style text in which each word of somebody's own is an alias, each long number 0. Strings stay. */
	plain(text: string): string {
		if (NUMBERS.test(text) && !ADJACENT.test(text)) return MANY_DIGITS.test(text) ? "" : text;
		return text.replace(TOKENS, (token: string, string?: string, number?: string, unit?: string, word?: string) => {
			if (number !== undefined)
				return !MANY_DIGITS.test(number) && (unit === "" || VOCABULARY.test(unit as string)) ? token : "0";
			if (word === undefined || string !== undefined || this.#knows(word)) return token;
			return (word.startsWith("--") ? "--" : "") + this.alias(word);
		});
	}

	isPlain(text: string): boolean {
		return this.plain(text) === text;
	}

	/** What a font may be called where names are text. */
	family(name: string): string {
		return FAMILY.test(name.trim()) ? name : this.alias(name);
	}

	/** A list of fonts, of which those in quotes are as they should be; the first may stand behind its size. */
	families(list: string): string {
		return list.replace(/"[^"]*"|[^,"]+/g, (name) => {
			if (name.startsWith('"')) return name;
			const [, size = "", family = name] = /^(.*(?:\d[a-z%]*|\))\s+)(\D+)$/i.exec(name) ?? [];
			if (this.#knows(family.trim())) return this.plain(size) + family;
			return this.plain(size) + (family.includes("(") ? this.plain(family) : this.family(family.trim()));
		});
	}

	#knows(word: string): boolean {
		if (/^(.|a-\d+)$/.test(word) || VOCABULARY.test(word) || this.#mentioned(word)) return true;
		let known = this.#known.get(word);
		if (known === undefined) {
			known = /^(?!--)[-a-z\d]+$/i.test(word) && isKeyword(word.replace(/^(min|max)-/, ""));
			if (this.#known.size < 5000) this.#known.set(word, known);
		}
		return known;
	}
}
