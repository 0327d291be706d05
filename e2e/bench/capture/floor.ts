/**
 * The naive lower bound: a walk and a MutationObserver, flat arrays as JSON. No masking, no CSS, no shadow roots, no
 * fields, no slices, nothing compressed; nothing that captures a page can do less.
 */
import type { Message } from "./adapters/adapter.ts";

type Out = (string | number | null)[];

export class Floor {
	readonly #ids = new WeakMap<Node, number>();
	readonly #tags = new Map<string, number>();
	readonly #emit: (message: Message) => void;
	readonly #observer = new MutationObserver((records) => this.#changed(records));
	#next = 1;

	constructor(emit: (message: Message) => void) {
		this.#emit = emit;
	}

	start(): void {
		const out: Out = [];
		this.#walk(document, 0, 0, out);
		this.#emit(JSON.stringify(out));
		this.#observer.observe(document, { childList: true, attributes: true, characterData: true, subtree: true });
	}

	stop(): void {
		this.#observer.disconnect();
	}

	#one(node: Node, parent: number, prev: number, out: Out): number {
		const id = this.#next++;
		this.#ids.set(node, id);
		if (node.nodeType === 3) {
			out.push(3, id, parent, prev, (node as Text).data);
			return id;
		}
		out.push(node.nodeType, id, parent, prev);
		if (node.nodeType !== 1) return id;
		const { localName, attributes } = node as Element;
		let tag = this.#tags.get(localName);
		if (tag === undefined) {
			tag = this.#tags.size;
			this.#tags.set(localName, tag);
			out.push(localName);
		}
		out.push(tag, attributes.length);
		for (let i = 0; i < attributes.length; i++) {
			const { name, value } = attributes[i] as Attr;
			out.push(name, value);
		}
		return id;
	}

	#walk(root: Node, parent: number, prev: number, out: Out): void {
		let at = this.#one(root, parent, prev, out);
		const above: number[] = [];
		let last = 0;
		let node: Node | null = root.firstChild;
		while (node) {
			const id = this.#one(node, at, last, out);
			if (node.firstChild && (node as Element).localName !== "script") {
				above.push(at);
				at = id;
				last = 0;
				node = node.firstChild;
				continue;
			}
			while (!node.nextSibling) {
				node = node.parentNode as Node;
				if (node === root) return;
				at = above.pop() as number;
			}
			last = this.#ids.get(node) as number;
			node = node.nextSibling;
		}
	}

	#changed(records: readonly MutationRecord[]): void {
		const out: Out = [];
		const ids = this.#ids;
		const added = new Set<Node>();
		const attributes = new Map<Element, Set<string>>();
		const texts = new Set<Node>();
		for (const record of records) {
			if (record.type === "childList") {
				for (const node of record.removedNodes) {
					const id = ids.get(node);
					if (id !== undefined) out.push(-1, id);
				}
				for (const node of record.addedNodes) added.add(node);
			} else if (record.type === "attributes") {
				const names = attributes.get(record.target as Element);
				if (names) names.add(record.attributeName as string);
				else attributes.set(record.target as Element, new Set([record.attributeName as string]));
			} else texts.add(record.target);
		}
		for (const node of added) {
			if (!node.isConnected) continue;
			const parent = ids.get(node.parentNode as Node);
			const prev = node.previousSibling ? (ids.get(node.previousSibling) ?? 0) : 0;
			if (parent === undefined) continue;
			const id = ids.get(node);
			if (id === undefined) this.#walk(node, parent, prev, out);
			else out.push(-2, id, parent, prev);
		}
		for (const [element, names] of attributes) {
			const id = ids.get(element);
			if (id !== undefined) for (const name of names) out.push(-3, id, name, element.getAttribute(name));
		}
		for (const node of texts) {
			const id = ids.get(node);
			if (id !== undefined) out.push(-4, id, (node as Text).data);
		}
		if (out.length) this.#emit(JSON.stringify(out));
	}
}
