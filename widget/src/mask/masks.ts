/**
 * The one place that decides what may be seen of an element. Precedence: always excluded > ignore > mask > unmask >
 * the site's default; an ancestor's stricter rule always wins, and nothing reveals anything inside an ignored subtree.
 *
 * Decisions are remembered only for one synchronous step (between two calls of `step`), in which the page cannot
 * change: a marking added a moment ago therefore always counts.
 */

import { holdsOn, type Mode, type Policy, type Rule } from "../policy.ts";
import { ATTRIBUTE_MARKS, CLASS_MARKS, Mark, type Values } from "./markings.ts";
import { plain, viewOf } from "./plain.ts";
import { sensitiveAutocomplete, sensitiveName } from "./sensitive.ts";

/** Levels in the order of strictness; from `byDefault` on text is masked, from `ignored` on only an empty box leaves. */
export const Level = { clear: 0, unmasked: 1, byDefault: 2, masked: 3, ignored: 4, excluded: 5 } as const;
/** Bits of a verdict beside its level; own: what stands here is the visitor's, or marked, even where it looks like code. */
export const Verdict = { level: 7, noControl: 8, noIframe: 16, own: 32 } as const;

export const levelOf = (verdict: number): number => verdict & Verdict.level;
export const isMasked = (verdict: number): boolean => levelOf(verdict) >= Level.byDefault;
export const isBox = (verdict: number): boolean => levelOf(verdict) >= Level.ignored;

/** The node that what is decided for a node inherits from: the host of a shadow root, the frame of a document. */
export function parentOf(node: Node): Node | null {
	const { parentNode, nodeType } = plain(node);
	if (parentNode) return parentNode;
	if (nodeType === 11) return (node as ShadowRoot).host ?? null;
	if (nodeType === 9) {
		try {
			return plain(node as Document).defaultView?.frameElement ?? null;
		} catch {
			return null;
		}
	}
	return null;
}

/** Input types of which no value leaves in any case. */
const VALUELESS = /^(hidden|checkbox|radio)$/;
/** Input types that are buttons: their value is a label, not what somebody entered. */
const BUTTONS = /^(button|submit|reset|image)$/;
const MARK_OF_RULE: Readonly<Record<Rule, number>> = {
	ignore: Mark.ignore,
	mask: Mark.mask,
	unmask: Mark.unmask,
	"no-control": Mark.noControl,
};

export const isButtonInput = (element: Element): boolean => BUTTONS.test((element as HTMLInputElement).type);

/** Whether an element is a control of a form, native or not, that people enter something in. */
function isField(element: Element): boolean {
	const tag = element.localName;
	if (/^(textarea|select|output)$/.test(tag)) return true;
	if (tag === "input") return !isButtonInput(element);
	const own = viewOf(element)?.customElements.get(tag) as { formAssociated?: boolean } | undefined;
	return own?.formAssociated === true && !isButtonInput(element);
}

/** Whether a class attribute can hold a marking at all. */
const MARKED = new RegExp([...CLASS_MARKS.keys()].join("|"), "i");

/** Attributes beside the marking ones that a verdict is made of. */
const BEARING = /^(class|slot|type|autocomplete|name|id|placeholder|aria-label(ledby)?)$/;
/** What a field that once held a password is known by when the page makes it anew. */
const KNOWN_BY = ["name", "id", "placeholder", "aria-label"];

/** What was learnt of the page's fields; outlives policies and snapshots. */
export class Passwords {
	/** Ever held a password. */
	readonly fields = new WeakSet<Element>();
	/** How these were called. */
	readonly names = new Set<string>();
	/** Was typed into, although nothing says that it can be. */
	readonly edited = new WeakSet<Element>();
}

function attributeMarks(values: Values, value: string): number {
	let marks = 0;
	for (const word of value
		.toLowerCase()
		.trim()
		.split(/[\s,]+/)) {
		marks |= (Object.hasOwn(values, word) ? values[word] : values[""]) ?? Mark.mask;
	}
	return marks;
}

const MAX_CACHED = 5000;
/** So many elements are asked for the name that they give a field. */
const MAX_NAMING = 10;

const at = (level: number, verdict: number): number => (verdict & ~Verdict.level) | level;
const isDesign = (doc: Document): boolean => plain(doc).designMode === "on";
const mayBeField = (tag: string): boolean => FIELDS.has(tag) || tag.includes("-");
const FIELDS = new Set(["input", "textarea", "select", "output"]);

export class Masks {
	/** Whether anything was found that a marking masks. */
	marked = false;
	#mode: Mode = "strict";
	#selectors: { css: string; mark: number }[] = [];
	#complex = "";
	readonly #policy: Policy;
	#path: string | undefined;
	#own: Document | undefined;
	#memo = new Map<Node, number>();
	#labels = new Map<Node, Map<string, string[]>>();
	readonly #classes = new Map<string, number>();
	/** By attribute name as written: what its values mean. */
	readonly #names = new Map<string, Values | undefined>();
	/** Documents, with whether all of them can be edited. */
	readonly #designs = new Map<Document, boolean>();
	readonly #passwords: Passwords;
	readonly #closedRoots: WeakMap<Element, ShadowRoot>;

