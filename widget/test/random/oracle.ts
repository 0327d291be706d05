/**
 * What a mirror must show of a page, in a plain recursive reading of the rules as they are published. It knows nothing
 * of the capture and imports nothing of it: where the two differ, one of them is wrong.
 */

export type Rules = {
	mode: "inputs" | "strict" | "marked-only";
	closedRoots: boolean;
	selectors: { css: string; rule: string }[];
};

/** What of a page cannot be told by looking at it. */
export type Past = {
	rules: Rules;
	/** Shadow roots that are closed, by their hosts. */
	closed: WeakMap<Node, ShadowRoot>;
	/** Fields that ever held a password. */
	passwords: WeakSet<Node>;
	/** Whether a frame is the one that the page itself is played in. */
	isLab(frame: Element): boolean;
};

export type Expectation = {
	lines: string[];
	/** The selectors of the sheets of each document and shadow root, in the order of these in the lines. */
	selectors: string[][];
	/** Texts that may have left although no line holds them. */
	extras: string[];
	title: string;
};

/** Text levels, the stricter the higher; from `byDefault` on masked, from `box` on nothing but an empty box. */
const Text = { clear: 0, unmasked: 1, byDefault: 2, masked: 3, box: 4 } as const;
type Context = { text: number; noFrame: boolean; noControl: boolean; isWritten: boolean };

const MEANING: Readonly<Record<string, string>> = {
	"alongside-mask": "mask",
	"alongside-ignore": "ignore",
	"alongside-unmask": "unmask",
	"alongside-no-iframe": "no-iframe",
	"alongside-no-control": "no-control",
	"rr-block": "ignore",
	"ph-no-capture": "ignore",
	"fs-mask": "mask",
};
const NEVER_SENT = new Set(["script", "noscript", "template", "meta", "title", "base", "source", "track", "param"]);
const NO_CHILDREN = new Set(["style", "textarea", "iframe", "object", "img", "input"]);
const BUTTONS = new Set(["button", "submit", "reset", "image"]);
/** Attributes with text for people, and with looks, as far as random pages have them. */
export const READ_ATTRIBUTES = ["title", "alt", "aria-label", "placeholder"];
export const LOOK_ATTRIBUTES = ["dir", "width", "lang", "viewBox", "fill"];
export const CANARY = /Zq[a-z]+\d+q/g;

/** What masked text is compared by: its words and spaces. */
const masked = (text: string): string => text.replace(/\S+/g, "•");

function marksOf(element: Element, rules: Rules): Set<string> {
	const marks = new Set<string>();
	for (const token of element.classList) {
		const meaning = MEANING[token.toLowerCase()];
		if (meaning) marks.add(meaning);
	}
	const own = element.getAttribute("data-alongside");
	for (const word of own
		?.toLowerCase()
		.trim()
		.split(/[\s,]+/) ?? [])
		marks.add(["ignore", "mask", "unmask", "no-iframe", "no-control"].includes(word) ? word : "mask");
	const secret = element.getAttribute("data-private");
	if (secret !== null && secret !== "false") marks.add(secret === "redact" ? "ignore" : "mask");
	const privacy = element.getAttribute("data-dd-privacy");
	if (privacy !== null && privacy !== "allow") marks.add(privacy === "hidden" ? "ignore" : "mask");
	if (element.hasAttribute("data-hj-suppress")) marks.add("mask");
	for (const { css, rule } of rules.selectors) if (element.matches(css)) marks.add(rule);
	return marks;
}

function isExcluded(element: Element, passwords: WeakSet<Node>): boolean {
	const tag = element.localName;
	if (tag !== "input" && tag !== "textarea" && tag !== "select") return false;
	const { type } = element as HTMLInputElement;
	if (passwords.has(element) || type === "password") return true;
	if (tag === "input" && (BUTTONS.has(type) || ["hidden", "checkbox", "radio"].includes(type))) return false;
	if (/^(cc-number|one-time-code)$/.test(element.getAttribute("autocomplete") ?? "")) return true;
	return /^(cardNumber|cvv|cc-number|password)$/.test(element.getAttribute("name") ?? "");
}

/** What holds for an element's inside, and so for itself. */
function contextOf(element: Element, above: Context, past: Past): Context {
	const marks = marksOf(element, past.rules);
	const context = {
		text: above.text,
		noFrame: above.noFrame || marks.has("no-iframe"),
		noControl: above.noControl || marks.has("no-control"),
		isWritten: above.isWritten,
	};
	const tag = element.localName;
	const editable = element.getAttribute("contenteditable");
	const isField =
		tag === "textarea" || tag === "select" || (tag === "input" && !BUTTONS.has((element as HTMLInputElement).type));
	if (above.text === Text.box || isExcluded(element, past.passwords) || marks.has("ignore")) context.text = Text.box;
	else if (above.text === Text.masked || marks.has("mask")) context.text = Text.masked;
	else if (above.text === Text.unmasked || marks.has("unmask")) context.text = Text.unmasked;
	else if (past.rules.mode === "inputs" && (isField || (editable !== null && editable !== "false")))
		context.text = Text.byDefault;
	// What visitors write into.
	if (editable !== null && editable !== "false" && context.text === Text.byDefault) context.isWritten = true;
	return context;
}

