/** Compares two pictures of the same size. */
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

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
