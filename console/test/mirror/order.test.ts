import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { encodeFrame, encodePointer, encodeViewport, Flag, HEADER_BYTES, Kind } from "../../../wire/wire.ts";
import { useBench } from "./harness.ts";
import { Script } from "./script.ts";

const bench = useBench();
beforeEach(() => bench.open());

const bodyText = (document: Document) => document.body?.textContent;

test("the first snapshot is shown part by part, a later one when it is complete", async () => {
	const first = new Script(1);
	const body = first.page();
	first.words("p", "one");
	await bench.send([first.snapshot(Flag.first)]);
	assert.equal(await bench.look(bodyText), "one");
	first.at(body, 0);
	first.text("zero ");
	await bench.send([first.snapshot(Flag.last)]);
	assert.equal(await bench.look(bodyText), "zero one");

	const second = new Script(2);
	const next = second.page();
	second.words("p", "new");
	await bench.send([second.snapshot(Flag.first)]);
	assert.equal(await bench.look(bodyText), "zero one");
	second.at(next, 0);
	second.text("brand ");
	await bench.send([second.snapshot(Flag.last)]);
	assert.equal(await bench.look(bodyText), "brand new");
	assert.deepEqual(await bench.state((test) => test.mirror.seen), { epoch: 2, seq: 2 });
});

test("deflated frames keep their place among others", async () => {
	const script = new Script();
	script.page();
	const p = script.words("p", "a");
	const snapshot = script.snapshot();
	const frames = [
		encodeFrame(Kind.snapshot, deflateRawSync(snapshot.slice(HEADER_BYTES)), { epoch: 1, seq: 1, flags: 7 }),
	];
	for (const text of ["b", "c", "d"]) {
		script.on("data", p + 1, text);
		frames.push(script.diff());
	}
	await bench.send(frames);
	assert.equal(await bench.look(bodyText), "d");
});

test("a gap, another epoch or a malformed body changes nothing and asks for one keyframe", async () => {
	const script = new Script(1);
	script.page();
	const p = script.words("p", "good");
	await bench.send([script.snapshot()]);
	script.skip();
	script.on("data", p + 1, "bad");
	await bench.send([script.diff()]);
	script.on("data", p + 1, "worse");
	await bench.send([script.diff(), encodeFrame(Kind.diff, new Uint8Array([0]), { epoch: 7, seq: 1 })], 0);
	await bench.settle();
	assert.equal(await bench.look(bodyText), "good");
	assert.deepEqual(await bench.state((test) => test.lost), ["gap in the sequence"]);

	const next = new Script(2);
	next.page();
	const q = next.words("p", "again");
	await bench.send([next.snapshot()]);
	assert.equal(await bench.look(bodyText), "again");
	next.on("data", q + 1, "half");
	next.writer.byte(0x0e);
	await bench.send([next.diff()]);
	assert.equal(await bench.look(bodyText), "again");
	assert.deepEqual(await bench.state((test) => test.lost.length), 2);
});

test("every malformed body is refused whole", async () => {
	const bodies = [
		[],
		[5],
		[1, 0xff],
		[2, 0x04, 0x7f],
		[1, 0x04],
		[6, 0x10, 0xff, 0xff, 0xff, 0xff, 0x7f],
		[3, 0x02, 0, 0],
	];
	for (const [index, bytes] of bodies.entries()) {
		const script = new Script(index + 1);
		script.page();
		script.text("stands");
		await bench.send([script.snapshot(), script.raw(Kind.diff, new Uint8Array(bytes))], 2);
		assert.equal(await bench.state((test) => test.lost.at(-1)), "malformed body", `body ${bytes}`);
		assert.equal(await bench.look(bodyText), "stands");
		await bench.open();
	}
	assert.deepEqual(bench.errors, []);
});

