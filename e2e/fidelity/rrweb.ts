/** The same pages through rrweb, its events played live in another page, with every option that adds to fidelity. */
import { build } from "esbuild";
import type { Browser } from "playwright-core";
import { handOf, lookAt, type Pair, pictureOf, VIEWPORT } from "./pair.ts";
import type { Site } from "./site.ts";

const bundle = async (contents: string): Promise<string> => {
	const built = await build({
		stdin: { contents, resolveDir: import.meta.dirname },
		bundle: true,
		format: "iife",
		target: "es2022",
		write: false,
	});
	return built.outputFiles[0]?.text ?? "";
};

const RECORD = `import { record } from "rrweb";
if (window === top) {
	const start = () => record({
		emit: (event) => window.__event(JSON.stringify(event)),
		recordCanvas: true, collectFonts: true, inlineImages: true, recordDOM: true, maskInputOptions: { password: true },
	});
	if (document.documentElement) start(); else document.addEventListener("readystatechange", start, { once: true });
}`;

const REPLAY = `import { Replayer } from "rrweb";
let replayer;
window.begin = () => {
	replayer?.destroy();
	document.body.replaceChildren();
	replayer = new Replayer([], { root: document.body, liveMode: true, mouseTail: false, showWarning: false, UNSAFE_replayCanvas: true });
	let first = true;
	window.take = (text) => {
		const event = JSON.parse(text);
		if (first) replayer.startLive(event.timestamp);
		first = false;
		replayer.addEvent(event);
	};
};
window.shown = () => replayer.iframe.contentDocument;`;

export async function openRrweb(browser: Browser, site: Site): Promise<Pair> {
	const [record, replay] = await Promise.all([bundle(RECORD), bundle(REPLAY)]);
	site.files.set("/replay", {
		type: "text/html",
		body: `<!doctype html><meta charset="utf-8"><style>body{margin:0}.replayer-wrapper{position:absolute}iframe{border:0}.replayer-mouse{display:none}</style><body>`,
	});
	const context = await browser.newContext({ viewport: VIEWPORT, locale: "en-GB" });
	const visitor = await context.newPage();
	const stage = await context.newPage();
	for (const each of [visitor, stage]) await each.addInitScript("globalThis.__name = (f) => f");
	await stage.goto(`${site.origin}/replay`);
	await stage.addScriptTag({ content: replay });
	let order = Promise.resolve();
	/** A page's recording ends with it. */
	const restart = () => {
		order = order.then(() => stage.evaluate("begin()"));
	};
	const META = 4;
	let isBegun = false;
	await visitor.exposeBinding("__event", (_, event: string) => {
		const { type } = JSON.parse(event) as { type: number };
		// What follows a Meta event is of a document of its own; before the first, nothing is of any.
		if (type === META) restart();
		isBegun ||= type === META;
		if (isBegun)
			order = order
				.then(() => stage.evaluate((text) => (window as unknown as Hooks).take(text), event))
				.catch(() => {});
	});
	await visitor.addInitScript(record);
	const goto = async (path: string) => void (await visitor.goto(`${site.origin}${path}?bare`));
	return {
		hand: { ...handOf(visitor, site.origin), goto },
		open: goto,
		async looks() {
			const page = await visitor.evaluate<never>(lookAt("document"));
			await order;
			const mirror = await stage
				.evaluate<never>(lookAt("shown()"))
				.catch((error) => ({ n: `nothing: ${error}`, b: [], s: "", c: [] }));
			return [page, mirror] as const;
		},
		both: (read) =>
			Promise.all([visitor.evaluate<never>(`(${read})(document)`), stage.evaluate<never>(`(${read})(shown())`)]),
		pictures: () => Promise.all([pictureOf(visitor), pictureOf(stage)]),
		close: () => context.close(),
	};
}

type Hooks = { take(event: string): void };
