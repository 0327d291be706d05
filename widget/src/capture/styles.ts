/**
 * The style sheets of every root as the page sees them: exact source where it still holds, the object model's text
 * otherwise; changes by rule, by sheet and by adoption. A sheet's number belongs to its owner element, so that new text
 * of the same element replaces the old.
 */

import { Op } from "../../../wire/dom.ts";
import type { Body } from "./body.ts";
import type { Selected } from "./css.ts";
import { countRules } from "./csstext.ts";
import type { Funnel } from "./funnel.ts";
import type { Ids } from "./ids.ts";
import { AssetType, type Sender } from "./sender.ts";
import type { Root } from "./tree.ts";

type Told = { flags: number; media: string; rules: number };
type Sheet = {
	number: number;
	sheet: CSSStyleSheet;
	/** What the mirror was told; undefined: nothing yet. */
	told?: Told;
	/** The rules that the mirror holds, for a sheet that the page changes by the object model. */
	rules?: CSSRule[];
	/** Text is to be read anew. */
	dirty: boolean;
};

export type StyleHooks = {
	/** Text of a sheet that the object model refuses to show, from the network or its cache. */
	fetch(url: string): Promise<string | undefined>;
	unreadable(): void;
	wake(): void;
};

/** Stands for a rule that the mirror holds in another form. */
const CHANGED = {} as CSSRule;

const utf8 = new TextEncoder();
/** Where more of a sheet's rules changed than this share, its whole text is sent anew. */
const WHOLE_FROM_SHARE = 0.5;

export class Styles {
	readonly #funnel: Funnel;
	readonly #selected: Selected;
	readonly #body: Body;
	readonly #ids: Ids;
	readonly #sender: Sender;
	readonly #hooks: StyleHooks;
	readonly #adopted = new Map<Root, readonly CSSStyleSheet[]>();
	readonly #dirtyRoots = new Set<Root>();
	readonly #sheets = new Map<object, Sheet>();
	/** Sheets whose rules the page changed by the object model: their source no longer holds. */
	readonly #modified: WeakSet<CSSStyleSheet>;
	readonly #fetched: WeakMap<object, string | null>;
	readonly #learnt = new Set<string>();
	#next = 1;

	constructor(
		funnel: Funnel,
		selected: Selected,
		body: Body,
		ids: Ids,
		sender: Sender,
		hooks: StyleHooks,
		past: { modified: WeakSet<CSSStyleSheet>; fetched: WeakMap<object, string | null> },
	) {
		this.#funnel = funnel;
		this.#selected = selected;
		this.#body = body;
		this.#ids = ids;
		this.#sender = sender;
		this.#hooks = hooks;
		this.#modified = past.modified;
		this.#fetched = past.fetched;
	}

	get dirty(): boolean {
		return this.#dirtyRoots.size > 0;
	}

