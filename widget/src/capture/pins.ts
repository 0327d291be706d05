/**
 * The sizes of what stands in for something else: placeholders for masked text, and empty boxes. Pinned when sent, and
 * again when the page lays them out otherwise.
 */

import { isBox, isMasked } from "../mask/masks.ts";
import { plain, viewOf } from "../mask/plain.ts";
import type { Body } from "./body.ts";
import { drain } from "./drain.ts";
import { extent } from "./funnel.ts";
import type { Ids } from "./ids.ts";

type Realm = Window & typeof globalThis;

/** Beyond so many, sizes are pinned once and not followed. */
const MAX_FOLLOWED = 4000;
const REPLACED = new Set(["img", "svg", "canvas", "video", "iframe", "object", "embed", "select", "input", "textarea"]);
/** Displays whose box has no size of its own to pin. */
const UNSIZED = /^(inline|contents|none|table-row|table-row-group|table-header-group|table-footer-group|table-column)$/;
/** Elements that hold no text of their own and may have thousands of children. */
const UNSIZED_TAGS = new Set(["tbody", "thead", "tfoot", "tr"]);

export class Pins {
	readonly #body: Body;
	readonly #ids: Ids;
	readonly #observer: ResizeObserver;
	readonly #told = new Map<Element, string>();
	readonly #dirty = new Set<Element>();

	constructor(window: Realm, body: Body, ids: Ids, wake: () => void) {
		this.#body = body;
		this.#ids = ids;
		this.#observer = new window.ResizeObserver((entries) => {
			for (const { target } of entries) this.#dirty.add(target);
			wake();
		});
	}

	get dirty(): boolean {
		return this.#dirty.size > 0;
	}

	/** A masked element or a box was sent. */
	add(element: Element): void {
		this.#dirty.add(element);
	}

	#pin(element: Element, id: number, verdict: number): void {
		const box = isBox(verdict);
		if (!box && UNSIZED_TAGS.has(element.localName)) return;
		if (!box && !REPLACED.has(element.localName) && !(hasText(element) && isSized(element))) return;
		const { width, height } = extent(element);
		this.#told.set(element, `${width} ${height}`);
		// A box was sent with its size.
		if (!box && width) this.#body.pin(id, width, height);
		if (this.#told.size < MAX_FOLLOWED) this.#observer.observe(element);
	}

	forget(node: Node): void {
		const element = node as Element;
		this.#dirty.delete(element);
		if (this.#told.delete(element)) this.#observer.unobserve(element);
	}

	/** The children or the text of an element changed. */
	touch(element: Element | null): void {
		if (element && this.#ids.of(element) && isMasked(this.#ids.verdict(this.#ids.of(element))))
			this.#dirty.add(element);
	}

	touchAll(): void {
		for (const element of this.#told.keys()) this.#dirty.add(element);
	}

	flush(deadline: number): void {
		drain(this.#dirty, deadline, (element) => {
			const id = this.#ids.of(element);
			if (!id) return;
			if (!this.#told.has(element)) {
				this.#pin(element, id, this.#ids.verdict(id));
				return;
			}
			const { width, height } = extent(element);
			const told = `${width} ${height}`;
			if (this.#told.get(element) === told) return;
			this.#told.set(element, told);
			this.#body.pin(id, width, height);
		});
	}

	stop(): void {
		this.#observer.disconnect();
	}
}

/** Whether the box of an element has a size of its own. */
function isSized(element: Element): boolean {
	const display = viewOf(element)?.getComputedStyle(element).display;
	return display !== undefined && !UNSIZED.test(display);
}

function hasText(element: Element): boolean {
	for (let child = plain(element).firstChild; child; child = plain(child).nextSibling) {
		if (plain(child).nodeType === 3 && /\S/.test((child as Text).data)) return true;
	}
	return false;
}
