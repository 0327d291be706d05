// Bundles the browser programs into widget/dist and console/dist, which the Go packages embed.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { minify } from "terser";
import { shortened } from "./properties.mjs";

/** `node build.mjs --readable`: with names as in the sources, to follow a stack trace or step through a bundle. */
const readable = process.argv.includes("--readable");

const common = {
	bundle: true,
	minify: !readable,
	target: "es2022",
	legalComments: "none",
	charset: "utf8",
	logLevel: "warning",
};

const languages = ["en", "es", "de", "fr", "ar"];

// Parts that are fetched later carry a hash in their name: those of the last build must go.
for (const folder of ["widget/dist", "console/dist"]) {
	await mkdir(folder, { recursive: true });
	for (const file of await readdir(folder)) if (file !== "README") await rm(`${folder}/${file}`);
}
await Promise.all([
	build({
		...common,
		entryPoints: { widget: "widget/src/loader.ts" },
		outdir: "widget/dist",
		format: "iife",
	}),
	build({
		...common,
		entryPoints: {
			session: "widget/src/session.ts",
			...Object.fromEntries(languages.map((language) => [`texts-${language}`, `widget/src/texts/${language}.ts`])),
		},
		outdir: "widget/dist",
		format: "esm",
	}),
	build({
		...common,
		...(!readable && (await shortened("widget/src/capture.ts"))),
		entryPoints: { capture: "widget/src/capture.ts" },
		outdir: "widget/dist",
		format: "esm",
	}),
	build({
		...common,
		entryPoints: { console: "console/src/main.tsx" },
		outdir: "console/dist",
		format: "esm",
		splitting: true,
		jsx: "automatic",
		jsxImportSource: "preact",
	}),
	build({ ...common, entryPoints: { mirror: "console/src/mirror.ts" }, outdir: "console/dist", format: "esm" }),
	cp("console/src/index.html", "console/dist/index.html"),
]);

/**
 * Has Chromium compile every function while the file arrives, off the page's thread, instead of at its first call: a
 * fifth less of that thread's time until a page has been sent (V8's explicit compile hints).
 */
const COMPILE_EARLY = "//# allFunctionsCalledOnLoad\n";

// Visitors fetch these: a second minifier takes another 5 % off.
for (const name of readable ? [] : ["widget.js", "session.js", "capture.js"]) {
	const path = `widget/dist/${name}`;
	const { code } = await minify(await readFile(path, "utf8"), {
		module: name !== "widget.js",
		ecma: 2020,
		compress: { passes: 3 },
	});
	await writeFile(path, name === "capture.js" ? COMPILE_EARLY + code : code);
}
