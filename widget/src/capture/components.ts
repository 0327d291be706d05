/**
 * What custom elements show of themselves beside their tree: custom states that a sheet selects by (`:state()`), and the
 * nodes that a script put into slots. Asked of the page's own selectors and slots, so no element has to be patched.
 */

import { Op } from "../../../wire/dom.ts";
import { isMasked } from "../mask/masks.ts";
import { plain } from "../mask/plain.ts";
import type { Telling } from "./telling.ts";

export class Components {
	readonly #at: Telling;
	/** By element: its states, in one string. */
	#states = new Map<Element, string>();
	/** By slot of a root with manual slots: the nodes in it, as they were told. */
	readonly #slots = new Map<HTMLSlotElement, string>();

	constructor(at: Telling) {
		this.#at = at;
	}

	/** An element was sent. */
	add(element: Element): void {
		if (element.localName === "slot" && (element.getRootNode() as ShadowRoot).slotAssignment === "manual")
			this.#slots.set(element as HTMLSlotElement, "");
	}

	/** Whether there is anything to look at. */
	get any(): boolean {
		return this.#slots.size + this.#at.selected.states.size > 0;
	}

	forget(node: Node): void {
		this.#states.delete(node as Element);
		this.#slots.delete(node as HTMLSlotElement);
	}

	flush(): void {
		this.#flushStates();
		const { ids, body } = this.#at;
		for (const [slot, before] of this.#slots) {
			const id = ids.of(slot);
			const nodes = slot.assignedNodes().map((node) => ids.of(node));
			const assigned = nodes.filter((node) => node);
			const told = assigned.join();
			if (!id || told === before) continue;
			this.#slots.set(slot, told);
			body.numbers(Op.assign, id, assigned.length, ...assigned);
		}
	}

	#flushStates(): void {
		const { selected, masks, ids, body, funnel } = this.#at;
		if (selected.states.size === 0) return;
		const now = new Map<Element, string>();
		for (const root of this.#at.roots()) {
			for (const state of selected.states) {
				for (const element of all(root, `:state(${CSS.escape(state)})`)) {
					if (ids.of(element) && !isMasked(masks.verdict(element)))
						now.set(element, `${now.get(element) ?? ""} ${state}`);
				}
			}
		}
		for (const element of [...this.#states.keys(), ...now.keys()]) {
			const told = now.get(element) ?? "";
			const id = ids.of(element);
			if (!id || told === (this.#states.get(element) ?? "")) continue;
			this.#states.set(element, told);
			const states = told.split(" ").slice(1);
			body.tell(Op.states, [id, states.length, ...states.map((state) => funnel.selectedName(state))]);
		}
		this.#states = now;
	}
}

/** Like querySelectorAll, for pseudo-classes that a browser may not know. */
function all(root: ParentNode, selector: string): Iterable<Element> {
	try {
		return plain(root as ParentNode & Node).querySelectorAll(selector);
	} catch {
		return [];
	}
}
