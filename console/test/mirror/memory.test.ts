/** A console stays open all day: what an epoch or a frame of the page took must be given back when it is gone. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { CDPSession } from "playwright-core";
import { useBench } from "./harness.ts";
import { picture, Script, SVG, style } from "./script.ts";

const MEBIBYTE = 1 << 20;

const bench = useBench();
let session: CDPSession | undefined;
beforeEach(async () => {
	await bench.open();
	session ??= await watch();
});

/** Counts the object URLs of the console's page, and lets its memory be measured. */
async function watch(): Promise<CDPSession> {
	const session = await bench.page.context().newCDPSession(bench.page);
	await session.send("Performance.enable");
	await bench.page.evaluate(() => {
		const { createObjectURL, revokeObjectURL } = URL;
		const urls = new Set<string>();
		Object.assign(window, { urls });
		URL.createObjectURL = (blob) => {
			const url = createObjectURL(blob);
			urls.add(url);
			return url;
		};
		URL.revokeObjectURL = (url) => {
			urls.delete(url);
			revokeObjectURL(url);
		};
	});
	return session;
}

type Used = { documents: number; nodes: number; jsEventListeners: number; heap: number; urls: number };

/** What is held after everything that can be collected was. */
async function used(): Promise<Used> {
	assert.ok(session);
	await bench.settle(150);
	for (let i = 0; i < 3; i++) await session.send("HeapProfiler.collectGarbage");
	const counters = await session.send("Memory.getDOMCounters");
	const { metrics } = await session.send("Performance.getMetrics");
	const heap = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
	const urls = await bench.page.evaluate(() => (window as unknown as { urls: Set<string> }).urls.size);
	return { ...counters, heap, urls };
}

/** Fails if more is held than before, but for what the browser itself may keep of the last few. */
function assertFlat(now: Used, then: Used): void {
	assert.ok(now.documents <= then.documents + 4, `${then.documents} documents, then ${now.documents}`);
	assert.ok(now.nodes <= then.nodes * 1.2 + 200, `${then.nodes} nodes, then ${now.nodes}`);
	assert.ok(
		now.jsEventListeners <= then.jsEventListeners + 100,
		`${then.jsEventListeners} listeners, then ${now.jsEventListeners}`,
	);
	assert.ok(now.heap <= then.heap + MEBIBYTE, `${then.heap} bytes, then ${now.heap}`);
	assert.equal(now.urls, then.urls);
}

/** Pictures, sheets and drawings that every epoch shows anew, as a room sends them: once. */
const image = picture(20, 10);
const sheet = style("p:hover { color: red } x-a { display: block }");

/** A page with one of everything that the mirror keeps something for. */
function keyframe(epoch: number): Uint8Array<ArrayBuffer>[] {
	const script = new Script(epoch);
	script.page();
	const own = picture(epoch, 5);
	const [ref, ownRef] = [image, own].map(({ key }) => key.replace(/^./, "b")) as [string, string];
	const owner = script.leaf("style");
	script.sheet(1, owner, sheet.key);
	script.sheet(2, 0, sheet.key);
	script.leaf("img", { src: `asset:${ref}` });
	script.leaf("img", { src: `asset:${ownRef}` });
	script.element("svg", {}, SVG);
	script.leaf("use", { href: `asset:${ref}#x` }, SVG);
	script.up();
	const canvas = script.leaf("canvas");
	script.picture(canvas, own.key);
	script.element("x-a");
	const root = script.shadow();
	script.op("adopt", root, 1, 2);
	script.up();
	script.up();
	const p = script.words("p", "words ".repeat(2_000), { style: `background:url(asset:${ownRef})` });
	script.highlight("mark", [p + 1, 0, p + 1, 5]);
	script.animate(1, p, "0% { opacity: 0 }", { iterations: Number.POSITIVE_INFINITY });
	script.playback(1, 1, 0);
	for (const id of [p, canvas]) script.op("focus", id, 1);
	script.op("hover", p);
	for (let i = 0; i < 3; i++) {
		script.element("iframe");
		script.content();
		script.element("html");
		script.words("body", "framed");
		script.up();
		script.up();
		script.up();
	}
	script.resource(ref, image.key);
	script.resource(ownRef, own.key);
	return [own.frame, script.snapshot()];
}

test("fifty keyframes leave behind what one does", async () => {
	await bench.send([sheet.frame, image.frame]);
	for (let epoch = 1; epoch <= 5; epoch++) await bench.send(keyframe(epoch));
	const before = await used();
	for (let epoch = 6; epoch <= 50; epoch++) await bench.send(keyframe(epoch));
	assertFlat(await used(), before);
	await bench.state((test) => test.mirror.destroy());
	assert.equal((await used()).urls, 0);
	assert.deepEqual(bench.errors, []);
});

test("frames that come and go within an epoch leave nothing", async () => {
	const script = new Script();
	const body = script.page();
	let ids = body;
	const mount = (): void => {
		for (let i = 0; i < 10; i++) {
			script.at(body, 0);
			const frame = script.element("iframe");
			const framed = script.content();
			script.op("adopt", framed, 1, 1);
			script.element("html");
			const inner = script.words("body", "framed");
			ids = inner + 1;
			script.op("hover", inner);
			script.highlight("mark", [inner + 1, 0, inner + 1, 3]);
			script.animate(1, inner, "0% { opacity: 0 }", { iterations: Number.POSITIVE_INFINITY });
			script.playback(1, 1, 0);
			script.op("focus", inner, 1);
			script.op("selection", inner + 1, 0, inner + 1, 2);
			script.op("remove", frame);
		}
	};
	script.sheet(1, 0, sheet.key);
	await bench.send([sheet.frame, script.snapshot()]);
	for (let i = 0; i < 5; i++) {
		mount();
		await bench.send([script.diff()]);
	}
	const before = await used();
	for (let i = 0; i < 60; i++) {
		mount();
		await bench.send([script.diff()]);
	}
	assert.ok(ids > 2_000);
	assertFlat(await used(), before);
	assert.deepEqual(bench.errors, []);
});