	constructor(policy: Policy, passwords = new Passwords(), closedRoots = new WeakMap<Element, ShadowRoot>()) {
		this.#policy = policy;
		this.#passwords = passwords;
		this.#closedRoots = closedRoots;
	}

	get mode(): Mode {
		return this.#mode;
	}

	/** Selectors whose matches can change without a change to the element or its ancestors; "" if there are none. */
	get complexSelectors(): string {
		return this.#complex;
	}

	/**
	 * Starts a synchronous step on a page at the path; true if other rules are in force than in the last one. `isChanged`:
	 * something in the page's trees may be other than in the last step.
	 */
	step(doc: Document, path: string, isChanged = true): boolean {
		// To read all labels in each slice of a snapshot would cost more than the snapshot.
		if (isChanged) this.#labels.clear();
		this.#memo.clear();
		let changed = path !== this.#path && this.#enforce(doc, path);
		this.#own = doc;
		for (const [known, editable] of this.#designs) {
			if (!plain(known).defaultView) this.#designs.delete(known);
			else if (editable !== isDesign(known)) changed = true;
		}
		if (changed) this.#designs.clear();
		return changed;
	}

	/** Whether a change of the attribute, from the value `before` if that is known, can change what is decided for its element. */
	bears(name: string, before: string | null | undefined, element: Element): boolean {
		// Pages toggle classes all the time, and hardly ever marking ones.
		if (name === "class" && before !== undefined && this.#selectors.length === 0)
			return this.#classMarks(before ?? "") !== this.#classMarks(plain(element).getAttribute(name) ?? "");
		return this.#selectors.length > 0 || BEARING.test(name) || ATTRIBUTE_MARKS.has(name.toLowerCase());
	}

	#enforce(doc: Document, path: string): boolean {
		this.#path = path;
		const before = this.#inForce;
		this.#mode = this.#policy.mode;
		this.#selectors = [];
		const complex: string[] = [];
		for (const selector of this.#policy.selectors) {
			if (!holdsOn(selector, path)) continue;
			try {
				plain(doc).querySelector(selector.css);
			} catch {
				// What a broken selector was meant to hide is unknown, so everything is hidden; a broken unmask reveals nothing.
				if (selector.rule === "ignore" || selector.rule === "mask") this.#mode = "strict";
				continue;
			}
			this.#selectors.push({ css: selector.css, mark: MARK_OF_RULE[selector.rule] });
			if (/[\s>+~:]/.test(selector.css.trim())) complex.push(selector.css);
		}
		this.#complex = complex.join(",");
		return before !== this.#inForce;
	}

