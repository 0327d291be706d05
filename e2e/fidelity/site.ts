/** Serves the trials, each under a path of its own, and the packages they are made of. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { extname } from "node:path";
import { root } from "../support/demo.ts";
import { type File, pathOf, type Trial } from "./hand.ts";

export type Site = {
	origin: string;
	/** Further files, by path. */
	files: Map<string, File>;
	stop(): Promise<void>;
};

/** Photographs go without a type, as some servers send them. */
const TYPES: Readonly<Record<string, string>> = {
	".css": "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg": "image/svg+xml",
	".png": "image/png",
	".woff2": "font/woff2",
	".woff": "font/woff",
	".ttf": "font/ttf",
};

/** Serves on a free port; `tag` is put at the end of every page, unless the address ends in `?bare`. */
export async function startSite(trials: readonly Trial[], tag: () => string): Promise<Site> {
	const files = new Map<string, File>();
	const pages = new Set<string>();
	for (const trial of trials) {
		const path = pathOf(trial);
		if (pages.has(path)) throw new Error(`two trials at ${path}`);
		pages.add(path);
		files.set(path, { type: TYPES[".html"] as string, body: trial.html });
		for (const [name, file] of Object.entries(trial.files ?? {})) files.set(path + name, file);
	}
	const answer = async (url: URL, response: ServerResponse): Promise<void> => {
		const file = files.get(url.pathname) ?? (await packaged(url.pathname));
		if (!file) {
			response.writeHead(url.pathname === "/favicon.ico" ? 204 : 404).end();
			return;
		}
		const isPage = pages.has(url.pathname) || url.pathname.endsWith("/index.html");
		const end = isPage && url.search !== "?bare" ? tag() : "";
		response.writeHead(200, { "Content-Type": file.type, "Cache-Control": "max-age=600" });
		response.end(end ? String(file.body) + end : file.body);
	};
	const server = createServer((request, response) => {
		answer(new URL(request.url ?? "/", "http://x"), response).catch(() => response.writeHead(500).end());
	});
	await new Promise<void>((done) => server.listen(0, "localhost", done));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		origin: `http://localhost:${address.port}`,
		files,
		stop: () =>
			new Promise((done) => {
				server.close(() => done());
				server.closeAllConnections();
			}),
	};
}

/** A file of an installed package, at `/npm/`. */
async function packaged(path: string): Promise<File | undefined> {
	const file = `${root}/node_modules/${decodeURIComponent(path).replace(/^\/npm\//, "")}`;
	if (!path.startsWith("/npm/") || path.includes("..") || !existsSync(file)) return undefined;
	return { type: TYPES[extname(file)] ?? "application/octet-stream", body: await readFile(file) };
}
