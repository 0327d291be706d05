/** The browser that random pages are played in, with the capture and the mirror as they are built. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { MIRROR_POLICY } from "../../../console/test/ui/console-server.ts";
import { CHROMIUM_FLAGS } from "../../../e2e/support/chromium.ts";
import { shortened } from "../../../properties.mjs";
import type { Outcome, Run } from "./lab.ts";
import type { Operation, Spec } from "./operations.ts";
import { comparable } from "./oracle.ts";
import { shrink } from "./shrink.ts";

const LAB_PAGE = `<!doctype html><title>lab</title><body>
<iframe id="mirror" sandbox="allow-same-origin" src="/mirror" style="width:600px;height:400px;border:0"></iframe>
<script src="/lab.js"></script>`;
/** So long a step waits for the mirror while a list is cut down. */
const HASTY_MS = 250;

const here = fileURLToPath(new URL(".", import.meta.url));

async function bundle(entry: string, globalName: string, options: BuildOptions = {}): Promise<string> {
	const built = await build({
		...options,
		entryPoints: [`${here}/${entry}`],
		bundle: true,
		format: "iife",
		globalName,
		target: "es2022",
		write: false,
	});
	return built.outputFiles[0]?.text ?? "";
}

export class Playground {
	readonly #browser: Browser;
	readonly #server: Server;
	readonly #capture: string;
	#page: Page | undefined;
	/** What the pages wrote to their consoles. */
	readonly talk: string[] = [];

	private constructor(browser: Browser, server: Server, capture: string) {
		this.#browser = browser;
		this.#server = server;
		this.#capture = capture;
	}

	static async open(): Promise<Playground> {
		const [lab, capture] = await Promise.all([
			bundle("lab.ts", "lab"),
			bundle("../../src/capture.ts", "AlongsideCapture", await shortened("widget/src/capture.ts")),
		]);
		const server = createServer((request, response) => {
			const path = request.url ?? "";
			if (path === "/lab.js") response.setHeader("Content-Type", "text/javascript").end(lab);
			else {
				response.setHeader("Content-Type", "text/html; charset=utf-8");
				if (path === "/") response.end(LAB_PAGE);
				else if (path === "/mirror")
					response.setHeader("Content-Security-Policy", MIRROR_POLICY).end("<!doctype html><title></title>");
				else if (path.startsWith("/inner")) response.end("<!doctype html><p>inner</p><input value=inside>");
				else response.writeHead(404).end();
			}
		});
		await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
		const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_FLAGS });
		return new Playground(browser, server, instrumented(capture));
	}

	async play(run: Run): Promise<Outcome> {
		this.#page ??= await this.#newPage();
		return this.#page.evaluate(
			([given, bundle]) => (globalThis as unknown as { lab: typeof import("./lab.ts") }).lab.play(given, bundle),
			[run, this.#capture] as const,
		);
	}

	async #newPage(): Promise<Page> {
		const page = await this.#browser.newPage();
		page.on("console", (message) => this.talk.push(message.text()));
		page.on("pageerror", (error) => this.talk.push(String(error)));
		await page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
		return page;
	}

	/** Finds a short run that fails as this one does, and describes it. */
	async explain(run: Run, failed: Outcome, forMs: number): Promise<string> {
		const end = Date.now() + forMs;
		let worst = failed;
		// Most failures show at once; one that does not is tried with the patience it was found with.
		let patienceMs = HASTY_MS;
		const fails = async (operations: readonly Operation[]): Promise<boolean> => {
			// The first one starts the capture.
			if (operations[0]?.do !== "policy") return false;
			const outcome = await this.play({ ...run, patienceMs, operations: [...operations, { do: "settle" }] });
			if (outcome.failure === undefined || kindOf(outcome.failure) !== kindOf(failed.failure ?? "")) return false;
			worst = outcome;
			return true;
		};
		const isOver = () => Date.now() > end;
		let shortest: readonly Operation[] = run.operations.slice(0, failed.played);
		let isRepeatable = await fails(shortest);
		if (!isRepeatable) {
			patienceMs = run.patienceMs;
			isRepeatable = await fails(shortest);
		}
		if (isRepeatable) {
			shortest = await shrink(shortest, fails, isOver);
			shortest = await this.#shrinkNodes(shortest, fails, isOver);
		}
		return [
			isRepeatable ? worst.failure : `${worst.failure} (once, not when played again)`,
			`after ${shortest.length} operations${run.isHasty ? ", slices cut short" : ""}:`,
			...shortest.map((operation) => `  ${JSON.stringify(operation)}`),
			"expected:",
			...around(worst.expected, worst.mirrored),
			"mirrored:",
			...around(worst.mirrored, worst.expected),
		].join("\n");
	}

	/** Leaves out nodes and attributes of what is inserted. */
	async #shrinkNodes(
		operations: readonly Operation[],
		fails: (operations: readonly Operation[]) => Promise<boolean>,
		isOver: () => boolean,
	): Promise<readonly Operation[]> {
		let shortest = structuredClone(operations) as Operation[];
		for (let isSmaller = true; isSmaller && !isOver(); ) {
			isSmaller = false;
			for (let cut = 0; !isOver(); cut++) {
				const smaller = structuredClone(shortest);
				if (!cutOne(smaller, cut)) break;
				if (!(await fails(smaller))) continue;
				shortest = smaller;
				isSmaller = true;
				cut--;
			}
		}
		return shortest;
	}

	async close(): Promise<void> {
		await this.#browser.close();
		this.#server.closeAllConnections();
		await new Promise((done) => this.#server.close(done));
	}
}

