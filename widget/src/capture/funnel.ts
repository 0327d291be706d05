/**
 * The only place where data of the page turns into strings that leave. Each method is given the verdict of the moment
 * and returns an `Outgoing`, or undefined for "nothing leaves". What it does not know, it drops.
 */

import { isBox, isButtonInput, isMasked, type Masks } from "../mask/masks.ts";
import { placeholder, VALUE_PLACEHOLDER } from "../mask/placeholder.ts";
import { DRAWING, PRESENTATIONAL, TEXTUAL, WITHHELD } from "./attributes.ts";
import type { Outgoing } from "./body.ts";
import { rewriteCss, type Selected } from "./css.ts";

export type ResourceKind = "image" | "font";
/** Notes a resource that something refers to; returns the 32 hex digits of its ref. */
export type Refer = (url: string, kind: ResourceKind, element?: Element) => string;

/** The seal: nothing outside this file makes an Outgoing. */
const seal = (text: string): Outgoing => text as Outgoing;

/** No text node is sent beyond this many UTF-16 units: a body must fit a frame. */
const MAX_TEXT = 200_000;
const MAX_ATTRIBUTE = 50_000;
/** What a presentational attribute can look like inside something masked. */
const PLAIN = /^[\w\s.,%#:()/+-]{0,64}$/;
/** A custom property's value that is a number, a colour or a reference, and so no text. */
const PLAIN_CSS =
	/^\s*([-+.\d]+[a-z%]*|#[\da-f]{3,8}|(rgb|rgba|hsl|hsla|oklch|oklab|var|calc|min|max|clamp)\([-\w\s.,%/()+*]*\)|[\s,])*\s*$/i;
const FRAGMENT_URL = /url\(\s*["']?#([^"')]+)["']?\s*\)/g;
/** A string this short is an icon, a quote or a bullet. */
const ICON_LENGTH = 2;

const isHtml = (element: Element): boolean => element.namespaceURI === "http://www.w3.org/1999/xhtml";

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

/** How an attribute is judged, by its name. */
type AttributeKind =
	| "class"
	| "style"
	| "id"
	| "image"
	| "href"
	| "drawing"
	| "textual"
	| "presentational"
	| "value"
	| "other"
	| "never";

function kindOf(name: string, html: boolean): AttributeKind {
	if (name === "class" || name === "style" || name === "id" || name === "value") return name;
	if (name === "src" || name === "poster" || name === "background") return "image";
	if (name === "href" || name === "xlink:href") return "href";
	if (/^on/i.test(name) || !/^[\w:.-]{1,64}$/.test(name)) return "never";
	if (!html && DRAWING.has(name)) return "drawing";
	if (TEXTUAL.has(name)) return "textual";
	if (PRESENTATIONAL.has(name)) return "presentational";
	return WITHHELD.has(name) ? "never" : "other";
}

export class Funnel {
	readonly #masks: Masks;
	readonly #selected: Selected;
	readonly #refer: Refer;
	readonly #htmlKinds = new Map<string, AttributeKind>();
	readonly #drawingKinds = new Map<string, AttributeKind>();
	readonly #classes = new Map<string, string>();
	readonly #fragments = new Map<string, string>();

	constructor(masks: Masks, selected: Selected, refer: Refer) {
		this.#masks = masks;
		this.#selected = selected;
		this.#refer = refer;
	}

	/** Forgets what was filtered before the style sheets selected by more. */
	grew(): void {
		this.#classes.clear();
	}

	tag(element: Element): Outgoing {
		const tag = element.localName;
		return seal(/^[a-zA-Z][\w.-]{0,63}$/.test(tag) ? tag : "span");
	}

	text(data: string, verdict: number): Outgoing {
		const text = data.length > MAX_TEXT ? data.slice(0, MAX_TEXT) : data;
		return seal(isMasked(verdict) ? placeholder(text) : text);
	}

	/** The document's title. */
	title(doc: Document): Outgoing {
		const element = doc.querySelector("title");
		const verdict = this.#masks.verdict(element ?? doc);
		return isBox(verdict) ? seal("") : this.text(doc.title.slice(0, 1000), verdict);
	}

	/** The attributes of an element, names and values in turn. */
	attributes(element: Element, verdict: number): Outgoing[] {
		const out: Outgoing[] = [];
		for (const name of element.getAttributeNames()) {
			const leaving = this.attribute(element, name, element.getAttribute(name) ?? "", verdict);
			if (leaving !== undefined) out.push(this.attributeName(name), leaving);
		}
		if (drawsImage(element) && !element.hasAttribute("src")) {
			const src = this.attribute(element, "src", "", verdict);
			if (src !== undefined) out.push(seal("src"), src);
		}
		return out;
	}

	attributeName(name: string): Outgoing {
		return seal(name === "xlink:href" ? "href" : name);
	}

	attribute(element: Element, name: string, value: string, verdict: number): Outgoing | undefined {
		if (isBox(verdict)) return undefined;
		const hidden = element.localName === "input" && (element as HTMLInputElement).type === "hidden";
		if (hidden && name !== "type") return undefined;
		const masked = isMasked(verdict);
		const kind = this.#kindOf(element, name);
		// A picture's value does not travel, only a reference does: it may be a data URL of any length.
		if (value.length > MAX_ATTRIBUTE && kind !== "image") return undefined;
		switch (kind) {
			case "class":
				return this.#class(value);
			case "style":
				return this.#style(element, value, masked);
			case "id":
				return this.#id(element, value);
			case "image":
				return this.#image(element, name, masked);
			case "href":
				return this.#href(element, value, masked);
			case "drawing":
				return this.#drawing(element, name, value);
			case "textual":
				return this.#textual(element, name, value, masked);
			case "presentational":
				return !masked || PLAIN.test(value) ? seal(value.slice(0, 256)) : undefined;
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
		const view = element.ownerDocument.defaultView;
		if (!view) return [];
		const style = view.getComputedStyle(element);
		const out: Outgoing[] = [];
		const put = (name: string, value: string) => {
			if (PLAIN.test(value)) out.push(seal(name), seal(value));
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

	/** The text of a style sheet, or of one rule. */
	css(text: string, base: string, doc: Document, kindOf?: (url: string) => ResourceKind): Outgoing {
		return seal(
			rewriteCss(text, {
				url: (url) => this.#asset(url, base, kindOf?.(url) ?? fontOrImage(url)),
				shown: (shown, selector) => (this.#mayShow(shown, selector, doc) ? shown : placeholder(shown)),
			}),
		);
	}

	media(text: string): Outgoing {
		return seal(text.slice(0, 1000));
	}

	#mayShow(text: string, selector: string, doc: Document): boolean {
		if ([...text].length <= ICON_LENGTH) return true;
		if (this.#masks.mode === "strict") return false;
		if (/^(:root|html|:host|@.*|)$/.test(selector) || selector.includes("&")) return selector.startsWith(":root");
		try {
			for (const element of doc.querySelectorAll(selector)) if (isMasked(this.#masks.verdict(element))) return false;
			return true;
		} catch {
			return false;
		}
	}

	/** What a style sheet asks an attribute for that no table names. */
	#asked(name: string, value: string, masked: boolean): Outgoing | undefined {
		if (!masked && this.#selected.shows(name)) return seal(value);
		const asked = this.#selected.attribute(name, value);
		return asked === undefined ? undefined : seal(asked);
	}

	#kindOf(element: Element, name: string): AttributeKind {
		const html = isHtml(element);
		const kinds = html ? this.#htmlKinds : this.#drawingKinds;
		let kind = kinds.get(name);
		if (kind === undefined) {
			kind = kindOf(name, html);
			kinds.set(name, kind);
		}
		return kind;
	}

	#class(value: string): Outgoing | undefined {
		let kept = this.#classes.get(value);
		if (kept === undefined) {
			kept = this.#selected.classes(value);
			if (this.#classes.size > 5000) this.#classes.clear();
			this.#classes.set(value, kept);
		}
		return kept === "" ? undefined : seal(kept);
	}

	#id(element: Element, id: string): Outgoing | undefined {
		if (this.#selected.id(id)) return seal(id);
		return isHtml(element) ? undefined : seal(this.#fragment(id));
	}

	/** The name under which an ID that no sheet knows is referred to inside drawings. */
	#fragment(id: string): string {
		if (this.#selected.id(id)) return id;
		let alias = this.#fragments.get(id);
		if (!alias) {
			alias = `a-${this.#fragments.size}`;
			this.#fragments.set(id, alias);
		}
		return alias;
	}

	#style(element: Element, value: string, masked: boolean): Outgoing | undefined {
		if (!value) return undefined;
		const base = element.ownerDocument.baseURI;
		// What the browser itself reads no declaration from is text that somebody left here.
		if ((element as HTMLElement).style?.length === 0) return undefined;
		if (!masked) {
			if (!/url\(|src\(|image-set|content|--|\/\*/i.test(value)) return seal(value);
			return seal(rewriteCss(value, { url: (url) => this.#asset(url, base, "image", element), shown: (text) => text }));
		}
		const style = (element as HTMLElement).style;
		let out = "";
		for (let i = 0; i < (style?.length ?? 0); i++) {
			const name = style[i] as string;
			const written = style.getPropertyValue(name);
			if (name.startsWith("--") && !PLAIN_CSS.test(written)) continue;
			const kept = rewriteCss(`${name}:${written}`, { url: () => "", shown: placeholder });
			out += `${kept}${style.getPropertyPriority(name) ? "!important" : ""};`;
		}
		return out ? seal(out) : undefined;
	}

	#image(element: Element, name: string, masked: boolean): Outgoing | undefined {
		if (masked) return undefined;
		const tag = element.localName;
		let url = element.getAttribute(name);
		if (name === "src") {
			if (!drawsImage(element)) return undefined;
			if (tag === "img") url = (element as HTMLImageElement).currentSrc || url;
		} else if (name === "poster" && tag !== "video") {
			return undefined;
		}
		return url ? seal(this.#asset(url, element.ownerDocument.baseURI, "image", element)) : undefined;
	}

	/** A link's target never leaves, only that it has one; inside drawings a reference to a part of the same document. */
	#href(element: Element, value: string, masked: boolean): Outgoing | undefined {
		const tag = element.localName;
		if (tag === "a" || tag === "area") return seal("");
		if (isHtml(element)) return undefined;
		if (value.startsWith("#")) return seal(`#${this.#fragment(value.slice(1))}`);
		if (tag !== "image" || masked) return undefined;
		return seal(this.#asset(value, element.ownerDocument.baseURI, "image", element));
	}

	#drawing(element: Element, name: string, value: string): Outgoing | undefined {
		if (name === "attributeName" && /href/i.test(value)) return undefined;
		if (/^(from|to|by|values)$/.test(name) && /href/i.test(element.getAttribute("attributeName") ?? ""))
			return undefined;
		if (!/url\s*\(/i.test(value)) return seal(value);
		const local = value.replace(FRAGMENT_URL, (_, id: string) => `url(#${this.#fragment(id)})`);
		return /url\s*\(\s*[^#]/i.test(local) ? undefined : seal(local);
	}

	#textual(element: Element, name: string, value: string, masked: boolean): Outgoing | undefined {
		if (!masked) return seal(value.slice(0, 1000));
		return name === "label" && /^opt/.test(element.localName) ? seal(placeholder(value)) : undefined;
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

const fontOrImage = (url: string): ResourceKind =>
	/^data:(application\/(x-)?font|font|application\/vnd\.ms-fontobject)|\.(woff2?|ttf|otf|eot)([?#]|$)/i.test(url)
		? "font"
		: "image";

/** An element's border box in CSS px, before transforms. */
export function extent(element: Element): { width: number; height: number } {
	const rect = element.getBoundingClientRect();
	const { offsetWidth: width, offsetHeight: height } = element as HTMLElement;
	if (width === undefined || (Math.abs(width - rect.width) < 1 && Math.abs(height - rect.height) < 1))
		return { width: Math.round(rect.width * 100) / 100, height: Math.round(rect.height * 100) / 100 };
	return { width, height };
}
