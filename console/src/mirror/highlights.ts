/** Shows the page's custom highlights (HIGHLIGHT; CSS Custom Highlight API 1). A range that cannot be is left out. */

import { viewOf } from "./elements.ts";

/** How many ranges are shown at a time, all highlights together: each repaint looks at all of them. */
export const MAX_RANGES = 5_000;
const MAX_NAMES = 256;
/** Operands of a range: start id, offset, end id, offset. */
const RANGE_OPERANDS = 4;

type NodeOf = (id: number) => Node | undefined;

export class Highlights {
	readonly #nodeOf: NodeOf;
	/** The documents that have a highlight of a name, and how many ranges: a registry belongs to a document. */
	readonly #shown = new Map<string, Map<Document, number>>();

	constructor(nodeOf: NodeOf) {
		this.#nodeOf = nodeOf;
	}

	/** The highlight of a name has these ranges now, four operands each; none: it is gone. */
	show(name: string, priority: number, operands: readonly number[]): void {
		if (name === "" || name.startsWith("alongside-")) return;
		const before = this.#shown.get(name);
		this.#shown.delete(name);
		const ranges =
			this.#shown.size < MAX_NAMES
				? this.#ranges(operands, MAX_RANGES - this.#count)
				: new Map<Document, StaticRange[]>();
		for (const document of before?.keys() ?? [])
			if (!ranges.has(document)) viewOf(document)?.CSS.highlights?.delete(name);
		if (ranges.size === 0) return;
		const shown = new Map<Document, number>();
		this.#shown.set(name, shown);
		for (const [document, inside] of ranges) {
			const view = viewOf(document);
			if (!view?.CSS.highlights) continue;
			const highlight = new view.Highlight();
			for (const range of inside) highlight.add(range);
			highlight.priority = priority | 0;
			view.CSS.highlights.set(name, highlight);
			shown.set(document, inside.length);
		}
	}

	/** A document is gone. */
	forget(document: Document): void {
		for (const shown of this.#shown.values()) shown.delete(document);
	}

	/** How many ranges are shown. */
	get #count(): number {
		let count = 0;
		for (const shown of this.#shown.values()) for (const inside of shown.values()) count += inside;
		return count;
	}

	/** Static ranges: live ones would make every later change of the page dearer, and the wire tells the new places. */
	#ranges(operands: readonly number[], most: number): Map<Document, StaticRange[]> {
		const ranges = new Map<Document, StaticRange[]>();
		const end = Math.min(operands.length - RANGE_OPERANDS + 1, most * RANGE_OPERANDS);
		for (let i = 0; i < end; i += RANGE_OPERANDS) {
			const [startID = 0, startOffset = 0, endID = 0, endOffset = 0] = operands.slice(i, i + RANGE_OPERANDS);
			const startContainer = this.#nodeOf(startID);
			const endContainer = this.#nodeOf(endID);
			const document = startContainer?.ownerDocument;
			if (!startContainer || !endContainer || !document || endContainer.ownerDocument !== document) continue;
			const view = viewOf(document);
			if (!view) continue;
			const inside = ranges.get(document) ?? [];
			ranges.set(document, inside);
			inside.push(
				new view.StaticRange({
					startContainer,
					startOffset: clamp(startContainer, startOffset),
					endContainer,
					endOffset: clamp(endContainer, endOffset),
				}),
			);
		}
		return ranges;
	}
}

/** An offset within a node. */
export function clamp(node: Node, offset: number): number {
	return Math.min(offset, (node as CharacterData).data?.length ?? node.childNodes.length);
}
