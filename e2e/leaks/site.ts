/** The customer's site: the page of each scene, and the files that such pages refer to. */
import { createServer } from "node:http";
import { PNG } from "pngjs";

export type Site = { origin: string; stop(): Promise<void> };

/** A picture that does not compress to nothing, so that it is sent as it is. */
function drawn(width: number, height: number): Buffer {
	const png = new PNG({ width, height });
	for (let i = 0; i < png.data.length; i++) png.data[i] = i % 4 === 3 ? 255 : (i * 7) % 251;
	return PNG.sync.write(png);
}

type File = { type: string; body: string | Buffer };

const FILES: Readonly<Record<string, (query: URLSearchParams) => File>> = {
	"/sheet.css": (query) => ({
		type: "text/css",
		body: `.${query.get("class")}::before{content:"${query.get("content")}"}`,
	}),
	"/empty.css": () => ({ type: "text/css", body: "" }),
	"/empty.html": () => ({ type: "text/html", body: "<!doctype html><p>empty" }),
	"/frame.html": (query) => ({ type: "text/html", body: `<!doctype html>${query.get("html")}` }),
	"/pixel.png": () => ({ type: "image/png", body: drawn(9, 9) }),
	"/drawn.png": (query) => {
		const [width = 9, height = 9] = (query.get("size") ?? "").split("x").map(Number);
		return { type: "image/png", body: drawn(width, height) };
	},
	"/text.svg": (query) => ({
		type: "image/svg+xml",
		body: `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="9"><text y="8">${query.get("text")}</text></svg>`,
	}),
};

/** `pages` by path, made when they are asked for. */
export async function startSite(pages: Readonly<Record<string, () => string>>): Promise<Site> {
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
		const page = pages[pathname]?.();
		const file = page === undefined ? FILES[pathname]?.(searchParams) : { type: "text/html", body: page };
		response.writeHead(file ? 200 : 404, { "Content-Type": `${file ? file.type : "text/plain"}; charset=utf-8` });
		response.end(file ? file.body : "");
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		origin: `http://127.0.0.1:${address.port}`,
		stop: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}
