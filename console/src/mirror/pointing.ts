/** Shows where the visitor points, what has the focus and what is selected, without touching the agent's own. */

import { isElement } from "./elements.ts";
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
}

export class Pointing {
	readonly #hovered = new Chain("alongside-hover");
	readonly #focusedWithin = new Chain("alongside-focus-within");
	#focused: Element | undefined;
	#selectedIn: Document | undefined;

	hover(element: Element | undefined): void {
		this.#hovered.set(element);
	}

	/** An element has the focus; whether a ring shows is for the visitor's browser to say, by key or mouse. */
	focus(element: Element | undefined, isVisible: boolean): void {
		for (const name of ["alongside-focus", "alongside-focus-visible"]) this.#focused?.removeAttribute(name);
		this.#focused = element;
		this.#focusedWithin.set(element);
		element?.setAttribute("alongside-focus", "");
		element?.toggleAttribute("alongside-focus-visible", isVisible);
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
