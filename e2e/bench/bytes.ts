/** Bytes of the browser programs as built: minified, gzip, brotli. */
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { root } from "../support/demo.ts";

export function bytes(): Record<string, { min: number; gzip: number; brotli: number }> {
	const files = [
		"widget/dist/widget.js",
		"widget/dist/session.js",
		"widget/dist/capture.js",
		"console/dist/console.js",
		"console/dist/mirror.js",
	];
	return Object.fromEntries(
		files.map((file) => {
			const content = readFileSync(`${root}/${file}`);
			return [
				file,
				{
					min: content.length,
					gzip: gzipSync(content, { level: 9 }).length,
					brotli: brotliCompressSync(content).length,
				},
			];
		}),
	);
}
