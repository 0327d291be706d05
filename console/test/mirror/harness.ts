/**
 * A mirror in real Chromium, in a page as the console serves it: the policies of console and mirror frame are the real
 * ones, and every request that anything makes is written down.
 */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type Page, type Frame as PageFrame } from "playwright-core";
import { CHROMIUM_FLAGS } from "../../../e2e/support/chromium.ts";
import type { Mirror } from "../../src/mirror.ts";
import { consolePolicy, MIRROR_POLICY } from "../ui/console-server.ts";

const CONSOLE_PAGE = `<!doctype html><title>console</title><input id="chat">
<iframe id="frame" sandbox="allow-same-origin" src="/mirror" style="width:800px;height:600px;border:0"></iframe>
<iframe id="bare-frame" sandbox="allow-same-origin" src="/bare" style="width:800px;height:600px;border:0"></iframe>
<script type="module" src="/page.js"></script>`;

/** What the test page keeps for the tests. */
type TestWindow = Window & {
	mirror: Mirror;
	/** The mirror in the frame without a policy, if there is one. */
	bare: Mirror | undefined;
	create(alsoBare: boolean): void;
	applied: number;
	lost: string[];
	titles: string[];
	pointers: object[];
};

const PAGE_SCRIPT = `
import { createMirror } from "./src/mirror.ts";
Object.assign(window, { create(alsoBare) {
	window.mirror?.destroy();
	window.bare?.destroy();
	Object.assign(window, { applied: 0, lost: [], titles: [], pointers: [], bare: undefined });
	const hooks = { onApplied: () => window.applied++, onNeedKeyframe: (why) => window.lost.push(why) };
	window.mirror = createMirror(document.getElementById("frame"), {
		...hooks,
		onTitle: (title) => window.titles.push(title),
		onPointer: (pointer) => window.pointers.push(pointer),
		onClick: (pointer) => window.pointers.push(pointer),
	});
	if (alsoBare) window.bare = createMirror(document.getElementById("bare-frame"), hooks);
} });`;

class Bench {
	browser!: Browser;
	page!: Page;
	/** Every request the server saw, and every one the browser made but for the page's own and blob URLs. */
	requests: string[] = [];
	/** Messages of the console that are errors of a script. */
	errors: string[] = [];
	#server!: Server;
	#script = "";

	get origin(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async start(): Promise<void> {
		const root = fileURLToPath(new URL("../..", import.meta.url));
		const bundle = await build({
			stdin: { contents: PAGE_SCRIPT, resolveDir: root, loader: "ts" },
			bundle: true,
			format: "esm",
			target: "es2022",
			write: false,
		});
		this.#script = bundle.outputFiles[0]?.text ?? "";
		this.#server = createServer((request, response) => {
			const path = request.url ?? "";
			const policy = consolePolicy(this.origin.replace("http", "ws"));
			const header = (policy: string, type: string) =>
				response.setHeader("Content-Security-Policy", policy).setHeader("Content-Type", type);
			response.setHeader("Referrer-Policy", "no-referrer");
			if (path === "/") header(policy, "text/html").end(CONSOLE_PAGE);
			else if (path === "/mirror") header(MIRROR_POLICY, "text/html").end("<!doctype html><title></title>");
			else if (path === "/bare") header("frame-ancestors 'self'", "text/html").end("<!doctype html><title></title>");
			else if (path === "/page.js") header(policy, "text/javascript").end(this.#script);
			else {
				if (path !== "/favicon.ico") this.requests.push(path);
				response.writeHead(200, { "Content-Type": "image/svg+xml" }).end("<svg xmlns='http://www.w3.org/2000/svg'/>");
			}
		});
		await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
		this.browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_FLAGS });
	}

	/** A fresh mirror, in the console's page; alsoBare: and a second one in a frame without a policy. */
	async open(alsoBare = false): Promise<void> {
		if (!this.page) await this.#openPage();
		await this.page.evaluate((also) => (window as unknown as TestWindow).create(also), alsoBare);
		this.requests = [];
		this.errors = [];
	}

	async #openPage(): Promise<void> {
		this.page = await this.browser.newPage();
		const own = new Set(["/", "/mirror", "/bare", "/page.js", "/favicon.ico"].map((path) => this.origin + path));
		this.page.on("request", (request) => {
			if (!own.has(request.url()) && !request.url().startsWith("blob:")) this.requests.push(request.url());
		});
		this.page.on("pageerror", (error) => this.errors.push(String(error)));
		await this.page.goto(this.origin, { waitUntil: "load" });
	}

	async stop(): Promise<void> {
		await this.browser?.close();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** Gives frames to the mirror and waits until as many state frames were applied or one was refused. */
	async send(frames: readonly Uint8Array[], applied = frames.filter(isState).length): Promise<void> {
		const encoded = frames.map((frame) => Buffer.from(frame).toString("base64"));
		await this.page.evaluate(
			async ([list, count]) => {
				const test = window as unknown as TestWindow;
				const goal = test.applied + count * (test.bare ? 2 : 1);
				const lost = test.lost.length;
				for (const text of list) {
					const frame = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
					test.mirror.apply(frame);
					test.bare?.apply(frame);
				}
				const end = performance.now() + 20_000;
				while (test.applied < goal && test.lost.length === lost && performance.now() < end)
					await new Promise((resolve) => setTimeout(resolve, 2));
			},
			[encoded, applied] as const,
		);
	}

	/** The frame that shows the visitor's document. */
	get shown(): PageFrame {
		const host = this.page.frames().find((frame) => frame.parentFrame() === this.page.mainFrame());
		const stages = host?.childFrames() ?? [];
		const shown = stages.at(0);
		if (!shown) throw new Error("nothing is mirrored");
		return shown;
	}

	/** Evaluates in the console's page, with the mirrored document. */
	look<T, A = undefined>(read: (document: Document, argument: A) => T, argument?: A): Promise<T> {
		return this.page.evaluate(
			([source, given]) => {
				const host = (document.getElementById("frame") as HTMLIFrameElement).contentDocument as Document;
				const stage = host.querySelector("iframe") as HTMLIFrameElement;
				const run = new Function(`return (${source})`) as () => (document: unknown, argument: unknown) => unknown;
				return run()(stage.contentDocument, given);
			},
			[read.toString(), argument] as const,
		) as Promise<T>;
	}

	/** Evaluates with the mirror and what its hooks were told. */
	state<T>(read: (test: TestWindow) => T): Promise<T> {
		return this.page.evaluate((source) => {
			const run = new Function(`return (${source})`) as () => (test: Window) => unknown;
			return run()(window);
		}, read.toString()) as Promise<T>;
	}

	settle(ms = 120): Promise<void> {
		return this.page.waitForTimeout(ms);
	}
}

const isState = (frame: Uint8Array): boolean => frame[0] === 0x10 || frame[0] === 0x11;

/** A bench for the tests of one file. */
export function useBench(): Bench {
	const bench = new Bench();
	before(() => bench.start());
	after(() => bench.stop());
	return bench;
}
