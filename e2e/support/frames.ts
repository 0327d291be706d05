/** Looks into captured frames, inflated. */
import { inflateRawSync } from "node:zlib";
import { decodeFrame, Flag, type Frame, KEY_BYTES, Kind } from "../../wire/wire.ts";
import type { Traffic } from "./browser.ts";

export type Seen = Frame & { sent: boolean; at: number };

/** Decodes and inflates every message. */
export function decode(traffic: readonly Traffic[]): Seen[] {
	return traffic.flatMap(({ bytes, sent, at }) => {
		const frame = decodeFrame(new Uint8Array(bytes));
		if (!frame) return [];
		const { flags, body } = frame;
		if (!(flags & Flag.deflated)) return [{ ...frame, sent, at }];
		const head = frame.kind === Kind.asset ? KEY_BYTES : 0;
		const plain = Buffer.concat([body.subarray(0, head), inflateRawSync(body.subarray(head))]);
		return [{ ...frame, body: new Uint8Array(plain), sent, at }];
	});
}

/** Which of the needles appear in any frame: as they are, URL-encoded, JSON-escaped, in base64, or as UTF-16. */
export function findAny(traffic: readonly Traffic[], needles: readonly string[]): string[] {
	const bodies = [...decode(traffic).map(({ body }) => Buffer.from(body)), ...traffic.map(({ bytes }) => bytes)];
	return needles.filter((needle) => {
		const base64 = [0, 1, 2].map((pad) =>
			Buffer.from(" ".repeat(pad) + needle)
				.toString("base64")
				.slice(pad && 4, -4),
		);
		const forms = [needle, encodeURIComponent(needle), JSON.stringify(needle).slice(1, -1), ...base64].map((form) =>
			Buffer.from(form),
		);
		forms.push(Buffer.from(needle, "utf16le"));
		return bodies.some((body) => forms.some((form) => form.length > 3 && body.includes(form)));
	});
}

export const ofKind = (traffic: readonly Traffic[], kind: number, sent: boolean): Seen[] =>
	decode(traffic).filter((frame) => frame.kind === kind && frame.sent === sent);
