/**
 * The operands of every operation as a table, for who takes bodies apart without acting on them: the tests, and what
 * looks for leaks. dom.go holds the same table; testdata/dom.json holds both to the bytes.
 */

import { type DomReader, MalformedBody, Op } from "./dom.ts";

type OpName = keyof typeof Op;

/**
 * Operands in the order of DOM.md: v varint, z svarint, s string, k key, f float; a count and that many of these follow
 * each other in p (varints), t (strings) and a (pairs of strings).
 */
const OPERANDS: Readonly<Record<OpName, string>> = {
	at: "vv",
	element: "vsa",
	up: "",
	text: "s",
	shadow: "v",
	content: "v",
	box: "a",
	remove: "v",
	move: "vvv",
	attr: "vss",
	unattr: "vs",
	data: "vs",
	value: "vs",
	checked: "vv",
	selected: "vp",
	scroll: "vzz",
	focus: "vv",
	hover: "v",
	selection: "vvvv",
	open: "vv",
	media: "vvfff",
	picture: "vk",
	defined: "v",
	sheet: "vvvsk",
	adopt: "vp",
	rule: "vps",
	unrule: "vp",
	resource: "kk",
	size: "vff",
	title: "s",
	states: "vt",
	assign: "vp",
	highlight: "svp",
	animate: "vvsssvvvfffff",
	playback: "vvff",
	moves: "vvp",
};

/** What a counted operand counts. */
const COUNTED: Readonly<Record<string, string>> = { p: "v", t: "s", a: "ss" };

const NAMES = new Map(Object.entries(Op).map(([name, code]) => [code as number, name as OpName]));

export type Operation = {
	name: OpName;
	/** In the order of DOM.md, counts included; a key as 32 hex digits. */
	operands: (number | string)[];
	/** Those operands that are strings of the body, which keys are not. */
	strings: string[];
};

/** Reads the next operation; throws MalformedBody. */
export function readOperation(reader: DomReader): Operation {
	const name = NAMES.get(reader.byte());
	if (name === undefined) throw new MalformedBody("unknown operation");
	const operation: Operation = { name, operands: [], strings: [] };
	for (const operand of OPERANDS[name]) {
		const counted = COUNTED[operand];
		if (counted === undefined) {
			readOperand(reader, operand, operation);
			continue;
		}
		const n = reader.count();
		operation.operands.push(n);
		for (const one of counted.repeat(n)) readOperand(reader, one, operation);
	}
	return operation;
}

function readOperand(reader: DomReader, operand: string, { operands, strings }: Operation): void {
	switch (operand) {
		case "v":
			operands.push(reader.varint());
			break;
		case "z":
			operands.push(reader.svarint());
			break;
		case "f":
			operands.push(reader.float());
			break;
		case "k":
			operands.push(reader.key());
			break;
		default: {
			const string = reader.string();
			operands.push(string);
			strings.push(string);
		}
	}
}
