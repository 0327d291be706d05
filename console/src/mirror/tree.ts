/** The numbered nodes of one epoch and the insertion point. Both sides count, so a refused node has its number too. */

import { isElement, isHTML, isStyle } from "./elements.ts";

/** As deep as HTML parsers go; a deeper tree can exhaust the stack of the browser's layout. */
const MAX_DEPTH = 512;

type Point = { parent: Node; prev: Node | null };

export class Tree {
	/** Where nodes stand that may not or cannot be shown: connected to nothing. */
	readonly #limbo: DocumentFragment;
	readonly #nodes: (Node | undefined)[] = [undefined];
	readonly #ids = new WeakMap<Node, number>();
	/** By number. */
	readonly #depths: number[] = [0];
	readonly #onRemove: (node: Node) => void;
	#point: Point;
	#outer: Point[] = [];

	/** onRemove: called with each node of a subtree that is gone. */
	constructor(document: Document, onRemove: (node: Node) => void) {
		this.#limbo = document.createDocumentFragment();
		this.#point = { parent: this.#limbo, prev: null };
		this.#onRemove = onRemove;
	}

	/** How many numbers were given. */
	get count(): number {
		return this.#nodes.length - 1;
	}

	node(id: number): Node | undefined {
		return this.#nodes[id];
	}

	id(node: Node): number | undefined {
		return this.#ids.get(node);
	}

	element(id: number): Element | undefined {
		const node = this.#nodes[id];
		return isElement(node) ? node : undefined;
	}

	/** The node that a node operation would insert into. */
	get parent(): Node {
		return this.#point.parent;
	}

	/** The document that new nodes are for. */
	get document(): Document {
		const { parent } = this.#point;
		return parent.nodeType === Node.DOCUMENT_NODE ? (parent as Document) : (parent.ownerDocument as Document);
	}

	/** Every body starts without an insertion point. */
	begin(): void {
		this.#outer = [];
		this.#point = { parent: this.#limbo, prev: null };
	}

	at(parentID: number, prevID: number): void {
		this.begin();
		const parent = this.#nodes[parentID];
		const prev = prevID === 0 ? null : this.#nodes[prevID];
		if (parent && prev !== undefined) this.#point = { parent, prev };
	}

	/** Numbers a node and inserts it at the insertion point. */
	insert(node: Node): void {
		this.number(node);
		if (place(node, this.#point, this.#depths.at(-1) as number)) this.#point.prev = node;
	}

	/** Numbers a node that has its place already, such as a shadow root. */
	number(node: Node): void {
		this.#depths.push(this.#depth(this.#point.parent) + 1);
		this.#ids.set(node, this.#nodes.length);
		this.#nodes.push(node);
	}

	/** Numbers what is not shown; what is inserted into it is not shown either. */
	limbo(): Node {
		const node = this.#limbo.ownerDocument.createDocumentFragment();
		this.number(node);
		return node;
	}

	descend(node: Node): void {
		this.#outer.push(this.#point);
		this.#point = { parent: node, prev: null };
	}

	up(): void {
		this.#point = this.#outer.pop() ?? { parent: this.#limbo, prev: null };
	}

	/** Puts a text, which has no number, in place of all children. */
	replaceText(element: Element, text: string): void {
		for (const child of [...element.childNodes]) {
			this.#kill(child);
			child.remove();
		}
		if (!isStyle(element)) element.append(text);
	}

	remove(id: number): void {
		const node = this.#nodes[id];
		if (!node) return;
		this.#kill(node);
		if (node.parentNode) node.parentNode.removeChild(node);
		else (node as ParentNode & Node).replaceChildren?.();
	}

	/** Moves a node; false if it could not be moved without losing what it holds. */
	move(id: number, parentID: number, prevID: number): boolean {
		const node = this.#nodes[id];
		const parent = this.#nodes[parentID];
		const prev = prevID === 0 ? null : this.#nodes[prevID];
		if (!node || !parent || prev === undefined || node === parent || contains(node, parent)) return true;
		const shift = this.#depth(parent) + 1 - this.#depth(node);
		if (shift !== 0 && !this.#deepen(node, shift)) return true;
		return moveKeepingState(node, { parent, prev });
	}

	/** Notes how deep a subtree is from now on; false, and nothing is noted, if it would be too deep. */
	#deepen(node: Node, shift: number): boolean {
		const moved = [...subtree(node)].map((inner) => this.#ids.get(inner)).filter((id) => id !== undefined);
		if (moved.some((id) => (this.#depths[id] ?? 0) + shift > MAX_DEPTH)) return false;
		for (const id of moved) this.#depths[id] = (this.#depths[id] ?? 0) + shift;
		return true;
	}

	#kill(node: Node): void {
		for (const gone of subtree(node)) {
			const id = this.#ids.get(gone);
			if (id !== undefined) this.#nodes[id] = undefined;
			this.#onRemove(gone);
		}
	}

	#depth(node: Node): number {
		return this.#depths[this.#ids.get(node) ?? 0] ?? 0;
	}
}

/** Where a container takes its children: the text of a style element is not the wire's to write. */
function container(parent: Node): Node | undefined {
	return isStyle(parent) ? undefined : parent;
}

function reference(point: Point): Node | null {
	if (point.prev === null) return point.parent.firstChild;
	return point.prev.parentNode === point.parent ? point.prev.nextSibling : null;
}

/** Inserts unless the DOM forbids it (a second root element, text in a document) or the tree gets too deep. */
function place(node: Node, point: Point, depth: number): boolean {
	if (depth > MAX_DEPTH) return false;
	try {
		container(point.parent)?.insertBefore(node, reference(point));
		return true;
	} catch {
		return false;
	}
}

type MovingParent = Node & { moveBefore?: (node: Node, child: Node | null) => void };

/** `insertBefore` reloads frames and closes dialogs, `moveBefore` (DOM §4.2.3) does not. */
function moveKeepingState(node: Node, point: Point): boolean {
	const parent = container(point.parent) as MovingParent | undefined;
	if (!parent || point.prev === node) return true;
	const next = reference(point);
	if (next === node) return true;
	try {
		if (parent.moveBefore && node.isConnected && parent.isConnected) {
			parent.moveBefore(node, next);
			return true;
		}
	} catch {
		// Between documents only insertBefore moves.
	}
	for (const inner of subtree(node)) if (isHTML(inner, "iframe")) return false;
	place(node, point, 0);
	return true;
}

/** A node and all that hangs on it, shadow roots and the documents of frames included. */
function* subtree(node: Node): Generator<Node> {
	const waiting: Node[] = [node];
	for (let next = waiting.pop(); next; next = waiting.pop()) {
		yield next;
		for (let child = next.lastChild; child; child = child.previousSibling) waiting.push(child);
		if (!isElement(next)) continue;
		if (next.shadowRoot) waiting.push(next.shadowRoot);
		const inner = isHTML(next, "iframe") ? (next as HTMLIFrameElement).contentDocument : null;
		if (inner) waiting.push(inner);
	}
}

/** The parent in the tree that is rendered: through slots, shadow roots and frames. */
export function renderedParent(node: Node): Node | null {
	if (isElement(node) && node.assignedSlot) return node.assignedSlot;
	if (node.parentNode) return node.parentNode;
	if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) return (node as ShadowRoot).host ?? null;
	return node.nodeType === Node.DOCUMENT_NODE ? ((node as Document).defaultView?.frameElement ?? null) : null;
}

function contains(node: Node, other: Node): boolean {
	for (let at: Node | null = other; at; at = renderedParent(at)) if (at === node) return true;
	return false;
}
