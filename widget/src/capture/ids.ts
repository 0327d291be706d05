/**
 * What the mirror holds: its tree, node for node, with the verdict that each was sent under. A node is known only while
 * it stands in the mirror's tree, whatever became of it in the page.
 */

/** A node of the mirror. */
export type Known = {
	readonly node: Node;
	readonly id: number;
	readonly verdict: number;
	/** Of a shadow root its host, of a frame's document the frame. */
	parent: Known | undefined;
	prev: Known | undefined;
	next: Known | undefined;
	first: Known | undefined;
	/** The shadow root or the document that it holds. */
	root: Known | undefined;
};

/** Numbers are never given twice, so what finds a node by its number is kept in pages that go when they are empty. */
const PAGE_BITS = 10;
const PAGE_MASK = (1 << PAGE_BITS) - 1;
type Page = { live: number; readonly known: (Known | undefined)[] };

export class Ids {
	readonly #known = new Map<Node, Known>();
	readonly #pages: (Page | undefined)[] = [];
	readonly #forgotten: (node: Node) => void;
	/** Taken out of the tree, with all below them, and still to be freed. */
	readonly #dying: Known[] = [];
	#top: Known | undefined;
	#next = 1;

	/** `forgotten` hears of each node that is no longer in the mirror. */
	constructor(forgotten: (node: Node) => void) {
		this.#forgotten = forgotten;
	}

	/** How many nodes are known. */
	get count(): number {
		return this.#known.size;
	}

	get all(): Iterable<Known> {
		return this.#known.values();
	}

	known(node: Node): Known | undefined {
		const known = this.#known.get(node);
		return known && (this.#dying.length === 0 || this.#lives(known)) ? known : undefined;
	}

	/** The number of a node, 0 if it is not in the mirror. */
	of(node: Node): number {
		return this.known(node)?.id ?? 0;
	}

	node(id: number): Node | undefined {
		return this.#pages[id >> PAGE_BITS]?.known[id & PAGE_MASK]?.node;
	}

	verdict(id: number): number {
		return this.#pages[id >> PAGE_BITS]?.known[id & PAGE_MASK]?.verdict ?? 0;
	}

	/** Puts a node into the tree, as a child after `prev`. */
	add(node: Node, verdict: number, parent?: Known, prev?: Known): Known {
		const known = this.#new(node, verdict);
		if (parent) this.#link(known, parent, prev);
		else this.#top = known;
		return known;
	}

	/** Puts a shadow root or a frame's document into the tree. */
	addRoot(node: Node, verdict: number, host: Known): Known {
		const known = this.#new(node, verdict);
		known.parent = host;
		host.root = known;
		return known;
	}

	/** False, and nothing happens, if it would stand below itself. */
	move(known: Known, parent: Known, prev: Known | undefined): boolean {
		if (known.parent !== parent)
			for (let up: Known | undefined = parent; up; up = up.parent) if (up === known) return false;
		this.#unlink(known);
		this.#link(known, parent, prev);
		return true;
	}

	/** Takes a node out of the tree, with all below it; `free` does the rest. */
	remove(known: Known): void {
		this.#unlink(known);
		known.parent = undefined;
		this.#dying.push(known);
	}

	/** Frees what was taken out of the tree, until `late`; true if all of it is. */
	free(late: () => boolean): boolean {
		for (let known = this.#dying.pop(); known; known = this.#dying.pop()) {
			for (let child = known.first; child; child = child.next) this.#dying.push(child);
			if (known.root) this.#dying.push(known.root);
			const page = this.#pages[known.id >> PAGE_BITS];
			if (page) {
				page.known[known.id & PAGE_MASK] = undefined;
				if (--page.live === 0) delete this.#pages[known.id >> PAGE_BITS];
			}
			if (this.#known.get(known.node) === known) {
				this.#known.delete(known.node);
				this.#forgotten(known.node);
			}
			if (late()) break;
		}
		return this.clean;
	}

	/** Whether all that was taken out is freed. */
	get clean(): boolean {
		return this.#dying.length === 0;
	}

	#new(node: Node, verdict: number): Known {
		// One that is still to be freed since it was taken out.
		if (this.#dying.length && this.#known.has(node)) this.#forgotten(node);
		const id = this.#next++;
		const known: Known = {
			node,
			id,
			verdict,
			parent: undefined,
			prev: undefined,
			next: undefined,
			first: undefined,
			root: undefined,
		};
		this.#known.set(node, known);
		let page = this.#pages[id >> PAGE_BITS];
		if (!page) this.#pages[id >> PAGE_BITS] = page = { live: 0, known: [] };
		page.known[id & PAGE_MASK] = known;
		page.live++;
		return known;
	}

	#lives(known: Known): boolean {
		let top = known;
		while (top.parent) top = top.parent;
		return top === this.#top;
	}

	#link(known: Known, parent: Known, prev: Known | undefined): void {
		known.parent = parent;
		known.prev = prev;
		if (prev) {
			known.next = prev.next;
			prev.next = known;
		} else {
			known.next = parent.first;
			parent.first = known;
		}
		if (known.next) known.next.prev = known;
	}

	#unlink(known: Known): void {
		const { parent, prev, next } = known;
		if (parent?.root === known) parent.root = undefined;
		if (prev) prev.next = next;
		else if (parent?.first === known) parent.first = next;
		if (next) next.prev = prev;
		known.prev = undefined;
		known.next = undefined;
	}
}
