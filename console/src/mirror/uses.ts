/**
 * Bounds what `use` elements multiply (SVG 2 §5.5): thirty that each show the one before twice are a thousand million
 * shapes. Their references are written only at the end of a body, once counted; what would be too much shows nothing.
 */

import { writeAttribute } from "./attributes.ts";
import { isElement } from "./elements.ts";
import { obtain } from "./maps.ts";

const SVG = "http://www.w3.org/2000/svg";
/** What one `use` may show, a `use` inside counted as what it shows. */
export const MAX_SHOWN_NODES = 5_000;
/** What all of an epoch may show together. */
const MAX_ALL_SHOWN_NODES = 50_000;
/** How many may stand behind each other. */
const MAX_CHAIN = 64;

type Root = Document | ShadowRoot;
/** The ID of what a `use` refers to. */
type IDOf = (use: Element) => string | undefined;
type Wanted = { name: string; id: string; isShown: boolean };

export class Uses {
	readonly #wanted = new Map<Element, Wanted>();
	readonly #byID = new Map<string, Set<Element>>();
	/** Whether what is shown must be counted anew. */
	#isDue = false;

	/** The attribute of the `use` refers to the part of its own root with that ID from now on. */
	want(use: Element, name: string, id: string): void {
		this.forget(use);
		writeAttribute(use, name, undefined);
		this.#wanted.set(use, { name, id, isShown: false });
		obtain(this.#byID, id, () => new Set<Element>()).add(use);
		this.#isDue = true;
	}

	/** The element is gone, or its attribute of that name stands for something else. */
	forget(use: Element, name?: string): void {
		const wanted = this.#wanted.get(use);
		if (!wanted || (name !== undefined && name !== wanted.name)) return;
		this.#wanted.delete(use);
		const same = this.#byID.get(wanted.id);
		same?.delete(use);
		if (same?.size === 0) this.#byID.delete(wanted.id);
	}

	/** An element is about to have this ID, which references may have waited for. */
	named(id: string): void {
		if (this.#byID.has(id)) this.#suspend();
	}

	/** A node is about to be where it may be shown more often. */
	moving(node: Node): void {
		if (this.#wanted.size === 0 || !isElement(node)) return;
		if (node.namespaceURI === SVG || node.querySelector("use")) this.#suspend();
	}

	/** Writes the references that may be. */
	settle(): void {
		if (!this.#isDue) return;
		this.#isDue = false;
		const counts = new Map<Root, Map<Element, number>>();
		let all = 0;
		for (const [use, wanted] of this.#wanted) {
			const root = use.getRootNode();
			const target = isRoot(root) ? root.getElementById(wanted.id) : undefined;
			// A part that is not there yet could become anything.
			const shown = target
				? shownNodes(
						root as Root,
						target,
						this.#idOf,
						obtain(counts, root as Root, () => new Map<Element, number>()),
					)
				: Number.POSITIVE_INFINITY;
			const fits = shown <= MAX_SHOWN_NODES && all + shown <= MAX_ALL_SHOWN_NODES;
			if (fits) all += shown;
			if (fits === wanted.isShown) continue;
			wanted.isShown = fits;
			writeAttribute(use, wanted.name, fits ? `#${wanted.id}` : undefined);
		}
	}

	/** What a `use` refers to, also while its reference is not written. */
	readonly #idOf: IDOf = (use) => this.#wanted.get(use)?.id ?? idOf(use);

	/** Takes back all references until the end of the body: what stands between may be laid out. */
	#suspend(): void {
		this.#isDue = true;
		for (const [use, wanted] of this.#wanted) {
			if (wanted.isShown) writeAttribute(use, wanted.name, undefined);
			wanted.isShown = false;
		}
	}
}

/** How many nodes the browser would build for a part; more than the most that is shown is not counted to its end. */
export function shownNodes(
	root: Root,
	part: Element,
	referred: IDOf = idOf,
	known = new Map<Element, number>(),
	chain = 0,
): number {
	const before = known.get(part);
	if (before !== undefined) return before;
	// A part that shows itself is too large.
	known.set(part, MAX_SHOWN_NODES + 1);
	if (chain > MAX_CHAIN) return MAX_SHOWN_NODES + 1;
	let total = 0;
	for (const inner of [part, ...part.querySelectorAll("*")]) {
		total++;
		const id = inner.localName === "use" ? referred(inner) : undefined;
		const target = id === undefined ? null : root.getElementById(id);
		if (target) total += shownNodes(root, target, referred, known, chain + 1);
		if (total > MAX_SHOWN_NODES) return total;
	}
	known.set(part, total);
	return total;
}

function idOf(use: Element): string | undefined {
	const href = use.getAttribute("href") ?? use.getAttribute("xlink:href") ?? "";
	return href.startsWith("#") ? href.slice(1) : undefined;
}

export const isRoot = (node: Node): node is Root => node.nodeType === Node.DOCUMENT_NODE || "host" in node;
