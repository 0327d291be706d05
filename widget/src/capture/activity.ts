/**
 * What people do on the page and what is not in its tree: scroll offsets, focus, hover, selection, open dialogs, media,
 * the pointer and the viewport. Only the newest of each is told, once a flush; nothing about anything inside a box.
 */

import { Op } from "../../../wire/dom.ts";
import { encodePointer, encodeViewport, Kind } from "../../../wire/wire.ts";
import { isBox, type Masks, parentOf } from "../mask/masks.ts";
import { plain, viewOf } from "../mask/plain.ts";
import type { Body } from "./body.ts";
import type { Ids } from "./ids.ts";
import type { Sender } from "./sender.ts";
import { boundary } from "./telling.ts";

export class Activity {
	readonly #masks: Masks;
	readonly #body: Body;
	readonly #ids: Ids;
	readonly #sender: Sender;
	readonly #window: Window;
	readonly #scrolled = new Set<Node>();
	readonly #opened = new Set<Element>();
	readonly #playing = new Set<HTMLMediaElement>();
	readonly #defined = new Set<Element>();
	#pointer: { target: Element; x: number; y: number } | undefined;
	#focus: { told: string; dirty: boolean } = { told: "0,0", dirty: true };
	#hover: { told: number; target: Element | undefined } = { told: 0, target: undefined };
	#selection: { told: string; dirty: boolean } = { told: "0,0,0,0", dirty: true };
	#viewport = "";
	#viewportDirty = true;

	constructor(masks: Masks, body: Body, ids: Ids, sender: Sender, window: Window) {
		this.#masks = masks;
		this.#body = body;
		this.#ids = ids;
		this.#sender = sender;
		this.#window = window;
	}

	scrolled(node: Node): void {
		this.#scrolled.add(node);
	}

	opened(element: Element): void {
		this.#opened.add(element);
	}

	playing(element: HTMLMediaElement): void {
		this.#playing.add(element);
	}

	defined(element: Element): void {
		this.#defined.add(element);
	}

	focused(): void {
		this.#focus.dirty = true;
	}

	selected(): void {
		this.#selection.dirty = true;
	}

	/** The pointer is over an element, at a point of that element's own viewport. */
	pointed(target: Element, x: number, y: number): void {
		this.#pointer = { target, x, y };
		this.#hover.target = target;
	}

	/** The window or its visual viewport was scrolled, resized or zoomed. */
	viewed(): void {
		this.#viewportDirty = true;
	}

