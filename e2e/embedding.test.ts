/** Takes docs/embedding.md at its word: its pages, the two modules and a server of files, nothing else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { Browser, Frame, Page } from "playwright-core";
import { launch, openPage, until } from "./support/browser.ts";
import { root } from "./support/demo.ts";

const TYPES: Record<string, string> = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8" };

/** The files of the example: each code block under the name that stands above it. */
function exampleFiles(): Map<string, string> {
	const text = readFileSync(`${root}/docs/embedding.md`, "utf8");
	const files = new Map<string, string>();
	for (const [, name = "", content = ""] of text.matchAll(/^`([\w.]+)`,[^\n]*:\n\n```html\n([\s\S]*?)^```$/gm))
		files.set(`/${name}`, content);
	for (const [name, path] of [
		["/capture.js", "widget/dist/capture.js"],
		["/mirror.js", "console/dist/mirror.js"],
	] as const)
		files.set(name, readFileSync(`${root}/${path}`, "utf8"));
	return files;
}

const files = exampleFiles();
const asked: string[] = [];
const server = createServer((request, response) => {
	const path = new URL(request.url ?? "/", "http://example").pathname;
	asked.push(path);
	const content = files.get(path);
	if (path === "/favicon.ico") response.writeHead(204).end();
	else if (content === undefined) response.writeHead(404).end();
	else response.writeHead(200, { "Content-Type": TYPES[path.split(".").at(-1) ?? ""] ?? "" }).end(content);
});
let browser: Browser;
let origin: string;

before(async () => {
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	browser = await launch();
});
after(async () => {
	await browser.close();
	server.closeAllConnections();
	server.close();
});

/** The visitor's document as the viewer shows it: a frame in the frame. */
function mirrored(viewer: Page): Frame | undefined {
	return viewer.frames().find((frame) => frame.parentFrame()?.parentFrame() === viewer.mainFrame());
}
const shown = async (viewer: Page): Promise<string> =>
	(await mirrored(viewer)?.evaluate("document.body?.innerText ?? ''"))?.toString() ?? "";

test("the example of docs/embedding.md shows the page, its changes, masked text as masked, and its end", async () => {
	assert.deepEqual([...files.keys()].slice(0, 3), ["/page.html", "/viewer.html", "/frame.html"]);
	const visitor = await openPage(browser, `${origin}/page.html`);
	const viewer = await visitor.context.newPage();
	const errors: string[] = [];
	viewer.on("pageerror", (error) => errors.push(String(error)));
	await viewer.goto(`${origin}/viewer.html`);

	await until("the page in the mirror", async () => (await shown(viewer)).includes("Nothing ordered yet."));
	assert.equal(await viewer.title(), "Viewer");
	await until("its title", async () => (await viewer.locator("h1").textContent()) === "A page");
	for (const text of ["Only for the visitor", "Never leaves"])
		assert(!(await mirrored(viewer)?.content())?.includes(text), `"${text}" is marked`);

	await visitor.page.evaluate(`document.getElementById("state").textContent = "One plant ordered."`);
	await visitor.page.fill("#name", "Ada Lovelace");
	await until("a change", async () => (await shown(viewer)).includes("One plant ordered."));
	const value = () => mirrored(viewer)?.evaluate(`document.querySelector("input").value`);
	await until("what was typed, masked", async () => String(await value()).length > 0);
	assert(!String(await value()).includes("Ada"), "what was typed is masked");

	await visitor.page.click("#stop");
	await visitor.page.evaluate(`document.getElementById("state").textContent = "After the end."`);
	await new Promise((done) => setTimeout(done, 1000));
	assert((await shown(viewer)).includes("One plant ordered."), "what was shown last stays");
	assert(!(await shown(viewer)).includes("After the end."), "nothing leaves after stop");
	assert.deepEqual([...visitor.errors, ...errors], []);
	assert.deepEqual(
		asked.filter((path) => !files.has(path) && path !== "/favicon.ico"),
		[],
	);
	await visitor.context.close();
});

test("the modules export what docs/embedding.md names and nothing else", async () => {
	const { page, context } = await openPage(browser, `${origin}/frame.html`);
	await page.goto(`${origin}/page.html`);
	const names = (path: string) =>
		page.evaluate(`import("${path}").then((module) => Object.keys(module).sort())`) as Promise<string[]>;
	assert.deepEqual(await names("/capture.js"), ["DEFAULT_POLICY", "readPolicy", "startCapture"]);
	assert.deepEqual(await names("/mirror.js"), ["createMirror"]);
	await context.close();
});

test("every option, method and hook of the sources is documented", () => {
	const text = readFileSync(`${root}/docs/embedding.md`, "utf8");
	for (const [path, types] of [
		["widget/src/capture.ts", ["CaptureOptions", "Capture"]],
		["widget/src/policy.ts", ["Policy"]],
		["console/src/mirror.ts", ["MirrorHooks", "Mirror"]],
	] as const) {
		const source = readFileSync(`${root}/${path}`, "utf8");
		for (const type of types) {
			const body = new RegExp(`export (?:type ${type} =|interface ${type}\\b)[^{]*\\{([\\s\\S]*?)^\\}`, "m").exec(
				source,
			)?.[1];
			assert(body, `${type} in ${path}`);
			for (const [, name] of body.matchAll(/^\t(?:readonly )?(\w+)\??[:(]/gm))
				assert.match(text, new RegExp(`\`${name}\\b`), `${type}.${name}`);
		}
	}
});
