/**
 * Keeps the mirror's tree equal to the page's. It knows what is dirty only by reference; what leaves is read, masked and
 * encoded in one synchronous step.
 *
 * A walk can stop anywhere and go on after the page has changed. That is right because of one invariant: a node that
 * changed its place is in `#touched` until it has been placed; all others keep their order among themselves, so those of
 * a parent that were not reached yet stand after those that were.
 */

import { ElementFlag } from "../../../wire/dom.ts";
import { isBox, isMasked, type Masks, parentOf, Verdict } from "../mask/masks.ts";
import { CHILDLESS, UNSENT } from "./attributes.ts";
import type { Body } from "./body.ts";
import type { Funnel } from "./funnel.ts";
import { Ids } from "./ids.ts";

export type Root = Document | ShadowRoot;

/** What the rest of the capture hears about the tree while it is written. */
export interface TreeEvents {
	/** An element was sent; operations on it may follow at once. */
	element(element: Element, id: number, verdict: number): void;
	/** A document or shadow root was sent: its changes must be observed from here on, before its children are read. */
	root(root: Root, id: number): void;
	/** A node is no longer in the mirror. */
	forgotten(node: Node, id: number): void;
	/** The body is full: it must be taken and sent. */
	full(): void;
	own(node: Node): boolean;
	/** The shadow root of an element that may be captured. */
	shadow(element: Element): ShadowRoot | null;
}

/** A parent whose children are being sent: which one was last looked at, and after which sent one the next goes. */
type Walking = { node: Node; id: number; verdict: number; last: Node | null; anchor: number; slots: boolean };

/** A body is sent when it is about this long; keeps parts under MAX_PART_BYTES. */
const FULL_BYTES = 56 << 10;
/** The clock is looked at after so many nodes. */
const STEPS_PER_LOOK = 64;

const XHTML = "http://www.w3.org/1999/xhtml";
const NAMESPACES: Readonly<Record<string, number>> = {
	[XHTML]: 0,
	"http://www.w3.org/2000/svg": 1,
	"http://www.w3.org/1998/Math/MathML": 2,
};

export class Tree {
	readonly ids = new Ids();
	readonly #masks: Masks;
	readonly #funnel: Funnel;
	readonly #body: Body;
	readonly #events: TreeEvents;
	readonly #touched = new Set<Node>();
	readonly #attributes = new Map<Element, Set<string>>();
	readonly #texts = new Set<Text>();
	readonly #shadows = new Set<Element>();
	readonly #doubtful = new Set<Node>();
	#removals: number[] = [];
	/** Walks that ran out of time, innermost parent last. */
	#open: Walking[][] = [];
	/** Documents sent as the content of a frame, which no longer knows them once it was removed. */
	readonly #contents = new WeakMap<Element, Document>();
	/** Shadow roots sent, closed ones included. */
	readonly #roots = new WeakMap<Element, ShadowRoot>();
	readonly #liveRoots = new Set<Root>();
	#deadline = 0;
	#steps = 0;
	#over = false;
	/** Numbers from here on were given in this flush: such nodes are up to date. */
	#fresh = 0;

	constructor(masks: Masks, funnel: Funnel, body: Body, events: TreeEvents) {
		this.#masks = masks;
		this.#funnel = funnel;
		this.#body = body;
		this.#events = events;
	}

	/** The documents and shadow roots that are in the mirror. */
	get roots(): Iterable<Root> {
		return this.#liveRoots;
	}

	get dirty(): boolean {
		return (
			this.#open.length + this.#removals.length > 0 ||
			this.#touched.size + this.#attributes.size + this.#texts.size + this.#shadows.size + this.#doubtful.size > 0
		);
	}

	/** Puts the source's own document down as the one whose walk is to begin. */
	begin(doc: Document): void {
		const verdict = this.#masks.verdict(doc);
		const id = this.ids.add(doc, 0, verdict);
		this.#body.content(id, contentFlags(doc));
		this.#liveRoots.add(doc);
		this.#events.root(doc, id);
		this.#open.push([{ node: doc, id, verdict, last: null, anchor: 0, slots: false }]);
	}

	/** Notes what changed; reads no value. */
	note(records: readonly MutationRecord[]): void {
		for (const record of records) {
			const { target } = record;
			if (record.type === "childList") {
				for (const node of record.addedNodes) this.#touched.add(node);
				for (const node of record.removedNodes) this.#touched.add(node);
			} else if (record.type === "attributes") {
				if (record.attributeName === "type" && record.oldValue?.toLowerCase() === "password") {
					this.#masks.rememberPassword(target as Element);
				}
				this.touchAttribute(target as Element, record.attributeName ?? "");
			} else {
				this.#texts.add(target as Text);
			}
		}
	}

