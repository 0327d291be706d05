/** Compares two pictures of the same size. */
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

/** Where the head of a PNG file says width and height (PNG, third edition, 11.2.1). */
const sizeOf = (picture: Buffer): readonly [number, number] => [picture.readUInt32BE(16), picture.readUInt32BE(20)];

/** The corner of a picture that another one has too. */
export function common(picture: Buffer, other: Buffer): Buffer {
	const [[width, height], [otherWidth, otherHeight]] = [sizeOf(picture), sizeOf(other)];
	if (width <= otherWidth && height <= otherHeight) return picture;
	const to = new PNG({ width: Math.min(width, otherWidth), height: Math.min(height, otherHeight) });
	PNG.bitblt(PNG.sync.read(picture), to, 0, 0, to.width, to.height, 0, 0);
	return PNG.sync.write(to);
}

/** The share of pixels that differ, and a picture of where. */
export type Pixels = { share: number; picture(): Buffer };

/** Compares as the eye does, anti-aliasing left aside. Of equal pixels one browser makes equal files: most need no more. */
export function pixelsOff(one: Buffer, two: Buffer): Pixels {
	if (one.equals(two)) return { share: 0, picture: () => two };
	const [a, b] = [PNG.sync.read(one), PNG.sync.read(two)];
	const { width, height } = a;
	if (b.width !== width || b.height !== height) return { share: 1, picture: () => two };
	const diff = new PNG({ width, height });
	const count = pixelmatch(a.data, b.data, diff.data, width, height);
	return { share: count / (width * height), picture: () => PNG.sync.write(diff) };
}
