/** A web site with one page per way of putting the widget on, each built as its users would. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL("../installs/", import.meta.url));

export type InstallSite = { origin: string; stop(): Promise<void> };

type Page = { script: string; csp?: (server: string) => string; body: (snippet: string, src: string) => string };

const content =
	'<h1>A shop</h1><button id="more">More</button><p id="count">count is 0</p><input id="name" value="typed">';
const tag = (name: string) => `<script type="module" nonce="n0nce" src="/${name}.js"></script>`;
const attribute = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** By path. */
const pages: Record<string, Page> = {
	plain: { script: "plain", body: (snippet) => `<body>${content}${snippet}${tag("plain")}` },
	react: {
		script: "react",
		body: (_, src) => `<body data-widget="${attribute(src)}"><div id="app"></div>${tag("react")}`,
	},
	vue: { script: "vue", body: (snippet) => `<head>${snippet}</head><body>${tag("vue")}` },
	trusted: {
		script: "plain",
		csp: (server) =>
			"default-src 'none'; script-src 'nonce-n0nce' 'strict-dynamic'; style-src 'self'; img-src 'self'; base-uri 'none'; " +
			`connect-src ${server} ${server.replace("http", "ws")}; require-trusted-types-for 'script'; trusted-types 'none'`,
		body: (snippet) => `<body>${content}${snippet.replace("<script ", '<script nonce="n0nce" ')}${tag("plain")}`,
	},
	"tag-manager": {
		script: "tag-manager",
		body: (snippet) => `<body data-snippet="${attribute(snippet)}">${content}${tag("tag-manager")}${tag("plain")}`,
	},
	"routing/one": { script: "routing", body: (snippet) => `<body>${content}${snippet}${tag("routing")}` },
	worker: {
		script: "worker",
		body: (snippet) =>
			`<body>${content}${snippet}${tag("plain")}<script>navigator.serviceWorker.register("/worker.js")</script>`,
	},
	/** The page's own policy forbids us altogether. */
	blocked: {
		script: "plain",
		csp: () => "default-src 'self'; script-src 'self' 'nonce-n0nce'",
		body: (snippet) => `<body>${content}${snippet}${tag("plain")}`,
	},
};
export const installs = Object.keys(pages).filter((path) => path !== "blocked");

/** Serves the site on a free port; `widget` gives snippet and address once the service is there. */
export async function startInstallSite(widget: () => { server: string; site: string }): Promise<InstallSite> {
	const scripts = new Map<string, string>();
	for (const name of new Set(
		Object.values(pages)
			.map(({ script }) => script)
			.concat("plain"),
	)) {
		const built = await build({
			entryPoints: [`${folder}${name}.js`],
			bundle: true,
			write: false,
			format: name === "worker" ? "iife" : "esm",
			define: {
				"process.env.NODE_ENV": '"production"',
				__VUE_OPTIONS_API__: "false",
				__VUE_PROD_DEVTOOLS__: "false",
				__VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
			},
		});
		scripts.set(`/${name}.js`, built.outputFiles[0]?.text ?? "");
	}
	const server = createServer((request: IncomingMessage, response: ServerResponse) => {
		const { pathname } = new URL(request.url ?? "/", "http://x");
		const script = scripts.get(pathname);
		if (script !== undefined) {
			response.setHeader("Content-Type", "text/javascript; charset=utf-8");
			response.end(script);
			return;
		}
		const page = pages[pathname.slice(1)] ?? (pathname.startsWith("/routing/") ? pages["routing/one"] : undefined);
		if (!page) {
			response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
			return;
		}
		const { server: help, site } = widget();
		const src = `${help}/widget.js?site=${site}`;
		response.setHeader("Content-Type", "text/html; charset=utf-8");
		if (page.csp) response.setHeader("Content-Security-Policy", page.csp(help));
		response.end(
			`<!doctype html><html lang="en"><meta charset="utf-8"><title>${pathname}</title>${page.body(`<script src="${src}" async></script>`, src)}`,
		);
	});
	await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		origin: `http://localhost:${address.port}`,
		stop: () => new Promise((resolve) => server.close(() => resolve())),
	};
}
