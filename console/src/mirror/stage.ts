/**
 * One epoch: a document of its own, in a frame of its own inside the mirror's frame, whose sandbox and policy it
 * inherits. A new epoch is built beside the one that is shown, so both can be whole documents.
 */

import { type DomReader, ElementFlag, Op } from "../../../wire/dom.ts";
import { type Handlers, type Pair, runOperation } from "../../../wire/operations.ts";
import { Animations } from "./animations.ts";
import type { Assets } from "./assets.ts";
import { boxStyle } from "./attributes.ts";
import { BASE_SHEET } from "./basesheet.ts";
import { Dressing } from "./dressing.ts";
import { createSafeElement, FRAME_SANDBOX, isElement, isHTML } from "./elements.ts";
import { Highlights } from "./highlights.ts";
import { showOpen } from "./opening.ts";
import { Pointing } from "./pointing.ts";
import { Resources } from "./resources.ts";
import { Scrolling } from "./scrolling.ts";
import { Sheets } from "./sheets.ts";
import { assign, attachShadow } from "./slots.ts";
import { keepStill } from "./stillness.ts";
import { Tree } from "./tree.ts";

/** Marks the frame of a stage; the wire cannot set it. */
export const STAGE_MARK = "alongside-stage";

const NAMESPACE_BITS = 3;
const QUIRKS_MODE = 1;
const PREFERS_DARK = 2;
/** More of one text is not shown: lines are broken through all of it at once. */
const MAX_TEXT = 1 << 18;
/** Of a document's title and of an element's custom states together, UTF-16 units. */
const MAX_WORDS = 1 << 10;
const SHEET_DISABLED = 1;
const MEDIA_PAUSED = 1;
const MEDIA_ENDED = 4;
/** How long resources that come late are gathered before they are shown together. */
const GATHER_MS = 40;
/** How long a complete epoch waits for its images before it is shown. */
const READY_MS = 120;

export type StageHooks = {
	onTitle(title: string): void;
	/** The stage cannot go on without a keyframe. */
	onLost(why: string): void;
};

export class Stage {
	readonly epoch: number;
	/** The frame that shows the epoch's document. */
	readonly frame: HTMLIFrameElement;
	readonly tree: Tree;
	readonly #hooks: StageHooks;
	readonly #resources: Resources;
	readonly #sheets: Sheets;
	readonly #dressing: Dressing;
	readonly #animations: Animations;
	readonly #highlights = new Highlights((id) => this.tree.node(id));
	readonly #pointing = new Pointing();
	readonly #scrolling = new Scrolling();
	#flushTimer: ReturnType<typeof setTimeout> | undefined;

	/** Builds an empty document at the end of the host's body. */
	constructor(epoch: number, host: Document, assets: Assets, hooks: StageHooks) {
		this.epoch = epoch;
		this.#hooks = hooks;
		this.frame = host.createElement("iframe");
		this.frame.setAttribute(STAGE_MARK, "");
		this.frame.setAttribute("sandbox", FRAME_SANDBOX);
		// The layout viewport has no room for scrollbars.
		this.frame.setAttribute("scrolling", "no");
		this.frame.setAttribute("style", "position:absolute;inset:0;width:100%;height:100%;border:0;background:#fff");
		host.body.append(this.frame);
		this.#resources = new Resources(assets, () => this.#flushSoon());
		this.#sheets = new Sheets(assets, this.#resources, BASE_SHEET);
		this.#dressing = new Dressing(assets, this.#resources);
		this.#animations = new Animations(this.#resources);
		this.tree = new Tree(host, (node) => this.#forget(node));
	}

	/** The document of the visitor's page, once its operation came. */
	get document(): Document | undefined {
		const node = this.tree.node(1);
		return node?.nodeType === Node.DOCUMENT_NODE ? (node as Document) : undefined;
	}

	/** Whether the visitor prefers dark colours. */
	get isDark(): boolean {
		return this.#sheets.isDark;
	}

	begin(): void {
		this.tree.begin();
	}

	/** Applies the next operation; what it returns are its further steps. */
	apply(reader: DomReader): Iterator<void> | void {
		return runOperation(reader, this.#handlers);
	}

	/** Has the browser lay out what was built so far. */
	layOut = (): void => void this.document?.documentElement?.getBoundingClientRect();

	/** Ends a body: what needs the layout is done once. */
	finish(): void {
		this.#dressing.finish();
		// In WebKit the room for it may come with the next frame only.
		if (this.#scrolling.apply()) requestAnimationFrame(() => this.#scrolling.apply());
	}

	/** Resolves once the images of the page can be shown without a flash, or after a short time. */
	async ready(): Promise<void> {
		const images = [...(this.document?.images ?? [])].filter((image) => image.src !== "");
		const decoded = Promise.allSettled(images.map((image) => image.decode()));
		await Promise.race([decoded, new Promise((resolve) => setTimeout(resolve, READY_MS))]);
	}

	/** Scrolls the page itself. */
	scroll(x: number, y: number): void {
		if (!this.document) return;
		this.#scrolling.set(this.document, x, y);
		this.#scrolling.apply();
	}

	/** Puts everything back where it was scrolled to, after the layout has changed. */
	settle = (): void => this.#scrolling.reapply();

	assetArrived(key: string): void {
		this.#sheets.arrived(key);
		this.#dressing.arrived(key);
		this.#resources.arrived(key);
	}

	destroy(): void {
		clearTimeout(this.#flushTimer);
		this.#animations.destroy();
		this.#dressing.destroy();
		this.#resources.destroy();
		this.frame.remove();
	}

	#flushSoon(): void {
		this.#flushTimer ??= setTimeout(() => {
			this.#flushTimer = undefined;
			this.#resources.flush();
			this.settle();
		}, GATHER_MS);
	}

	#forget(node: Node): void {
		this.#scrolling.forget(node);
		this.#sheets.removed(node);
		if (isElement(node)) {
			this.#dressing.forget(node);
			this.#animations.forget(node);
		} else if (node.nodeType === Node.DOCUMENT_NODE) {
			this.#highlights.forget(node as Document);
		}
	}

