/**
 * The only place where data of the page turns into strings that leave. Each method is given the verdict of the moment
 * and returns an `Outgoing`, or undefined for "nothing leaves". What it does not know, it drops.
 */

import { isBox, isButtonInput, isMasked, Level, levelOf, type Masks, Verdict } from "../mask/masks.ts";
import { placeholder, VALUE_PLACEHOLDER } from "../mask/placeholder.ts";
import { hostOf, plain, viewOf } from "../mask/plain.ts";
import { isClosed, Words } from "../mask/words.ts";
import { type AttributeKind, attributeKind } from "./attributes.ts";
import type { Outgoing } from "./body.ts";
import type { Selected } from "./css.ts";
import { type CssRewriting, readCss, rewriteCss, type StyleText, whole, writeCss } from "./csstext.ts";

/** A drawing is an SVG file of which parts are shown: only its text is of use. */
export type ResourceKind = "image" | "font" | "drawing";
/** Notes a resource that something refers to; returns the 32 hex digits of its ref. */
export type Refer = (url: string, kind: ResourceKind, element?: Element) => string;

/** The seal: nothing outside this file makes an Outgoing. */
const seal = (text: string): Outgoing => text as Outgoing;

/** Which elements a selector finds: bits for masked ones, and for ones that are not. */
type Found = number;
const FOUND_MASKED = 1;
const FOUND_CLEAR = 2;
/** No text node is sent beyond this many UTF-16 units: a body must fit a frame. */
const MAX_TEXT = 200_000;
const MAX_ATTRIBUTE = 50_000;
const MAX_CACHED = 5000;
/** So often a text is begun anew in steps because the page has changed meanwhile. */
const MAX_TRIES = 2;
const FRAGMENT_URL = /url\(\s*["']?#([^"')]+)["']?\s*\)/g;
/** BCP 47: language, script, region; nothing private. */
const LANGUAGE = /^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?$/i;
/** A string this short is an icon, a quote or a bullet. */
const ICON_LENGTH = 2;
/** Declarations of fonts, in whose names are no quotes where the object model has written them. */
const FONT = /(?<=[;{}\s]|^)(font(?:-family)?\s*:)([^;{}]*)/g;
/** The first bytes of WOFF 2, WOFF, TrueType and OpenType fonts, in base64. */
const FONT_DATA = /^data:[^,]*;base64,(d09G|AAEAA|T1RU|dHJ1Z)/;
/** MathML has one class for all its elements. */
const MATHML =
	/^(m(ath|[inos]|row|space|sqrt|root|style|padded|phantom|frac|su[bp]|subsup|(under)?over|under|table|tr|td|text)|semantics)$/;
const XHTML = "http://www.w3.org/1999/xhtml";
/** ISO/IEC 7812: 13 to 19 digits whose Luhn sum is right. */
function isCardNumber(text: string): boolean {
	const digits = text.replace(/[\s-]/g, "");
	if (!/^\d{13,19}$/.test(digits)) return false;
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const digit = Number(digits[digits.length - 1 - i]) * (i % 2 ? 2 : 1);
		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 === 0;
}

export class Funnel {
	readonly #masks: Masks;
	readonly #selected: Selected;
	readonly #refer: Refer;
	readonly #words: Words;
	readonly #htmlKinds = new Map<string, AttributeKind>();
	readonly #drawingKinds = new Map<string, AttributeKind>();
	readonly #classes = new Map<string, string>();
	/** Names of elements that may leave: of drawings, under a mask, of HTML, under a mask. */
	readonly #tags = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];

	constructor(masks: Masks, selected: Selected, refer: Refer) {
		this.#masks = masks;
		this.#selected = selected;
		this.#refer = refer;
		this.#words = new Words((word) => selected.mentions(word));
	}

	/** Forgets what was filtered before the style sheets selected by more. */
	grew(): void {
		this.#classes.clear();
	}

