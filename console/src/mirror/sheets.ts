/**
 * The style sheets of one epoch. A sheet is its text and the rules inserted and deleted since; from these it is written
 * into its owner's place, or into a constructed sheet of each document that adopts it.
 */

import type { Assets } from "./assets.ts";
import { isElement, isStyle } from "./elements.ts";
import type { Resources } from "./resources.ts";
import { OUTERMOST, UNKNOWN } from "./selectorbounds.ts";
import { fillURLs, type Lookup, MAX_BLOCKS, rewriteMedia, rewriteSheet } from "./styletext.ts";

/** An inserted rule, or with no text a deleted one. */
type Edit = { path: readonly number[]; text?: string };

type Sheet = {
	key: string;
	media: string;
	isDisabled: boolean;
	owner: (HTMLStyleElement | SVGStyleElement) | undefined;
	/** Whether the text was there to be written. */
	isWritten: boolean;
	edits: Edit[];
	lookup: Lookup;
	/** A constructed sheet belongs to one document. */
	copies: Map<Document, CSSStyleSheet>;
};

type Adopter = Document | ShadowRoot;

/** Of a sheet's media, UTF-16 units; one with more counts for none. */
const MAX_MEDIA = 1 << 12;
const EMPTY_RULE = "@media not all{}";

export class Sheets {
	readonly #assets: Assets;
	readonly #resources: Resources;
	/** Rules of the mirror itself, first in every document and shadow root. */
	readonly #base: string;
	readonly #baseCopies = new WeakMap<Document, CSSStyleSheet>();
	readonly #sheets = new Map<number, Sheet>();
	/** Those of style elements. */
	readonly #owned = new Set<Sheet>();
	/** Whether the visitor prefers dark colours; said before any sheet is. */
	isDark = false;

	constructor(assets: Assets, resources: Resources, base: string) {
		this.#assets = assets;
		this.#resources = resources;
		this.#base = base;
	}

	/** SHEET; a sheet of the same number is replaced. */
	define(number: number, owner: Node | undefined, isDisabled: boolean, media: string, key: string): void {
		const known = this.#sheets.get(number);
		const sheet: Sheet = {
			key,
			media: media.length > MAX_MEDIA ? "not all" : rewriteMedia(media, this.isDark),
			isDisabled,
			owner: isStyle(owner) ? owner : undefined,
			isWritten: false,
			edits: [],
			lookup: () => undefined,
			copies: known?.copies ?? new Map(),
		};
		if (known) this.#forget(known);
		this.#sheets.set(number, sheet);
		if (sheet.owner) this.#owned.add(sheet);
		this.#write(sheet);
	}

	/** RULE and UNRULE; a rule waits for the text it is inserted into. */
	edit(number: number, path: readonly number[], text?: string): void {
		const sheet = this.#sheets.get(number);
		if (!sheet || path.length === 0) return;
		const edit: Edit = text === undefined ? { path } : { path, text };
		sheet.edits.push(edit);
		if (sheet.isWritten) for (const target of targets(sheet)) apply(edit, target, sheet.lookup, this.isDark);
	}

