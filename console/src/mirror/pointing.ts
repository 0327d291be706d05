/** Shows where the visitor points, what has the focus and what is selected, without touching the agent's own. */

import { isElement, isHTML } from "./elements.ts";
import { clamp } from "./highlights.ts";
import { renderedParent } from "./tree.ts";

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
	#clicked: Element | undefined;
	#isFocusNew = false;
	#selectedIn: Document | undefined;

	hover(element: Element | undefined): void {
		this.#hovered.set(element);
	}

	focus(element: Element | undefined): void {
		for (const name of ["alongside-focus", "alongside-focus-visible"]) this.#focused?.removeAttribute(name);
		if (!element?.contains(this.#clicked ?? null)) this.#clicked = undefined;
		this.#focused = element;
		this.#isFocusNew = element !== undefined;
		this.#focusedWithin.set(element);
		element?.setAttribute("alongside-focus", "");
	}

	/** The mouse clicked an element: what has the focus by that, before or after, shows no ring. */
	clicked(element: Element | undefined): void {
		this.#clicked = element;
		this.#showRing();
	}

	/**
	 * Ends a body. The wire does not say whether the ring shows: it does for what one types into, and for what the mouse
	 * is not on, which a body tells after the focus.
	 */
	finish(): void {
		if (this.#isFocusNew) this.#showRing();
		this.#isFocusNew = false;
	}

	#showRing(): void {
		const focused = this.#focused;
		if (!focused) return;
		const isByMouse = this.#hovered.has(focused) || (this.#clicked !== undefined && focused.contains(this.#clicked));
		focused.toggleAttribute("alongside-focus-visible", isEditable(focused) || !isByMouse);
	}

	/** Shows a selection between two points; undefined: none. It is real, but a frame without the focus is left without. */
	select(anchor?: Node, anchorOffset = 0, focus?: Node, focusOffset = 0): void {
		this.#selectedIn?.getSelection()?.removeAllRanges();
		const document = anchor?.ownerDocument ?? undefined;
		this.#selectedIn = document;
		if (!anchor || !focus || focus.ownerDocument !== document) return;
		document?.getSelection()?.setBaseAndExtent(anchor, clamp(anchor, anchorOffset), focus, clamp(focus, focusOffset));
	}
}

function isEditable(element: Element): boolean {
	return isHTML(element, "input") || isHTML(element, "textarea") || element.hasAttribute("contenteditable");
}