	add(root: Root): void {
		if (this.#adopted.has(root)) return;
		this.#adopted.set(root, []);
		this.#dirtyRoots.add(root);
	}

	forget(root: Root): void {
		this.#adopted.delete(root);
		this.#dirtyRoots.delete(root);
	}

	forgetOwner(owner: object): void {
		this.#sheets.delete(owner);
	}

	/** Something about the sheets of a root may have changed. */
	touch(root: Root | undefined): void {
		if (root && this.#adopted.has(root)) this.#dirtyRoots.add(root);
	}

	/** The page changed a sheet's rules by the object model. */
	touchSheet(sheet: CSSStyleSheet | null | undefined): void {
		if (!sheet) return;
		this.#modified.add(sheet);
		const known = this.#sheets.get(sheet.ownerNode ?? sheet);
		if (known) known.dirty = true;
		for (const root of this.#adopted.keys()) {
			if (sheet.ownerNode ? sheet.ownerNode.getRootNode() === root : root.adoptedStyleSheets.includes(sheet))
				this.#dirtyRoots.add(root);
		}
	}

	/** A rule inside another changed: the outermost one is to be sent anew. */
	touchNested(rule: CSSRule): void {
		let outer = rule;
		while (outer.parentRule) outer = outer.parentRule;
		const sheet = rule.parentStyleSheet;
		const known = sheet && this.#sheets.get(sheet.ownerNode ?? sheet);
		if (known?.rules) known.rules = known.rules.map((held) => (held === outer ? CHANGED : held));
	}

	/** Looks at all roots for what no event tells: counts of rules, media, disabled, adopted sheets. */
	sample(): void {
		for (const [root, adopted] of this.#adopted) {
			const now = root.adoptedStyleSheets ?? [];
			if (now.length !== adopted.length || now.some((sheet, i) => sheet !== adopted[i])) this.#dirtyRoots.add(root);
			for (const sheet of sheetsOf(root)) {
				const known = this.#sheets.get(sheet.ownerNode ?? sheet);
				if (known?.sheet === sheet && known.told && sameAs(known.told, sheet)) continue;
				if (known?.sheet === sheet && known.told && known.told.rules !== ruleCount(sheet)) this.#modified.add(sheet);
				if (known) known.dirty = true;
				this.#dirtyRoots.add(root);
			}
		}
	}

	/** Learns what the sheets of dirty roots select by. Comes before the tree is written. */
	learn(): void {
		for (const root of this.#dirtyRoots) {
			for (const sheet of sheetsOf(root)) this.#learnFrom(sheet, root);
		}
	}

	/** The next sheet of the document's that is still to be learnt from, one a call; false if there is none. */
	*learnStepwise(doc: Document): Iterable<void> {
		for (const sheet of sheetsOf(doc)) {
			this.#learnFrom(sheet, doc);
			yield;
		}
	}

	/** Writes the operations of dirty roots, and sends the texts that they need. */
	flush(): void {
		for (const root of this.#dirtyRoots) {
			const rootId = this.#ids.of(root);
			if (!rootId) continue;
			for (const sheet of sheetsOf(root)) this.#write(sheet, root);
			const adopted = [...(root.adoptedStyleSheets ?? [])];
			const before = this.#adopted.get(root) ?? [];
			if (adopted.length === before.length && adopted.every((sheet, i) => sheet === before[i])) continue;
			this.#adopted.set(root, adopted);
			const numbers = adopted.map((sheet) => this.#sheets.get(sheet)?.number ?? 0);
			this.#body.numbers(Op.adopt, rootId, numbers.length, ...numbers);
		}
		this.#dirtyRoots.clear();
	}

	#learnFrom(sheet: CSSStyleSheet, root: Root): void {
		const at = sheet.ownerNode ?? root;
		const known = this.#known(sheet);
		if (known.told && !known.dirty) return;
		if (known.rules && known.told) {
			const before = new Set(known.rules);
			for (const rule of sheet.cssRules)
				if (!before.has(rule)) this.#selected.read(this.#funnel.code(rule.cssText, at));
			return;
		}
		const source = this.#text(sheet);
		const text = source && this.#funnel.code(source, at);
		if (text === undefined || this.#learnt.has(text)) return;
		this.#learnt.add(text);
		this.#selected.read(text);
	}

	#known(sheet: CSSStyleSheet): Sheet {
		const owner = sheet.ownerNode ?? sheet;
		let known = this.#sheets.get(owner);
		if (!known) {
			known = { number: this.#next++, sheet, dirty: true };
			this.#sheets.set(owner, known);
		} else if (known.sheet !== sheet) {
			known.sheet = sheet;
			known.dirty = true;
			delete known.rules;
		}
		return known;
	}

	#write(sheet: CSSStyleSheet, root: Root): void {
		const known = this.#known(sheet);
		const owner = sheet.ownerNode;
		const ownerId = owner ? this.#ids.of(owner) : 0;
		if (owner && !ownerId) return;
		if (known.told && !known.dirty) return;
		known.dirty = false;
		const doc = root.nodeType === 9 ? (root as Document) : (root.ownerDocument as Document);
		const base = sheet.href ?? doc.baseURI;
		const told = describe(sheet);
		const sameFrame = known.told?.flags === told.flags && known.told.media === told.media;
		if (sameFrame && known.rules && this.#writeRules(known, known.rules, base, owner ?? root)) {
			known.told = told;
			return;
		}
		const text = this.#text(sheet);
		if (text === undefined) return;
		const bytes = utf8.encode(this.#funnel.css(text, base, owner ?? root));
		const key = this.#sender.asset(AssetType.style, "text/css", bytes);
		if (!key) {
			this.#hooks.unreadable();
			return;
		}
		known.told = told;
		if (this.#modified.has(sheet)) known.rules = [...sheet.cssRules];
		this.#body.sheet(known.number, ownerId, told.flags, this.#funnel.media(told.media), key);
	}

	/** Tells the difference between the rules that the mirror holds and those of now; false if too much differs. */
	#writeRules(known: Sheet, before: readonly CSSRule[], base: string, at: Node): boolean {
		const now = [...known.sheet.cssRules];
		let start = 0;
		while (start < before.length && before[start] === now[start]) start++;
		let tail = 0;
		while (tail < Math.min(before.length, now.length) - start && before.at(-1 - tail) === now.at(-1 - tail)) tail++;
		const gone = before.length - tail - start;
		const come = now.length - tail - start;
		if (gone === 0 && come === 0) return false;
		if (gone > 8 && gone > before.length * WHOLE_FROM_SHARE) return false;
		for (let i = 0; i < gone; i++) this.#body.numbers(Op.unrule, known.number, 1, start);
		for (let i = start; i < start + come; i++) {
			this.#body.rule(known.number, i, this.#funnel.css((now[i] as CSSRule).cssText, base, at));
		}
		known.rules = now;
		return true;
	}

	#text(sheet: CSSStyleSheet): string | undefined {
		const owner = sheet.ownerNode as Element | null;
		try {
			if (owner?.localName === "style" && !this.#modified.has(sheet)) {
				const source = owner.textContent ?? "";
				if (!/@(import|charset)/i.test(source) && countRules(source) === sheet.cssRules.length) return source;
				this.#modified.add(sheet);
			}
			return rulesText(sheet);
		} catch {
			return this.#fetchedText(sheet, owner ?? sheet);
		}
	}

	#fetchedText(sheet: CSSStyleSheet, owner: object): string | undefined {
		const known = this.#fetched.get(owner);
		if (known !== undefined) return known ?? undefined;
		if (!sheet.href) return undefined;
		this.#fetched.set(owner, null);
		void this.#hooks.fetch(sheet.href).then((text) => {
			if (text === undefined) return this.#hooks.unreadable();
			this.#fetched.set(owner, text);
			const sheetNow = this.#sheets.get(owner);
			if (sheetNow) sheetNow.dirty = true;
			for (const root of this.#adopted.keys()) this.#dirtyRoots.add(root);
			this.#hooks.wake();
		});
		return undefined;
	}
}

