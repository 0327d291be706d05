/** A browser and a server of pages to measure tools in: one page in a process of its own at a time. */
import { readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { deflateRawSync, gunzipSync } from "node:zlib";
import { type Browser, type CDPSession, chromium, type Page } from "playwright-core";
import { type Blocks, longestBlocks, TOOL_PATH, TRACE_CATEGORIES } from "./blocks.ts";
import { type CPU, ProcessClock, since } from "./cpu.ts";
import { pages } from "./pages.ts";
import { scripts, type Tool } from "./tools.ts";

/** How often the process's clock is looked at, and how much it may have used meanwhile to count as at rest. */
const LOOK_MS = 50;
const RESTING_MS = 4;
/** What has not come to rest by then is measured as it is. */
const PATIENCE_MS = 20_000;
/** A large page on a busy machine. */
const LOAD_MS = 120_000;

const FLAGS = [
	"--no-sandbox",
	"--disable-gpu",
	"--no-first-run",
	"--disable-background-networking",
	// One process for the page and no other: none in reserve, none for a window's own parts.
	"--disable-features=SpareRendererForSitePerProcess,WebUIOmniboxPopup,WebUIOmniboxAimPopup,LocalNetworkAccessChecks",
];

export type Measured = CPU &
	Blocks & {
		messages: number;
		bytes: number;
		/** From the beginning until everything was at rest. */
		wallMS: number;
	};

export class Lab {
	readonly #browser: Browser;
	readonly #system: CDPSession;
	readonly #server: Server;
	readonly origin: string;
	/** What OpenReplay's worker has posted. */
	readonly ingested: { messages: number; bytes: number };

	private constructor(browser: Browser, system: CDPSession, server: Server, ingested: Lab["ingested"]) {
		this.#browser = browser;
		this.#system = system;
		this.#server = server;
		this.ingested = ingested;
		this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	static async open(): Promise<Lab> {
		const ingested = { messages: 0, bytes: 0 };
		const server = await serve(ingested);
		const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
		return new Lab(browser, await browser.newBrowserCDPSession(), server, ingested);
	}

	/** Opens a page and waits until it rests, the tool loaded but not started. */
	async bench(path: string, tool: Tool): Promise<Bench> {
		const before = await this.#renderers();
		const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 } });
		const page = await context.newPage();
		await page.goto(this.origin + path, { timeout: LOAD_MS });
		const session = await context.newCDPSession(page);
		const [pid, ...others] = (await this.#renderers()).filter((one) => !before.includes(one));
		if (pid === undefined || others.length) throw new Error("the page does not have a process of its own");
		const bench = new Bench(this, this.#browser, page, session, pid, tool);
		if (tool.adapter) await bench.evaluate(`import("${TOOL_PATH}${tool.adapter}.js${tool.query ?? ""}").then(() => 0)`);
		await bench.rest(300);
		await session.send("HeapProfiler.collectGarbage");
		return bench;
	}

	async close(): Promise<void> {
		await this.#browser.close();
		this.#server.closeAllConnections();
		await new Promise((done) => this.#server.close(done));
	}

	async #renderers(): Promise<number[]> {
		const { processInfo } = await this.#system.send("SystemInfo.getProcessInfo");
		return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
	}
}

/** One page with one tool. */
export class Bench {
	readonly page: Page;
	readonly session: CDPSession;
	readonly #lab: Lab;
	readonly #browser: Browser;
	readonly #pid: number;
	readonly #tool: Tool;
	readonly #clock: ProcessClock;

	constructor(lab: Lab, browser: Browser, page: Page, session: CDPSession, pid: number, tool: Tool) {
		this.#lab = lab;
		this.#browser = browser;
		this.page = page;
		this.session = session;
		this.#pid = pid;
		this.#tool = tool;
		this.#clock = new ProcessClock(pid);
	}

	/** Without Playwright's own scripts in the page, which would be measured too. */
	async evaluate<T>(expression: string): Promise<T> {
		const { result, exceptionDetails } = await this.session.send("Runtime.evaluate", {
			expression,
			awaitPromise: true,
			returnByValue: true,
		});
		if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
		return result.value as T;
	}

	/** Waits until the process has used next to nothing for a while and the page's thread has nothing to do. */
	async rest(quietMS: number): Promise<void> {
		const end = performance.now() + PATIENCE_MS;
		for (let again = 0; again < 2; again++) {
			let quietSince = performance.now();
			let used = this.#clock.read().totalMS;
			while (performance.now() - quietSince < quietMS && performance.now() < end) {
				await sleep(LOOK_MS);
				const now = this.#clock.read().totalMS;
				if (now - used > RESTING_MS) quietSince = performance.now();
				used = now;
			}
			// A process that was only kept waiting for a CPU has not finished.
			const before = used;
			await this.evaluate("__bench.idle()");
			if (this.#clock.read().totalMS - before < 2 * RESTING_MS) return;
		}
	}

	/** Does something in the page and measures until the last byte of it has been emitted. */
	async measure(act: () => Promise<unknown>): Promise<Measured> {
		await this.#taken();
		await this.#browser.startTracing(this.page, { categories: TRACE_CATEGORIES });
		await this.rest(100);
		const before = this.#clock.read();
		const began = performance.now();
		await act();
		await this.rest(this.#tool.quietMS);
		if (this.#tool.adapter === "openreplay") {
			await this.evaluate("__bench.flush()");
			await this.rest(150);
		}
		const cpu = since(this.#clock.read(), before);
		const wallMS = performance.now() - began;
		const trace = await this.#browser.stopTracing();
		return { ...cpu, wallMS, ...longestBlocks(trace, this.#pid), ...(await this.#taken()) };
	}

	/** JS heap, DOM and buffers in use after garbage was collected. */
	async heapBytes(): Promise<number> {
		for (let again = 0; again < 3; again++) await this.session.send("HeapProfiler.collectGarbage");
		const usage = (await this.session.send("Runtime.getHeapUsage")) as Record<string, number | undefined>;
		return (usage.usedSize ?? 0) + (usage.embedderHeapUsedSize ?? 0) + (usage.backingStorageSize ?? 0);
	}

	async close(): Promise<void> {
		await this.page.context().close();
	}

	async #taken(): Promise<{ messages: number; bytes: number }> {
		const inPage = await this.evaluate<{ messages: number; bytes: number }>(
			`__bench.taken(${this.#tool.deflates === true})`,
		);
		const { ingested } = this.#lab;
		const all = { messages: inPage.messages + ingested.messages, bytes: inPage.bytes + ingested.bytes };
		ingested.messages = ingested.bytes = 0;
		return all;
	}
}

/** What OpenReplay's tracker wants to hear before it begins. */
const INGEST_START = {
	token: "bench",
	userUUID: "bench",
	sessionID: "1",
	projectID: "1",
	delay: 0,
	beaconSizeLimit: 1_000_000,
	compressionThreshold: 24_000,
};

async function serve(ingested: Lab["ingested"]): Promise<Server> {
	const programs = await scripts();
	const made = new Map<string, { type: string; body: string }>();
	const server = createServer(async (request, response) => {
		const { pathname } = new URL(request.url ?? "/", "http://bench");
		if (pathname.startsWith("/ingest/")) {
			const body = await readAll(request);
			if (pathname.endsWith("/i")) {
				const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
				ingested.messages++;
				ingested.bytes += Math.min(plain.length, deflateRawSync(plain).length);
			}
			const answer = pathname.endsWith("/start") ? { ...INGEST_START, startTimestamp: Date.now() } : {};
			response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
			return;
		}
		const program = programs.get(pathname);
		if (program !== undefined) {
			response.writeHead(200, { "Content-Type": "text/javascript; charset=utf-8" }).end(program);
			return;
		}
		const page = made.get(pathname) ?? pages[pathname]?.();
		if (!page) {
			response.writeHead(404).end();
			return;
		}
		made.set(pathname, page);
		response.writeHead(200, { "Content-Type": page.type }).end(page.body);
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	return server;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part as Buffer);
	return Buffer.concat(parts);
}

/** Whether this machine has the clock that costs are read from. */
export const canMeasure = (): boolean => readdirSync("/proc/self").includes("schedstat");
