/** What a hostile visitor could send to keep the agent's browser busy: each costs a bounded time or is not shown. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { useBench } from "./harness.ts";
import { Script, SVG } from "./script.ts";

const bench = useBench();
beforeEach(() => bench.open());

/** The longest that any of these may take until it is laid out and the mirror follows on, on a machine as busy as may be. */
const BOUND_MS = 20_000;

/** Sends frames, then one more, and has everything laid out. */
async function survives(script: Script, before: readonly Uint8Array[] = []): Promise<void> {
	const began = performance.now();
	await bench.send([...before, script.snapshot()]);
	script.title("after it");
	await bench.send([script.diff()]);
	await bench.look((document) => document.documentElement.getBoundingClientRect().height);
	await bench.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
	const tookMS = performance.now() - began;
	assert.ok(tookMS < BOUND_MS, `took ${tookMS.toFixed(0)} ms`);
	assert.deepEqual(await bench.state(({ lost, titles }) => [lost, titles]), [[], ["after it"]]);
}

/** How many references of `use` elements are written. */
const shownUses = (document: Document) => document.querySelectorAll("use[href]").length;

/** Groups of which each shows the next twice; returns the ID of the last, which shows nothing. */
function doubling(script: Script, levels: number): number {
	script.element("svg", {}, SVG);
	for (let level = 0; level < levels; level++) {
		script.element("g", { id: `l${level}` }, SVG);
		for (const _ of [1, 2]) script.leaf("use", { href: `#l${level + 1}` }, SVG);
		script.up();
	}
	const last = script.element("g", {}, SVG);
	script.leaf("rect", { width: "9", height: "9" }, SVG);
	script.up();
	script.up();
	return last;
}

test("use elements that double what they show 40 times show nothing beyond a bound", async () => {
	const script = new Script();
	script.page();
	const last = doubling(script, 40);
	await survives(script);
	// Level 39 refers to nothing yet: without it no chain is whole, and with it all are counted.
	assert.ok((await bench.look(shownUses)) < 40);
	script.on("attr", last, "id", "l40");
	await bench.send([script.diff()]);
	const shown = await bench.look(shownUses);
	assert.ok(shown > 10 && shown < 40, `${shown} are shown`);
});

test("a bomb that is put together by moves and by IDs is defused in the same body", async () => {
	const script = new Script();
	const body = script.page();
	script.element("svg", {}, SVG);
	const groups: number[] = [];
	const uses: number[] = [];
	for (let level = 0; level < 40; level++) {
		groups.push(script.leaf("g", { id: `l${level}` }, SVG));
		for (const _ of [1, 2]) uses.push(script.leaf("use", { href: `#l${level + 1}` }, SVG));
	}
	await bench.send([script.snapshot()]);
	assert.equal(await bench.look(shownUses), 78);
	for (const [i, use] of uses.entries()) script.op("move", use, groups[i >> 1] ?? 0, 0);
	script.at(body);
	// Enough that the browser lays out in between.
	for (let i = 0; i < 4_000; i++) script.words("p", "filler");
	const began = performance.now();
	await bench.send([script.diff()]);
	await bench.look((document) => document.documentElement.getBoundingClientRect().height);
	assert.ok(performance.now() - began < BOUND_MS);
	assert.ok((await bench.look(shownUses)) < 40);
});

test("many uses of one large part are shown up to a bound, and usual icons always", async () => {
	const script = new Script();
	script.page();
	script.element("svg", {}, SVG);
	script.element("symbol", { id: "large" }, SVG);
	for (let i = 0; i < 4_000; i++) script.leaf("rect", {}, SVG);
	script.up();
	script.element("symbol", { id: "icon" }, SVG);
	script.leaf("path", { d: "M0 0h9v9z" }, SVG);
	script.up();
	for (let i = 0; i < 300; i++) script.leaf("use", { href: "#icon" }, SVG);
	for (let i = 0; i < 300; i++) script.leaf("use", { href: "#large" }, SVG);
	await survives(script);
	assert.deepEqual(
		await bench.look((document) =>
			["#icon", "#large"].map((href) => document.querySelectorAll(`use[href="${href}"]`).length),
		),
		[300, 12],
	);
});

const BOMBS: Record<string, (script: Script) => Uint8Array[] | undefined> = {
	"elements 20,000 deep": (script) => {
		for (let i = 0; i < 20_000; i++) script.element("div", { style: "display:flex" });
		script.text("deep");
		return undefined;
	},
	"tables 5,000 deep": (script) => {
		for (let i = 0; i < 5_000; i++) script.element(i % 2 ? "td" : "table");
		return undefined;
	},
};

for (const [name, bomb] of Object.entries(BOMBS)) {
	test(`${name}: the console goes on`, async () => {
		const script = new Script();
		script.page();
		const frames = bomb(script);
		await survives(script, frames);
		assert.equal(await bench.state((test) => "attacked" in test), false);
	});
}
