/**
 * Writes DOM bodies (wire/DOM.md) and keeps track of the insertion point. Strings are accepted only as `Outgoing`, a
 * type that the funnel alone can make: no page text gets here unread by the masks.
 */

import { DomWriter, Op } from "../../../wire/dom.ts";

declare const outgoing: unique symbol;
export type Outgoing = string & { readonly [outgoing]: true };

/** Longer strings rarely come again: not worth a place in the table. */
const NAME_LENGTH = 64;

export class Body {
	readonly #writer = new DomWriter();
	/** Parent and previous sibling of each level that the mirror's insertion point stands in; empty: none. */
	#point: number[] = [];
	/** Nodes that move one after the other: the parent, the child they follow, and they. Not yet written. */
	#moves: number[] = [];

	/** About how many bytes it has so far. */
	get size(): number {
		return this.#writer.size + 3 * this.#moves.length;
	}

	/** Ends the body. */
	take(): Uint8Array<ArrayBuffer> {
		this.#writeMoves();
		this.#point = [];
		return this.#writer.take();
	}

	/** Makes sure that the next node goes into the parent, after prev. */
	at(parent: number, prev: number): void {
		const point = this.#point;
		if (point[point.length - 2] === parent && point[point.length - 1] === prev) return;
		this.#op(Op.at, parent, prev);
		this.#point = [parent, prev];
	}

	/** Leaves a parent, if the insertion point stands in it. */
	up(parent: number): void {
		const point = this.#point;
		if (point[point.length - 2] !== parent) return;
		point.length -= 2;
		if (point.length) this.#op(Op.up);
	}

	element(id: number, flags: number, leaf: boolean, tag: Outgoing, attributes: readonly Outgoing[]): void {
		this.#op(Op.element, flags);
		this.#writer.name(tag);
		this.#pairs(attributes);
		this.#inserted(id, !leaf);
	}

	box(id: number, properties: readonly Outgoing[]): void {
		this.#op(Op.box);
		this.#pairs(properties);
		this.#inserted(id, false);
	}

	text(id: number, data: Outgoing): void {
		this.#op(Op.text);
		this.#writer.once(data);
		this.#inserted(id, false);
	}

	shadow(id: number, flags: number): void {
		this.#op(Op.shadow, flags);
		this.#point.push(id, 0);
	}

	content(id: number, flags: number): void {
		this.#op(Op.content, flags);
		this.#inserted(id, true);
	}

	remove(id: number): void {
		this.#op(Op.remove, id);
		// The mirror's insertion point may have gone with it.
		this.#point = [];
	}

	move(id: number, parent: number, prev: number): void {
		const moves = this.#moves;
		if (moves[0] === parent && moves[moves.length - 1] === prev) {
			moves.push(id);
			return;
		}
		this.#writeMoves();
		this.#moves = [parent, prev, id];
		this.#point = [];
	}

	attribute(id: number, name: Outgoing, value: Outgoing): void {
		this.#op(Op.attr, id);
		this.#writer.name(name);
		this.#value(value);
	}

	removeAttribute(id: number, name: Outgoing): void {
		this.#op(Op.unattr, id);
		this.#writer.name(name);
	}

	data(id: number, data: Outgoing): void {
		this.#op(Op.data, id);
		this.#writer.once(data);
	}

	value(id: number, value: Outgoing): void {
		this.#op(Op.value, id);
		this.#writer.once(value);
	}

	/** An operation whose operands are all unsigned numbers. */
	numbers(op: number, ...operands: number[]): void {
		this.#op(op);
		for (const operand of operands) this.#writer.varint(operand);
	}

	/** An operation of numbers and short strings, and then numbers with a fraction. */
	tell(op: number, operands: readonly (number | Outgoing)[], floats: readonly number[] = []): void {
		this.#op(op);
		for (const operand of operands) {
			if (typeof operand === "number") this.#writer.varint(operand);
			else this.#value(operand);
		}
		for (const float of floats) this.#writer.float(float);
	}

	scroll(id: number, x: number, y: number): void {
		this.#op(Op.scroll, id);
		this.#writer.svarint(x);
		this.#writer.svarint(y);
	}

	media(id: number, flags: number, time: number, rate: number, volume: number): void {
		this.#op(Op.media, id, flags);
		for (const value of [time, rate, volume]) this.#writer.float(value);
	}

	pin(id: number, width: number, height: number): void {
		this.#op(Op.size, id);
		this.#writer.float(width);
		this.#writer.float(height);
	}

	picture(id: number, key: Uint8Array): void {
		this.#op(Op.picture, id);
		this.#writer.key(key);
	}

	resource(ref: Uint8Array, key: Uint8Array): void {
		this.#op(Op.resource);
		this.#writer.key(ref);
		this.#writer.key(key);
	}

	sheet(sheet: number, owner: number, flags: number, media: Outgoing, key: Uint8Array): void {
		this.#op(Op.sheet, sheet, owner, flags);
		this.#writer.name(media);
		this.#writer.key(key);
	}

	rule(sheet: number, index: number, text: Outgoing): void {
		this.#op(Op.rule, sheet, 1, index);
		this.#writer.once(text);
	}

	title(title: Outgoing): void {
		this.#op(Op.title);
		this.#writer.once(title);
	}

	/** Begins an operation. */
	#op(op: number, first = -1, second = -1, third = -1): void {
		if (this.#moves.length) this.#writeMoves();
		const writer = this.#writer;
		writer.byte(op);
		if (first >= 0) writer.varint(first);
		if (second >= 0) writer.varint(second);
		if (third >= 0) writer.varint(third);
	}

	#writeMoves(): void {
		const moves = this.#moves;
		const [parent = 0, prev = 0, id = 0] = moves;
		this.#moves = [];
		if (moves.length === 3) this.#op(Op.move, id, parent, prev);
		else if (moves.length) {
			this.#op(Op.moves, parent, prev, moves.length - 2);
			for (let i = 2; i < moves.length; i++) this.#writer.varint(moves[i] as number);
		}
	}

	#pairs(pairs: readonly Outgoing[]): void {
		this.#writer.varint(pairs.length >> 1);
		let isName = true;
		for (const text of pairs) {
			if (isName) this.#writer.name(text);
			else this.#value(text);
			isName = !isName;
		}
	}

	#value(value: Outgoing): void {
		if (value.length > NAME_LENGTH) this.#writer.once(value);
		else this.#writer.name(value);
	}

	#inserted(id: number, descend: boolean): void {
		const point = this.#point;
		if (point.length) point[point.length - 1] = id;
		if (descend) point.push(id, 0);
	}
}
