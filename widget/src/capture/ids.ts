/**
 * What the mirror holds: for every node that was sent, its number, its parent in the mirror and the verdict it was sent
 * under. A node is known only while it stands in the mirror's tree.
 */
export class Ids {
	readonly #ids = new WeakMap<Node, number>();
	readonly #nodes: (Node | undefined)[] = [undefined];
	readonly #parents: number[] = [0];
	readonly #verdicts: number[] = [0];
	#count = 0;

	/** The number that the next node will get. */
	get next(): number {
		return this.#nodes.length;
	}

	/** How many nodes are known. */
	get count(): number {
		return this.#count;
	}

	add(node: Node, parent: number, verdict: number): number {
		const stale = this.#ids.get(node);
		if (stale) this.#drop(stale, node);
		const id = this.#nodes.push(node) - 1;
		this.#parents.push(parent);
		this.#verdicts.push(verdict);
		this.#ids.set(node, id);
		this.#count++;
		return id;
	}

	/**
	 * The number of a node, 0 if it is not in the mirror. A node can leave a removed tree unseen, before that tree is
	 * forgotten; its chain of parents then ends in a freed number.
	 */
	of(node: Node): number {
		const id = this.#ids.get(node) ?? 0;
		for (let up = id; up > 1; up = this.#parents[up] as number) if (!this.#nodes[up]) return 0;
		return id;
	}

	node(id: number): Node | undefined {
		return this.#nodes[id];
	}

	parent(id: number): number {
		return this.#parents[id] ?? 0;
	}

	verdict(id: number): number {
		return this.#verdicts[id] ?? 0;
	}

	move(id: number, parent: number): void {
		this.#parents[id] = parent;
	}

	/** The numbers of nodes that were sent under any other verdict than "clear". */
	*marked(): Iterable<number> {
		for (let id = 1; id < this.#nodes.length; id++) if (this.#nodes[id] && this.#verdicts[id]) yield id;
	}

	/** Frees a node's number; returns it. Its descendants are the caller's to free. */
	free(node: Node): number {
		const id = this.#ids.get(node) ?? 0;
		if (id) {
			this.#drop(id, node);
			this.#ids.delete(node);
		}
		return id;
	}

	#drop(id: number, node: Node): void {
		if (this.#nodes[id] !== node) return;
		this.#nodes[id] = undefined;
		this.#count--;
	}
}