/** The capture keeps its own errors to itself; the lab wants to name them. */
const instrumented = (capture: string): string =>
	capture
		.replace("var AlongsideCapture", "globalThis.AlongsideCapture")
		.replaceAll(/catch \{(\s*this\.#recover)/g, "catch (error) { globalThis.caught?.(error);$1");

/** The lines of a tree, of a long one those where it differs. */
function around(lines: readonly string[], others: readonly string[]): string[] {
	const at = Math.max(
		lines.findIndex((line, i) => line !== comparable(others[i] ?? "", line)),
		0,
	);
	const from = lines.length > 50 ? Math.max(0, at - 30) : 0;
	return lines.slice(from, from + 50).map((line) => `  ${line}`);
}

/** Failures that count as the same: their words without numbers, texts and attributes. */
const kindOf = (failure: string): string =>
	failure
		.replace(/<([\w-]+)[^\n]*/g, "<$1>")
		.replace(/"[^\n]*/g, "text")
		.replace(/(: \d+ [A-Z]|; it stands).*/, "")
		.replace(/\d+/g, "");

/** Takes the n-th node or attribute out of what operations insert; false if there are no more. */
function cutOne(operations: Operation[], n: number): boolean {
	let left = n;
	const cutIn = (specs: Spec[]): boolean => {
		for (let i = 0; i < specs.length; i++) {
			if (left-- === 0) {
				specs.splice(i, 1);
				return true;
			}
			const spec = specs[i] as Spec;
			for (const name of Object.keys(spec.attributes ?? {})) {
				if (left-- > 0) continue;
				delete spec.attributes?.[name];
				return true;
			}
			if (spec.shadow && left-- === 0) {
				delete spec.shadow;
				return true;
			}
			if (cutIn(spec.children ?? []) || cutIn(spec.shadow?.children ?? [])) return true;
		}
		return false;
	};
	for (const operation of operations) {
		if (operation.do === "insert" && cutIn(operation.nodes)) return true;
		if (operation.do === "shadow" && cutIn(operation.children)) return true;
		if ((operation.do === "replace" || operation.do === "wrap") && cutIn(operation.node.children ?? [])) return true;
	}
	return false;
}