/** A sheet as a line holds it; `isRenamed`: how many rules it has is all that can be compared. */
export const rulesOf = (sheet: CSSStyleSheet, isRenamed = false): string =>
	` ⟦${sheet.cssRules.length} rules: ${isRenamed ? "*" : textOf(sheet)}⟧`;

/** A line of the mirror, without what the expected one does not compare. */
export const comparable = (line: string, expected: string): string =>
	expected.includes("rules: *⟧") ? line.replace(/rules: [^⟧]*⟧/g, "rules: *⟧") : line;

const textOf = (sheet: CSSStyleSheet): string =>
	`${[...sheet.cssRules].map((rule) => rule.cssText).join(" ")}${sheet.disabled ? " disabled" : ""}${sheet.media.mediaText && ` ${sheet.media.mediaText}`}`;

export function expect(document: Document, past: Past, isOwn: (node: Node) => boolean): Expectation {
	const extras: string[] = [];
	const scopes: Set<string>[] = [];
	const lines: { text: string; selectable: Element | undefined; scope: number }[] = [];
	const root: Context = {
		text: past.rules.mode === "strict" ? Text.byDefault : Text.clear,
		noFrame: false,
		noControl: false,
		isWritten: false,
	};
	let scope = -1;
	const learn = (sheet: CSSStyleSheet): string => {
		for (const rule of sheet.cssRules) if ("selectorText" in rule) scopes[scope]?.add(rule.selectorText as string);
		return rulesOf(sheet);
	};
	const put = (depth: number, text: string, selectable?: Element) =>
		lines.push({ text: " ".repeat(depth) + text, selectable, scope });
	const children = (parent: Node, depth: number, context: Context) => {
		for (const child of parent.childNodes) visit(child, depth, slotted(child, context, root, past));
	};
	const visit = (node: Node, depth: number, above: Context): void => {
		const isMasked = above.text >= Text.byDefault;
		if (node.nodeType === 3) {
			if (above.text === Text.box) return;
			const { data } = node as CharacterData;
			put(depth, JSON.stringify(isMasked ? masked(data) : data));
		} else if (node.nodeType === 9 || node.nodeType === 11) {
			const outer = scope;
			scope = scopes.push(new Set()) - 1;
			const isRenamed = above.text === Text.masked || above.isWritten;
			const adopted = [...((node as Document | ShadowRoot).adoptedStyleSheets ?? [])].map((sheet) =>
				isRenamed ? rulesOf(sheet, true) : learn(sheet),
			);
			put(depth, `${node.nodeType === 9 ? "#document" : "#shadow"}${adopted.join("")}`);
			children(node, depth + 1, above);
			scope = outer;
		} else if (node.nodeType === 1) {
			const element = node as Element;
			const tag = element.localName;
			if (NEVER_SENT.has(tag) || isOwn(element)) return;
			const context = contextOf(element, above, past);
			if (context.text === Text.box) {
				put(depth, "#box");
				return;
			}
			put(depth, describe(element, context), isHiddenInput(element) ? undefined : element);
			const shadow = element.shadowRoot ?? (past.rules.closedRoots ? past.closed.get(element) : undefined);
			if (shadow) visit(shadow, depth + 1, context);
			const content = tag === "iframe" && !context.noFrame ? (element as HTMLIFrameElement).contentDocument : null;
			if (content) visit(content, depth + 1, context);
			if (!NO_CHILDREN.has(tag)) children(element, depth + 1, context);
		}
	};
	const describe = (element: Element, context: Context): string => {
		const tag = element.localName;
		const isMasked = context.text >= Text.byDefault;
		// Under a mask a name that the page has made up need not leave.
		const isUnnamed = isMasked && tag.includes("-");
		const parts = [isUnnamed ? "<span" : `<${tag}`];
		if (isMasked) parts.push("masked");
		if (context.noControl) parts.push("no-control");
		if (tag.includes("-") && !isUnnamed && element.matches(":defined")) parts.push("defined");
		if (isHiddenInput(element)) return `${parts.join(" ")} hidden>`;
		// The URL in it leaves in no case.
		if (!isMasked) extras.push((element.getAttribute("style") ?? "").replace(/url\([^)]*\)/g, ""));
		if (tag === "style") {
			if (!isMasked)
				for (const name of [...LOOK_ATTRIBUTES, ...READ_ATTRIBUTES]) extras.push(element.getAttribute(name) ?? "");
			// In what is marked all names are others: only how many rules there are can be compared.
			const isRenamed = context.text === Text.masked || context.isWritten;
			// A text that the page puts among its rules is a selector, which is code in every mode.
			if (!isRenamed) extras.push((element.textContent ?? "").replace(/\/\*.*?\*\//g, ""));
			const { sheet } = element as HTMLStyleElement;
			if (!sheet) return `${parts.join(" ")}>`;
			return `${parts.join(" ")}${isRenamed ? rulesOf(sheet, true) : learn(sheet)}>`;
		}
		for (const name of LOOK_ATTRIBUTES) {
			const value = element.getAttribute(name);
			if (value && !(isMasked && /Zq/.test(value))) parts.push(`${name}=${JSON.stringify(value)}`);
		}
		if (!isMasked) {
			for (const name of READ_ATTRIBUTES) {
				const value = element.getAttribute(name);
				if (value) parts.push(`${name}=${JSON.stringify(value)}`);
			}
		}
		const label = tag === "optgroup" ? element.getAttribute("label") : "";
		if (label) parts.push(`label=${JSON.stringify(isMasked ? masked(label) : label)}`);
		const color = (element as HTMLElement).style?.color;
		if (color) parts.push(color);
		if (tag === "input" && element.hasAttribute("type"))
			parts.push(`type=${JSON.stringify((element as HTMLInputElement).type)}`);
		if (element.hasAttribute("hidden")) parts.push("hidden");
		if (tag === "a" && element.hasAttribute("href")) parts.push("href");
		const isBoxed = (option: Element): boolean => contextAt(option, root, past).text === Text.box;
		parts.push(...stateOf(element, isMasked, isBoxed));
		return `${parts.join(" ")}>`;
	};
	visit(document, 0, root);
	const titled = [...document.getElementsByTagName("title")].find((element) => element.namespaceURI?.endsWith("xhtml"));
	const title = titled ? contextAt(titled, root, past) : root;
	const written = document.title;
	const selectors = scopes.map((set) => [...set].sort());
	return {
		lines: lines.map(
			(line) => line.text + (line.selectable ? matching(line.selectable, selectors[line.scope] ?? []) : ""),
		),
		selectors,
		extras,
		title: title.text === Text.box ? "" : title.text >= Text.byDefault ? masked(written) : written,
	};
}

/** What holds for an element, from its ancestors down. */
function contextAt(element: Element, root: Context, past: Past): Context {
	const parent = element.parentNode;
	const host = parent?.nodeType === 11 ? (parent as ShadowRoot).host : parent;
	const frame = host?.nodeType === 9 ? (host as Document).defaultView?.frameElement : undefined;
	let above = root;
	if (host?.nodeType === 1) above = contextAt(host as Element, root, past);
	else if (frame && !past.isLab(frame)) above = contextAt(frame, root, past);
	return contextOf(element, slotted(element, above, root, past), past);
}

/** What is shown in a slot inherits from it what restricts, too. */
function slotted(child: Node, above: Context, root: Context, past: Past): Context {
	const host = child.parentNode as Element | null;
	const shadow = host && (host.shadowRoot ?? past.closed.get(host));
	const slots = shadow ? [...shadow.querySelectorAll("slot")] : [];
	const slot = slots.find((one) => one.assignedNodes().includes(child));
	if (!slot) return above;
	const there = contextAt(slot, root, past);
	return {
		text: Math.max(above.text, there.text === Text.unmasked ? Text.clear : there.text),
		noFrame: above.noFrame || there.noFrame,
		noControl: above.noControl || there.noControl,
		isWritten: above.isWritten || there.isWritten,
	};
}

/** Which selectors of the page's sheets match: all that classes, IDs and unknown attributes are compared by. */
export function matching(element: Element, selectors: readonly string[]): string {
	const matched = selectors.filter((selector) => element.matches(selector));
	return matched.length ? ` {${matched.join(" ")}}` : "";
}

const isHiddenInput = (element: Element): boolean =>
	element.localName === "input" && (element as HTMLInputElement).type === "hidden";

function stateOf(element: Element, isMasked: boolean, isBoxed: (option: Element) => boolean): string[] {
	const tag = element.localName;
	if (tag === "select") {
		if (isMasked) return [];
		// What is chosen in a box is not told.
		const options = [...(element as HTMLSelectElement).options].filter((option) => !isBoxed(option));
		return [`chosen=${options.flatMap((option, i) => (option.selected ? [i] : []))}`];
	}
	if (tag !== "input" && tag !== "textarea") return [];
	const { type, value, checked, indeterminate } = element as HTMLInputElement;
	if (type === "checkbox" || type === "radio") return isMasked ? ["unchecked"] : checkOf(checked, indeterminate);
	if (tag === "input" && BUTTONS.has(type) && !element.hasAttribute("value")) return [];
	if (!value) return [];
	const isLabel = tag === "input" && BUTTONS.has(type);
	return [`value=${JSON.stringify(!isMasked ? value : isLabel ? masked(value) : "•")}`];
}

export const checkOf = (checked: boolean, indeterminate: boolean): string[] =>
	checked || indeterminate
		? [`${checked ? "checked" : ""}${indeterminate ? " indeterminate" : ""}`.trim()]
		: ["unchecked"];
