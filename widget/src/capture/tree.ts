/**
 * Keeps the mirror's tree equal to the page's. It knows what is dirty only by reference; what leaves is read, masked and
 * encoded in one synchronous step.
 *
 * All of it can stop anywhere and go on after the page has changed. That is right because of one invariant: a node that
 * changed its place is in `#touched` until it has been placed; all others keep their order among themselves, so those of
 * a parent that were not reached yet stand after those that were.
 */

import { ElementFlag } from "../../../wire/dom.ts";
import { isBox, isMasked, type Masks, parentOf, Verdict } from "../mask/masks.ts";
import { hostOf, plain } from "../mask/plain.ts";
import { CHILDLESS, UNSENT } from "./attributes.ts";
import type { Body, Outgoing } from "./body.ts";
import type { Funnel } from "./funnel.ts";
import { Ids, type Known } from "./ids.ts";

export type Root = Document | ShadowRoot;

/** What the rest of the capture hears about the tree while it is written. */
export interface TreeEvents {
	/** An element was sent that is masked, or that its name (bits of Trait) or a popover makes more than a plain one. */
	element(element: Element, verdict: number, traits: number): void;
	/** All children of a field were sent. */
	filled(field: Element, verdict: number): void;
	/** A document or shadow root was sent: its changes must be observed from here on, before its children are read. */
	root(root: Root): void;
	/** A node is no longer in the mirror. */
	forgotten(node: Node): void;
	/** The body is full: it must be taken and sent. */
	full(): void;
	own(node: Node): boolean;
	/** The shadow root of an element that may be captured. */
	shadow(element: Element): ShadowRoot | null;
}

/** A parent whose children are being sent: which one was last looked at, and after which sent one the next goes. */
type Walking = { known: Known; last: Node | null; anchor: Known | undefined; slots: boolean; field?: boolean };

/** A body is sent when it is about this long; keeps parts under MAX_PART_BYTES. */
const FULL_BYTES = 56 << 10;
/** The clock is looked at after so many nodes. */
const STEPS_PER_LOOK = 64;

/** So many names of elements are remembered. */
const MAX_TAGS = 1000;

const XHTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

/** What an element's name says about how it is captured. */
export const Trait = {
	unsent: 1,
	childless: 2,
	frame: 4,
	link: 8,
	custom: 16,
	field: 32,
	scrolls: 64,
	told: 128,
	hosts: 256,
} as const;
const FIELDS = /^(input|textarea|select)$/;
/** What may have been scrolled before it was sent. */
const SCROLLERS =
	/^(div|section|main|[uod]l|nav|aside|article|pre|code|textarea|table|tbody|form|header|footer|body|fieldset|dialog|.*-.*)$/;
