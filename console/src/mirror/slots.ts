/** Shadow roots, and the slots that are filled by hand (DOM §4.2.2.3). */

import { isElement, isHTML } from "./elements.ts";

const MANUAL_SLOTS = 2;
const MAX_ASSIGNED = 10_000;

/** All roots are open here: nothing runs that a closed one could be hidden from. flags: of SHADOW. */
export function attachShadow(host: Element, flags: number): ShadowRoot | undefined {
	try {
		return host.attachShadow({ mode: "open", slotAssignment: flags & MANUAL_SLOTS ? "manual" : "named" });
	} catch {
		return undefined;
	}
}

/** Fills a slot with the nodes that may be in one (ASSIGN). */
export function assign(slot: Element, ids: readonly number[], nodeOf: (id: number) => Node | undefined): void {
	if (!isHTML(slot, "slot") || !("assign" in slot)) return;
	const nodes = ids.slice(0, MAX_ASSIGNED).map(nodeOf);
	const slottable = nodes.filter((node) => isElement(node) || node?.nodeType === Node.TEXT_NODE);
	(slot as HTMLSlotElement).assign(...(slottable as (Element | Text)[]));
}
