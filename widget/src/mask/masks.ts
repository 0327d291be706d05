/**
 * The one place that decides what may be seen of an element. Precedence: always excluded > ignore > mask > unmask >
 * the site's default; an ancestor's stricter rule always wins, and nothing reveals anything inside an ignored subtree.
 *
 * Decisions are remembered only for one synchronous step (between two calls of `step`), in which the page cannot
 * change: a marking added a moment ago therefore always counts.
 */

import { holdsOn, type Mode, type Policy, type Rule } from "../policy.ts";
import { ATTRIBUTE_MARKS, CLASS_MARKS, Mark } from "./markings.ts";
import { sensitiveAutocomplete, sensitiveName } from "./sensitive.ts";

/** Levels in the order of strictness; from `byDefault` on text is masked, from `ignored` on only an empty box leaves. */
export const Level = { clear: 0, unmasked: 1, byDefault: 2, masked: 3, ignored: 4, excluded: 5 } as const;
/** Bits of a verdict beside its level. */
export const Verdict = { level: 7, noControl: 8, noIframe: 16 } as const;

export const levelOf = (verdict: number): number => verdict & Verdict.level;
export const isMasked = (verdict: number): boolean => levelOf(verdict) >= Level.byDefault;
export const isBox = (verdict: number): boolean => levelOf(verdict) >= Level.ignored;

/** The node that what is decided for a node inherits from: the host of a shadow root, the frame of a document. */
export function parentOf(node: Node): Node | null {
	if (node.parentNode) return node.parentNode;
	if (node.nodeType === 11) return (node as ShadowRoot).host ?? null;
	if (node.nodeType === 9) {
		try {
			return (node as Document).defaultView?.frameElement ?? null;
		} catch {
			return null;
		}
	}
	return null;
}

/** Input types that are buttons: their value is a label, not what somebody entered. */
const BUTTONS = new Set(["button", "submit", "reset", "image"]);
const MARK_OF_RULE: Readonly<Record<Rule, number>> = {
	ignore: Mark.ignore,
	mask: Mark.mask,
	unmask: Mark.unmask,
	"no-control": Mark.noControl,
};

export const isButtonInput = (element: Element): boolean => BUTTONS.has((element as HTMLInputElement).type);

const isField = (name: string, element: Element): boolean =>
	name === "textarea" || name === "select" || (name === "input" && !isButtonInput(element));

/** Whether a class attribute can hold a marking at all. */
const MARKED = new RegExp([...CLASS_MARKS.keys()].join("|"), "i");

/** Beside the marks of the table: the element is an editing host. */
const EDITABLE = 1 << 10;

/** Attributes that the tables or the patterns read, `data-` ones aside. */
const BEARING = new Set([
	"class",
	"type",
	"autocomplete",
	"name",
	"id",
	"contenteditable",
	"placeholder",
	"aria-label",
	"aria-labelledby",
]);

/** The fields that ever held a password, and what they were called; outlives policies and snapshots. */
export type Passwords = { fields: WeakSet<Element>; names: Set<string> };

function attributeMarks(values: Readonly<Record<string, number>>, value: string): number {
	let marks = 0;
	for (const word of value
		.toLowerCase()
		.trim()
		.split(/[\s,]+/)) {
		marks |= (Object.hasOwn(values, word) ? values[word] : values[""]) ?? Mark.mask;
	}
	return marks;
}

export class Masks {
	#mode: Mode = "strict";
	#selectors: { css: string; mark: number }[] = [];
	#complex = "";
	readonly #policy: Policy;
	#path: string | undefined;
	#memo = new Map<Node, number>();
	#labels = new Map<Node, Map<string, string>>();
	readonly #classes = new Map<string, number>();
	readonly #passwords: Passwords;

	constructor(policy: Policy, passwords: Passwords) {
		this.#policy = policy;
		this.#passwords = passwords;
	}

	get mode(): Mode {
		return this.#mode;
	}

	/** Selectors whose matches can change without a change to the element or its ancestors; "" if there are none. */
	get complexSelectors(): string {
		return this.#complex;
	}

	/** Starts a synchronous step on a page at the path; true if the path brought other rules into force. */
	step(doc: Document, path: string): boolean {
		this.#labels.clear();
		this.#memo.clear();
		const changed = path !== this.#path && this.#enforce(doc, path);
		this.#memo.set(doc, this.root);
		return changed;
	}

	/** Whether a change of the attribute can change what is decided for its element. */
	bears(name: string): boolean {
		return this.#selectors.length > 0 || BEARING.has(name) || name.startsWith("data-");
	}

