/** Bytes of the browser programs as built: minified, gzip, brotli. */
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { root } from "../support/demo.ts";

/** What is fetched together, and by which files it begins; parts that they import without asking belong to it. */
const loads: Record<string, { folder: string; files: RegExp[] }> = {
	"widget.js, every page": { folder: "widget/dist", files: [/^widget\.js$/] },
	"session.js and English, after the click on Help": {
		folder: "widget/dist",
		files: [/^session\.js$/, /^texts-en\.js$/],
	},
	"capture.js, after the visitor's yes": { folder: "widget/dist", files: [/^capture\.js$/] },
	"console, desk and room in English": { folder: "console/dist", files: [/^console\.js$/, /^en-.*\.js$/] },
	"mirror.js alone": { folder: "console/dist", files: [/^mirror\.js$/] },
};

function withImports(folder: string, name: string, found: Map<string, Buffer>): void {
	if (found.has(name)) return;
	const content = readFileSync(`${folder}/${name}`);
	found.set(name, content);
	for (const [, part] of content.toString().matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g))
		if (part) withImports(folder, part, found);
}

export function bytes(): Record<string, { min: number; gzip: number; brotli: number }> {
	return Object.fromEntries(
		Object.entries(loads).map(([what, { folder, files }]) => {
			const path = `${root}/${folder}`;
			const found = new Map<string, Buffer>();
			for (const name of readdirSync(path)) if (files.some((file) => file.test(name))) withImports(path, name, found);
			const sum = (size: (content: Buffer) => number) => [...found.values()].reduce((all, one) => all + size(one), 0);
			return [
				what,
				{
					min: sum((content) => content.length),
					gzip: sum((content) => gzipSync(content, { level: 9 }).length),
					brotli: sum((content) => brotliCompressSync(content).length),
				},
			];
		}),
	);
}
