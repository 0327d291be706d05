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

/** So long sizes that nothing else leaves with are gathered: each diff makes the mirror lay out once more. */
const GATHER_MS = 250;
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
	/** Width and height of what was measured and is not written yet. */
	readonly #measured = new Map<Element, [number, number]>();
	/** When some were written last (performance.now). */
	#written = 0;

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

	/** Whether sizes wait for others, or for something else that leaves. */
	get waiting(): boolean {
		return this.#measured.size > 0;
	}

	/** A masked element or a box was sent. */
	add(element: Element): void {
		this.#dirty.add(element);
	}

	#pin(element: Element, verdict: number): void {
		const box = isBox(verdict);
		if (!box && UNSIZED_TAGS.has(element.localName)) return;
		if (!box && !REPLACED.has(element.localName) && !(hasText(element) && isSized(element))) return;
		const { width, height } = extent(element);
		this.#told.set(element, `${width} ${height}`);
		// A box was sent with its size.
		if (!box && width) this.#measured.set(element, [width, height]);
		if (this.#told.size < MAX_FOLLOWED) this.#observer.observe(element);
	}

	forget(node: Node): void {
		const element = node as Element;
		this.#dirty.delete(element);
		this.#measured.delete(element);
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

	/** Measures what is dirty, until the deadline. */
	measure(deadline: number): void {
		drain(this.#dirty, deadline, (element) => {
			const id = this.#ids.of(element);
			if (!id) return;
			if (!this.#told.has(element)) {
				this.#pin(element, this.#ids.verdict(id));
				return;
			}
			const { width, height } = extent(element);
			const told = `${width} ${height}`;
			if (this.#told.get(element) === told) return;
			this.#told.set(element, told);
			this.#measured.set(element, [width, height]);
		});
	}

	/** Writes what was measured, with what leaves anyway or after a while; the last part of a body. */
	write(): void {
		const now = performance.now();
		if (!this.#measured.size || (!this.#body.size && now - this.#written < GATHER_MS)) return;
		this.#written = now;
		for (const [element, [width, height]] of this.#measured) {
			const id = this.#ids.of(element);
			if (id) this.#body.pin(id, width, height);
		}
		this.#measured.clear();
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
