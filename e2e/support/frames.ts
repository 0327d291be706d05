/** Looks into captured frames, inflated. */
import { inflateRawSync } from "node:zlib";
import { decodeFrame, Flag, type Frame, KEY_BYTES, Kind } from "../../wire/wire.ts";
import type { Traffic } from "./browser.ts";

/** A frame's body as `inflate` of wire.ts gives it, at once. */
export function inflated({ kind, flags, body }: Frame): Uint8Array<ArrayBuffer> {
	if (!(flags & Flag.deflated)) return body;
	const head = kind === Kind.asset ? KEY_BYTES : 0;
	return new Uint8Array(Buffer.concat([body.subarray(0, head), inflateRawSync(body.subarray(head))]));
}

export type Seen = Frame & { sent: boolean; at: number };

/** Decodes and inflates every message. */
function decode(traffic: readonly Traffic[]): Seen[] {
	return traffic.flatMap(({ bytes, sent, at }) => {
		const frame = decodeFrame(new Uint8Array(bytes));
		if (!frame) return [];
		return [{ ...frame, body: inflated(frame), sent, at }];
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
