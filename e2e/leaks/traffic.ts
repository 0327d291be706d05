/** What recorded messages say: frames, inflated, and the operations of their bodies with every string that they carry. */
import { DomReader } from "../../wire/dom.ts";
import { readOperation } from "../../wire/operations.ts";
import { decodeFrame, Flag, KEY_BYTES, Kind } from "../../wire/wire.ts";
import { inflated } from "../support/frames.ts";

export type Read = {
	kind: number;
	/** Inflated. */
	body: Buffer;
	flags: number;
	/** Of snapshots and diffs. */
	operations: Operation[];
};
export type Operation = { name: string; strings: string[] };

const strings = ({ name, operands }: { name: string; operands: object }): Operation => ({
	name,
	strings: Object.values(operands)
		.flat(2)
		.filter((operand) => typeof operand === "string"),
});

/** Reads the messages of one direction of one side, in order. */
export class TrafficReader {
	#reader: DomReader | undefined;

	/** Diffs before the first snapshot are not taken apart: what their numbers stand for was said earlier. */
	read(message: Buffer): Read | undefined {
		const frame = decodeFrame(new Uint8Array(message));
		if (!frame) return undefined;
		const { kind, flags } = frame;
		const body = Buffer.from(inflated(frame));
		const operations: Operation[] = [];
		if (kind === Kind.snapshot || kind === Kind.diff) {
			if (flags & Flag.first) this.#reader = new DomReader();
			this.#reader?.open(new Uint8Array(body));
			while (this.#reader?.more) operations.push(strings(readOperation(this.#reader)));
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
