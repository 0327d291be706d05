/** Runs the capture in real Chromium pages and keeps what it emitted; decodes it as a mirror would. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM_FLAGS } from "../../../e2e/support/chromium.ts";
import { inflated } from "../../../e2e/support/frames.ts";
import { shortened } from "../../../properties.mjs";
import { decodeFrame, Flag, type Frame, Kind } from "../../../wire/wire.ts";
import { Applier } from "./applier.ts";

/** A browser with a server of pages. */
class Lab {
	#browser!: Browser;
	#server!: Server;
	#bundle = "";
	readonly pages = new Map<string, { type: string; body: string | Buffer; headers?: Record<string, string> }>();

	async open(): Promise<void> {
		// As it is shipped, so that no test passes that only names as they are written make pass.
		const built = await build({
			...(await shortened("widget/src/capture.ts")),
			stdin: {
				contents: `export * from "./capture.ts"; export { placeholder } from "./mask/placeholder.ts";`,
				resolveDir: fileURLToPath(new URL("../../src", import.meta.url)),
			},
			bundle: true,
			format: "iife",
			globalName: "AlongsideCapture",
			target: "es2022",
			write: false,
		});
		this.#bundle = built.outputFiles?.[0]?.text ?? "";
		this.#server = createServer((request, response) => {
			const page = this.pages.get(request.url ?? "");
			if (!page) {
				response.writeHead(404).end();
				return;
			}
			response.writeHead(200, { "Content-Type": page.type, ...page.headers }).end(page.body);
		});
		await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
		this.#browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_FLAGS });
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Opens a page with the HTML, the capture loaded but not started. */
	async page(html: string, path = "/", headers: Record<string, string> = {}): Promise<Sheet> {
		this.pages.set(path, { type: "text/html; charset=utf-8", body: html, headers });
		const context = await this.#browser.newContext({ viewport: { width: 1000, height: 700 }, bypassCSP: false });
		const page = await context.newPage();
		const sheet = new Sheet(page);
		await page.exposeBinding("__emit", (_, base64: string) => sheet.take(Buffer.from(base64, "base64")));
		// What the test runner's compiler puts into functions that are sent to the page.
		await page.addInitScript("globalThis.__name = (f) => f");
		await page.addInitScript(this.#bundle.replace("var AlongsideCapture", "globalThis.AlongsideCapture"));
		await page.goto(this.origin + path);
		return sheet;
	}

	async close(): Promise<void> {
		await this.#browser?.close();
		this.#server.closeAllConnections();
		await new Promise((done) => this.#server.close(done));
	}
}

/** A lab for the tests of one file. */
export function useLab(): Lab {
	const lab = new Lab();
	before(() => lab.open());
	after(() => lab.close());
	return lab;
}

/** What tests plant where it must not leave; the last is "canary" in base64. */
const PLANTED = /.{0,30}(canary|7351928|2031-04-05|Y2FuYXJ5)[-\w]*/g;

/** A page under capture and everything that it emitted. */
export class Sheet {
	readonly page: Page;
	readonly frames: (Frame & { plain: Uint8Array })[] = [];
	/** All bytes that left, inflated: where canaries are looked for. */
	readonly #seen: Buffer[] = [];

	constructor(page: Page) {
		this.page = page;
	}

	take(bytes: Buffer): void {
		const frame = decodeFrame(new Uint8Array(bytes));
		if (!frame) throw new Error("a frame without a header");
		const plain = inflated(frame);
		this.frames.push({ ...frame, plain });
		this.#seen.push(Buffer.from(plain));
	}

	/** Starts the capture; `meanwhile` is begun in the same task, before the first slice, and waited for. */
	async start(policy: object = {}, meanwhile = ""): Promise<void> {
		const begin = (policy: object): void => {
			const scope = globalThis as unknown as Record<string, never> & typeof globalThis & Hooks;
			scope.ready = true;
			scope.capture = scope.AlongsideCapture.startCapture({
				policy: scope.AlongsideCapture.readPolicy(policy),
				emit(frame: Uint8Array) {
					let text = "";
					for (const byte of frame) text += String.fromCharCode(byte);
					scope.__emit(btoa(text));
				},
				ready: () => scope.ready,
				own: (node: Node) => (node as Element).id === "own",
			});
		};
		await this.page.evaluate(`(${begin})(${JSON.stringify(policy)}); ${meanwhile}`);
		await this.settled();
	}

	/** Waits until everything that is dirty now has left. */
	async settled(): Promise<void> {
		for (;;) {
			const before = this.frames.length;
			await this.page.evaluate(
				() =>
					new Promise<void>((done) => {
						requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60)));
					}),
			);
			if (this.frames.length === before && this.frames.some((f) => f.kind === Kind.snapshot && f.flags & Flag.last))
				return;
		}
	}

	/** Whether a text left in any frame so far. */
	saw(canary: string): boolean {
		return this.#seen.some((bytes) => bytes.includes(canary));
	}

	/** All that left of what tests plant, each with what stands before it. */
	leaks(): string[] {
		return [...new Set(this.#seen.flatMap((bytes) => bytes.toString("latin1").match(PLANTED) ?? []))];
	}

	/** What a mirror holds now. */
	mirror(): Applier {
		const applier = new Applier();
		for (const frame of this.frames) applier.apply(frame, frame.plain);
		return applier;
	}

	/** All state operations by code, in order, of diffs. */
	diffs(): Uint8Array[] {
		return this.frames.filter((f) => f.kind === Kind.diff).map((f) => f.plain);
	}

	async close(): Promise<void> {
		await this.page.context().close();
	}
}

export interface Hooks {
	AlongsideCapture: {
		startCapture(options: object): CaptureLike;
		readPolicy(value: unknown): object;
		placeholder(text: string): string;
	};
	capture: CaptureLike;
	ready: boolean;
	__emit(base64: string): void;
}
interface CaptureLike {
	keyframe(have?: string[]): void;
	setPolicy(policy: object): void;
	pause(): void;
	resume(): void;
	stop(): void;
	node(id: number): Node | undefined;
	id(node: Node): number | undefined;
	debug(): Record<string, unknown>;
}
