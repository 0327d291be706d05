/** What is measured beside what, and the scripts it comes in. */
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../../support/demo.ts";
import { TOOL_PATH } from "./blocks.ts";

export type Tool = {
	name: string;
	/** In adapters/; none: the page alone. */
	adapter?: string;
	/** Appended to the script's address. */
	query?: string;
	/** What a visitor would load for it, an import or a file; undefined: nothing worth to be counted. */
	ships?: { file: string } | { code: string };
	/** How long it may keep silent before it sends the last it has. */
	quietMS: number;
	/** Its messages are deflated already. */
	deflates?: boolean;
	/** Measured in half as many rounds: they take long. */
	isPeer?: boolean;
	/** Not measured in interactions: only its snapshot tells anything. */
	snapshotOnly?: boolean;
};

/** Alone first: what all others are measured against. */
export const tools: Tool[] = [
	{ name: "page alone", quietMS: 300 },
	{ name: "floor", adapter: "floor", quietMS: 300 },
	{ name: "floor + CSS", adapter: "floor-css", quietMS: 300, snapshotOnly: true },
	// Looks every 250 ms at what no event tells.
	{ name: "ours", adapter: "ours", ships: { file: "widget/dist/capture.js" }, quietMS: 450, deflates: true },
	{ name: "ours, strict", adapter: "ours", query: "?mode=strict", quietMS: 450, deflates: true },
	{ name: "rrweb", adapter: "rrweb", ships: { code: `export { record } from "rrweb"` }, quietMS: 600, isPeer: true },
	// Uploads a second after the first thing it has to tell.
	{
		name: "clarity",
		adapter: "clarity",
		ships: { file: "node_modules/clarity-js/build/clarity.min.js" },
		quietMS: 1400,
	},
	{
		name: "openreplay",
		adapter: "openreplay",
		ships: { code: `export { default } from "@openreplay/tracker"` },
		quietMS: 600,
		isPeer: true,
	},
];

/** What shows a page, each with the tool whose messages it reads. */
export const viewers: (Tool & { reads: string })[] = [
	{ name: "mirror", adapter: "ours-mirror", reads: "ours", quietMS: 300 },
	{ name: "rrweb's replayer", adapter: "rrweb-replayer", reads: "rrweb", quietMS: 300 },
];

const options = { bundle: true, minify: true, format: "esm", target: "es2022", write: false } as const;

/** Scripts by path: one per adapter, the module as it is shipped, and what drives a page. */
export async function scripts(): Promise<Map<string, string>> {
	const here = new URL(".", import.meta.url).pathname;
	const bundle = async (file: string, format: "esm" | "iife" = "esm") =>
		(await build({ ...options, format, entryPoints: [here + file] })).outputFiles[0]?.text ?? "";
	const served = new Map([
		["/bench/driver.js", await bundle("driver.ts", "iife")],
		[`${TOOL_PATH}capture.js`, readFileSync(`${root}/widget/dist/capture.js`, "utf8")],
		[`${TOOL_PATH}mirror.js`, readFileSync(`${root}/console/dist/mirror.js`, "utf8")],
	]);
	for (const name of new Set([...tools, ...viewers].flatMap(({ adapter }) => adapter ?? [])))
		served.set(`${TOOL_PATH}${name}.js`, await bundle(`adapters/${name}.ts`));
	return served;
}

export type Size = { min: number; gzip: number; brotli: number };

/** Bytes of what a visitor would load, minified. */
export async function sizes(): Promise<Record<string, Size>> {
	const result: Record<string, Size> = {};
	for (const { name, ships } of tools) {
		if (!ships) continue;
		const content =
			"file" in ships
				? readFileSync(`${root}/${ships.file}`)
				: ((await build({ ...options, stdin: { contents: ships.code, resolveDir: root } })).outputFiles[0]?.contents ??
					new Uint8Array());
		result[name] = {
			min: content.length,
			gzip: gzipSync(content, { level: 9 }).length,
			brotli: brotliCompressSync(content).length,
		};
	}
	return result;
}
