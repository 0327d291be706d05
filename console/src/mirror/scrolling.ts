/** Keeps scrolled where the visitor's page is, also when what is scrolled over comes late. */

import { isElement } from "./elements.ts";

type Offset = { x: number; y: number };

export class Scrolling {
	/** By document or element. */
	readonly #wanted = new Map<Node, Offset>();
	readonly #new = new Set<Node>();

	set(node: Node, x: number, y: number): void {
		// What was never scrolled is there already; to ask it would make the browser lay out the page.
		if (x === 0 && y === 0 && !this.#wanted.has(node)) return;
		this.#wanted.set(node, { x, y });
		this.#new.add(node);
	}

	forget(node: Node): void {
		this.#wanted.delete(node);
		this.#new.delete(node);
	}

	/** Scrolls what has a new offset. */
	apply(): void {
		for (const node of this.#new) this.#scroll(node);
		this.#new.clear();
	}

	/** Scrolls again after the layout has changed. */
	reapply(): void {
		for (const node of this.#wanted.keys()) this.#scroll(node);
		this.#new.clear();
	}

	#scroll(node: Node): void {
		const { x, y } = this.#wanted.get(node) as Offset;
		const target = isElement(node) ? node : (node as Document).scrollingElement;
		if (!target || (target.scrollLeft === x && target.scrollTop === y)) return;
		target.scrollTo({ left: x, top: y, behavior: "instant" });
	}
}