	/** Not as JSON: some libraries have arrays written otherwise. */
	get #inForce(): string {
		return this.#mode + this.#selectors.map(({ css, mark }) => `\n${mark} ${css}`).join("");
	}

	/**
	 * What is decided for a node, from its ancestors down. One that has left the page, or stands in a document that its
	 * frame has left, has lost what was decided above it: nothing of it leaves.
	 */
	verdict(node: Node): number {
		const known = this.#memo.get(node);
		if (known !== undefined) return known;
		const parent = node === this.#own ? null : parentOf(node);
		let verdict = parent ? this.verdict(parent) : node === this.#own ? this.root : Level.ignored;
		const { nodeType } = plain(node);
		if (nodeType === 9) verdict = this.document(verdict, node as Document);
		else if (parent && plain(parent).nodeType === 1 && (nodeType === 1 || nodeType === 3))
			verdict = this.slotted(verdict, node as Element);
		if (nodeType === 1) verdict = this.child(verdict, node as Element);
		this.#memo.set(node, verdict);
		return verdict;
	}

	/** What the source's document starts with. */
	get root(): number {
		return this.#mode === "strict" ? Level.byDefault : Level.clear;
	}

	/** What is decided for a document in a frame whose verdict is known: all of it may be a text that is being written. */
	document(above: number, doc: Document): number {
		const editable = isDesign(doc);
		this.#designs.set(doc, editable);
		return editable ? this.#written(above) : above;
	}

	/** What holds for a child of an element, shown in a slot: the stricter of its own tree's and of the slot's. */
	slotted(above: number, child: Element | Text): number {
		const slot = plain(child).assignedSlot ?? this.#closedSlot(child);
		if (!slot) return above;
		const there = this.verdict(slot);
		const flags = (above | there) & ~Verdict.level;
		// Unmasking counts in the tree that the child belongs to.
		return flags | Math.max(levelOf(above), levelOf(there) === Level.unmasked ? 0 : levelOf(there));
	}

	/** Whether children of the node may be shown in slots. */
	hosts(node: Node): boolean {
		return !!plain(node as Element).shadowRoot || this.#closedRoots.has(node as Element);
	}

	#closedSlot(child: Node): Element | undefined {
		const slots = this.#closedRoots.get(plain(child).parentNode as Element)?.querySelectorAll("slot");
		return [...(slots ?? [])].find((slot) => slot.assignedNodes().includes(child as Element));
	}

	/** What is decided for an element whose parent's verdict is known. */
	child(above: number, element: Element, own = plain(element), names = own.getAttributeNames()): number {
		const parent = levelOf(above);
		if (parent >= Level.ignored) return (above & ~Verdict.level) | Level.ignored;
		let marks = 0;
		for (const name of names) marks |= this.#marksOf(own, name);
		for (const selector of this.#selectors) if (own.matches(selector.css)) marks |= selector.mark;
		const verdict = above | (marks & (Verdict.noControl | Verdict.noIframe));
		const field = mayBeField(own.localName) && isField(element);
		// A field that becomes a button takes what it held along, as its label (HTML §4.10.5.4, change of type).
		if (this.#wasPassword(element, field) || (field && this.#sensitive(element))) return at(Level.excluded, verdict);
		if (marks & Mark.ignore) return at(Level.ignored, verdict);
		if (parent === Level.masked || marks & Mark.mask) {
			this.marked = true;
			return at(Level.masked, verdict) | Verdict.own;
		}
		if (marks & Mark.foreignUnmask && this.#policy.foreignUnmask) marks |= Mark.unmask;
		if (parent === Level.unmasked || marks & Mark.unmask) return at(Level.unmasked, verdict) & ~Verdict.own;
		if (marks & Mark.editable || this.#passwords.edited.has(element)) return this.#written(verdict);
		return field && this.#mode === "inputs" ? at(Level.byDefault, verdict) : verdict;
	}

	/** What people write into stands under the site's default. */
	#written(above: number): number {
		if (levelOf(above) === Level.unmasked || this.#mode === "marked-only") return above;
		return at(Math.max(levelOf(above), Level.byDefault), above) | Verdict.own;
	}

	/** Remembers a field as one that once held a password: it never leaves again, nor does one of the same name. */
	rememberPassword(field: Element): void {
		this.#passwords.fields.add(field);
		for (const name of KNOWN_BY) {
			const value = field.getAttribute(name);
			if (value) this.#passwords.names.add(`${name}=${value}`);
		}
	}

	/** Remembers an element as one that people write into; true if that was not known. */
	rememberEdited(element: Element): boolean {
		const { edited } = this.#passwords;
		if (edited.has(element) || mayBeField(plain(element).localName)) return false;
		edited.add(element);
		return true;
	}

	#marksOf(own: Element, name: string): number {
		if (name === "class") return this.#classMarks(own.getAttribute(name) ?? "");
		let values = this.#names.get(name);
		if (values === undefined && !this.#names.has(name)) {
			values = ATTRIBUTE_MARKS.get(name.toLowerCase());
			if (this.#names.size < MAX_CACHED) this.#names.set(name, values);
		}
		return values ? attributeMarks(values, own.getAttribute(name) ?? "") : 0;
	}

	#classMarks(value: string): number {
		let marks = this.#classes.get(value);
		if (marks === undefined) {
			marks = 0;
			if (MARKED.test(value)) {
				for (const token of value.toLowerCase().split(/\s+/)) marks |= CLASS_MARKS.get(token) ?? 0;
			}
			if (this.#classes.size > MAX_CACHED) this.#classes.clear();
			this.#classes.set(value, marks);
		}
		return marks;
	}

	/** Whether it held a password once, or stands, as a field or a button, in the place of one that did. */
	#wasPassword(element: Element, field: boolean): boolean {
		const { fields, names } = this.#passwords;
		if (fields.has(element)) return true;
		if (names.size === 0 || !(field || plain(element).localName === "input")) return false;
		if (VALUELESS.test((element as HTMLInputElement).type)) return false;
		return KNOWN_BY.some((name) => names.has(`${name}=${element.getAttribute(name)}`));
	}

	#sensitive(element: Element): boolean {
		const { type } = element as HTMLInputElement;
		if (type === "password") {
			this.rememberPassword(element);
			return true;
		}
		if (VALUELESS.test(type)) return false;
		if (sensitiveAutocomplete(element.getAttribute("autocomplete"))) return true;
		for (const name of KNOWN_BY) {
			const value = element.getAttribute(name);
			if (value && sensitiveName(value)) return true;
		}
		if (sensitiveName(element.closest("label")?.textContent)) return true;
		return this.#labelsOf(element).some(sensitiveName);
	}

	/** What names a field by IDs. All labels of a root are read at once: `labels` walks the tree each time. */
	#labelsOf(field: Element): (string | null | undefined)[] {
		const root = field.getRootNode() as ParentNode & Node;
		let labels = this.#labels.get(root);
		if (!labels) {
			labels = new Map();
			for (const label of plain(root).querySelectorAll?.("label[for]") ?? []) {
				const id = label.getAttribute("for") ?? "";
				const text = label.textContent ?? "";
				const others = labels.get(id);
				if (others) others.push(text);
				else labels.set(id, [text]);
			}
			this.#labels.set(root, labels);
		}
		const by = field.getAttribute("aria-labelledby")?.trim().split(/\s+/).slice(0, MAX_NAMING) ?? [];
		const named = by.map((id) => plain(root).querySelector?.(`#${CSS.escape(id)}`)?.textContent);
		return [...(labels.get(field.id) ?? []), ...named];
	}
}