	#enforce(doc: Document, path: string): boolean {
		this.#path = path;
		const before = JSON.stringify([this.#mode, this.#selectors]);
		this.#mode = this.#policy.mode;
		this.#selectors = [];
		const complex: string[] = [];
		for (const selector of this.#policy.selectors) {
			if (!holdsOn(selector, path)) continue;
			try {
				doc.querySelector(selector.css);
			} catch {
				// What a broken selector was meant to hide is unknown, so everything is hidden; a broken unmask reveals nothing.
				if (selector.rule === "ignore" || selector.rule === "mask") this.#mode = "strict";
				continue;
			}
			this.#selectors.push({ css: selector.css, mark: MARK_OF_RULE[selector.rule] });
			if (/[\s>+~:]/.test(selector.css.trim())) complex.push(selector.css);
		}
		this.#complex = complex.join(",");
		return before !== JSON.stringify([this.#mode, this.#selectors]);
	}

	/** What is decided for a node, from its ancestors down. */
	verdict(node: Node): number {
		const known = this.#memo.get(node);
		if (known !== undefined) return known;
		const parent = parentOf(node);
		const above = parent ? this.verdict(parent) : this.root;
		const verdict = node.nodeType === 1 ? this.child(above, node as Element) : above;
		this.#memo.set(node, verdict);
		return verdict;
	}

	/** What the document itself starts with. */
	get root(): number {
		return this.#mode === "strict" ? Level.byDefault : Level.clear;
	}

	/** What is decided for an element whose parent's verdict is known. */
	child(above: number, element: Element): number {
		const parent = levelOf(above);
		if (parent >= Level.ignored) return (above & ~Verdict.level) | Level.ignored;
		const name = element.localName;
		const marks = this.#marks(element);
		let bits = above & (Verdict.noControl | Verdict.noIframe);
		if (marks & Mark.noControl) bits |= Verdict.noControl;
		if (marks & Mark.noIframe) bits |= Verdict.noIframe;
		if ((name === "input" || name === "textarea" || name === "select") && this.#sensitive(name, element))
			return bits | Level.excluded;
		if (marks & Mark.ignore) return bits | Level.ignored;
		if (parent === Level.masked || marks & Mark.mask) return bits | Level.masked;
		if (parent === Level.unmasked || marks & Mark.unmask) return bits | Level.unmasked;
		if (parent === Level.byDefault) return bits | parent;
		if (this.#mode === "inputs" && (marks & EDITABLE || isField(name, element))) return bits | Level.byDefault;
		return bits | Level.clear;
	}

	/** Remembers a field as one that once held a password: it never leaves again, nor does one of the same name. */
	rememberPassword(field: Element): void {
		this.#passwords.fields.add(field);
		for (const name of ["name", "id"]) {
			const value = field.getAttribute(name);
			if (value) this.#passwords.names.add(`${name}=${value}`);
		}
	}

	#marks(element: Element): number {
		let marks = 0;
		// Names and not `attributes`: the latter makes an object of each, which costs more than all the rest.
		for (const name of element.getAttributeNames()) {
			if (name === "class") marks |= this.#classMarks(element.getAttribute(name) ?? "");
			else if (name === "contenteditable") {
				if (element.getAttribute(name) !== "false") marks |= EDITABLE;
			} else if (name.startsWith("data-")) {
				const values = ATTRIBUTE_MARKS.get(name);
				if (values) marks |= attributeMarks(values, element.getAttribute(name) ?? "");
			}
		}
		for (const selector of this.#selectors) if (element.matches(selector.css)) marks |= selector.mark;
		if (marks & Mark.foreignUnmask && this.#policy.foreignUnmask) marks |= Mark.unmask;
		return marks;
	}

	#classMarks(value: string): number {
		let marks = this.#classes.get(value);
		if (marks === undefined) {
			marks = 0;
			if (MARKED.test(value)) {
				for (const token of value.toLowerCase().split(/\s+/)) marks |= CLASS_MARKS.get(token) ?? 0;
			}
			if (this.#classes.size > 5000) this.#classes.clear();
			this.#classes.set(value, marks);
		}
		return marks;
	}

	#sensitive(name: string, field: Element): boolean {
		if (this.#passwords.fields.has(field)) return true;
		if (name === "input") {
			const type = (field as HTMLInputElement).type;
			if (type === "password") {
				this.rememberPassword(field);
				return true;
			}
			if (type === "hidden" || BUTTONS.has(type) || type === "checkbox" || type === "radio") return false;
		}
		if (sensitiveAutocomplete(field.getAttribute("autocomplete"))) return true;
		for (const attribute of ["name", "id"]) {
			const value = field.getAttribute(attribute);
			if (value && (this.#passwords.names.has(`${attribute}=${value}`) || sensitiveName(value))) return true;
		}
		return (
			sensitiveName(field.getAttribute("placeholder")) ||
			sensitiveName(field.getAttribute("aria-label")) ||
			sensitiveName(field.closest("label")?.textContent) ||
			sensitiveName(this.#labelFor(field))
		);
	}

	/** The label that names a field by its ID. All labels of a root are read at once: `labels` walks the tree each time. */
	#labelFor(field: Element): string | undefined {
		const root = field.getRootNode() as ParentNode & Node;
		let labels = this.#labels.get(root);
		if (!labels) {
			labels = new Map();
			for (const label of root.querySelectorAll?.("label[for]") ?? []) {
				labels.set(label.getAttribute("for") ?? "", label.textContent?.slice(0, 200) ?? "");
			}
			this.#labels.set(root, labels);
		}
		const by = field.getAttribute("aria-labelledby");
		const named = by ? root.querySelector?.(`#${CSS.escape(by.trim().split(/\s+/)[0] ?? "")}`)?.textContent : "";
		return `${labels.get(field.id) ?? ""} ${named ?? ""}`;
	}
}