	/** Moves nodes, each after the one before. */
	*#move(ids: readonly number[], parent: number, prev: number): Generator<void> {
		let after = prev;
		for (const id of ids) {
			const node = this.tree.node(id);
			if (node) this.#dressing.moving(node);
			if (!this.tree.move(id, parent, after)) this.#hooks.onLost("a frame was moved");
			else if (node) this.#sheets.moved(node);
			after = id;
			yield;
		}
	}

	#element(flags: number, tag: string, attributes: readonly Pair[]): void {
		const element = createSafeElement(this.tree.document, flags & NAMESPACE_BITS, tag);
		if (flags & ElementFlag.masked) element.setAttribute("alongside-masked", "");
		if (flags & ElementFlag.undefined) element.setAttribute("alongside-undefined", "");
		if (flags & ElementFlag.noControl) element.setAttribute("alongside-no-control", "");
		for (const [name, value] of attributes) this.#dressing.set(element, name, value);
		this.tree.insert(element);
		if (!(flags & ElementFlag.leaf)) this.tree.descend(element);
	}

	/** VALUE: a host of editable content shows its value as text. */
	#value(element: Element, all: string): void {
		const value = all.slice(0, MAX_TEXT);
		if (isHTML(element, "textarea")) (element as HTMLTextAreaElement).value = value;
		else if (!isHTML(element, "input")) this.tree.replaceText(element, value);
		else if ((element as HTMLInputElement).type !== "file") (element as HTMLInputElement).value = value;
	}

	#content(flags: number): void {
		const isOwn = this.tree.count === 0;
		const frame = isOwn ? this.frame : this.tree.parent;
		const document = isHTML(frame, "iframe") ? (frame as HTMLIFrameElement).contentDocument : null;
		if (!document) {
			this.tree.descend(this.tree.limbo());
			return;
		}
		this.tree.remove(this.tree.id(document) ?? 0);
		empty(document, (flags & QUIRKS_MODE) !== 0);
		this.#sheets.isDark = (flags & PREFERS_DARK) !== 0;
		document.addEventListener("load", this.settle, true);
		this.tree.number(document);
		this.tree.descend(document);
		this.#sheets.adopt(document, []);
	}

	#shadow(flags: number): void {
		const host = this.tree.parent;
		const root = isElement(host) ? attachShadow(host, flags) : undefined;
		if (!root) {
			this.tree.descend(this.tree.limbo());
			return;
		}
		this.tree.number(root);
		this.tree.descend(root);
		this.#sheets.adopt(root, []);
	}

	/** Runs an operation on an element; one that is gone is skipped. */
	#on(id: number, act: (element: Element) => void): void {
		const element = this.tree.element(id);
		if (element) act(element);
	}

	/** What each operation of DOM.md does. */
	readonly #handlers: Handlers = {
		[Op.at]: ({ parent, prev }) => this.tree.at(parent, prev),
		[Op.element]: ({ flags, tag, attributes }) => this.#element(flags, tag, attributes),
		[Op.up]: () => this.tree.up(),
		[Op.text]: ({ data }) => this.tree.insert(this.tree.document.createTextNode(data.slice(0, MAX_TEXT))),
		[Op.shadow]: ({ flags }) => this.#shadow(flags),
		[Op.content]: ({ flags }) => this.#content(flags),
		[Op.box]: ({ properties }) => {
			const box = this.tree.document.createElement("alongside-box");
			box.setAttribute("style", boxStyle(properties));
			this.tree.insert(box);
		},
		[Op.remove]: ({ id }) => this.tree.remove(id),
		[Op.move]: ({ id, parent, prev }) => this.#move([id], parent, prev),
		[Op.attr]: ({ id, name, value }) => this.#on(id, (element) => this.#dressing.set(element, name, value)),
		[Op.unattr]: ({ id, name }) => this.#on(id, (element) => this.#dressing.unset(element, name)),
		[Op.data]: ({ id, data }) => {
			const node = this.tree.node(id);
			if (node?.nodeType === Node.TEXT_NODE) (node as Text).data = data.slice(0, MAX_TEXT);
		},
		[Op.value]: ({ id, value }) => this.#on(id, (element) => this.#value(element, value)),
		[Op.checked]: ({ id, flags }) =>
			this.#on(id, (element) => {
				if (!isHTML(element, "input")) return;
				(element as HTMLInputElement).checked = (flags & 1) !== 0;
				(element as HTMLInputElement).indeterminate = (flags & 2) !== 0;
			}),
		[Op.selected]: ({ id, options }) =>
			this.#on(id, (element) => {
				if (!isHTML(element, "select")) return;
				const select = element as HTMLSelectElement;
				if (options.length === 0) select.selectedIndex = -1;
				for (const [index, option] of [...select.options].entries()) option.selected = options.includes(index);
			}),
		[Op.scroll]: ({ id, x, y }) => {
			const node = this.tree.node(id);
			if (isElement(node) || node?.nodeType === Node.DOCUMENT_NODE) this.#scrolling.set(node, x, y);
		},
		[Op.focus]: ({ id, isVisible }) => this.#pointing.focus(this.tree.element(id), isVisible),
		[Op.hover]: ({ id }) => this.#pointing.hover(this.tree.element(id)),
		[Op.selection]: ({ anchor, anchorOffset, focus, focusOffset }) =>
			this.#pointing.select(this.tree.node(anchor), anchorOffset, this.tree.node(focus), focusOffset),
		[Op.open]: ({ id, how }) => this.#on(id, (element) => showOpen(element, how)),
		[Op.media]: ({ id, flags }) =>
			this.#on(id, (element) => {
				const state = flags & MEDIA_ENDED ? "ended" : flags & MEDIA_PAUSED ? "paused" : "playing";
				element.setAttribute("alongside-media", state);
			}),
		[Op.picture]: ({ id, key }) => this.#on(id, (element) => this.#dressing.picture(element, key)),
		[Op.defined]: ({ id }) => this.#on(id, (element) => element.removeAttribute("alongside-undefined")),
		[Op.sheet]: ({ sheet, owner, flags, media, key }) => {
			const node = this.tree.node(owner);
			if (owner === 0 || node) this.#sheets.define(sheet, node, (flags & SHEET_DISABLED) !== 0, media, key);
		},
		[Op.adopt]: ({ id, sheets }) => {
			const root = this.tree.node(id);
			if (isAdopter(root)) this.#sheets.adopt(root, sheets);
		},
		[Op.rule]: ({ sheet, path, text }) => this.#sheets.edit(sheet, path, text),
		[Op.unrule]: ({ sheet, path }) => this.#sheets.edit(sheet, path),
		[Op.resource]: ({ ref, key }) => this.#resources.define(ref, key),
		[Op.size]: ({ id, width, height }) => this.#on(id, (element) => this.#dressing.pin(element, width, height)),
		[Op.title]: ({ title }) => {
			this.#hooks.onTitle(title.slice(0, MAX_WORDS));
		},
		[Op.states]: ({ id, states }) =>
			this.#on(id, (element) => element.setAttribute("alongside-state", states.join(" ").slice(0, MAX_WORDS))),
		[Op.assign]: ({ id, nodes }) => this.#on(id, (element) => assign(element, nodes, (node) => this.tree.node(node))),
		[Op.highlight]: ({ name, priority, ranges }) => this.#highlights.show(name, priority, ranges),
		[Op.animate]: ({ animation, id, ...operands }) =>
			this.#on(id, (element) => this.#animations.start(animation, element, operands)),
		[Op.playback]: ({ animation, state, time, rate }) => this.#animations.play(animation, state, time, rate),
		[Op.moves]: ({ parent, prev, nodes }) => this.#move(nodes, parent, prev),
	};
}

/** Empties a document and sets its mode, which only its parser can. */
function empty(document: Document, isQuirky: boolean): void {
	document.open();
	document.write(isQuirky ? "<html>" : "<!doctype html><html>");
	document.close();
	document.replaceChildren();
	if (document.defaultView) keepStill(document.defaultView);
}

function isAdopter(node: Node | undefined): node is Document | ShadowRoot {
	if (node?.nodeType === Node.DOCUMENT_NODE) return true;
	return node?.nodeType === Node.DOCUMENT_FRAGMENT_NODE && "host" in node;
}
