/** Shows where the visitor points, what has the focus and what is selected, without touching the agent's own. */

import { isElement, isHTML, viewOf } from "./elements.ts";
import { clamp } from "./highlights.ts";
import { renderedParent } from "./tree.ts";

const HIGHLIGHT = "alongside-selection";

/** Attributes on an element and all around it, for one state at a time. */
class Chain {
	readonly #attribute: string;
	#marked = new Set<Element>();

	constructor(attribute: string) {
		this.#attribute = attribute;
	}

	/** Marks the element and those around it, and no others. */
	set(innermost: Element | undefined): void {
		const marked = new Set<Element>();
		for (let node: Node | null = innermost ?? null; node; node = renderedParent(node))
			if (isElement(node)) marked.add(node);
		for (const element of this.#marked) if (!marked.has(element)) element.removeAttribute(this.#attribute);
		for (const element of marked) if (!this.#marked.has(element)) element.setAttribute(this.#attribute, "");
		this.#marked = marked;
	}

	has(element: Element): boolean {
		return this.#marked.has(element);
	}
}

export class Pointing {
	readonly #hovered = new Chain("alongside-hover");
	readonly #focusedWithin = new Chain("alongside-focus-within");
	#focused: Element | undefined;
	#selectedIn: Document | undefined;

	hover(element: Element | undefined): void {
		this.#hovered.set(element);
	}

	focus(element: Element | undefined): void {
		for (const name of ["alongside-focus", "alongside-focus-visible"]) this.#focused?.removeAttribute(name);
		this.#focused = element;
		this.#focusedWithin.set(element);
		if (!element) return;
		element.setAttribute("alongside-focus", "");
		// The wire does not say whether the ring shows: it does for what one types into, and for what no mouse is on.
		if (isEditable(element) || !this.#hovered.has(element)) element.setAttribute("alongside-focus-visible", "");
	}

	/** Shows a selection between two points; undefined: none. */
	select(anchor?: Node, anchorOffset = 0, focus?: Node, focusOffset = 0): void {
		if (this.#selectedIn) viewOf(this.#selectedIn)?.CSS.highlights?.delete(HIGHLIGHT);
		this.#selectedIn = undefined;
		const document = anchor?.ownerDocument;
		if (!anchor || !focus || !document || focus.ownerDocument !== document) return;
		const view = viewOf(document);
		if (!view?.CSS.highlights) return;
		const range = document.createRange();
		range.setStart(anchor, clamp(anchor, anchorOffset));
		range.setEnd(focus, clamp(focus, focusOffset));
		if (range.collapsed) {
			// setEnd before the start has moved it: the selection was made backwards.
			range.setStart(focus, clamp(focus, focusOffset));
			range.setEnd(anchor, clamp(anchor, anchorOffset));
		}
		view.CSS.highlights.set(HIGHLIGHT, new view.Highlight(range));
		this.#selectedIn = document;
	}
}

function isEditable(element: Element): boolean {
	return isHTML(element, "input") || isHTML(element, "textarea") || element.hasAttribute("contenteditable");
}
