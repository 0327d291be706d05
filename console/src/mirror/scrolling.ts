/** Keeps scrolled where the visitor's page is, also when what is scrolled over comes late. */

import { isElement } from "./elements.ts";

type Offset = { x: number; y: number };

/** How often an offset that the layout has no room for yet is tried again: each time makes the browser lay out the page. */
const TRIES = 8;

export class Scrolling {
	/** By document or element. */
	readonly #wanted = new Map<Node, Offset>();
	/** What is to be scrolled, and how many tries are left. */
	readonly #new = new Map<Node, number>();

	set(node: Node, x: number, y: number): void {
		// What was never scrolled is there already; to ask it would make the browser lay out the page.
		if (x === 0 && y === 0 && !this.#wanted.has(node)) return;
		this.#wanted.set(node, { x, y });
		this.#new.set(node, TRIES);
	}

	forget(node: Node): void {
		this.#wanted.delete(node);
		this.#new.delete(node);
	}

	/** Scrolls what has a new offset. Returns whether something could not be scrolled that far yet. */
	apply(): boolean {
		for (const [node, tries] of this.#new) {
			if (this.#scroll(node) || tries === 1) this.#new.delete(node);
			else this.#new.set(node, tries - 1);
		}
		return this.#new.size > 0;
	}

	/** Scrolls again after the layout has changed. */
	reapply(): void {
		for (const node of this.#wanted.keys()) this.#scroll(node);
	}

	/** Returns whether it is there. */
	#scroll(node: Node): boolean {
		const { x, y } = this.#wanted.get(node) as Offset;
		const target = isElement(node) ? node : (node as Document).scrollingElement;
		if (!target) return false;
		const isThere = () => Math.abs(target.scrollLeft - x) <= 1 && Math.abs(target.scrollTop - y) <= 1;
		if (target.scrollLeft === x && target.scrollTop === y) return true;
		target.scrollTo({ left: x, top: y, behavior: "instant" });
		return isThere();
	}
}