	/** Pointer and viewport: their frames stand outside the order of bodies. */
	tell(): void {
		// Reading it makes the browser lay out the page, so it is read only when it may have changed.
		if (this.#viewportDirty) this.#tellViewport();
		const at = this.#pointer;
		this.#pointer = undefined;
		if (at) this.#sender.latest(Kind.pointer, this.#encode(at.target, at.x, at.y));
	}

	clicked(target: Element, x: number, y: number, button: number): void {
		this.#sender.latest(Kind.click, this.#encode(target, x, y, button));
	}

	flush(doc: Document): void {
		for (const node of this.#scrolled) this.#writeScroll(node);
		this.#scrolled.clear();
		for (const element of this.#opened) this.#writeOpen(element);
		this.#opened.clear();
		for (const media of this.#playing) this.#writeMedia(media);
		this.#playing.clear();
		for (const element of this.#defined) {
			const id = this.#ids.of(element);
			if (id) this.#body.numbers(Op.defined, id);
		}
		this.#defined.clear();
		this.#writeHover();
		if (this.#focus.dirty) this.#writeFocus(doc);
		if (this.#selection.dirty) this.#writeSelection(doc);
	}

	/** The innermost element that may be told of, at or above a node: a box is passed over, as if it were not there. */
	#visible(node: Node | null | undefined): Element | undefined {
		let seen: Element | undefined;
		for (let up: Node | null = node ?? null; up; up = parentOf(up)) {
			if (plain(up).nodeType !== 1) continue;
			if (isBox(this.#masks.verdict(up))) seen = undefined;
			else if (!seen && this.#ids.of(up)) seen = up as Element;
		}
		return seen;
	}

	#encode(target: Element, x: number, y: number, button?: number): Uint8Array {
		const element = this.#visible(target);
		const point = { x, y };
		// Into the coordinates of the source's own viewport.
		for (let view: Window | null = viewOf(target); view && view !== this.#window; ) {
			const frame: Element | null = view.frameElement;
			if (!frame) break;
			const box = frame.getBoundingClientRect();
			point.x += box.left + frame.clientLeft;
			point.y += box.top + frame.clientTop;
			view = viewOf(frame);
		}
		const box = element && plain(element).getBoundingClientRect();
		// The element may stand in an outer document, if the pointer is over a frame that stays out.
		const at = element && viewOf(element) === viewOf(target) ? { x, y } : point;
		const fraction = (value: number, from: number, size: number) => (size > 0 ? (value - from) / size : 0);
		return encodePointer(
			{
				node: element ? this.#ids.of(element) : 0,
				fx: box ? fraction(at.x, box.left, box.width) : 0,
				fy: box ? fraction(at.y, box.top, box.height) : 0,
				x: Math.round(point.x),
				y: Math.round(point.y),
			},
			button,
		);
	}

	#tellViewport(): void {
		this.#viewportDirty = false;
		const {
			innerWidth,
			innerHeight,
			devicePixelRatio,
			document,
			visualViewport: visual,
			scrollX,
			scrollY,
		} = this.#window;
		const { documentElement } = plain(document);
		const viewport = {
			// Without the scrollbar, which the mirror has none of.
			width: documentElement?.clientWidth || innerWidth,
			height: innerHeight,
			scrollX: Math.round(scrollX),
			scrollY: Math.round(scrollY),
			dpr: devicePixelRatio,
			zoom: visual?.scale ?? 1,
			offsetX: visual?.offsetLeft ?? 0,
			offsetY: visual?.offsetTop ?? 0,
			docHeight: documentElement?.scrollHeight ?? 0,
		};
		const told = Object.values(viewport).join();
		if (told === this.#viewport) return;
		this.#viewport = told;
		this.#sender.latest(Kind.viewport, encodeViewport(viewport));
	}

	#writeScroll(node: Node): void {
		const id = this.#ids.of(node);
		if (!id || isBox(this.#ids.verdict(id))) return;
		const own = plain(node as Element);
		const view = own.nodeType === 9 ? plain(node as Document).defaultView : undefined;
		const x = view ? view.scrollX : own.scrollLeft;
		const y = view ? view.scrollY : own.scrollTop;
		this.#body.scroll(id, Math.round(x), Math.round(y));
	}

	#writeOpen(element: Element): void {
		const id = this.#ids.of(element);
		if (!id || isBox(this.#ids.verdict(id))) return;
		let how = 0;
		if (element === plain(plain(element).ownerDocument).fullscreenElement) how = 4;
		else if (element.localName === "dialog" && (element as HTMLDialogElement).open)
			how = matches(element, ":modal") ? 1 : 2;
		else if (element.localName === "details") how = (element as HTMLDetailsElement).open ? 2 : 0;
		else if (matches(element, ":popover-open")) how = 3;
		this.#body.numbers(Op.open, id, how);
	}

	#writeMedia(media: HTMLMediaElement): void {
		const id = this.#ids.of(media);
		if (!id || isBox(this.#ids.verdict(id))) return;
		const flags = (media.paused ? 1 : 0) + (media.muted ? 2 : 0) + (media.ended ? 4 : 0);
		this.#body.media(id, flags, media.currentTime, media.playbackRate, media.volume);
	}

	#writeFocus(doc: Document): void {
		this.#focus.dirty = false;
		let active: Element | null = plain(doc).activeElement;
		for (let inner = active; inner; active = inner) {
			inner = plain(inner).shadowRoot?.activeElement ?? frameFocus(inner);
			if (!inner) break;
		}
		const id = active && active !== plain(doc).body && !isBox(this.#masks.verdict(active)) ? this.#ids.of(active) : 0;
		const focus = [id, id && matches(active as Element, ":focus-visible") ? 1 : 0];
		const told = focus.join();
		if (told === this.#focus.told) return;
		this.#focus.told = told;
		this.#body.numbers(Op.focus, ...focus);
	}

	#writeHover(): void {
		const element = this.#visible(this.#hover.target);
		const id = element ? this.#ids.of(element) : 0;
		if (id === this.#hover.told) return;
		this.#hover.told = id;
		this.#body.numbers(Op.hover, id);
	}

	#writeSelection(doc: Document): void {
		this.#selection.dirty = false;
		const selection = plain(doc).getSelection();
		const ends = [0, 0, 0, 0];
		if (selection?.anchorNode && selection.focusNode && !selection.isCollapsed) {
			const anchor = boundary(this.#ids, this.#masks, selection.anchorNode, selection.anchorOffset);
			const focus = boundary(this.#ids, this.#masks, selection.focusNode, selection.focusOffset);
			if (anchor && focus) ends.splice(0, 4, ...anchor, ...focus);
		}
		const told = ends.join();
		if (told === this.#selection.told) return;
		this.#selection.told = told;
		this.#body.numbers(Op.selection, ...ends);
	}
}

function frameFocus(element: Element): Element | null {
	try {
		const inner = (element as HTMLIFrameElement).contentDocument;
		if (!inner) return null;
		const { activeElement, body } = plain(inner);
		return activeElement !== body ? activeElement : null;
	} catch {
		return null;
	}
}

/** Like Element.matches, for pseudo-classes that an older browser may not know. */
function matches(element: Element, selector: string): boolean {
	try {
		return plain(element).matches(selector);
	} catch {
		return false;
	}
}
