/**
 * The style sheets of every root as the page sees them. A sheet is told as its source text, wherever that can be had and
 * still holds: the object model's text loses what it cannot put into words (CSSOM §6.7.2, a shorthand with var() and a
 * longhand after it). What differs from the source is told rule by rule. A sheet's number belongs to its owner element,
 * so that new text of the same element replaces the old.
 *
 * Long because telling a sheet, comparing it with its source and hearing of its changes all work on the same state.
 */

import { Op } from "../../../wire/dom.ts";
import { plain } from "../mask/plain.ts";
import type { Body, Outgoing } from "./body.ts";
import type { Selected } from "./css.ts";
import {
	differ,
	faces,
	fontFace,
	outermost,
	REPLACE,
	RULES,
	type Rules,
	ruleCount,
	rulesOf,
	type Source,
	type StylePast,
	sameList,
	sheetsOf,
} from "./cssom.ts";
import { CssReader, readCss, type StyleText, whole } from "./csstext.ts";
import type { Funnel } from "./funnel.ts";
import type { Ids } from "./ids.ts";
import type { Patches } from "./patches.ts";
import { AssetType, type Sender } from "./sender.ts";
import type { Root } from "./tree.ts";

type Realm = Window & typeof globalThis;
/** What is still to be done about a sheet: nothing, telling it, learning from it first. */
const Due = { nothing: 0, telling: 1, learning: 2 } as const;
type Sheet = {
	number: number;
	sheet: CSSStyleSheet;
	due: number;
	/** What the mirror holds: flags and media, the source and its asset, the rules as they are by now. */
	told?: string;
	source?: Source;
	key?: Uint8Array;
	held: Rules;
	/** A text that is being written: it is sent when it is whole, if it still is the sheet's. */
	draft?: { source: Source; owners: readonly Node[]; steps: Iterator<void, Uint8Array | undefined> };
};

export type StyleHooks = {
	/** Text of a sheet, from the network or its cache. */
	fetch(url: string): Promise<string | undefined>;
	unreadable(): void;
	wake(): void;
};

