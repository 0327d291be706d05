/** MurmurHash3 x86-128, seed 0: the key of an asset and, over salt and URL, the ref of a resource. */

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const { imul } = Math;
const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
const mix = (value: number): number => {
	let h = imul(value ^ (value >>> 16), 0x85ebca6b);
	h = imul(h ^ (h >>> 13), 0xc2b2ae35);
	return h ^ (h >>> 16);
};

/** The 128-bit hash of the bytes, as 16 bytes (four little-endian words). */
export function hash128(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const blocks = bytes.length >> 4;
	let h1 = 0;
	let h2 = 0;
	let h3 = 0;
	let h4 = 0;
	for (let i = 0, at = 0; i < blocks; i++, at += 16) {
		h1 ^= imul(rotate(imul(view.getInt32(at, true), C1), 15), C2);
		h1 = (imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
		h2 ^= imul(rotate(imul(view.getInt32(at + 4, true), C2), 16), C3);
		h2 = (imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
		h3 ^= imul(rotate(imul(view.getInt32(at + 8, true), C3), 17), C4);
		h3 = (imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
		h4 ^= imul(rotate(imul(view.getInt32(at + 12, true), C4), 18), C1);
		h4 = (imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
	}
	const tail = new Uint8Array(16);
	tail.set(bytes.subarray(blocks << 4));
	const rest = new DataView(tail.buffer);
	h4 ^= imul(rotate(imul(rest.getInt32(12, true), C4), 18), C1);
	h3 ^= imul(rotate(imul(rest.getInt32(8, true), C3), 17), C4);
	h2 ^= imul(rotate(imul(rest.getInt32(4, true), C2), 16), C3);
	h1 ^= imul(rotate(imul(rest.getInt32(0, true), C1), 15), C2);
	h1 ^= bytes.length;
	h2 ^= bytes.length;
	h3 ^= bytes.length;
	h4 ^= bytes.length;
	h1 = (h1 + h2 + h3 + h4) | 0;
	h2 = (h2 + h1) | 0;
	h3 = (h3 + h1) | 0;
	h4 = (h4 + h1) | 0;
	h1 = mix(h1);
	h2 = mix(h2);
	h3 = mix(h3);
	h4 = mix(h4);
	h1 = (h1 + h2 + h3 + h4) | 0;
	h2 = (h2 + h1) | 0;
	h3 = (h3 + h1) | 0;
	h4 = (h4 + h1) | 0;
	const out = new Uint8Array(16);
	const words = new DataView(out.buffer);
	for (const [i, word] of [h1, h2, h3, h4].entries()) words.setInt32(i * 4, word, true);
	return out;
}

export const hex = (bytes: Uint8Array): string => {
	let out = "";
	for (const byte of bytes) out += (byte < 16 ? "0" : "") + byte.toString(16);
	return out;
};

export const unhex = (digits: string): Uint8Array =>
	Uint8Array.from({ length: digits.length >> 1 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