	touchAttribute(element: Element, name: string): void {
		const names = this.#attributes.get(element);
		if (names) names.add(name);
		else this.#attributes.set(element, new Set([name]));
	}

	/** What is decided for the node may have changed without a change to itself. */
	judge(node: Node): void {
		this.#doubtful.add(node);
	}

	/** Has the element sent anew, with all below it. */
	touchWhole(element: Element): void {
		if (this.ids.of(element)) this.#replace(element);
	}

	/** An element got a shadow root, or a frame another document. */
	touchRoot(element: Element): void {
		this.#shadows.add(element);
	}

	/** Finds what is now under another verdict than it was sent under. Comes first in each synchronous step. */
	settle(): void {
		for (const [element, names] of this.#attributes) {
			for (const name of names) {
				if (!this.#masks.bears(name)) continue;
				this.#judge(element);
				break;
			}
		}
		for (const node of this.#doubtful) this.#judge(node);
		this.#doubtful.clear();
		const complex = this.#masks.complexSelectors;
		if (complex && (this.#attributes.size || this.#touched.size)) this.#judgeAll(complex);
	}

	/** Goes on with unfinished walks until the deadline (performance.now); true if all are finished. */
	walk(deadline: number): boolean {
		this.#deadline = deadline;
		// However late it is: a walk that never gets on would never end.
		this.#over = false;
		const open = this.#open;
		this.#open = [];
		for (const stack of open) {
			if (this.#over) this.#open.push(stack);
			else if (this.#resume(stack)) this.#run(stack);
		}
		return this.#open.length === 0;
	}

	/** Writes what changed. Walks of new subtrees stop at the deadline. */
	flush(deadline: number): void {
		this.#deadline = deadline;
		this.#over = false;
		this.#fresh = this.ids.next;
		// Those that stand somewhere first: a removed tree may have held them until now.
		for (const node of this.#touched) if (node.isConnected && !this.#late()) this.#place(node);
		for (const node of this.#touched) if (!node.isConnected) this.#place(node);
		for (const element of this.#shadows) this.#attachRoot(element);
		this.#shadows.clear();
		for (const id of this.#removals) {
			this.#body.remove(id);
			this.#sendIfFull();
		}
		this.#removals = [];
		for (const [element, names] of this.#attributes) this.#writeAttributes(element, names);
		this.#attributes.clear();
		for (const text of this.#texts) this.#writeText(text);
		this.#texts.clear();
		this.walk(deadline);
	}

	#writeAttributes(element: Element, names: ReadonlySet<string>): void {
		const id = this.ids.of(element);
		if (!id || id >= this.#fresh) return;
		const verdict = this.ids.verdict(id);
		if (isBox(verdict)) return;
		for (let name of names) {
			if (name === "srcset" || name === "sizes") name = "src";
			const value = element.getAttribute(name);
			const leaving =
				value === null && name !== "src" ? undefined : this.#funnel.attribute(element, name, value ?? "", verdict);
			if (leaving !== undefined) this.#body.attribute(id, this.#funnel.attributeName(name), leaving);
			else if (value === null || name === "class" || name === "style" || name === "id") {
				// Whether the name itself may be told is decided as if the attribute were there, and empty.
				const told = this.#funnel.attribute(element, name, name === "style" ? "color:red" : "", verdict);
				if (told !== undefined || name === "class" || name === "style" || name === "id")
					this.#body.removeAttribute(id, this.#funnel.attributeName(name));
			}
		}
		this.#sendIfFull();
	}

	#writeText(text: Text): void {
		const id = this.ids.of(text);
		if (!id || id >= this.#fresh) return;
		this.#body.data(id, this.#funnel.text(text.data, this.ids.verdict(id)));
		this.#sendIfFull();
	}

	#judge(node: Node): void {
		const id = this.ids.of(node);
		if (id && this.#masks.verdict(node) !== this.ids.verdict(id)) this.#replace(node);
	}

	/** For selectors that look at siblings, descendants or states: what they match now, and what was marked before. */
	#judgeAll(selectors: string): void {
		for (const id of this.ids.marked()) {
			const node = this.ids.node(id);
			if (node?.nodeType === 1) this.#judge(node as Element);
		}
		for (const root of this.#liveRoots) {
			for (const element of root.querySelectorAll(selectors)) this.#judge(element);
		}
	}

	/** Has an element that is in the mirror taken out and put in anew. */
	#replace(node: Node): void {
		const id = this.ids.of(node);
		if (!id) return;
		this.#removals.push(id);
		this.#forget(node);
		this.#touched.add(node);
		// What is shown in slots below it inherits from it, too.
		const { host } = node.getRootNode() as ShadowRoot;
		if (host) for (const child of host.childNodes) this.#judge(child);
	}

	#forget(top: Node): void {
		const id = this.ids.free(top);
		if (id) this.#events.forgotten(top, id);
		this.#liveRoots.delete(top as Root);
		for (let child = top.firstChild; child; child = child.nextSibling) this.#forgetBelow(child);
		if (top.nodeType === 1) this.#forgetRoots(top as Element);
	}

	#forgetBelow(node: Node): void {
		// A touched one came here from elsewhere: in the mirror it still stands where it was.
		if (this.#touched.has(node)) {
			const id = this.ids.of(node);
			if (id) this.#removals.push(id);
		}
		this.#forget(node);
	}

	#forgetRoots(element: Element): void {
		const root = this.#roots.get(element);
		if (root) this.#forget(root);
		const content = this.#contents.get(element);
		if (content) this.#forget(content);
	}

	#gone(node: Node): void {
		const id = this.ids.of(node);
		if (id) this.#removals.push(id);
		this.#forget(node);
	}

	/** Puts a touched node, with the touched ones beside it, where it now stands. */
	#place(node: Node): void {
		for (;;) {
			// From the top down, so that no node is moved into one that the mirror still has below it.
			let top: Node | undefined;
			for (let up = parentOf(node); up; up = parentOf(up)) if (this.#touched.has(up)) top = up;
			if (!top) break;
			this.#place(top);
			if (this.#touched.has(top)) return;
		}
		if (!this.#touched.has(node)) return;
		const parent = node.parentNode;
		const parentId = parent && node.isConnected ? this.ids.of(parent) : 0;
		if (!parent || !parentId || isBox(this.ids.verdict(parentId)) || isChildless(parent)) {
			this.#touched.delete(node);
			this.#gone(node);
			return;
		}
		let start = node;
		let anchor = 0;
		for (let before = node.previousSibling; before; before = before.previousSibling) {
			if (this.#touched.has(before)) start = before;
			else {
				anchor = this.ids.of(before);
				if (anchor) break;
			}
		}
		const verdict = this.ids.verdict(parentId);
		const slots = this.#masks.hosts(parent);
		const here: Walking = { node: parent, id: parentId, verdict, last: null, anchor, slots };
		for (let next: Node | null = start, at: Node; next; ) {
			at = next;
			next = at.nextSibling;
			if (this.#touched.delete(at)) {
				this.#placeOne(at, here);
				if (this.#late()) return;
			} else if (this.ids.of(at)) return;
		}
	}

	#placeOne(node: Node, here: Walking): void {
		const id = this.ids.of(node);
		if (id && this.#masks.verdict(node) === this.ids.verdict(id)) {
			this.#body.move(id, here.id, here.anchor);
			this.ids.move(id, here.id);
			here.anchor = id;
			this.#sendIfFull();
			return;
		}
		if (id) this.#gone(node);
		const stack: Walking[] = [];
		this.#emit(node, here, stack);
		this.#run(stack);
	}

	#attachRoot(element: Element): void {
		const id = this.ids.of(element);
		if (!id || isBox(this.ids.verdict(id))) return;
		const content = this.#contents.get(element);
		if (content && content !== contentOf(element)) {
			const old = this.ids.of(content);
			// At once: a frame shows one document at a time.
			if (old) this.#body.remove(old);
			this.#contents.delete(element);
			this.#forget(content);
		}
		const stack: Walking[] = [];
		this.#enterRoots(element, id, this.ids.verdict(id), stack);
		this.#run(stack);
	}

	/** Cuts a walk off where the page took a parent away, and finds its place again where it moved children. */
	#resume(stack: Walking[]): boolean {
		const lost = stack.findIndex(({ node, id }) => this.ids.of(node) !== id || !node.isConnected);
		if (lost >= 0) stack.length = lost;
		for (const walking of stack) {
			const { last, node } = walking;
			if (!last || (last.parentNode === node && !this.#touched.has(last))) continue;
			walking.last = null;
			walking.anchor = 0;
			for (let child = node.lastChild; child; child = child.previousSibling) {
				if (this.#touched.has(child)) continue;
				const id = this.ids.of(child);
				if (!id) continue;
				walking.last = child;
				walking.anchor = id;
				break;
			}
		}
		return stack.length > 0;
	}

	#run(stack: Walking[]): void {
		for (;;) {
			const walking = stack[stack.length - 1];
			if (!walking) return;
			const next: Node | null = walking.last ? walking.last.nextSibling : walking.node.firstChild;
			if (!next) {
				stack.pop();
				this.#body.up(walking.id);
				continue;
			}
			walking.last = next;
			const known = this.ids.of(next);
			if (known) {
				if (!this.#touched.has(next) && this.ids.parent(known) === walking.id) walking.anchor = known;
				continue;
			}
			this.#emit(next, walking, stack);
			if (this.#late()) {
				this.#open.push(stack);
				return;
			}
		}
	}

	/** Sends a node that is new to the mirror, without its children; pushes the walks of these, if they leave. */
	#emit(node: Node, here: Walking, stack: Walking[]): void {
		if (this.#touched.size) this.#touched.delete(node);
		const { nodeType } = node;
		let above = here.verdict;
		if (here.slots && (nodeType === 1 || nodeType === 3)) above = this.#masks.slotted(above, node as Element | Text);
		if (nodeType === 3 || nodeType === 4) {
			if (isBox(above)) return;
			const data = this.#funnel.text((node as Text).data, above);
			this.#body.at(here.id, here.anchor);
			here.anchor = this.ids.add(node, here.id, above);
			this.#body.text(here.anchor, data);
			this.#sendIfFull();
			return;
		}
		if (nodeType !== 1) return;
		const element = node as Element;
		const tag = element.localName;
		if (
			UNSENT.has(tag) ||
			this.#events.own(element) ||
			(tag === "link" && !/stylesheet/i.test((element as HTMLLinkElement).rel))
		)
			return;
		const names = element.getAttributeNames();
		const verdict = this.#masks.child(above, element, names);
		if (isBox(verdict)) {
			const layout = this.#funnel.box(element);
			this.#body.at(here.id, here.anchor);
			here.anchor = this.ids.add(node, here.id, verdict);
			this.#body.box(here.anchor, layout);
			this.#events.element(element, here.anchor, verdict);
			return;
		}
		const namespace = NAMESPACES[element.namespaceURI ?? ""] ?? 0;
		const roots = this.#mayHoldRoot(element, tag, verdict);
		const leaf = !roots && (!element.firstChild || CHILDLESS.has(tag));
		let flags = namespace;
		if (leaf) flags |= ElementFlag.leaf;
		if (isMasked(verdict)) flags |= ElementFlag.masked;
		if (verdict & Verdict.noControl) flags |= ElementFlag.noControl;
		if (tag.includes("-") && namespace === 0 && !element.matches(":defined")) flags |= ElementFlag.undefined;
		const attributes = this.#funnel.attributes(element, verdict, names);
		this.#body.at(here.id, here.anchor);
		const id = this.ids.add(element, here.id, verdict);
		here.anchor = id;
		this.#body.element(id, flags, leaf, this.#funnel.tag(element, verdict), attributes);
		this.#events.element(element, id, verdict);
		this.#sendIfFull();
		if (leaf) return;
		const slots = roots && this.#masks.hosts(element);
		if (!CHILDLESS.has(tag)) stack.push({ node: element, id, verdict, last: null, anchor: 0, slots });
		if (roots) this.#enterRoots(element, id, verdict, stack);
	}

	#mayHoldRoot(element: Element, tag: string, verdict: number): boolean {
		if (tag === "iframe" || tag === "frame") return !(verdict & Verdict.noIframe) && contentOf(element) !== null;
		return this.#events.shadow(element) !== null;
	}

	/** Sends the shadow root or the document that an element holds, if the mirror has it not; pushes its walk. */
	#enterRoots(element: Element, id: number, verdict: number, stack: Walking[]): void {
		const shadow = this.#events.shadow(element);
		const content = verdict & Verdict.noIframe ? null : contentOf(element);
		if (shadow && !this.ids.of(shadow)) {
			let flags = shadow.mode === "closed" ? 1 : 0;
			if (shadow.slotAssignment === "manual") flags |= 2;
			if (shadow.delegatesFocus) flags |= 4;
			this.#body.at(id, 0);
			const rootId = this.ids.add(shadow, id, verdict);
			this.#body.shadow(rootId, flags);
			this.#entered(element, shadow, rootId, verdict, stack);
		} else if (content && !this.ids.of(content)) {
			const below = this.#masks.document(verdict, content);
			this.#body.at(id, 0);
			const rootId = this.ids.add(content, id, below);
			this.#body.content(rootId, contentFlags(content));
			this.#contents.set(element, content);
			this.#entered(element, content, rootId, below, stack);
		}
	}

	#entered(element: Element, root: Root, id: number, verdict: number, stack: Walking[]): void {
		if (root.nodeType === 11) this.#roots.set(element, root as ShadowRoot);
		this.#liveRoots.add(root);
		this.#events.root(root, id);
		stack.push({ node: root, id, verdict, last: null, anchor: 0, slots: false });
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
	(doc.compatMode === "BackCompat" ? 1 : 0) | (doc.defaultView?.matchMedia(DARK).matches ? 2 : 0);
const isChildless = (node: Node): boolean => node.nodeType === 1 && CHILDLESS.has((node as Element).localName);

/** The document of a frame of the same origin. */
export function contentOf(element: Element): Document | null {
	const tag = element.localName;
	if (tag !== "iframe" && tag !== "frame") return null;
	try {
		return (element as HTMLIFrameElement).contentDocument;
	} catch {
		return null;
	}
}
