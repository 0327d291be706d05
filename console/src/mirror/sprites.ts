/**
 * Shows what a `use` takes from a drawing outside the page (`<use href="icons.svg#cart">`). A mirrored document loads
 * nothing, so the part is built anew from our copy by the mirror's own allow-lists, with all that it refers to, under
 * names of the mirror's, in a drawing of no size at the end of the root that the `use` stands in.
 */

import { renderOf, writeAttribute } from "./attributes.ts";
import { createSafeElement, isElement } from "./elements.ts";
import type { Resources } from "./resources.ts";
import { assetRef, rewriteSheet } from "./styletext.ts";
import { isRoot, MAX_SHOWN_NODES, shownNodes, type Uses } from "./uses.ts";

const SVG = "http://www.w3.org/2000/svg";
const SVG_NUMBER = 1;
/** Marks the drawing that holds the parts (base sheet). */
const MARK = "alongside-sprites";
/** Of all parts of an epoch. */
const MAX_NODES = 50_000;
const MAX_DEPTH = 64;
const MAX_RULES = 1_000;
/** Of no use in a part of a drawing, or able to show what is not a drawing. */
const LEFT_OUT = new Set(["foreignObject", "image", "feImage", "style", "script", "a", "view", "animate", "set"]);
const REFERENCE = /(url\(\s*["']?|^)#([^"')\s]+)/g;

/** A part of a drawing: `asset:REF#id`. */
export type Part = { ref: string; id: string };

/** The part that an attribute of a `use` refers to; undefined: its value is something else. */
export function partOf(use: Element, name: string, value: string): Part | undefined {
	if (use.localName !== "use" || use.namespaceURI !== SVG || (name !== "href" && name !== "xlink:href"))
		return undefined;
	const hash = value.indexOf("#");
	const ref = hash < 0 ? undefined : assetRef(value.slice(0, hash));
	return ref === undefined ? undefined : { ref, id: value.slice(hash + 1) };
}

type Root = Document | ShadowRoot;
/** What a root has of one source: where the parts are, and their names there by the names in the source. */
type Store = { root: Root; drawing: Element; names: Map<string, string> };
type Rule = { selector: string; text: string };
/** A drawing that was read, for reference only. */
type Source = { document: Document; rules: Rule[]; stores: WeakMap<Root, Store> };

export class Sprites {
	readonly #resources: Resources;
	readonly #uses: Uses;
	readonly #drawingOf: (key: string) => string | undefined;
	readonly #sources = new Map<string, Source | undefined>();
	/** What is to be shown once its `use` has its place in the tree. */
	readonly #waiting = new Map<Element, { name: string; part: Part }>();
	#names = 0;
	#nodes = 0;

	/** drawingOf: the text of an asset that is an SVG image. */
	constructor(resources: Resources, uses: Uses, drawingOf: (key: string) => string | undefined) {
		this.#resources = resources;
		this.#uses = uses;
		this.#drawingOf = drawingOf;
	}

	/** The attribute of the `use` stands for the part from now on. */
	want(use: Element, name: string, part: Part): void {
		this.#waiting.set(use, { name, part });
	}

	/** The element is gone, or its attribute of that name stands for something else. */
	forget(use: Element, name?: string): void {
		if (name === undefined || this.#waiting.get(use)?.name === name) this.#waiting.delete(use);
	}

	/** Shows what can be shown by now. */
	settle(): void {
		for (const [use, { name, part }] of this.#waiting) {
			const lookup = this.#resources.watch(use, name, () => {
				this.want(use, name, part);
				this.settle();
				this.#uses.settle();
			});
			lookup(part.ref);
			const key = this.#resources.key(part.ref);
			const shown = key === undefined ? undefined : this.#show(use, key, part.id);
			if (shown !== undefined) this.#uses.want(use, name, shown);
			else writeAttribute(use, name, undefined);
		}
		this.#waiting.clear();
	}

	/** The ID of a copy of the part; undefined: there is none. */
	#show(use: Element, key: string, id: string): string | undefined {
		const root = use.getRootNode();
		const source = this.#source(key);
		const original = source && byID(source.document, id);
		if (!original || !isRoot(root) || shownNodes(source.document, original) > MAX_SHOWN_NODES) return undefined;
		const store = this.#store(source, root);
		return store && this.#copyPart(source, store, id);
	}

	#source(key: string): Source | undefined {
		if (this.#sources.has(key)) return this.#sources.get(key);
		const text = this.#drawingOf(key);
		if (text === undefined) return undefined;
		const source = read(text);
		this.#sources.set(key, source);
		return source;
	}

	#store(source: Source, root: Root): Store | undefined {
		const known = source.stores.get(root);
		if (known?.drawing.isConnected) return known;
		const parent = "documentElement" in root ? root.documentElement : root;
		if (!parent) return undefined;
		const drawing = (root.ownerDocument ?? (root as Document)).createElementNS(SVG, "svg");
		drawing.setAttribute(MARK, "");
		parent.append(drawing);
		const store: Store = { root, drawing, names: new Map() };
		source.stores.set(root, store);
		return store;
	}

	/** Copies a part, and what it refers to, unless they are there. */
	#copyPart(source: Source, store: Store, id: string): string {
		const waiting: string[] = [];
		const nameOf = (inner: string): string => {
			const known = store.names.get(inner);
			if (known !== undefined) return known;
			const name = `alongside-sprite-${++this.#names}`;
			store.names.set(inner, name);
			waiting.push(inner);
			return name;
		};
		const name = nameOf(id);
		for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
			const original = byID(source.document, next);
			const copy = original && this.#copy(source, store, original, nameOf, 0);
			if (!copy) continue;
			copy.setAttribute("id", nameOf(next));
			store.drawing.append(copy);
		}
		return name;
	}

	#copy(
		source: Source,
		store: Store,
		original: Element,
		nameOf: (id: string) => string,
		depth: number,
	): Element | undefined {
		if (original.namespaceURI !== SVG || LEFT_OUT.has(original.localName)) return undefined;
		if (depth > MAX_DEPTH || ++this.#nodes > MAX_NODES) return undefined;
		const copy = createSafeElement(store.drawing.ownerDocument, SVG_NUMBER, original.localName);
		if (copy.namespaceURI !== SVG) return undefined;
		const own = source.rules.filter(({ selector }) => matches(original, selector)).map(({ text }) => text);
		const style = [...own, original.getAttribute("style") ?? ""].join(" ");
		const attributes = [...original.attributes].map(({ name, value }) => [name, value] as const);
		if (own.length > 0) attributes.push(["style", style]);
		for (const [name, value] of attributes) {
			if (name === "id" || name === "class") continue;
			const renamed = value.replace(REFERENCE, (_, before: string, id: string) => `${before}#${nameOf(id)}`);
			const rendered = renderOf(copy, name)?.(renamed, () => undefined);
			if (rendered !== undefined) writeAttribute(copy, name, rendered);
		}
		for (const child of original.childNodes) {
			const inner = isElement(child)
				? this.#copy(source, store, child, nameOf, depth + 1)
				: child.nodeType === Node.TEXT_NODE && (child as Text).data;
			if (inner) copy.append(inner);
		}
		return copy;
	}
}

/** Parses a drawing in a document that loads and runs nothing; one that defines entities is refused. */
function read(text: string): Source | undefined {
	if (text.includes("<!ENTITY")) return undefined;
	const document = new DOMParser().parseFromString(text, "image/svg+xml");
	if (document.documentElement.localName !== "svg") return undefined;
	const styles = [...document.getElementsByTagNameNS(SVG, "style")];
	return { document, rules: styles.flatMap(({ textContent }) => readRules(textContent ?? "")), stores: new WeakMap() };
}

function readRules(text: string): Rule[] {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(rewriteSheet(text, () => undefined));
	const rules = [...sheet.cssRules].slice(0, MAX_RULES) as CSSStyleRule[];
	return rules.flatMap(({ selectorText: selector, style }) => (selector ? [{ selector, text: style.cssText }] : []));
}

function matches(element: Element, selector: string): boolean {
	try {
		return element.matches(selector);
	} catch {
		return false;
	}
}

const byID = (document: Document, id: string): Element | undefined => document.getElementById(id) ?? undefined;
