/** Compares two pictures of the same size. */
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

export type Pixels = { share: number; picture: Buffer };

/** The share of pixels that differ to the eye, anti-aliasing left aside, and a picture of where. */
export function pixelsOff(one: Buffer, two: Buffer): Pixels {
	const [a, b] = [PNG.sync.read(one), PNG.sync.read(two)];
	const { width, height } = a;
	if (b.width !== width || b.height !== height) return { share: 1, picture: two };
	const diff = new PNG({ width, height });
	const count = pixelmatch(a.data, b.data, diff.data, width, height);
	return { share: count / (width * height), picture: PNG.sync.write(diff) };
}
