/** What recorded messages say: frames, inflated, and the operations of their bodies with every string that they carry. */
import { inflateRawSync } from "node:zlib";
import { DomReader, Op } from "../../wire/dom.ts";
import { decodeFrame, Flag, KEY_BYTES, Kind } from "../../wire/wire.ts";

export type Read = {
	kind: number;
	/** Inflated. */
	body: Buffer;
	flags: number;
	/** Of snapshots and diffs. */
	operations: Operation[];
};
export type Operation = { name: string; strings: string[] };

/**
 * The operands of each operation in the order of DOM.md: `i` a number, `z` a signed one, `f` a float, `k` a key, `s` a
 * string; in brackets what a count stands before.
 */
const OPERANDS: Readonly<Record<keyof typeof Op, string>> = {
	at: "ii",
	element: "is(ss)",
	up: "",
	text: "s",
	shadow: "i",
	content: "i",
	box: "(ss)",
	remove: "i",
	move: "iii",
	attr: "iss",
	unattr: "is",
	data: "is",
	value: "is",
	checked: "ii",
	selected: "i(i)",
	scroll: "izz",
	focus: "ii",
	hover: "i",
	selection: "iiii",
	open: "ii",
	media: "iifff",
	picture: "ik",
	defined: "i",
	sheet: "iiisk",
	adopt: "i(i)",
	rule: "i(i)s",
	unrule: "i(i)",
	resource: "kk",
	size: "iff",
	title: "s",
	states: "i(s)",
	assign: "i(i)",
	highlight: "si(i)",
	animate: "iisssiiifffff",
	playback: "iiff",
	moves: "ii(i)",
};
const NAMES = new Map(Object.entries(Op).map(([name, code]) => [code as number, name as keyof typeof Op]));

const TAKE: Readonly<Record<string, (reader: DomReader) => string | undefined>> = {
	i: (reader) => void reader.varint(),
	z: (reader) => void reader.svarint(),
	f: (reader) => void reader.float(),
	k: (reader) => void reader.key(),
	s: (reader) => reader.string(),
};

function operation(reader: DomReader): Operation {
	const name = NAMES.get(reader.byte());
	if (!name) throw new Error("an operation that DOM.md does not know");
	const strings: string[] = [];
	const read = (operands: string) => {
		for (const operand of operands) {
			const string = TAKE[operand]?.(reader);
			if (string !== undefined) strings.push(string);
		}
	};
	const [, before = "", repeated = "", after = ""] = /^(\w*)(?:\((\w+)\))?(\w*)$/.exec(OPERANDS[name]) ?? [];
	read(before);
	for (let n = repeated ? reader.count() : 0; n > 0; n--) read(repeated);
	read(after);
	return { name, strings };
}

/** Reads the messages of one direction of one side, in order. */
export class TrafficReader {
	#reader: DomReader | undefined;

	/** Diffs before the first snapshot are not taken apart: what their numbers stand for was said earlier. */
	read(message: Buffer): Read | undefined {
		const frame = decodeFrame(new Uint8Array(message));
		if (!frame) return undefined;
		const { kind, flags } = frame;
		const head = kind === Kind.asset ? KEY_BYTES : 0;
		const body = Buffer.from(
			flags & Flag.deflated
				? Buffer.concat([frame.body.subarray(0, head), inflateRawSync(frame.body.subarray(head))])
				: frame.body,
		);
		const operations: Operation[] = [];
		if (kind === Kind.snapshot || kind === Kind.diff) {
			if (flags & Flag.first) this.#reader = new DomReader();
			this.#reader?.open(new Uint8Array(body));
			while (this.#reader?.more) operations.push(operation(this.#reader));
		}
		return { kind, flags, body, operations };
	}
}

/** The strings that hold text of the page one after the other: halves of something that two operations carry meet here. */
export const joinedText = (frames: readonly Read[]): string =>
	frames
		.flatMap(({ operations }) => operations)
		.filter(({ name }) => ["text", "data", "value", "title"].includes(name))
		.flatMap(({ strings }) => strings)
		.join("");

export type Picture = { width: number; height: number };

/** The size of the image that an asset holds, from its head: PNG or WebP, which is what the capture makes. */
export function pictureOf({ kind, body }: Read): Picture | undefined {
	if (kind !== Kind.asset) return undefined;
	const bytes = body.subarray(KEY_BYTES + 2 + (body[KEY_BYTES + 1] ?? 0));
	if (bytes.length > 24 && bytes.readUInt32BE(0) === 0x89504e47)
		return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
	if (bytes.length < 30 || bytes.toString("latin1", 0, 4) !== "RIFF") return undefined;
	switch (bytes.toString("latin1", 12, 16)) {
		case "VP8 ":
			return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
		case "VP8L": {
			const bits = bytes.readUInt32LE(21);
			return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
		}
		default:
			return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
	}
}
