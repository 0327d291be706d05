/**
 * The same plants and pages under the capture of others: how many canaries leave in each one's strictest masking, and
 * inside an element with its own mask marker. In a bare page, everything that a tool hands out or posts is looked through.
 */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { build } from "esbuild";
import { decodeFrame } from "../../wire/wire.ts";
import { root } from "../support/demo.ts";
import { chromium } from "../support/drivers.ts";
import { inflated } from "../support/frames.ts";
import { byHand } from "./run.ts";
import { makeScene, type Plant, pageOf, pathOf, type Scene, turns } from "./scene.ts";
import { Search } from "./search.ts";
import { startSite } from "./site.ts";

/** Canaries that left, of those that were planted; or why nobody can say. */
export type Row = { tool: string; strict: string; marked: string };

type Tool = {
	name: string;
	/** The marker that its documentation gives for masking an element. */
	marker: string;
	/** Starts it; `strict`: with all that its documentation offers to mask by, else all for fields. `hand` takes text or bytes. */
	script: (strict: boolean) => string;
};

const TOOLS: readonly Tool[] = [
	{
		name: "Alongside",
		marker: 'class="alongside-mask"',
		script: (strict) => `import { readPolicy, startCapture } from "./widget/dist/capture.js";
			startCapture({ policy: readPolicy({ mode: "${strict ? "strict" : "inputs"}" }), emit: hand });`,
	},
	{
		name: "rrweb 2.2.2",
		marker: 'class="rr-mask"',
		script: (strict) => `import { record } from "rrweb";
			const all = Object.fromEntries("color date datetime-local email month number range search tel text time url week textarea select password".split(" ").map((type) => [type, true]));
			record({ emit: (event) => hand(JSON.stringify(event)), maskAllInputs: true, maskInputOptions: all${strict ? ', maskTextSelector: "*", slimDOMOptions: "all"' : ""} });`,
	},
	{
		name: "clarity-js 0.8.70",
		marker: 'data-clarity-mask="true"',
		script: (strict) => `import { clarity } from "clarity-js";
			clarity.start({ projectId: "leaks", upload: hand, track: false${strict ? ', content: false, mask: ["html"], drop: ["u"]' : ""} });`,
	},
	{
		name: "@openreplay/tracker 19.0.1",
		marker: "data-openreplay-obscured",
		script: (strict) => `import Tracker from "@openreplay/tracker";
			const tracker = new Tracker({ projectKey: "leaks", ingestPoint: "INGEST", __DISABLE_SECURE_MODE: true, obscureTextEmails: true,
				obscureTextNumbers: true, obscureInputEmails: true, obscureInputNumbers: true, obscureInputDates: true, defaultInputMode: 2${strict ? ", privateMode: true" : ""} });
			void tracker.start();
			setInterval(() => tracker.forceFlushBatch(), 500);`,
	},
];

/** What a tool keeps for later has been sent once it sent nothing for this long, ms; some never fall silent. */
const QUIET_MS = 2500;
const QUIET_TRIES = 6;
/** How long one scene may take under one tool, and how often a browser that closed meanwhile is started anew. */
const LIMIT_MS = 120_000;
const STARTS = 2;
const HAND = `globalThis.handed = [];
globalThis.hand = (message) => handed.push(typeof message === "string" ? message : { base64: btoa(Array.from(message, (b) => String.fromCharCode(b)).join("")) });`;

/**
 * Plants that the tool can be asked about: nothing that hangs on our own markings or on the size of a picture, nor what is
 * dragged from a text that only a selector of our site masks.
 */
const fair = ({ place, expectation }: Plant) =>
	expectation === "never" && place.nature !== "marked" && place.kind !== "picture" && place.by !== "drop";

/** `only`: a part of a tool's name. */
export async function leakTable(only = ""): Promise<Row[]> {
	const ingest = await startIngest();
	const strict = makeScene("strict", "nothing");
	const marked = makeScene("inputs", "mask");
	const rows: Row[] = [];
	try {
		for (const tool of TOOLS.filter(({ name }) => name.includes(only)))
			rows.push({
				tool: tool.name,
				strict: await among(tool, strict, true, ingest),
				marked: await among(tool, marked, false, ingest),
			});
	} finally {
		await ingest.stop();
	}
	return rows;
}

