import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { DomReader, DomWriter, MalformedBody, Op } from "./dom.ts";
import { readOperation } from "./operations.ts";
import {
	decodeFrame,
	decodePointer,
	decodeTyping,
	encodeFrame,
	encodePointer,
	encodeTyping,
	Flag,
	type Frame,
	type Header,
	inflate,
	KEY_BYTES,
	Kind,
	MAX_INFLATED_BYTES,
	newChatID,
	readChat,
	readPlace,
	readRead,
} from "./wire.ts";

const vectors = <T>(file: string): T[] =>
	JSON.parse(readFileSync(new URL(`testdata/${file}`, import.meta.url), "utf8"));
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (b: Uint8Array) => Buffer.from(b).toString("hex");

type FrameVector = { name: string; hex: string; header?: Header; body?: string };

for (const v of vectors<FrameVector>("frames.json")) {
	test(`frame: ${v.name}`, () => {
		const frame = decodeFrame(bytes(v.hex));
		if (!v.header) {
			assert.equal(frame === undefined, v.hex.length < 40); // who may send what is the server's to judge
			return;
		}
		assert.ok(frame);
		const { body, ...header } = frame;
		assert.deepEqual(header, v.header);
		assert.equal(hex(body), v.body);
		assert.equal(hex(encodeFrame(header.kind, body, header)), v.hex);
	});
}

type ChatVector = { name: string; kind: number; body: string; shown: object | null };
const readers: Record<number, (frame: Frame) => object | undefined> = {
	[Kind.chat]: readChat,
	[Kind.read]: readRead,
	[Kind.queue]: readPlace,
	[Kind.typing]: (frame) => ({ typing: decodeTyping(frame.body) }),
};

for (const v of vectors<ChatVector>("chat.json")) {
	test(`chat: ${v.name}`, () => {
		const frame = decodeFrame(encodeFrame(v.kind, bytes(v.body)));
		assert.ok(frame);
		assert.deepEqual(readers[v.kind]?.(frame) ?? null, v.shown);
	});
}

test("typing and IDs of messages", () => {
	assert.equal(hex(encodeTyping(true).subarray(20)), "01");
	assert.equal(hex(encodeTyping(false).subarray(20)), "00");
	assert.match(newChatID(), /^[0-9a-f]{32}$/);
	assert.notEqual(newChatID(), newChatID());
});

test("pointer bodies", () => {
	const body = encodePointer({ node: 42, fx: 0.5, fy: 1, x: -3, y: 700 });
	assert.equal(hex(body), "0000002a8000fffffffffffd000002bc");
	assert.equal(decodePointer(body)?.x, -3);
	assert.equal(decodePointer(body.subarray(1)), undefined);
});

/** The operands as they come on the wire: each list behind its count. */
const flat = (operands: object): unknown[] =>
	Object.values(operands).flatMap((value) => {
		if (Array.isArray(value)) return [value.length, ...value.flat()];
		return [typeof value === "boolean" ? Number(value) : value];
	});

type DomVector = { name: string; bodies: string[]; ops?: unknown[][]; error?: string };

for (const v of vectors<DomVector>("dom.json")) {
	test(`DOM: ${v.name}`, () => {
		const reader = new DomReader();
		const all = () => {
			const ops: unknown[][] = [];
			for (const body of v.bodies) {
				for (reader.open(bytes(body)); reader.more; ) {
					const { name, operands } = readOperation(reader);
					ops.push([name, ...flat(operands)]);
				}
			}
			return ops;
		};
		if (v.error) assert.throws(all, MalformedBody);
		else assert.deepEqual(all(), v.ops);
	});
}

test("DOM.md, the vectors and the code know the same operations", () => {
	const rows = readFileSync(new URL("DOM.md", import.meta.url), "utf8").matchAll(/^\| ([0-9a-f]{2}) +\| ([A-Z]+)/gm);
	const documented = Array.from(rows, ([, code, name]) => [name?.toLowerCase(), Number.parseInt(code ?? "", 16)]);
	assert.deepEqual(documented, Object.entries(Op));
	const shown = new Set(vectors<DomVector>("dom.json").flatMap(({ ops }) => ops?.map(([name]) => name) ?? []));
	assert.deepEqual([...shown].sort(), Object.keys(Op).sort());
});

test("the writer writes the bytes that the vectors hold", () => {
	const writer = new DomWriter();
	const want = vectors<DomVector>("dom.json").find((v) => v.name.startsWith("a document"));
	writer.byte(Op.content);
	writer.varint(0);
	for (const [tag, attributes] of [
		["html", []],
		["p", ["class", "intro"]],
	] as const) {
		writer.byte(Op.element);
		writer.varint(0);
		writer.name(tag);
		writer.varint(attributes.length / 2);
		for (const [i, s] of attributes.entries()) i % 2 ? writer.once(s) : writer.name(s);
	}
	writer.byte(Op.text);
	writer.once("Grüße, 世界 👋");
	for (let i = 0; i < 3; i++) writer.byte(Op.up);
	assert.equal(hex(writer.take()), want?.bodies[0]);
});

test("what the writer writes the reader reads, at the edges of every type", () => {
	const writer = new DomWriter();
	const reader = new DomReader();
	const numbers = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1];
	const signed = [0, -1, 1, -64, 64, 2 ** 31 - 1, -(2 ** 31)];
	const strings = ["", "a", "\ufeffbom", "x".repeat(256), "x".repeat(257), "a\0b", "é", "😀"];
	for (let round = 0; round < 3; round++) {
		for (const n of numbers) writer.varint(n);
		for (const n of signed) writer.svarint(n);
		for (const s of strings) writer.name(s);
		writer.float(0.5);
		writer.key(new Uint8Array(16).fill(0xab));
		reader.open(writer.take());
		for (const n of numbers) assert.equal(reader.varint(), n);
		for (const n of signed) assert.equal(reader.svarint(), n);
		for (const s of strings) assert.equal(reader.string(), s.replace("\0", "\ufffd"));
		assert.equal(reader.float(), 0.5);
		assert.equal(reader.key(), "ab".repeat(16));
		assert.equal(reader.more, false);
	}
});

const deflated = (kind: number, plain: Uint8Array, head = new Uint8Array(0)): Frame => {
	const frame = decodeFrame(encodeFrame(kind, Buffer.concat([head, deflateRawSync(plain)]), { flags: Flag.deflated }));
	assert.ok(frame);
	return frame;
};

test("deflated bodies come back, an asset's behind its key, and bombs do not", async () => {
	const plain = Buffer.from("page ".repeat(1000));
	const key = new Uint8Array(KEY_BYTES).fill(7);
	assert.equal(hex(await inflate(deflated(Kind.diff, plain))), hex(plain));
	assert.equal(hex(await inflate(deflated(Kind.asset, plain, key))), hex(key) + hex(plain));
	assert.equal(hex(await inflate({ ...deflated(Kind.diff, plain), flags: 0 })), hex(deflateRawSync(plain)));
	await assert.rejects(inflate(deflated(Kind.snapshot, new Uint8Array(MAX_INFLATED_BYTES + 1))), RangeError);
});
