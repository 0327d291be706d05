/**
 * What the operations of a body are made of, as one table: the mirror acts by it, and whoever only looks at bodies reads
 * by it. dom.go holds its own; testdata/dom.json holds both to the bytes.
 */

import { type DomReader, MalformedBody, Op } from "./dom.ts";

function list<T>(r: DomReader, read: (r: DomReader) => T): T[] {
	const items: T[] = [];
	for (let left = r.count(); left > 0; left--) items.push(read(r));
	return items;
}

const numbers = (r: DomReader): number[] => list(r, (r) => r.varint());
const pairs = (r: DomReader): Pair[] => list(r, (r) => [r.string(), r.string()]);

/** A name and its value. */
export type Pair = readonly [name: string, value: string];

/** How the operands of each operation are read, in the order of DOM.md. */
const decoders = {
	[Op.at]: (r: DomReader) => ({ parent: r.varint(), prev: r.varint() }),
	[Op.element]: (r: DomReader) => ({ flags: r.varint(), tag: r.string(), attributes: pairs(r) }),
	[Op.up]: () => ({}),
	[Op.text]: (r: DomReader) => ({ data: r.string() }),
	[Op.shadow]: (r: DomReader) => ({ flags: r.varint() }),
	[Op.content]: (r: DomReader) => ({ flags: r.varint() }),
	[Op.box]: (r: DomReader) => ({ properties: pairs(r) }),
	[Op.remove]: (r: DomReader) => ({ id: r.varint() }),
	[Op.move]: (r: DomReader) => ({ id: r.varint(), parent: r.varint(), prev: r.varint() }),
	[Op.attr]: (r: DomReader) => ({ id: r.varint(), name: r.string(), value: r.string() }),
	[Op.unattr]: (r: DomReader) => ({ id: r.varint(), name: r.string() }),
	[Op.data]: (r: DomReader) => ({ id: r.varint(), data: r.string() }),
	[Op.value]: (r: DomReader) => ({ id: r.varint(), value: r.string() }),
	[Op.checked]: (r: DomReader) => ({ id: r.varint(), flags: r.varint() }),
	[Op.selected]: (r: DomReader) => ({ id: r.varint(), options: numbers(r) }),
	[Op.scroll]: (r: DomReader) => ({ id: r.varint(), x: r.svarint(), y: r.svarint() }),
	[Op.focus]: (r: DomReader) => ({ id: r.varint(), isVisible: r.varint() === 1 }),
	[Op.hover]: (r: DomReader) => ({ id: r.varint() }),
	[Op.selection]: (r: DomReader) => ({
		anchor: r.varint(),
		anchorOffset: r.varint(),
		focus: r.varint(),
		focusOffset: r.varint(),
	}),
	[Op.open]: (r: DomReader) => ({ id: r.varint(), how: r.varint() }),
	[Op.media]: (r: DomReader) => ({
		id: r.varint(),
		flags: r.varint(),
		time: r.float(),
		rate: r.float(),
		volume: r.float(),
	}),
	[Op.picture]: (r: DomReader) => ({ id: r.varint(), key: r.key() }),
	[Op.defined]: (r: DomReader) => ({ id: r.varint() }),
	[Op.sheet]: (r: DomReader) => ({
		sheet: r.varint(),
		owner: r.varint(),
		flags: r.varint(),
		media: r.string(),
		key: r.key(),
	}),
	[Op.adopt]: (r: DomReader) => ({ id: r.varint(), sheets: numbers(r) }),
	[Op.rule]: (r: DomReader) => ({ sheet: r.varint(), path: numbers(r), text: r.string() }),
	[Op.unrule]: (r: DomReader) => ({ sheet: r.varint(), path: numbers(r) }),
	[Op.resource]: (r: DomReader) => ({ ref: r.key(), key: r.key() }),
	[Op.size]: (r: DomReader) => ({ id: r.varint(), width: r.float(), height: r.float() }),
	[Op.title]: (r: DomReader) => ({ title: r.string() }),
	[Op.states]: (r: DomReader) => ({ id: r.varint(), states: list(r, (r) => r.string()) }),
	[Op.assign]: (r: DomReader) => ({ id: r.varint(), nodes: numbers(r) }),
	[Op.highlight]: (r: DomReader) => ({ name: r.string(), priority: r.varint(), ranges: numbers(r) }),
	[Op.animate]: (r: DomReader) => ({
		animation: r.varint(),
		id: r.varint(),
		pseudo: r.string(),
		keyframes: r.string(),
		easing: r.string(),
		direction: r.varint(),
		fill: r.varint(),
		composite: r.varint(),
		delay: r.float(),
		duration: r.float(),
		endDelay: r.float(),
		iterations: r.float(),
		iterationStart: r.float(),
	}),
	[Op.playback]: (r: DomReader) => ({ animation: r.varint(), state: r.varint(), time: r.float(), rate: r.float() }),
	[Op.moves]: (r: DomReader) => ({ parent: r.varint(), prev: r.varint(), nodes: numbers(r) }),
};

type Code = keyof typeof decoders;
type Operands<C extends Code> = ReturnType<(typeof decoders)[C]>;

/** One function for each operation; one that takes long may yield between its steps. */
export type Handlers = { readonly [C in Code]: (operands: Operands<C>) => Iterator<void> | void };

const names = new Map(Object.entries(Op).map(([name, code]) => [code as Code, name as keyof typeof Op]));

/** An operation for who only looks at it. */
export type Operation = { name: keyof typeof Op; operands: object };

/** Reads the next operation; throws MalformedBody. */
export function readOperation(reader: DomReader): Operation {
	const code = reader.byte() as Code;
	const name = names.get(code);
	if (name === undefined) throw new MalformedBody("unknown operation");
	return { name, operands: decoders[code](reader) };
}

/** Reads the next operation and lets it go; throws MalformedBody. */
export function skipOperation(reader: DomReader): void {
	const decode = decoders[reader.byte() as Code];
	if (!decode) throw new MalformedBody("unknown operation");
	decode(reader);
}

/** Reads the next operation of a body that is known to be well-formed, and acts on it. */
export function runOperation(reader: DomReader, handlers: Handlers): Iterator<void> | void {
	return dispatch(reader.byte() as Code, reader, handlers);
}

function dispatch<C extends Code>(code: C, reader: DomReader, handlers: Handlers): Iterator<void> | void {
	return handlers[code](decoders[code](reader) as Operands<C>);
}