/** What can have a shadow root of its own (DOM, valid shadow host name), beside what has a hyphen. */
const HOSTS = /^(article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$/;
/** What has more to it than the tree. */
const TOLD = /^(style|link|canvas|video|audio|dialog|slot)$/;

const traitsOf = (tag: string): number =>
	(UNSENT.has(tag) ? Trait.unsent : 0) |
	(CHILDLESS.has(tag) ? Trait.childless : 0) |
	(/^i?frame$/.test(tag) ? Trait.frame : 0) |
	(tag === "link" ? Trait.link : 0) |
	(tag.includes("-") ? Trait.custom : 0) |
	(FIELDS.test(tag) ? Trait.field : 0) |
	(SCROLLERS.test(tag) ? Trait.scrolls : 0) |
	(TOLD.test(tag) ? Trait.told : 0) |
	(HOSTS.test(tag) || tag.includes("-") ? Trait.hosts : 0);

export class Tree {
	readonly ids: Ids;
	readonly #masks: Masks;
	readonly #funnel: Funnel;
	readonly #body: Body;
	readonly #events: TreeEvents;
	readonly #traits = new Map<string, number>();
	readonly #touched = new Set<Node>();
	/** Touched ones that the mirror has and the page has no longer. */
	readonly #gone = new Set<Node>();
	/** By element and name the value that the mirror was sent; undefined: that is not known. */
	readonly #attributes = new Map<Element, Map<string, string | null | undefined>>();
	readonly #texts = new Set<Text>();
	readonly #hosts = new Set<Element>();
	readonly #doubtful = new Set<Node>();
	/** Whether the page changed since the selectors that look beyond an element were last asked. */
	#changed = false;
	/** Walks that ran out of time, innermost parent last. */
	#open: Walking[][] = [];
	readonly #roots = new Set<Root>();
	/** Above these, in this flush, nothing is touched. */
	readonly #settled = new Set<Node>();
	#deadline = 0;
	#steps = 0;
	#over = false;

	constructor(masks: Masks, funnel: Funnel, body: Body, events: TreeEvents) {
		this.#masks = masks;
		this.#funnel = funnel;
		this.#body = body;
		this.#events = events;
		this.ids = new Ids((node) => {
			this.#roots.delete(node as Root);
			events.forgotten(node);
		});
	}

	/** The documents and shadow roots that are in the mirror. */
	get roots(): Iterable<Root> {
		return this.#roots;
	}

	get dirty(): boolean {
		const sets = [this.#touched, this.#gone, this.#attributes, this.#texts, this.#hosts, this.#doubtful];
		return this.#open.length > 0 || !this.ids.clean || sets.some(({ size }) => size > 0);
	}

	/** Puts the source's own document down as the one whose walk is to begin. */
	begin(doc: Document): void {
		const known = this.ids.add(doc, this.#masks.verdict(doc));
		this.#body.content(known.id, contentFlags(doc));
		this.#open.push([this.#entered(doc, known)]);
	}

	/** Notes what changed; keeps no value that the page has now. */
	note(record: MutationRecord): void {
		const { type, target } = record;
		this.#changed = true;
		if (type === "childList") {
			const { addedNodes, removedNodes } = record;
			for (let i = 0; i < addedNodes.length; i++) this.#touched.add(addedNodes[i] as Node);
			for (let i = 0; i < removedNodes.length; i++) this.#touched.add(removedNodes[i] as Node);
			if (removedNodes.length) this.#unslot(target, removedNodes);
		} else if (type === "attributes") {
			const { attributeName, oldValue } = record;
			if (attributeName === "type" && oldValue?.toLowerCase() === "password")
				this.#masks.rememberPassword(target as Element);
			this.touchAttribute(target as Element, attributeName ?? "", oldValue);
		} else {
			this.#texts.add(target as Text);
		}
	}

	/** What a slot showed that was taken away inherits no longer from it; the event that tells of it stays with the slot. */
	#unslot(target: Node, removed: NodeList): void {
		const host = hostOf(target);
		if (!host || !plain(host).firstChild) return;
		for (const node of removed as Iterable<Element>)
			if (plain(node).localName === "slot" || plain(node).querySelector?.("slot"))
				for (const child of plain(host).childNodes) this.judge(child);
	}

	/** `before`: the value until now, if that is known. */
	touchAttribute(element: Element, name: string, before?: string | null): void {
		if (name === "type" || this.#masks.bears(name, before, element)) this.#doubtful.add(element);
		const names = this.#attributes.get(element);
		if (!names) this.#attributes.set(element, new Map([[name, before]]));
		else if (before === undefined || !names.has(name)) names.set(name, before);
	}

	/** What is decided for the node may have changed without a change to itself. */
	judge(node: Node): void {
		this.#doubtful.add(node);
	}

	/** An element got a shadow root, or a frame another document. */
	touchRoot(element: Element): void {
		this.#hosts.add(element);
	}

	/** Finds documents that the page wrote anew, which no observer tells of; true if it is the source's own. */
	look(): boolean {
		for (const root of this.#roots) {
			if (plain(root).nodeType !== 9 || !this.#isWrittenAnew(root as Document)) continue;
			const frame = parentOf(root);
			if (frame) this.touchRoot(frame as Element);
			// The document of a frame that is gone stands in no window; it is nobody's page.
			else if (plain(root as Document).defaultView) return true;
		}
		return false;
	}

	/** Forgets what came and went while nothing could be sent: the rest is no more than the page and the mirror have. */
	prune(): void {
		for (const dirty of [this.#touched, this.#texts, this.#attributes, this.#hosts, this.#doubtful])
			for (const node of dirty.keys())
				if (!plain(node).isConnected && !this.ids.known(node)) (dirty as Set<Node>).delete(node);
	}

	/** Finds what is now under another verdict than it was sent under. Comes first in each synchronous step. */
	settle(): void {
		for (const node of this.#doubtful) this.#judge(node);
		this.#doubtful.clear();
		const complex = this.#masks.complexSelectors;
		if (complex && this.#changed) this.#judgeAll(complex);
		this.#changed = false;
	}

	/** Goes on with unfinished walks until the deadline (performance.now); true if all are finished. */
	walk(deadline: number): boolean {
		this.#start(deadline);
		return this.ids.free(() => this.#late()) && this.#walk();
	}

	/** Writes what changed until the deadline. */
	flush(deadline: number): void {
		this.#start(deadline);
		this.#settled.clear();
		// Those that stand somewhere first: a removed tree may have held them until now.
		for (const node of this.#touched) {
			if (plain(node).isConnected) this.#place(node);
			else {
				this.#touched.delete(node);
				if (this.ids.known(node)) this.#gone.add(node);
			}
			if (this.#late()) return;
		}
		const done =
			this.#each(this.#gone, (node) => !plain(node).isConnected && this.#remove(this.ids.known(node))) &&
			this.ids.free(() => this.#late()) &&
			this.#each(this.#hosts, (element) => this.#enterRoot(element)) &&
			this.#each(this.#texts, (text) => this.#writeText(text)) &&
			this.#each(this.#attributes, (element) => this.#writeAttributes(element));
		if (done) this.#walk();
	}

	#start(deadline: number): void {
		this.#deadline = deadline;
		// However late it is: what never gets on would never end.
		this.#over = false;
		// A walk begins again in a parent that its mark in has left; what it sent already it only passes by.
		const left = (node: Node | null | undefined, parent: Node): boolean =>
			!!node && (this.#touched.has(node) || plain(node).parentNode !== parent);
		for (const stack of this.#open) {
			for (const walking of stack) {
				const { last, anchor, known } = walking;
				if (!left(last, known.node) && !left(anchor?.node, known.node)) continue;
				walking.last = null;
				walking.anchor = undefined;
			}
		}
	}

	/** Sees to one after the other until the time is over; true if none is left. */
	#each<T>(dirty: { keys(): Iterable<T>; delete(one: T): void }, act: (one: T) => void): boolean {
		for (const one of dirty.keys()) {
			act(one);
			dirty.delete(one);
			if (this.#late()) return false;
		}
		return true;
	}

	#walk(): boolean {
		const open = this.#open;
		this.#open = [];
		for (const stack of open) {
			// Cut off where the page took a parent away.
			const lost = stack.findIndex(({ known: { node } }, i) => !plain(node).isConnected || this.#isLost(stack, i));
			if (lost >= 0) stack.length = lost;
			if (this.#over) this.#open.push(stack);
			else this.#run(stack);
		}
		return this.#open.length === 0;
	}

	#isLost(stack: readonly Walking[], at: number): boolean {
		const known = stack[at]?.known;
		return !known || this.ids.known(known.node) !== known;
	}

	#writeAttributes(element: Element): void {
		const known = this.ids.known(element);
		if (!known || isBox(known.verdict)) return;
		const { id, verdict } = known;
		for (let [name, before] of this.#attributes.get(element) ?? []) {
			if (name === "srcset" || name === "sizes") name = "src";
			const value = plain(element).getAttribute(name);
			const leaving = this.#leaving(element, name, value, verdict);
			// Most changes say nothing about how the page looks. A picture may be another although its address is not.
			if (before !== undefined && name !== "src") {
				if (value === before) continue;
				if (name !== "style" && leaving === this.#leaving(element, name, before, verdict)) continue;
			}
			const told = this.#funnel.attributeName(name);
			if (leaving !== undefined) this.#body.attribute(id, told, leaving);
			else if (/^(class|style|id)$/.test(name)) this.#body.removeAttribute(id, told);
			// Whether the name itself may be told is decided as if the attribute were there, and empty.
			else if (value === null && this.#leaving(element, name, "", verdict) !== undefined)
				this.#body.removeAttribute(id, told);
		}
		this.#sendIfFull();
	}

	#leaving(element: Element, name: string, value: string | null, verdict: number): Outgoing | undefined {
		// A picture's address is not always in the attribute.
		return value === null && name !== "src" ? undefined : this.#funnel.attribute(element, name, value ?? "", verdict);
	}

	#writeText(text: Text): void {
		const known = this.ids.known(text);
		if (!known) return;
		this.#body.data(known.id, this.#funnel.text(text.data, known.verdict));
		this.#sendIfFull();
	}

	#judge(node: Node): void {
		const known = this.ids.known(node);
		// A text that nothing was sent of may have come out of a box.
		if (!known && plain(node).nodeType === 3) this.#touched.add(node);
		if (!known || (this.#masks.verdict(node) === known.verdict && !this.#isRetyped(node as Element))) return;
		this.#remove(known);
		this.#touched.add(node);
		// What is shown in slots below it inherits from it, too.
		const host = hostOf(node);
		if (host) for (const child of plain(host).childNodes) this.#judge(child);
	}

	/** A field of another type is another field: what it holds is told in other ways. */
	#isRetyped(element: Element): boolean {
		const names = element.localName === "input" ? this.#attributes.get(element) : undefined;
		return !!names?.has("type") && names.get("type") !== element.getAttribute("type");
	}

	/** For selectors that look at siblings, descendants or states: what they match now, and what was marked before. */
	#judgeAll(selectors: string): void {
		for (const { node, verdict } of this.ids.all) if (verdict && node.nodeType === 1) this.#judge(node);
		for (const root of this.#roots) {
			for (const element of plain(root).querySelectorAll(selectors)) this.#judge(element);
		}
	}

	/** Takes a node out of the mirror, with all that the mirror has below it. */
	#remove(known: Known | undefined): void {
		if (!known) return;
		this.#body.remove(known.id);
		this.ids.remove(known);
		this.#sendIfFull();
	}

	/** Puts a touched node, with the touched ones beside it, where it now stands. */
	#place(node: Node): void {
		// From the top down, so that no node is moved into one that the mirror still has below it.
		for (;;) {
			let top: Node | undefined;
			for (let up = parentOf(node); up && !this.#settled.has(up); up = parentOf(up))
				if (this.#touched.has(up)) top = up;
			if (!top) break;
			this.#place(top);
			if (this.#touched.has(top)) return;
		}
		if (!this.#touched.has(node)) return;
		for (let up = parentOf(node); up && !this.#settled.has(up); up = parentOf(up)) this.#settled.add(up);
		const parent = plain(node).parentNode;
		const above = parent && this.ids.known(parent);
		if (!above || isBox(above.verdict) || this.#traitsOf(parent) & Trait.childless) {
			this.#touched.delete(node);
			this.#remove(this.ids.known(node));
			return;
		}
		// A document holds one element at a time: the old one leaves before the new one comes.
		if (plain(parent).nodeType === 9) {
			for (let old = above.first, next = old; old; old = next) {
				next = old.next;
				if (plain(old.node).parentNode !== parent) this.#remove(old);
			}
		}
		const here: Walking = { known: above, last: null, anchor: undefined, slots: this.#masks.hosts(parent) };
		let start = node;
		for (let before = plain(node).previousSibling; before && !here.anchor; before = plain(before).previousSibling) {
			if (this.#touched.has(before)) start = before;
			else here.anchor = this.#childOf(above, before);
		}
		for (let next: Node | null = start; next; ) {
			const one: Node = next;
			next = plain(one).nextSibling;
			if (this.#touched.delete(one)) {
				this.#placeOne(one, here);
				if (this.#late()) return;
			} else if (this.#childOf(above, one)) return;
		}
	}

	#childOf(parent: Known, node: Node): Known | undefined {
		const known = this.ids.known(node);
		return known?.parent === parent ? known : undefined;
	}

	#placeOne(node: Node, here: Walking): void {
		const known = this.ids.known(node);
		const { anchor } = here;
		if (known && this.#masks.verdict(node) === known.verdict) {
			const stays = known.parent === here.known && known.prev === anchor;
			if (stays || this.ids.move(known, here.known, anchor)) {
				if (!stays) this.#body.move(known.id, here.known.id, anchor?.id ?? 0);
				here.anchor = known;
				this.#sendIfFull();
				return;
			}
		}
		this.#remove(known);
		const stack: Walking[] = [];
		this.#emit(node, here, stack);
		this.#run(stack);
	}

	#run(stack: Walking[]): void {
		for (let walking = stack.at(-1); walking; walking = stack.at(-1)) {
			const { known } = walking;
			const next: Node | null = walking.last ? plain(walking.last).nextSibling : plain(known.node).firstChild;
			if (!next) {
				stack.pop();
				this.#body.up(known.id);
				if (walking.field) this.#events.filled(known.node as Element, known.verdict);
				continue;
			}
			walking.last = next;
			const there = this.ids.known(next);
			if (!there) this.#emit(next, walking, stack);
			else if (this.#touched.has(next)) continue;
			else if (there.parent === known) walking.anchor = there;
			if (this.#late()) {
				this.#open.push(stack);
				return;
			}
		}
	}

	/** Sends a node that is new to the mirror, without its children; pushes the walks of these, if they leave. */
	#emit(node: Node, here: Walking, stack: Walking[]): void {
		if (this.#touched.size) this.#touched.delete(node);
		const { nodeType } = plain(node);
		let above = here.known.verdict;
		if (here.slots && (nodeType === 1 || nodeType === 3)) above = this.#masks.slotted(above, node as Element | Text);
		if (nodeType === 1) this.#emitElement(node as Element, here, above, stack);
		else if ((nodeType === 3 || nodeType === 4) && !isBox(above)) {
			if (this.#texts.size) this.#texts.delete(node as Text);
			const data = this.#funnel.text((node as Text).data, above);
			this.#body.at(here.known.id, here.anchor?.id ?? 0);
			here.anchor = this.ids.add(node, above, here.known, here.anchor);
			this.#body.text(here.anchor.id, data);
			this.#sendIfFull();
		}
	}

	#emitElement(element: Element, here: Walking, above: number, stack: Walking[]): void {
		const own = plain(element);
		const traits = this.#traitsOfTag(own.localName);
		if (traits & Trait.unsent || this.#events.own(element)) return;
		if (traits & Trait.link && !/stylesheet/i.test((element as HTMLLinkElement).rel)) return;
		if (this.#attributes.size) this.#attributes.delete(element);
		const names = own.getAttributeNames();
		const verdict = this.#masks.child(above, element, own, names);
		if (isBox(verdict)) {
			const layout = this.#funnel.box(element);
			this.#body.at(here.known.id, here.anchor?.id ?? 0);
			here.anchor = this.ids.add(element, verdict, here.known, here.anchor);
			this.#body.box(here.anchor.id, layout);
			this.#events.element(element, verdict, traits);
			return;
		}
		const root = this.#rootOf(element, traits, verdict);
		const leaf = !root && (traits & Trait.childless || !own.firstChild);
		const space = own.namespaceURI;
		let flags = space === XHTML ? 0 : space === SVG ? 1 : space === MATHML ? 2 : 0;
		if (flags === 0 && traits & Trait.custom && !element.matches(":defined")) flags = ElementFlag.undefined;
		if (leaf) flags |= ElementFlag.leaf;
		if (isMasked(verdict)) flags |= ElementFlag.masked;
		if (verdict & Verdict.noControl) flags |= ElementFlag.noControl;
		const attributes = this.#funnel.attributes(element, verdict, own, names);
		this.#body.at(here.known.id, here.anchor?.id ?? 0);
		const known = this.ids.add(element, verdict, here.known, here.anchor);
		here.anchor = known;
		this.#body.element(known.id, flags, !!leaf, this.#funnel.tag(element, verdict, own), attributes);
		if (traits & ~Trait.childless || isMasked(verdict) || names.includes("popover"))
			this.#events.element(element, verdict, traits);
		this.#sendIfFull();
		if (leaf) return;
		if (!(traits & Trait.childless))
			stack.push({
				known,
				last: null,
				anchor: undefined,
				slots: traits & Trait.hosts ? this.#masks.hosts(element) : false,
				field: (traits & Trait.field) > 0,
			});
		if (root) stack.push(this.#sendRoot(root, known));
	}

	/** Brings the shadow root or the document that the mirror has of an element up to date. */
	#enterRoot(element: Element): void {
		const known = this.ids.known(element);
		if (!known || isBox(known.verdict)) return;
		const root = this.#rootOf(element, this.#traitsOf(element), known.verdict);
		const old = known.root;
		if (old && old.node === root && !(plain(root).nodeType === 9 && this.#isWrittenAnew(root as Document))) return;
		this.#remove(old);
		if (root) this.#run([this.#sendRoot(root, known)]);
	}

	#rootOf(element: Element, traits: number, verdict: number): Root | null {
		if (!(traits & Trait.frame)) return traits & Trait.hosts ? this.#events.shadow(element) : null;
		return verdict & Verdict.noIframe ? null : contentOf(element);
	}

	#sendRoot(root: Root, host: Known): Walking {
		this.#body.at(host.id, 0);
		let { verdict } = host;
		if (plain(root).nodeType === 11) {
			const { mode, slotAssignment, delegatesFocus } = root as ShadowRoot;
			const flags = (mode === "closed" ? 1 : 0) + (slotAssignment === "manual" ? 2 : 0) + (delegatesFocus ? 4 : 0);
			const known = this.ids.addRoot(root, verdict, host);
			this.#body.shadow(known.id, flags);
			return this.#entered(root, known);
		}
		verdict = this.#masks.document(verdict, root as Document);
		const known = this.ids.addRoot(root, verdict, host);
		this.#body.content(known.id, contentFlags(root as Document));
		return this.#entered(root, known);
	}

	#entered(root: Root, known: Known): Walking {
		this.#roots.add(root);
		this.#events.root(root);
		return { known, last: null, anchor: undefined, slots: false };
	}

	/** Whether document.open left nothing of what was sent, and nothing that observes it. */
	#isWrittenAnew(doc: Document): boolean {
		const { documentElement } = plain(doc);
		return !!documentElement && !this.#touched.has(documentElement) && !this.ids.known(documentElement);
	}

	#traitsOf(node: Node): number {
		const tag = plain(node as Element).localName;
		// A document or a shadow root.
		return tag === undefined ? 0 : this.#traitsOfTag(tag);
	}

	#traitsOfTag(tag: string): number {
		let traits = this.#traits.get(tag);
		if (traits === undefined) {
			traits = traitsOf(tag);
			if (this.#traits.size < MAX_TAGS) this.#traits.set(tag, traits);
		}
		return traits;
	}

	/** Whether the time of this step is over; looks at the clock only now and then. */
	#late(): boolean {
		if (++this.#steps % STEPS_PER_LOOK === 0) this.#over = performance.now() > this.#deadline;
		return this.#over;
	}

	#sendIfFull(): void {
		if (this.#body.size > FULL_BYTES) this.#events.full();
	}
}

export const DARK = "(prefers-color-scheme: dark)";
const contentFlags = (doc: Document): number =>
	(plain(doc).compatMode === "BackCompat" ? 1 : 0) | (plain(doc).defaultView?.matchMedia(DARK).matches ? 2 : 0);

/** The document of a frame of the same origin. */
function contentOf(element: Element): Document | null {
	try {
		return (element as HTMLIFrameElement).contentDocument;
	} catch {
		return null;
	}
}