	/** An element's name; under a mask only one that the page has not made up, but for components that are defined. */
	tag(element: Element, verdict: number, { localName: tag, namespaceURI } = plain(element)): Outgoing {
		const html = namespaceURI === XHTML;
		const masked = isMasked(verdict);
		const known = this.#tags[(masked ? 1 : 0) + (html ? 2 : 0)] as Set<string>;
		if (!known.has(tag)) {
			const own = !/^[a-zA-Z][\w.-]{0,63}$/.test(tag);
			if (own || (masked && !isDefined(element, tag) && !this.#selected.mentions(tag)))
				return seal(html ? "span" : "g");
			if (known.size < MAX_CACHED) known.add(tag);
		}
		return seal(tag);
	}

	text(data: string, verdict: number): Outgoing {
		const text = data.length > MAX_TEXT ? data.slice(0, MAX_TEXT) : data;
		return seal(isMasked(verdict) ? placeholder(text) : text);
	}

	/** The document's title. */
	title(doc: Document): Outgoing {
		const { querySelector, querySelectorAll } = plain(doc);
		let element = querySelector("title");
		// Drawings have titles, too.
		if (element && element.namespaceURI !== XHTML)
			element = [...querySelectorAll("title")].find((title) => title.namespaceURI === XHTML) ?? null;
		const verdict = this.#masks.verdict(element ?? doc);
		return isBox(verdict) ? seal("") : this.text(plain(doc).title.slice(0, 1000), verdict);
	}

	/** The attributes of an element, names and values in turn. */
	attributes(element: Element, verdict: number, own: Element, names: readonly string[]): Outgoing[] {
		const out: Outgoing[] = [];
		if (isBox(verdict)) return out;
		const masked = isMasked(verdict);
		const html = own.namespaceURI === XHTML;
		const hidden = isHidden(own);
		for (const name of names) {
			if (hidden && name !== "type") continue;
			const kind = this.#kind(name, html);
			// Reading a value costs more than all that is decided about it.
			if (kind === "never" || (kind === "other" && !this.#selected.asks(name))) continue;
			const leaving = this.#attribute(element, name, kind, own.getAttribute(name) ?? "", masked, html);
			if (leaving !== undefined) out.push(this.attributeName(name), leaving);
		}
		if (!masked && drawsImage(own) && !own.hasAttribute("src")) {
			const src = this.#image(element, "src", false);
			if (src !== undefined) out.push(seal("src"), src);
		}
		return out;
	}

	attributeName(name: string): Outgoing {
		return seal(name === "xlink:href" ? "href" : name);
	}

	attribute(element: Element, name: string, value: string, verdict: number): Outgoing | undefined {
		if (isBox(verdict) || (name !== "type" && isHidden(element))) return undefined;
		const html = plain(element).namespaceURI === XHTML;
		return this.#attribute(element, name, this.#kind(name, html), value, isMasked(verdict), html);
	}

	#kind(name: string, html: boolean): AttributeKind {
		const kinds = html ? this.#htmlKinds : this.#drawingKinds;
		let kind = kinds.get(name);
		if (kind === undefined) {
			kind = attributeKind(name, html);
			if (kinds.size < MAX_CACHED) kinds.set(name, kind);
		}
		return kind;
	}

	#attribute(
		element: Element,
		name: string,
		kind: AttributeKind,
		value: string,
		masked: boolean,
		html: boolean,
	): Outgoing | undefined {
		// A picture's value does not travel, only a reference does: it may be a data URL of any length.
		if (value.length > MAX_ATTRIBUTE && kind !== "image") return undefined;
		switch (kind) {
			case "class":
				return this.#class(value);
			case "style":
				return this.#style(element, value, masked);
			case "id":
				return this.#id(value, html);
			case "image":
				return this.#image(element, name, masked);
			case "href":
				return this.#href(element, value, masked, html);
			case "drawing":
				return this.#drawing(element, name, value, masked);
			case "textual":
				return this.#textual(element, name, value, masked);
			case "naming":
				if (name === "name" && element.localName !== "slot") return this.#asked(name, value, masked);
				return seal(value.replace(/[^\s,:]+/g, (part) => this.#words.name(part, masked)));
			case "lang":
				return value === "" || LANGUAGE.test(value) ? seal(value) : undefined;
			case "presentational":
				// As the browser has read it, which is one of its own words.
				if (name === "type" && /^(input|button)$/.test(element.localName) && html)
					return seal((element as HTMLInputElement).type);
				if (!masked) return seal(value.slice(0, 256));
				return this.#isCode(name, value) ? seal(value) : this.#asked(name, value, masked);
			case "described":
				return masked ? this.#asked(name, value, masked) : seal(value.slice(0, 256));
			case "value":
				return !masked && /^(li|progress|meter)$/.test(element.localName) ? seal(value) : undefined;
			case "other":
				return this.#asked(name, value, masked);
			default:
				return undefined;
		}
	}

	/** A field's current value; undefined for kinds whose value says nothing or must not be told. */
	value(field: HTMLInputElement | HTMLTextAreaElement, verdict: number): Outgoing | undefined {
		if (isBox(verdict)) return undefined;
		const { type, value } = field;
		if (/^(hidden|file|checkbox|radio|image|password)$/.test(type)) return undefined;
		if (isButtonInput(field)) return field.hasAttribute("value") ? this.text(value, verdict) : undefined;
		if (isMasked(verdict)) {
			if (type === "color" || type === "range") return undefined;
			return seal(value === "" ? "" : VALUE_PLACEHOLDER);
		}
		return isCardNumber(value) ? seal(VALUE_PLACEHOLDER) : this.text(value, verdict);
	}

	/** Computed layout of the empty box that stands for an element. */
	box(element: Element): Outgoing[] {
		const view = viewOf(element);
		if (!view) return [];
		const style = view.getComputedStyle(element);
		const out: Outgoing[] = [];
		const put = (name: string, value: string) => {
			if (this.#words.isPlain(value)) out.push(seal(name), seal(value));
		};
		const display = style.display;
		put("display", display === "inline" || display === "contents" ? "inline-block" : display);
		if (display === "none") return out;
		for (const [name, usual] of BOX_PROPERTIES) {
			const value = style.getPropertyValue(name);
			if (value && value !== usual) put(name, value);
		}
		const { width, height } = extent(element);
		put("width", `${width}px`);
		put("height", `${height}px`);
		return out;
	}

	/**
	 * The text of a style sheet, or of a part of one, that belongs to the nodes: its owner, or the roots that adopted it.
	 * It is the page's code, the same for everybody, so that selectors leave; strings in it are text. What belongs to
	 * something masked, or was written by the visitor, leaves with aliases for all names.
	 */
	css(text: StyleText, base: string, owners: readonly Node[], imported?: (n: number) => string): Outgoing {
		return whole(this.cssStepwise(text, base, owners, imported));
	}

	/** The same in steps: yields each time it is late. What the last step returns holds in that step. */
	*cssStepwise(
		text: StyleText,
		base: string,
		owners: readonly Node[],
		imported?: (n: number) => string,
		late?: () => boolean,
		tries = 0,
	): Generator<void, Outgoing> {
		const isOwn = () => owners.some((owner) => this.isOwn(owner));
		const own = isOwn();
		const { marked, mode } = this.#masks;
		const strict = own || mode === "strict";
		const roots = owners.map((owner) => plain(owner).getRootNode() as ParentNode & Node);
		const found = new Map<string, Found>();
		// For this text alone: what is decided holds for this moment.
		const selects = (selector: string) => {
			const known = found.get(selector) ?? this.#found(selector, roots);
			found.set(selector, known);
			return known;
		};
		let wasLate = false;
		const look = () => {
			const isLate = !!late?.();
			wasLate ||= isLate;
			return isLate;
		};
		const rewriting: CssRewriting = {
			url: (url, selector, font) => {
				if (url.startsWith("#")) return `#${this.#fragment(url.slice(1))}`;
				const kind = font ? "font" : kindOf(url);
				return this.#mayDraw(url, kind, selector, selects, strict) ? this.#asset(url, base, kind) : "";
			},
			shown: (shown, selector) => (this.#mayShow(shown, selector, selects, strict) ? shown : placeholder(shown)),
			...(strict && {
				named: (name: string, property: string) => (property || own ? this.#named(name, property) : name),
				custom: (value: string) => this.#words.plain(value),
			}),
			...(imported && { imported }),
		};
		let rewritten = yield* writeCss(text, rewriting, look);
		if (own) rewritten = this.#words.plain(rewritten);
		else if (strict)
			rewritten = rewritten.replace(FONT, (_, name: string, list: string) => name + this.#words.families(list));
		if (look() || wasLate) {
			yield;
			// The page may have changed since: where it would be decided otherwise now, all is written anew, in the end at once.
			const holds =
				own === isOwn() &&
				(strict || marked === this.#masks.marked) &&
				[...found].every(([selector, known]) => known === this.#found(selector, roots));
			if (!holds)
				return yield* this.cssStepwise(text, base, owners, imported, tries < MAX_TRIES ? late : undefined, tries + 1);
		}
		return seal(rewritten);
	}

	/** Style text as far as it may teach what is selected by. */
	code(text: string, at: Node): string {
		return this.isOwn(at) ? this.css(readCss(text), "", [at]) : text;
	}

	/** The inside of a `@keyframes` rule of a script's animation. */
	keyframes(text: string, target: Element): Outgoing {
		const rule = this.css(readCss(`@keyframes a{${text}}`), plain(target).baseURI, [target]);
		return seal(rule.slice(rule.indexOf("{") + 1, -1));
	}

	/** A custom state or highlight that some sheet selects by. */
	selectedName(name: string): Outgoing {
		return seal(this.#selected.states.has(name) || this.#selected.highlights.has(name) ? name : "");
	}

	/** An easing or a pseudo-element, as the browser words it. */
	motion(text: string): Outgoing {
		return seal(/^[-\w\s:().,%]{0,2000}$/.test(text) ? text : "");
	}

	/** The media of a sheet that belongs to the nodes. */
	media(text: string, owners: readonly Node[]): Outgoing {
		const strict = this.#masks.mode === "strict" || owners.some((owner) => this.isOwn(owner));
		return seal(strict ? this.#words.plain(text) : text.slice(0, 1000));
	}

	/** Whether style text of a node is the visitor's own, or of something masked. */
	isOwn(at: Node): boolean {
		const verdict = this.#masks.verdict(at);
		return isMasked(verdict) && (verdict & Verdict.own) > 0;
	}

	#mayShow(text: string, selector: string, selects: (selector: string) => Found, strict: boolean): boolean {
		if ([...text].length <= ICON_LENGTH) return true;
		return !strict && selector !== "" && !(selects(selector) & FOUND_MASKED);
	}

	/** Whether a style sheet's font or picture may leave: a picture is content, so where text is masked it stays, too. */
	#mayDraw(
		url: string,
		kind: ResourceKind,
		selector: string,
		selects: (selector: string) => Found,
		strict: boolean,
	): boolean {
		if (kind === "font") return !strict || !/^data:/i.test(url) || FONT_DATA.test(url);
		if (strict || !this.#masks.marked || selector === "") return !strict;
		const found = selects(selector);
		return found === 0 || (found & FOUND_CLEAR) > 0;
	}

	/** What a selector finds in the roots; both if that cannot be told. */
	#found(selector: string, roots: readonly Node[]): Found {
		let found = 0;
		try {
			for (const root of roots) {
				const host = hostOf(root);
				const { querySelectorAll } = plain(root as ShadowRoot);
				const matched = host && selector.startsWith(":host") ? [host] : querySelectorAll.call(root, selector);
				for (const element of matched) {
					const verdict = this.#masks.verdict(element);
					if (isMasked(verdict)) found |= FOUND_MASKED;
					if (levelOf(verdict) < Level.masked) found |= FOUND_CLEAR;
					if (found === FOUND_MASKED + FOUND_CLEAR) return found;
				}
			}
		} catch {
			return FOUND_MASKED + FOUND_CLEAR;
		}
		return found;
	}

	/** A string in style text that names something. */
	#named(name: string, property: string): string {
		if (/^font(-family)?$/.test(property)) return this.#words.family(name);
		if (property.startsWith("grid"))
			return name.replace(/[^\s.]+/g, (word) => (this.#selected.mentions(word) ? word : "."));
		return /^[a-z\d]{4}$/i.test(name) ? name : this.#words.plain(name);
	}

	/** What a style sheet asks an attribute for that no pattern names. */
	#asked(name: string, value: string, masked: boolean): Outgoing | undefined {
		if (this.#selected.shows(name)) return seal(masked ? placeholder(value) : value);
		const asked = this.#selected.attribute(name, value);
		return asked === undefined ? undefined : seal(asked);
	}

	/** Whether an attribute says what the languages have a word for. */
	#isCode(name: string, value: string): boolean {
		return value === name || (!/\d{5}/.test(value) && this.#words.isPlain(value));
	}

	#class(value: string): Outgoing | undefined {
		let kept = this.#classes.get(value);
		if (kept === undefined) {
			const tokens: string[] = [];
			for (const token of value.split(/\s+/)) {
				if (!token) continue;
				tokens.push(this.#selected.token(token));
				const alias = this.#words.aliased(token);
				if (alias && this.#selected.token(alias)) tokens.push(alias);
			}
			kept = tokens.filter(Boolean).join(" ");
			if (this.#classes.size > MAX_CACHED) this.#classes.clear();
			this.#classes.set(value, kept);
		}
		return kept === "" ? undefined : seal(kept);
	}

	#id(id: string, html: boolean): Outgoing | undefined {
		if (!html) return seal(this.#fragment(id));
		if (this.#selected.id(id)) return seal(id);
		const alias = this.#words.aliased(id);
		return alias && this.#selected.id(alias) ? seal(alias) : undefined;
	}

	/** The name under which an ID that no sheet knows is referred to inside drawings. */
	#fragment(id: string): string {
		return this.#selected.id(id) ? id : this.#words.alias(id);
	}

	#style(element: Element, value: string, masked: boolean): Outgoing | undefined {
		if (!value) return undefined;
		const { style } = plain(element as HTMLElement);
		// What the browser itself reads no declaration from is text that somebody left here.
		if (style?.length === 0) return undefined;
		if (!masked) {
			if (!/url\(|src\(|image-set|content|--|\/\*/i.test(value)) return seal(value);
			const base = plain(element).baseURI;
			return seal(rewriteCss(value, { url: (url) => this.#address(url, base, element), shown: (text) => text }));
		}
		let out = "";
		for (const name of style ?? []) {
			if (name.startsWith("--") && !this.#selected.mentions(name)) continue;
			const written = rewriteCss(`${name}:${style.getPropertyValue(name)}`, {
				url: (url) => (url.startsWith("#") ? this.#address(url, "", element) : ""),
				shown: placeholder,
				named: (text, property) => this.#named(text, property),
			});
			const value = written.slice(name.length + 1);
			const kept = isClosed(name) && !/var\(|env\(/.test(value) ? value : this.#words.plain(value);
			out += `${name}:${kept}${style.getPropertyPriority(name) ? "!important" : ""};`;
		}
		return out ? seal(out) : undefined;
	}

	#image(element: Element, name: string, masked: boolean): Outgoing | undefined {
		if (masked) return undefined;
		const tag = element.localName;
		let url = plain(element).getAttribute(name);
		if (name === "src") {
			if (!drawsImage(element)) return undefined;
			if (tag === "img") url = (element as HTMLImageElement).currentSrc || url;
		} else if (name === "poster" && tag !== "video") {
			return undefined;
		}
		return url ? seal(this.#asset(url, plain(element).baseURI, "image", element)) : undefined;
	}

	/** A link's target never leaves, only that it has one; inside drawings a reference to a part of the same document. */
	#href(element: Element, value: string, masked: boolean, html: boolean): Outgoing | undefined {
		const tag = element.localName;
		if (tag === "a" || tag === "area") return seal("");
		if (html) return undefined;
		if (value.startsWith("#")) return seal(`#${this.#fragment(value.slice(1))}`);
		if (masked) return undefined;
		if (tag === "use") {
			const [, file = "", id = ""] = /^([^#]+)#([-\w.:]{1,100})$/.exec(value) ?? [];
			const asset = file && this.#asset(file, plain(element).baseURI, "drawing", element);
			return asset ? seal(`${asset}#${id}`) : undefined;
		}
		if (tag !== "image") return undefined;
		return seal(this.#asset(value, plain(element).baseURI, "image", element));
	}

	#drawing(element: Element, name: string, value: string, masked: boolean): Outgoing | undefined {
		if (name === "attributeName" && /href/i.test(value)) return undefined;
		if (/^(from|to|by|values)$/.test(name) && /href/i.test(element.getAttribute("attributeName") ?? ""))
			return undefined;
		const local = value.replace(FRAGMENT_URL, (_, id: string) => `url(#${this.#fragment(id)})`);
		if (/url\s*\(\s*[^#]/i.test(local)) return undefined;
		if (!masked) return seal(local);
		const bare = local.replace(/["'\\]/g, "");
		return seal(name === "font-family" ? this.#words.families(bare) : this.#words.plain(bare));
	}

	#textual(element: Element, name: string, value: string, masked: boolean): Outgoing | undefined {
		if (!masked) return seal(value.slice(0, 1000));
		const shown = name === "placeholder" || (name === "label" && /^opt/.test(element.localName));
		return shown ? seal(placeholder(value)) : this.#asked(name, value, masked);
	}

	/** What stands for a URL in a style attribute: a fragment is a part of this document. */
	#address(url: string, base: string, element: Element): string {
		return url.startsWith("#") ? `#${this.#fragment(url.slice(1))}` : this.#asset(url, base, "image", element);
	}

	#asset(written: string, base: string, kind: ResourceKind, element?: Element): string {
		try {
			const url = new URL(written, base);
			return /^(https?|data|blob):$/.test(url.protocol) ? `asset:${this.#refer(url.href, kind, element)}` : "";
		} catch {
			return "";
		}
	}
}

const isHidden = (element: Element): boolean =>
	element.localName === "input" && (element as HTMLInputElement).type === "hidden";

/** Whether an element is one that the browser knows, or a component that is defined. */
function isDefined(element: Element, tag: string): boolean {
	if (tag.includes("-")) return !!viewOf(element)?.customElements.get(tag);
	// Not `SVGSVGElement`, which is what drawings themselves are.
	return !/Unknown| (SVG|MathML)Element/.test(Object.prototype.toString.call(element)) || MATHML.test(tag);
}

const BOX_PROPERTIES: readonly (readonly [string, string])[] = [
	["position", "static"],
	["float", "none"],
	["clear", "none"],
	["top", "auto"],
	["right", "auto"],
	["bottom", "auto"],
	["left", "auto"],
	["margin-top", "0px"],
	["margin-right", "0px"],
	["margin-bottom", "0px"],
	["margin-left", "0px"],
	["z-index", "auto"],
	["visibility", "visible"],
	["transform", "none"],
	["order", "0"],
	["flex-grow", "0"],
	["flex-shrink", "1"],
	["flex-basis", "auto"],
	["align-self", "auto"],
	["justify-self", "auto"],
	["grid-row-start", "auto"],
	["grid-row-end", "auto"],
	["grid-column-start", "auto"],
	["grid-column-end", "auto"],
	["vertical-align", "baseline"],
];

const drawsImage = (element: Element): boolean => {
	const tag = element.localName;
	return tag === "img" || (tag === "input" && (element as HTMLInputElement).type === "image");
};

const kindOf = (url: string): ResourceKind =>
	/^data:(application\/(x-)?font|font|application\/vnd\.ms-fontobject)|\.(woff2?|ttf|otf|eot)([?#]|$)/i.test(url)
		? "font"
		: "image";

/** An element's border box in CSS px, before transforms. */
export function extent(element: Element): { width: number; height: number } {
	const own = plain(element as HTMLElement);
	const rect = own.getBoundingClientRect();
	const { offsetWidth: width, offsetHeight: height } = own;
	if (width === undefined || (Math.abs(width - rect.width) < 1 && Math.abs(height - rect.height) < 1))
		return { width: Math.round(rect.width * 100) / 100, height: Math.round(rect.height * 100) / 100 };
	return { width, height };
}
