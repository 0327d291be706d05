/** What the parts share that tell of the state of nodes the mirror has. */

import { isMasked, type Masks } from "../mask/masks.ts";
import { plain } from "../mask/plain.ts";
import type { Body } from "./body.ts";
import type { Selected } from "./css.ts";
import type { Funnel } from "./funnel.ts";
import type { Ids } from "./ids.ts";
import type { Root } from "./tree.ts";

export type Telling = {
	masks: Masks;
	selected: Selected;
	funnel: Funnel;
	body: Body;
	ids: Ids;
	/** The documents and shadow roots that are in the mirror. */
	roots(): Iterable<Root>;
	/** Sees to a flush soon. */
	wake(): void;
};

/** An end of a range in the mirror's terms; undefined if it lies in something masked or unknown. */
export function boundary(ids: Ids, masks: Masks, node: Node, offset: number): [number, number] | undefined {
	const id = ids.of(node);
	if (!id || isMasked(masks.verdict(node))) return undefined;
	if (plain(node).nodeType === 3) return [id, offset];
	let count = 0;
	for (let child = plain(node).firstChild, i = 0; child && i < offset; child = plain(child).nextSibling, i++) {
		if (ids.of(child)) count++;
	}
	return [id, count];
}