test("20,000 nodes do not freeze the console", async () => {
	const script = new Script();
	script.page();
	const parts: Uint8Array[] = [];
	for (let i = 0; i < 5_000; i++) {
		script.element("div", { class: `row r${i % 7}`, "data-i": String(i) });
		script.words("span", `cell ${i}`, { class: "cell" });
		script.up();
		if (i % 1_250 === 0) parts.push(script.snapshot(i === 0 ? Flag.first : 0));
		script.at(4, 0);
	}
	parts.push(script.snapshot(Flag.last));
	await bench.page.evaluate(() => {
		const test = window as unknown as { longest: number };
		test.longest = 0;
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) test.longest = Math.max(test.longest, entry.duration);
		}).observe({ type: "longtask" });
	});
	const started = performance.now();
	await bench.send(parts);
	const whole = performance.now() - started;
	await bench.settle(200);
	assert.equal(await bench.look((document) => document.querySelectorAll("body > div > span").length), 5_000);
	const longest = await bench.page.evaluate(() => (window as unknown as { longest: number }).longest);
	// Promised are 50 ms; a machine that is busy stretches both.
	assert.ok(longest < Math.max(50, whole / 4), `a task of ${longest} ms in ${whole} ms`);
});

test("the frame takes the size of the visitor's viewport and its scroll", async () => {
	const script = new Script();
	script.page({ style: "margin:0" });
	script.leaf("div", { style: "height:3000px" });
	const viewport = { width: 500, height: 400, scrollX: 0, scrollY: 700, dpr: 2, zoom: 1, offsetX: 0, offsetY: 0 };
	await bench.send([script.snapshot(), encodeFrame(Kind.viewport, encodeViewport({ ...viewport, docHeight: 3000 }))]);
	await bench.settle();
	assert.deepEqual(
		await bench.look((document) => [document.defaultView?.innerWidth, document.defaultView?.innerHeight]),
		[500, 400],
	);
	assert.equal(await bench.look((document) => document.defaultView?.scrollY), 700);
});

test("a point becomes node and fraction and comes back, in shadow roots and frames too", async () => {
	const script = new Script();
	script.page({ style: "margin:0" });
	const box = script.leaf("div", { style: "width:200px;height:100px" });
	script.element("x-card", { style: "display:block" });
	script.shadow();
	const inner = script.leaf("div", { style: "height:50px" });
	script.up();
	script.up();
	script.element("iframe", { style: "border:5px solid;width:300px;height:200px;display:block" });
	script.content();
	script.element("html");
	script.element("body", { style: "margin:0" });
	const framed = script.leaf("div", { style: "height:100px" });
	await bench.send([script.snapshot()]);
	const located = await bench.page.evaluate(() => {
		const { mirror } = window as unknown as { mirror: import("../../src/mirror.ts").Mirror };
		const points = [
			[50, 25],
			[80, 125],
			[105, 205],
		] as const;
		return points.map(([x, y]) => {
			const pointer = mirror.locate(x, y);
			return { node: pointer.node, back: mirror.place(pointer) };
		});
	});
	assert.deepEqual(located, [
		{ node: box, back: { x: 50, y: 25 } },
		{ node: inner, back: { x: 80, y: 125 } },
		{ node: framed, back: { x: 105, y: 205 } },
	]);
	script.op("remove", box);
	const pointer = { node: box, fx: 0.5, fy: 0.5, x: 11, y: 12 };
	await bench.send([script.diff(), encodeFrame(Kind.pointer, encodePointer(pointer))]);
	await bench.settle(50);
	assert.deepEqual(
		await bench.state((test) =>
			test.pointers.map((seen) => [(seen as { px: number }).px, (seen as { py: number }).py]),
		),
		[[11, 12]],
	);
	assert.equal(await bench.state((test) => test.mirror.place({ node: 5, fx: 0, fy: 0, x: 0, y: 0 })), undefined);
});

test("after destroy nothing is left", async () => {
	const script = new Script();
	script.page();
	await bench.send([script.snapshot()]);
	await bench.page.evaluate(() => (window as unknown as { mirror: { destroy(): void } }).mirror.destroy());
	const left = await bench.page.evaluate(() => {
		const frame = document.getElementById("frame") as HTMLIFrameElement;
		return [frame.contentDocument?.body.childNodes.length, frame.style.pointerEvents];
	});
	assert.deepEqual(left, [0, ""]);
});
