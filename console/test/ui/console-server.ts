/** The console as the program serves it, bundled in memory, over an API that a test's own server speaks. */
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Of console/headers.go, for the page that a visitor's page is mirrored in. */
export const MIRROR_POLICY =
	"default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data: blob:; media-src blob:; " +
	"form-action 'none'; base-uri 'none'; frame-src 'none'; object-src 'none'; frame-ancestors 'self'";
/** Of console/headers.go, for the console's own pages; `socket` is the origin of its web socket. */
export const consolePolicy = (socket: string): string =>
	"default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-src 'self'; " +
	`connect-src 'self' ${socket}; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'`;

const HTML = "text/html; charset=utf-8";
const MIRROR_PAGE = '<!doctype html><html><head><meta charset="utf-8"></head><body></body></html>';

export type Body = Record<string, unknown>;
/** A call of the API; `call` is its method and its path below /api/v1. */
export type Call = { call: string; query: URLSearchParams; body: Body };
type File = readonly [type: string, text: string];

export abstract class ConsoleServer {
	protected readonly http = createServer(async (request, response) => {
		let text = "";
		for await (const chunk of request) text += chunk;
		const { url = "/", method } = request;
		this.urls.push(url);
		const { pathname, searchParams: query } = new URL(url, this.origin);
		if (!pathname.startsWith("/api/v1/")) return this.#page(pathname, response);
		const call = `${method} ${pathname.slice("/api/v1".length)}`;
		await this.answer({ call, query, body: text ? JSON.parse(text) : {} }, response);
	});
	/** The addresses of all requests, for what must never stand in one. */
	urls: string[] = [];
	#files: Record<string, File> = {};
	#index: File = [HTML, ""];

	/** Everything as it was at the start, for the next test. */
	abstract reset(): void;
	protected abstract answer(call: Call, response: ServerResponse): Promise<void> | void;

	async start(): Promise<void> {
		const src = new URL("../../src/", import.meta.url);
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
		this.#files = { "/console.js": ["text/javascript", text(".js")], "/console.css": ["text/css", text(".css")] };
		this.#index = [HTML, await readFile(new URL("index.html", src), "utf8")];
		await new Promise<void>((listening) => this.http.listen(0, "127.0.0.1", listening));
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.http.closeAllConnections();
		await new Promise<void>((closed) => this.http.close(() => closed()));
	}

	#page(path: string, response: ServerResponse): void {
		const isMirror = path === "/mirror";
		const [type, text] = isMirror ? [HTML, MIRROR_PAGE] : (this.#files[path] ?? this.#index);
		const policy = isMirror ? MIRROR_POLICY : consolePolicy(this.origin.replace("http", "ws"));
		response.writeHead(200, { "Content-Security-Policy": policy, "Content-Type": type }).end(text);
	}
}