/** One tool that cannot be run says so in its cell; the others are still worth their rows. */
async function among(tool: Tool, scene: Scene, strict: boolean, ingest: Ingest): Promise<string> {
	const failures: string[] = [];
	while (failures.length < STARTS) {
		try {
			const cell = `${await leavingUnder(tool, scene, strict, ingest)} of ${scene.plants.filter(fair).length}`;
			return failures.length ? `${cell}, after ${failures}` : cell;
		} catch (error) {
			failures.push(String(error).split("\n")[0] ?? "");
		}
	}
	return `not measured: ${failures.join("; then ")}`;
}

async function leavingUnder(tool: Tool, scene: Scene, strict: boolean, ingest: Ingest): Promise<number> {
	const built = await build({
		stdin: { contents: tool.script(strict).replace("INGEST", `${ingest.origin}/ingest`), resolveDir: root },
		bundle: true,
		minify: true,
		format: "iife",
		target: "es2022",
		write: false,
	});
	const program = built.outputFiles[0]?.text ?? "";
	const tag = `<script>${HAND}</script>`;
	const page = pageOf(scene, tag, scene.around === "nothing" ? "" : tool.marker);
	const site = await startSite({ [`/scene/${scene.name}`]: () => page });
	const driver = await chromium();
	const can = () => true;
	ingest.take();
	let isLate = false;
	const limit = setTimeout(() => {
		isLate = true;
		void driver.close();
	}, LIMIT_MS);
	const quiet = async () => {
		let before = -1;
		for (let tries = 0; tries < QUIET_TRIES; tries++) {
			const now = (await driver.run<number>("return handed.length")) + ingest.count();
			if (now === before) return;
			before = now;
			await sleep(QUIET_MS);
		}
	};
	try {
		await driver.open(site.origin + pathOf(scene));
		await driver.run(program);
		await quiet();
		await byHand(driver, scene.plants, 0);
		const [one, two] = turns(scene, can);
		await driver.run(one);
		await quiet();
		await byHand(driver, scene.plants, 1);
		await driver.run(two);
		await quiet();
		const handed = await driver.run<(string | { base64: string })[]>("return handed");
		const sent = [...handed.map(plain), ...ingest.take()];
		const all = Buffer.concat(sent);
		const [control = ""] = scene.controls;
		// In its strictest masking a tool may hide the control too; then that something came has to do.
		if (all.length < 10_000 || (!strict && !all.includes(control))) throw new Error(`${tool.name} sent no page`);
		const plants = scene.plants.filter(fair);
		return new Search(plants.map(({ canary }) => canary)).find(all).size;
	} catch (error) {
		throw isLate ? new Error(`took longer than ${LIMIT_MS / 1000} s`) : error;
	} finally {
		clearTimeout(limit);
		await driver.close();
		await site.stop();
	}
}

/** A message, inflated where it is one of our own frames. */
function plain(message: string | { base64: string }): Buffer {
	if (typeof message === "string") return Buffer.from(message);
	const bytes = Buffer.from(message.base64, "base64");
	const frame = decodeFrame(new Uint8Array(bytes));
	return frame ? Buffer.from(inflated(frame)) : bytes;
}

type Ingest = { origin: string; count(): number; take(): Buffer[]; stop(): Promise<void> };

/** What OpenReplay's tracker wants to hear before it begins. */
const INGEST_START = {
	token: "leaks",
	userUUID: "leaks",
	sessionID: "1",
	projectID: "1",
	delay: 0,
	beaconSizeLimit: 1_000_000,
	compressionThreshold: 24_000,
};

async function startIngest(): Promise<Ingest> {
	let taken: Buffer[] = [];
	const server = createServer(async (request, response) => {
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part as Buffer);
		const body = Buffer.concat(parts);
		taken.push(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
		response.writeHead(200, {
			"Content-Type": "application/json",
			"Access-Control-Allow-Origin": "*",
			"Access-Control-Allow-Headers": "*",
		});
		response.end(JSON.stringify({ ...INGEST_START, startTimestamp: Date.now() }));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		origin: `http://127.0.0.1:${address.port}`,
		count: () => taken.length,
		take() {
			const all = taken;
			taken = [];
			return all;
		},
		stop: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}