	/** ADOPT; with no sheets for every new document and shadow root, which then has the mirror's own rules. */
	adopt(root: Adopter, numbers: readonly number[]): void {
		const document = documentOf(root);
		const adopted = [this.#baseOf(document)];
		for (const number of new Set(numbers)) {
			const sheet = this.#sheets.get(number);
			if (sheet && !sheet.owner) adopted.push(this.#copy(sheet, document));
		}
		root.adoptedStyleSheets = adopted;
	}

	/** Writes the sheets that waited for an asset. */
	arrived(key: string): void {
		for (const sheet of this.#sheets.values()) if (sheet.key === key && !sheet.isWritten) this.#write(sheet);
	}

	/** A style element that was moved has had its rules read anew from its text. */
	moved(node: Node): void {
		if (isElement(node) && !node.firstElementChild && !node.shadowRoot && !isStyle(node)) return;
		for (const sheet of this.#owned) if (node.contains(sheet.owner ?? null)) this.#write(sheet);
	}

	/** A node is gone, and the sheet it owns with it; with a document the copies that it adopted. */
	removed(node: Node): void {
		if (node.nodeType === Node.DOCUMENT_NODE)
			for (const { copies } of this.#sheets.values()) copies.delete(node as Document);
		if (!isStyle(node)) return;
		for (const [number, sheet] of this.#sheets) {
			if (sheet.owner !== node) continue;
			this.#forget(sheet);
			this.#sheets.delete(number);
		}
	}

	#forget(sheet: Sheet): void {
		this.#resources.forget(sheet);
		this.#owned.delete(sheet);
	}

	#copy(sheet: Sheet, document: Document): CSSStyleSheet {
		let copy = sheet.copies.get(document);
		if (!copy) {
			copy = construct(document);
			sheet.copies.set(document, copy);
			this.#write(sheet);
		}
		return copy;
	}

	#baseOf(document: Document): CSSStyleSheet {
		let copy = this.#baseCopies.get(document);
		if (!copy) {
			copy = construct(document);
			copy.replaceSync(this.#base);
			this.#baseCopies.set(document, copy);
		}
		return copy;
	}

	#write(sheet: Sheet): void {
		const source = this.#assets.sheet(sheet.key, this.isDark);
		if (source === undefined) return;
		sheet.lookup = this.#resources.watch(sheet, "text", () => this.#write(sheet));
		const text = fillURLs(source, sheet.lookup);
		if (sheet.owner) {
			// Not `textContent`, which leaves a text as it stands, and with it the rules put in since, where it is the same.
			sheet.owner.replaceChildren(text);
			sheet.owner.setAttribute("media", sheet.media);
		}
		for (const copy of sheet.copies.values()) {
			copy.replaceSync(text);
			copy.media.mediaText = sheet.media;
		}
		sheet.isWritten = true;
		for (const target of targets(sheet)) {
			target.disabled = sheet.isDisabled;
			for (const edit of sheet.edits) apply(edit, target, sheet.lookup, this.isDark);
		}
	}
}

function apply(edit: Edit, target: CSSStyleSheet, lookup: Lookup, isDark: boolean): void {
	const index = edit.path.at(-1) ?? 0;
	if (edit.path.length > MAX_BLOCKS) return;
	let list: RuleList | undefined = target;
	let nest = OUTERMOST;
	for (const inner of edit.path.slice(0, -1)) {
		list = innerRules(list, inner);
		if (list && "selectorText" in list) nest = UNKNOWN;
	}
	if (!list?.cssRules) return;
	if (edit.text === undefined) {
		if (index < list.cssRules.length) list.deleteRule(index);
		return;
	}
	const at = Math.min(index, list.cssRules.length);
	try {
		list.insertRule(rewriteSheet(edit.text, lookup, isDark, { blocks: edit.path.length - 1, nest }), at);
	} catch {
		// Not a rule that this browser knows; an empty one keeps the indexes of those behind it.
		list.insertRule(EMPTY_RULE, at);
	}
}

type RuleList = {
	cssRules: CSSRuleList;
	insertRule(text: string, index: number): number;
	deleteRule(index: number): void;
};

const innerRules = (list: RuleList | undefined, index: number): RuleList | undefined =>
	list?.cssRules?.[index] as (CSSRule & RuleList) | undefined;

function* targets(sheet: Sheet): Generator<CSSStyleSheet> {
	if (sheet.owner?.sheet) yield sheet.owner.sheet;
	yield* sheet.copies.values();
}

const documentOf = (root: Adopter): Document => root.ownerDocument ?? (root as Document);

/** A document adopts only sheets that its own window constructed. */
function construct(document: Document): CSSStyleSheet {
	const view = document.defaultView as (Window & typeof globalThis) | null;
	if (!view) throw new Error("construct a sheet: the document has no window");
	return new view.CSSStyleSheet();
}
