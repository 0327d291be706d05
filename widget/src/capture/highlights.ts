/**
 * Custom highlights (CSS Custom Highlight API 1): those that a sheet selects by, looked at now and then, because nothing
 * tells of a range that moves. A range with an end in something masked or unknown is left out.
 */

import { Op } from "../../../wire/dom.ts";
import { plain } from "../mask/plain.ts";
import { boundary, type Telling } from "./telling.ts";

/** Of one highlight; so many ranges more, and it is looked at one time less often. */
const MAX_RANGES = 2000;
const RANGES_PER_LOOK = 200;

export class Highlights {
	readonly #at: Telling;
	readonly #told = new Map<string, string>();
	#skip = 0;

	constructor(at: Telling) {
		this.#at = at;
	}

	flush(): void {
		const { selected, ids, masks, body, funnel } = this.#at;
		if (selected.highlights.size === 0 || this.#skip-- > 0) return;
		let looked = 0;
		for (const name of selected.highlights) {
			const operands: number[] = [];
			let priority = 0;
			for (const root of this.#at.roots()) {
				const view = plain(root as Document).defaultView as (Window & typeof globalThis) | null;
				const highlight = view?.CSS.highlights?.get(name);
				if (!highlight) continue;
				({ priority } = highlight);
				for (const range of highlight as Highlight & Iterable<AbstractRange>) {
					if (operands.length >= MAX_RANGES * 4) break;
					looked++;
					const start = boundary(ids, masks, range.startContainer, range.startOffset);
					const end = boundary(ids, masks, range.endContainer, range.endOffset);
					if (start && end && !range.collapsed) operands.push(...start, ...end);
				}
			}
			const told = `${priority}:${operands}`;
			if (told === (this.#told.get(name) ?? "0:")) continue;
			this.#told.set(name, told);
			body.tell(Op.highlight, [funnel.selectedName(name), Math.max(priority, 0), operands.length, ...operands]);
		}
		this.#skip = Math.floor(looked / RANGES_PER_LOOK);
	}
}
