/**
 * Whether a page that is captured for days keeps to the memory it has: 10,000 frames mounted and unmounted and 1,000,000
 * changes, with the capture as it is shipped and, in the same run, without any. `SCALE=0.01` plays that much of it;
 * `ONLY=` scenes of that name. Fails if more is held at the end than after the first tenth, beyond what is stated below.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium } from "playwright-core";
import { CHROMIUM_FLAGS } from "../support/chromium.ts";
import { root } from "../support/demo.ts";
import { capture, type Held, overgrown, Stage } from "./held.ts";
import { changes, frames, PAGE, type Scene } from "./scenes.ts";

const { SCALE = "1", ONLY = "" } = process.env;
const FRAMES = 10_000 * Number(SCALE);
const CHANGES = 1_000_000 * Number(SCALE);
/** Samples after the first tenth, and after each further fifth. */
const SAMPLES = [0.1, 0.2, 0.4, 0.6, 0.8, 1];

type Row = { name: string; captured: Held[]; bare: Held[] };

async function open(browser: Browser, origin: string): Promise<Stage> {
	const page = await browser.newPage();
	// What the compiler of this script puts into functions that are sent to the page.
	await page.addInitScript("globalThis.__name = (f) => f");
	await page.goto(origin);
	return Stage.on(page);
}

/** How much one step of each of the scenes makes, together. */
async function perRound(browser: Browser, origin: string, scenes: Readonly<Record<string, Scene>>): Promise<number> {
	const stage = await open(browser, origin);
	let sum = 0;
	for (const scene of Object.values(scenes)) sum += await stage.play(scene, 1);
	await stage.page.close();
	return sum;
}

async function play(browser: Browser, origin: string, scene: Scene, steps: number, isCaptured: boolean) {
	const stage = await open(browser, origin);
	if (isCaptured) await stage.page.evaluate(capture);
	const samples: Held[] = [];
	let played = 0;
	let done = 0;
	for (const share of SAMPLES) {
		done += await stage.play(scene, share * steps - played);
		played = share * steps;
		samples.push(await stage.held());
	}
	const errors = isCaptured ? Number(await stage.page.evaluate("capture.debug().errors")) : 0;
	if (errors) throw new Error(`the capture caught ${errors} errors of its own`);
	await stage.page.close();
	return { samples, done };
}

const megabytes = (held: readonly Held[]): string => held.map(({ bytes }) => (bytes / 1e6).toFixed(2)).join("  ");
const counts = (held?: Held): string => `${held?.documents}/${held?.nodes}/${held?.listeners}`;

async function main(): Promise<void> {
	const server = createServer((request, response) => {
		if (request.url === "/") response.setHeader("Content-Type", "text/html; charset=utf-8").end(PAGE);
		else if (request.url === "/capture.js")
			response.setHeader("Content-Type", "text/javascript").end(readFileSync(`${root}/widget/dist/capture.js`));
		else response.writeHead(404).end();
	});
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_FLAGS });
	const wanted = (scenes: Readonly<Record<string, Scene>>) =>
		Object.entries(scenes).filter(([name]) => name.includes(ONLY));
	const rows: Row[] = [];
	try {
		for (const [unit, scenes, total] of [
			["frames", frames, FRAMES],
			["changes", changes, CHANGES],
		] as const) {
			const steps = total / (await perRound(browser, origin, scenes));
			let sum = 0;
			for (const [name, scene] of wanted(scenes)) {
				const { samples: captured, done } = await play(browser, origin, scene, steps, true);
				const { samples: bare } = await play(browser, origin, scene, steps, false);
				rows.push({ name, captured, bare });
				sum += done;
				console.log(`${name}, ${done} ${unit}`);
				console.log(`  captured  ${megabytes(captured)} MB, ${counts(captured[0])} → ${counts(captured.at(-1))}`);
				console.log(`  bare      ${megabytes(bare)} MB, ${counts(bare[0])} → ${counts(bare.at(-1))}`);
			}
			console.log(`${sum} ${unit} in all`);
		}
	} finally {
		await browser.close();
		server.close();
	}
	const failed = rows.flatMap(({ name, captured, bare }) =>
		overgrown(captured, bare).map((what) => `${name}: ${what}`),
	);
	for (const line of failed) console.error(line);
	console.log(
		failed.length ? "NOT FLAT" : `flat: megabytes after ${SAMPLES.join(", ")} of it; documents/nodes/listeners`,
	);
	process.exitCode = failed.length ? 1 : 0;
}

void main();