const utf8 = new TextEncoder();
/** So many rules that scripts got hold of are watched, and so many of them looked at in a sample. */
const MAX_HANDED = 2000;
const HANDED_PER_SAMPLE = 20;
/** Sheets up to this length are compared with their source, one in a sample. */
const MAX_COMPARED = 60_000;
/** Texts that are read are kept up to this length, for other roots with the same. */
const MAX_READ = 4_000_000;
/** So much of a text is read at a time, and so many rules. */
const SLICE_LENGTH = 30_000;
const SLICE_RULES = 300;
/** What was told of a sheet that its owner has no longer. */
const GONE = "gone";
/** A declaration without a value: the object model had no words for it. */
const LOSSY = /[;{]\s*(?!--)[-\w]+:\s*;/;

export class Styles {
	readonly #funnel: Funnel;
	readonly #selected: Selected;
	readonly #body: Body;
	readonly #ids: Ids;
	readonly #sender: Sender;
	readonly #hooks: StyleHooks;
	readonly #past: StylePast;
	readonly #adopted = new Map<Root, readonly object[]>();
	readonly #dirtyRoots = new Set<Root>();
	/** Those of them whose sheets may have something new to teach. */
	readonly #unlearnt = new Set<Root>();
	readonly #sheets = new Map<object, Sheet>();
	readonly #handed = new Set<CSSRule>();
	readonly #reads = new Map<string, CssReader>();
	/** Keys of texts that are the same wherever they stand. */
	readonly #keys = new WeakMap<StyleText, Uint8Array>();
	#readLength = 0;
	#next = 1;
	#deadline = 0;

	constructor(
		funnel: Funnel,
		selected: Selected,
		body: Body,
		ids: Ids,
		sender: Sender,
		hooks: StyleHooks,
		past: StylePast,
	) {
		this.#funnel = funnel;
		this.#selected = selected;
		this.#body = body;
		this.#ids = ids;
		this.#sender = sender;
		this.#hooks = hooks;
		this.#past = past;
	}

	get dirty(): boolean {
		return this.#dirtyRoots.size + this.#handed.size > 0;
	}

	add(root: Root): void {
		if (this.#adopted.has(root)) return;
		this.#adopted.set(root, []);
		this.touch(root);
	}

	forget(root: Root): void {
		this.#adopted.delete(root);
		this.#dirtyRoots.delete(root);
		this.#unlearnt.delete(root);
	}

	forgetOwner(owner: object): void {
		this.#sheets.delete(owner);
	}

	/** Something about the sheets of a root may have changed. */
	touch(root: Root | undefined): void {
		if (!root || !this.#adopted.has(root)) return;
		this.#dirtyRoots.add(root);
		this.#unlearnt.add(root);
	}

	/** Listens to what scripts do to sheets in a window; `told`: something may have changed. */
	patch(view: Realm, patches: Patches): void {
		const { given, sources, declared, fetched, touched } = this.#past;
		const touch = (sheet: CSSStyleSheet) => this.#touchSheet(sheet);
		const sheet = view.CSSStyleSheet.prototype;
		patches.method(sheet, "insertRule", (self, index, args) => {
			const rule = (self as CSSStyleSheet).cssRules[index as number];
			if (rule) given.set(rule, String(args[0]));
			touch(self as CSSStyleSheet);
		});
		for (const name of ["deleteRule", "addRule", "removeRule"])
			patches.method(sheet, name, (self) => touch(self as CSSStyleSheet));
		const replaced = (self: CSSStyleSheet, text: unknown) => {
			sources.delete(self);
			fetched.set(self, String(text));
			touch(self);
			touched.delete(self);
		};
		patches.method(sheet, "replaceSync", (self, _, args) => replaced(self as CSSStyleSheet, args[0]));
		patches.method(sheet, "replace", (self, done, args) => {
			void (done as Promise<unknown>).then(() => replaced(self as CSSStyleSheet, args[0])).catch(() => undefined);
		});
		for (const name of RULES) {
			const prototype = (Reflect.get(view, name) as { prototype: object } | undefined)?.prototype;
			for (const member of prototype ? Object.getOwnPropertyNames(prototype) : []) {
				if (/^(style|styleMap|media)$/.test(member))
					patches.getter(prototype, member, (self) => this.#hand(self as CSSRule));
				else if (/Rule$/.test(member)) patches.method(prototype, member, (self) => this.#touchRule(self as CSSRule));
				patches.setter(prototype, member, (self) => this.#touchRule(self as CSSRule));
			}
		}
		for (const { prototype } of [view.Document, view.ShadowRoot])
			patches.setter(prototype, "adoptedStyleSheets", (self) => {
				this.touch(self as Root);
				this.#hooks.wake();
			});
		patches.setter(view.HTMLLinkElement.prototype, "disabled", (self) => {
			const link = self as HTMLLinkElement;
			if (!link.disabled) this.#past.enabled.add(link);
		});
		const declare = (key: unknown, text: string) => {
			const texts = declared.get(view.document) ?? new Map();
			declared.set(view.document, texts.set(key, text));
			this.touch(view.document);
			this.#hooks.wake();
		};
		patches.method(view.CSS, "registerProperty", (_, _done, args) => {
			const { name, syntax = "*", inherits, initialValue } = args[0] as PropertyDefinition;
			const initial = initialValue === undefined ? "" : `initial-value:${initialValue}`;
			declare(name, `@property ${name}{syntax:${JSON.stringify(syntax)};inherits:${inherits};${initial}}`);
		});
		patches.constructed(view, "FontFace", (face, _, args) => {
			if (typeof args[1] === "string") faces.set(face as FontFace, args[1]);
		});
		patches.method(view.FontFaceSet?.prototype, "add", (_, _set, args) => {
			const face = args[0] as FontFace;
			const source = faces.get(face);
			if (source) declare(face, fontFace(face, source));
		});
		for (const name of ["delete", "clear"])
			patches.method(view.FontFaceSet?.prototype, name, () => {
				for (const face of declared.get(view.document)?.keys() ?? [])
					if (face instanceof view.FontFace && !view.document.fonts.has(face)) declare(face, "");
			});
	}

	/** The page changed a sheet's rules. */
	#touchSheet(sheet: CSSStyleSheet): void {
		this.#past.touched.add(sheet);
		if (sheet.ownerRule) {
			this.#touchRule(sheet.ownerRule);
			return;
		}
		const known = this.#sheets.get(sheet.ownerNode ?? sheet);
		if (known?.told && known.due === Due.learning) return;
		if (known) known.due = Due.learning;
		for (const root of this.#adopted.keys()) {
			if (sheet.ownerNode ? sheet.ownerNode.getRootNode() === root : plain(root).adoptedStyleSheets?.includes(sheet))
				this.touch(root);
		}
		this.#hooks.wake();
	}

	/** Something in a rule changed: the outermost one around it is to be told anew. */
	#touchRule(rule: CSSRule): void {
		const outer = outermost(rule);
		const sheet = outer.parentStyleSheet;
		if (!sheet) return;
		const { sources, given, seen } = this.#past;
		given.delete(outer);
		if (seen.has(outer)) seen.set(outer, outer.cssText);
		for (const rules of [sources.get(sheet)?.rules, this.#sheets.get(sheet.ownerNode ?? sheet)?.held]) {
			const at = rules?.indexOf(outer) ?? -1;
			if (rules && at >= 0) rules[at] = undefined;
		}
		this.#touchSheet(sheet);
	}

	/** A script is being given the declarations of a rule: no event will tell what it does with them. */
	#hand(rule: CSSRule): void {
		const outer = outermost(rule);
		const { handed, seen } = this.#past;
		if (!seen.has(outer)) {
			if (handed.size >= MAX_HANDED) return;
			handed.add(new WeakRef(outer));
			seen.set(outer, outer.cssText);
		}
		this.#handed.add(outer);
		this.#hooks.wake();
	}

	#lookAt(rule: CSSRule): void {
		if (rule.cssText !== this.#past.seen.get(rule)) this.#touchRule(rule);
	}

	/** Looks at all roots for what no event tells: counts of rules, media, disabled, adopted sheets. */
	sample(): void {
		const { handed, seen } = this.#past;
		let left = Math.min(HANDED_PER_SAMPLE, handed.size);
		for (const held of handed) {
			if (left-- <= 0) break;
			// To the end of the queue; a rule that is in no sheet any more leaves it.
			handed.delete(held);
			const rule = held.deref();
			if (rule?.parentStyleSheet) {
				handed.add(held);
				this.#lookAt(rule);
			} else if (rule) seen.delete(rule);
		}
		const alive = new Set<object>();
		let compared = false;
		for (const [root, adopted] of this.#adopted) {
			const now = this.#adoptedOf(root);
			if (!sameList(now, adopted)) this.touch(root);
			for (const each of [...adopted, ...now]) alive.add(each);
			for (const sheet of sheetsOf(root)) {
				const owner = sheet.ownerNode ?? sheet;
				const known = this.#sheets.get(owner);
				alive.add(owner);
				const length = ruleCount(sheet);
				if (known?.sheet === sheet && known.told === this.#describe(sheet) && length === known.held.length) {
					if (!compared && !known.due && length && !this.#past.touched.has(sheet)) {
						compared = this.#compare(sheet);
						const as = new Set(this.#past.sources.get(sheet)?.rules);
						known.held = known.held.map((rule) => (as.has(rule) ? rule : undefined));
						if (!known.held.includes(undefined)) continue;
						known.due = Due.learning;
						this.touch(root);
					}
					continue;
				}
				if (known?.sheet === sheet && known.told) this.#past.touched.add(sheet);
				if (known) known.due = Due.learning;
				this.touch(root);
			}
		}
		// An adopted sheet, or one in something that is not sent, would hold its whole frame.
		for (const owner of this.#sheets.keys())
			if (!alive.has(owner) && !this.#ids.of(owner as Node)) this.#sheets.delete(owner);
	}

	/**
	 * Learns what the sheets of dirty roots select by, until the deadline but at least a little; true if that is all.
	 * Comes before the tree is written. What was read stays read: another call goes on from there.
	 */
	learn(deadline: number): boolean {
		for (const rule of this.#handed) this.#lookAt(rule);
		this.#handed.clear();
		for (const root of this.#unlearnt) {
			for (const sheet of sheetsOf(root)) {
				const known = this.#known(sheet);
				if (known.due !== Due.learning) continue;
				for (const _ of this.#learnFrom(sheet, sheet.ownerNode ?? root)) if (performance.now() > deadline) return false;
				known.due = Due.telling;
			}
			this.#unlearnt.delete(root);
		}
		return true;
	}

	/** `at`: the node that the sheet, or the one that imports it, belongs to. Yields after each piece of work. */
	*#learnFrom(sheet: CSSStyleSheet, at: Node): Iterable<void> {
		const { sources } = this.#past;
		const text = sources.get(sheet)?.text ?? this.#sourceText(sheet);
		if (!text || sources.get(sheet)?.rest.length) yield* this.#putTogether(sheet);
		else yield* this.#readStepwise(text, at);
		const source = this.#source(sheet);
		if (!source) return;
		const now = rulesOf(sheet) ?? [];
		if (differ(source.rules, now)) {
			sources.delete(sheet);
			yield* this.#learnFrom(sheet, at);
			return;
		}
		yield* this.#readStepwise(source.text, at);
		const before = new Set(source.rules);
		for (const rule of now) {
			if (!before.has(rule)) this.#read(this.#textOf(rule), at);
			const { styleSheet } = rule as CSSImportRule;
			if (styleSheet) yield* this.#learnFrom(styleSheet, at);
		}
	}

	/**
	 * Writes the operations of dirty roots whose owners the mirror has, and sends the texts that they need, until the
	 * deadline but at least one; true if that is all. Adopted sheets belong to all who adopt them: they wait for the last.
	 */
	flush(deadline: number, last = true): boolean {
		this.#deadline = deadline;
		for (const root of this.#dirtyRoots) {
			const rootId = this.#ids.of(root);
			for (const sheet of rootId ? sheetsOf(root) : []) {
				const known = this.#known(sheet);
				const { ownerNode: owner } = sheet;
				const ownerId = owner ? this.#ids.of(owner) : 0;
				if (!known.due || (owner ? !ownerId : !last)) continue;
				if (!this.#write(known, sheet, ownerId) || this.#isLate()) return false;
			}
			const adopted = this.#adoptedOf(root);
			if (!last && adopted.length) continue;
			this.#dirtyRoots.delete(root);
			if (!rootId) continue;
			this.#writeDeclared(root);
			if (sameList(adopted, this.#adopted.get(root) ?? [])) continue;
			this.#adopted.set(root, adopted);
			const numbers = adopted.map((sheet) => this.#sheets.get(sheet)?.number ?? 0);
			this.#body.numbers(Op.adopt, rootId, numbers.length, ...numbers);
		}
		this.#writeGone();
		return true;
	}

	#adoptedOf(root: Root): object[] {
		const declared = this.#past.declared.get(root as Document);
		return [...(declared ? [declared] : []), ...(plain(root).adoptedStyleSheets ?? [])];
	}

	#known(sheet: CSSStyleSheet): Sheet {
		const owner = sheet.ownerNode ?? sheet;
		let known = this.#sheets.get(owner);
		if (!known) {
			known = { number: this.#next++, sheet, due: Due.learning, held: [] };
			this.#sheets.set(owner, known);
		} else if (known.sheet !== sheet) {
			known.sheet = sheet;
			known.due = Due.learning;
		}
		return known;
	}

	/** Goes on with telling of a sheet; true if there is nothing left to do. */
	#write(known: Sheet, sheet: CSSStyleSheet, ownerId: number): boolean {
		known.due = Due.nothing;
		const { ownerNode: owner } = sheet;
		const told = this.#describe(sheet);
		const source = this.#source(sheet);
		if (!source) return true;
		const owners = owner
			? [owner]
			: [...this.#adopted.keys()].filter((each) => each.adoptedStyleSheets?.includes(sheet));
		if (source !== known.source) {
			let { draft } = known;
			if (draft?.source !== source || !sameList(draft.owners, owners))
				draft = { source, owners, steps: this.#asset(sheet, source.text, owners) };
			known.draft = draft;
			const { done, value: key } = draft.steps.next();
			if (!done) {
				known.due = Due.telling;
				return false;
			}
			delete known.draft;
			if (!key) return true;
			known.key = key;
		}
		if (source !== known.source || told !== known.told) {
			const media = this.#funnel.media(sheet.media.mediaText, owners);
			this.#body.sheet(known.number, ownerId, this.#flagsOf(sheet), media, known.key as Uint8Array);
			known.held = source.rules;
			known.source = source;
			known.told = told;
		}
		this.#writeRules(known, rulesOf(sheet) ?? [], owners);
		return true;
	}

	#isLate(): boolean {
		return performance.now() > this.#deadline;
	}

	/** Tells the difference between the rules that the mirror holds and those of now: they never change places. */
	#writeRules(known: Sheet, now: readonly CSSRule[], owners: readonly Node[]): void {
		const { number, held, sheet } = known;
		if (sameList(held, now)) return;
		const alive = new Set<CSSRule | undefined>(now);
		const kept = held.filter((rule) => alive.has(rule));
		for (let i = held.length - 1; i >= 0; i--) if (!alive.has(held[i])) this.#body.numbers(Op.unrule, number, 1, i);
		let at = 0;
		for (const [i, rule] of now.entries()) {
			if (rule === kept[at]) at++;
			else this.#body.rule(number, i, whole(this.#rewrite(sheet, this.#textOf(rule), owners, [rule])));
		}
		known.held = [...now];
	}

	/** Switches off the sheets of owners that have none any more: a link that is disabled, a style of another type. */
	#writeGone(): void {
		for (const [owner, known] of this.#sheets) {
			if (!known.key || known.told === GONE || (owner as HTMLStyleElement).sheet !== null) continue;
			const id = this.#ids.of(owner as Node);
			if (id) this.#body.sheet(known.number, id, 1, this.#funnel.media("", []), known.key);
			known.told = GONE;
			delete known.source;
		}
	}

	#flagsOf(sheet: CSSStyleSheet): number {
		const { rel, title } = (sheet.ownerNode ?? {}) as HTMLLinkElement;
		const alternate = /\balternate\b/i.test(rel ?? "");
		// Not said of a sheet: an alternative one is off until a script switches it on (CSSOM §6.2).
		const off = sheet.disabled || (alternate && title && !this.#past.enabled.has(sheet.ownerNode as Element));
		return (off ? 1 : 0) + (alternate ? 2 : 0);
	}

	#describe(sheet: CSSStyleSheet): string {
		return this.#flagsOf(sheet) + sheet.media.mediaText;
	}

	/** What scripts declared without a sheet goes into one of its own, adopted by the document. */
	#writeDeclared(root: Root): void {
		const declared = this.#past.declared.get(root as Document);
		if (!declared) return;
		const text = [...declared.values()].join("\n");
		const known = this.#sheets.get(declared) ?? {
			number: this.#next++,
			sheet: {} as CSSStyleSheet,
			due: Due.nothing,
			held: [],
		};
		this.#sheets.set(declared, known);
		if (known.told === text) return;
		known.told = text;
		const bytes = utf8.encode(this.#funnel.css(this.#read(text, root), plain(root).baseURI, [root]));
		const key = this.#sender.asset(AssetType.style, "text/css", bytes);
		if (key) this.#body.sheet(known.number, 0, 0, this.#funnel.media("", []), key);
	}

	*#asset(sheet: CSSStyleSheet, text: string, owners: readonly Node[]): Generator<void, Uint8Array | undefined> {
		const read = this.#read(text, owners[0] as Node);
		const known = this.#keys.get(read);
		if (known) return known;
		// What it imports is written at once: it may be written otherwise in the next step.
		const late = read.holes.some(({ kind }) => kind === "import") ? undefined : () => this.#isLate();
		const rules = late ? [] : (rulesOf(sheet) ?? []);
		const bytes = utf8.encode(yield* this.#rewrite(sheet, text, owners, rules, late));
		const key = this.#sender.asset(AssetType.style, "text/css", bytes);
		if (!key) this.#hooks.unreadable();
		else if (read.holes.length === 0 && !this.#funnel.isOwn(owners[0] as Node)) this.#keys.set(read, key);
		return key;
	}

	/** A text of a sheet as it may leave, what it imports in place; in steps. */
	#rewrite(
		sheet: CSSStyleSheet,
		text: string,
		owners: readonly Node[],
		rules: readonly CSSRule[],
		late?: () => boolean,
	): Generator<void, Outgoing> {
		const imports = rules.filter((rule) => "styleSheet" in rule) as CSSImportRule[];
		const [at = document] = owners;
		const imported = (n: number) => (imports[n] ? this.#imported(imports[n], owners) : "");
		return this.#funnel.cssStepwise(this.#read(text, at), sheet.href ?? plain(at).baseURI, owners, imported, late);
	}

	/** An imported sheet, as one rule. */
	#imported(rule: CSSImportRule, owners: readonly Node[]): string {
		const { styleSheet: sheet, layerName, supportsText, media } = rule;
		const source = sheet && this.#source(sheet);
		const now = (sheet && rulesOf(sheet)) ?? [];
		if (!sheet || !source) return "@media not all{}";
		const text = sameList(source.rules, now) ? source.text : now.map((inner) => this.#textOf(inner)).join("\n");
		let out: string = whole(this.#rewrite(sheet, text, owners, now));
		if (typeof layerName === "string") out = `@layer ${layerName}{${out}}`;
		if (supportsText)
			out = `@supports ${/^[\w-]+\s*:/.test(supportsText) ? `(${supportsText})` : supportsText}{${out}}`;
		return `@media ${media.mediaText || "all"}{${out}}`;
	}

	#read(text: string, at: Node): StyleText {
		const reader = this.#reader(text, at);
		reader.read();
		return reader;
	}

	*#readStepwise(text: string, at: Node): Iterable<void> {
		const reader = this.#reader(text, at);
		while (!reader.done) {
			reader.read(SLICE_LENGTH);
			yield;
		}
	}

	/** Each text is read once. What is somebody's own teaches nothing but what of it leaves. */
	#reader(text: string, at: Node): CssReader {
		const own = this.#funnel.isOwn(at);
		const key = own ? `\0${text}` : text;
		const known = this.#reads.get(key);
		if (known) return known;
		if (own) readCss(this.#funnel.code(text, at), this.#selected);
		this.#readLength += text.length;
		if (this.#readLength > MAX_READ) {
			this.#reads.clear();
			this.#readLength = text.length;
		}
		const reader = new CssReader(text, own ? undefined : this.#selected, true);
		this.#reads.set(key, reader);
		return reader;
	}

	/** The text of a sheet, with the rules that it still describes; undefined while it cannot be had. */
	#source(sheet: CSSStyleSheet): Source | undefined {
		const { sources, touched } = this.#past;
		const known = sources.get(sheet);
		if (known && known.rest.length === 0) return known;
		const now = rulesOf(sheet);
		const text = known ? undefined : this.#sourceText(sheet);
		if (text !== undefined) {
			const source: Source = { text, rules: now ?? [], rest: [] };
			sources.set(sheet, source);
			if (!now || (!touched.has(sheet) && this.#read(text, sheet.ownerNode ?? document).rules === now.length))
				return source;
			this.#compare(sheet);
			if (!differ(source.rules, now)) return source;
			sources.delete(sheet);
		}
		for (const _ of this.#putTogether(sheet));
		return sources.get(sheet);
	}

	#sourceText(sheet: CSSStyleSheet): string | undefined {
		const owner = sheet.ownerNode as Element | null;
		// Not `textContent`: what elements in it hold is no style.
		if (owner?.localName === "style")
			return [...owner.childNodes].map((child) => (child.nodeType === 3 ? (child as Text).data : "")).join("");
		return this.#past.fetched.get(owner ?? sheet) ?? undefined;
	}

	/** Makes a source of the object model's words, and goes on with one that is not whole yet. */
	*#putTogether(sheet: CSSStyleSheet): Iterable<void> {
		const { sources } = this.#past;
		let source = sources.get(sheet);
		if (!source) {
			const rules = rulesOf(sheet);
			if (!rules) {
				this.#ask(sheet);
				return;
			}
			source = { text: "", rules: [...rules], rest: rules };
			// What is changed in the meantime is noted there.
			sources.set(sheet, source);
		}
		while (source.rest.length) {
			const some = source.rest.splice(0, SLICE_RULES).map((rule) => `${this.#textOf(rule)}\n`);
			const text = some.join("");
			source.text += text;
			if (LOSSY.test(text)) this.#ask(sheet);
			yield;
		}
	}

	#textOf(rule: CSSRule): string {
		return this.#past.given.get(rule) ?? rule.cssText;
	}

	/** Finds out which rules of a sheet its source still describes, by having the browser read it again. */
	#compare(sheet: CSSStyleSheet): boolean {
		const source = this.#past.sources.get(sheet);
		const now = rulesOf(sheet);
		this.#past.touched.add(sheet);
		if (!source || !now || (source.text.length > MAX_COMPARED && source.rules.length === now.length)) return false;
		if (!REPLACE) return false;
		const twin = new CSSStyleSheet();
		REPLACE.call(twin, source.text);
		const rules: Rules = [...twin.cssRules];
		// A constructed sheet has no imports.
		for (const [i, rule] of now.entries()) if ("styleSheet" in rule) rules.splice(i, 0, rule);
		let at = 0;
		const same = rules.length === now.length;
		const text = (rule: CSSRule | undefined) => rule?.cssText;
		const texts = same ? [] : now.map(text);
		const matched = rules.map((rule, i) => {
			const found = same ? i : texts.indexOf(text(rule), at);
			if (found < 0 || (same && rule !== now[i] && text(rule) !== text(now[i]))) return undefined;
			at = found + 1;
			return now[found];
		});
		source.rules = matched;
		return true;
	}

	/** Asks for the file of a sheet that the object model shows badly, or not at all. */
	#ask(sheet: CSSStyleSheet): void {
		const { fetched, sources } = this.#past;
		const owner = sheet.ownerNode ?? sheet;
		if (fetched.has(owner) || !sheet.href) return;
		fetched.set(owner, null);
		void this.#hooks.fetch(sheet.href).then((text) => {
			if (text !== undefined) {
				fetched.set(owner, text);
				sources.delete(sheet);
				this.#touchSheet(sheet);
			} else if (!rulesOf(sheet)) this.#hooks.unreadable();
		});
	}
}
