/** The console's bundle as build.mjs makes it, in memory. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export type Bundle = { script: string; style: string; page: string };

const src = new URL("../../src/", import.meta.url);

export async function bundle(): Promise<Bundle> {
	const { outputFiles } = await build({
		entryPoints: { console: fileURLToPath(new URL("main.tsx", src)) },
		outdir: "/",
		write: false,
		bundle: true,
		minify: true,
		target: "es2022",
		format: "esm",
		jsx: "automatic",
		jsxImportSource: "preact",
		legalComments: "none",
		logLevel: "warning",
	});
	const text = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? "";
	return { script: text(".js"), style: text(".css"), page: await readFile(new URL("index.html", src), "utf8") };
}