const describe = (sheet: CSSStyleSheet): Told => {
	const rel = (sheet.ownerNode as HTMLLinkElement | null)?.rel ?? "";
	return {
		flags: (sheet.disabled ? 1 : 0) + (/\balternate\b/i.test(rel) ? 2 : 0),
		media: sheet.media.mediaText,
		rules: ruleCount(sheet),
	};
};

const sameAs = (told: Told, sheet: CSSStyleSheet): boolean => {
	const now = describe(sheet);
	return told.flags === now.flags && told.media === now.media && told.rules === now.rules;
};

function ruleCount(sheet: CSSStyleSheet): number {
	try {
		return sheet.cssRules.length;
	} catch {
		return -1;
	}
}

function sheetsOf(root: Root): CSSStyleSheet[] {
	return [...(root.styleSheets ?? []), ...(root.adoptedStyleSheets ?? [])];
}

/** The object model's text of a sheet, what it imports in place. Throws for a sheet of another origin. */
function rulesText(sheet: CSSStyleSheet): string {
	let text = "";
	for (const rule of sheet.cssRules) {
		const imported = (rule as CSSImportRule).styleSheet;
		text += imported === undefined ? `${rule.cssText}\n` : importedText(rule as CSSImportRule);
	}
	return text;
}

function importedText(rule: CSSImportRule): string {
	let text = "";
	try {
		text = rule.styleSheet ? rulesText(rule.styleSheet) : "";
	} catch {
		return "";
	}
	if (rule.layerName !== null && rule.layerName !== undefined) text = `@layer ${rule.layerName} {${text}}`;
	if (rule.supportsText) text = `@supports ${rule.supportsText} {${text}}`;
	return rule.media.length ? `@media ${rule.media.mediaText} {${text}}\n` : text;
}
