import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DomReader, Op } from "../../../wire/dom.ts";
import { readOperation } from "../../../wire/operands.ts";
import { type Handlers, runOperation } from "../../src/mirror/operations.ts";

type Vector = { name: string; bodies: string[]; error?: string };
const vectors: Vector[] = JSON.parse(readFileSync(new URL("../../../wire/testdata/dom.json", import.meta.url), "utf8"));

/** The operations of bodies, each as its name and what it holds. */
function read(bodies: readonly string[], next: (reader: DomReader) => unknown[]): unknown[][] {
	const reader = new DomReader();
	const operations: unknown[][] = [];
	for (const body of bodies) for (reader.open(Buffer.from(body, "hex")); reader.more; ) operations.push(next(reader));
	return operations;
}

/** The values of the mirror's operands as they come on the wire: in order, each list behind its count. */
const flat = (operands: object): unknown[] =>
	Object.values(operands).flatMap((value) => {
		if (Array.isArray(value)) return [value.length, ...value.flat()];
		return [typeof value === "boolean" ? Number(value) : value];
	});

for (const { name, bodies } of vectors.filter(({ error }) => error === undefined)) {
	test(`the mirror reads as the table of operands does: ${name}`, () => {
		const byMirror = read(bodies, (reader) => {
			const got: unknown[] = [];
			const handlers = Object.entries(Op).map(([name, code]) => [
				code,
				(operands: object) => void got.push(name, ...flat(operands)),
			]);
			runOperation(reader, Object.fromEntries(handlers) as Handlers);
			return got;
		});
		const byTable = read(bodies, (reader) => {
			const { name, operands } = readOperation(reader);
			return [name, ...operands];
		});
		assert.deepEqual(byMirror, byTable);
	});
}
