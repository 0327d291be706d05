// Bundles the browser programs into widget/dist and console/dist, which the Go packages embed.
import { cp, mkdir } from "node:fs/promises";
import { build } from "esbuild";

const common = { bundle: true, minify: true, target: "es2022", legalComments: "none", logLevel: "warning" };

await mkdir("console/dist", { recursive: true });
await Promise.all([
	build({
		...common,
		entryPoints: { widget: "widget/src/loader.ts" },
		outdir: "widget/dist",
		format: "iife",
	}),
	build({
		...common,
		entryPoints: { session: "widget/src/session.ts", capture: "widget/src/capture.ts" },
		outdir: "widget/dist",
		format: "esm",
	}),
	build({
		...common,
		entryPoints: { console: "console/src/main.tsx", mirror: "console/src/mirror.ts" },
		outdir: "console/dist",
		format: "esm",
		jsx: "automatic",
		jsxImportSource: "preact",
	}),
	cp("console/src/index.html", "console/dist/index.html"),
]);
