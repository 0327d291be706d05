/** What a hostile visitor could send to keep the agent's browser busy: each costs a bounded time or is not shown. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MAX_ANIMATIONS } from "../../src/mirror/animations.ts";
import { MAX_ATTRIBUTES, MAX_VALUE } from "../../src/mirror/dressing.ts";
import { MAX_RANGES } from "../../src/mirror/highlights.ts";
import { MAX_BLOCKS, MAX_OPEN } from "../../src/mirror/styletext.ts";
import { useBench } from "./harness.ts";
import { Script, SVG, style } from "./script.ts";

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

test("300,000 ranges of highlights: as many are shown as the bound allows, and others once these are gone", async () => {
	const script = new Script();
	script.page();
	script.element("p");
	const text = script.text("x".repeat(400));
	const each = 5_000;
	const ranges = Array.from({ length: each }, (_, i) => [text, i % 300, text, (i % 300) + 5]).flat();
	for (let i = 0; i < 60; i++) script.highlight(`h${i}`, ranges);
	const count = () =>
		bench.look((document) =>
			[...(document.defaultView as Window & typeof globalThis).CSS.highlights.values()].reduce(
				(all, highlight) => all + highlight.size,
				0,
			),
		);
	await survives(script);
	assert.equal(await count(), MAX_RANGES);
	script.highlight("h0", []);
	script.highlight("later", ranges.slice(0, 40));
	await bench.send([script.diff()]);
	assert.equal(await count(), MAX_RANGES - each + 10);
});

test("20,000 animations: as many run as the bound allows", async () => {
	const script = new Script();
	script.page();
	for (let i = 1; i <= 20_000; i++) {
		script.animate(i, script.leaf("div"), "from{left:0}to{left:9px}", { iterations: Number.POSITIVE_INFINITY });
		script.playback(i, 1, 0);
	}
	await survives(script);
	assert.equal(await bench.look((document) => document.getAnimations().length), MAX_ANIMATIONS);
});

test("keyframes that are longer than any are not shown", async () => {
	const script = new Script();
	script.page();
	const element = script.leaf("div");
	script.animate(1, element, `from{left:0${";left:1px".repeat(40_000)}}`);
	script.playback(1, 1, 0);
	await survives(script);
	assert.equal(await bench.look((document) => document.getAnimations().length), 0);
});

test("attributes of 4 million characters are dropped, those the capture sends are not", async () => {
	const script = new Script();
	script.page();
	const huge = 4_000_000;
	script.leaf("p", { class: "a ".repeat(huge / 2), style: `color:red;${"--a:b;".repeat(huge / 60)}`, title: "here" });
	script.leaf("p", { title: "x".repeat(MAX_VALUE) });
	script.leaf(`x-${"a".repeat(huge / 10)}`);
	await survives(script);
	const lengths = await bench.look((document) =>
		[...document.body.children].map((element) => [...element.attributes].map(({ value }) => value.length)),
	);
	assert.deepEqual(lengths, [[4], [MAX_VALUE], []]);
});

test("20,000 attributes of one element: as many are written as the bound allows", async () => {
	const script = new Script();
	script.page();
	script.leaf("p", Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`data-${i}`, ""])));
	await survives(script);
	assert.equal(await bench.look((document) => document.querySelector("p")?.attributes.length), MAX_ATTRIBUTES);
});

/** A page of 20 towers of 200 elements each, with one sheet, and then as little as may be. */
async function styled(text: string): Promise<void> {
	const script = new Script();
	script.page();
	for (let tower = 0; tower < 20; tower++) {
		for (let i = 0; i < 200; i++) script.element("div", { class: "a b" });
		for (let i = 0; i < 200; i++) script.up();
	}
	const { key, frame } = style(`${text} div{top:7px}`);
	script.sheet(1, 0, key);
	script.op("adopt", 1, 1, 1);
	await survives(script, [frame]);
	// What stands behind it in the sheet is not lost with it.
	const top = await bench.look((document) => {
		const element = document.querySelector("div") as HTMLElement;
		return document.defaultView?.getComputedStyle(element).top;
	});
	assert.equal(top, "7px");
}

const nested = (open: string, levels: number, close: string, inside = ""): string =>
	open.repeat(levels) + inside + close.repeat(levels);

/** Each kept some browser busy for more than a minute, or ended its page. */
const SHEETS: Readonly<Record<string, string>> = {
	"rules nested 1,000 deep": nested("div{", 1_000, "}", "left:1px"),
	"rules nested 20,000 deep": nested("div{", 20_000, "}", "left:1px"),
	"blocks of @media 20,000 deep": nested("@media all{", 20_000, "}", "a{left:1px}"),
	"nested rules that ask for the one around twice": nested("& &{", 7, "}").replace("&", "html > html *"),
	"nested rules that search in each other": `html > html *{${nested("& *{", 3, "}", "left:1px")}}`,
	"lists of selectors in each other": nested(".a,.b,.c,.d,.e,.f,.g,.h{", 7, "}", "x{left:1px}"),
	"a tower of :is 20,000 high": `${nested(":is(div ", 20_000, ")", "x")}{left:1px}`,
	"a tower of :not in which each searches": `${nested(":not(:is(x *, x .a) ", 4, ")", "*")}{left:1px}`,
	":is in :is that search in each other": ":is(:is(:is(x *,x .a) *,x .a) *,x .a) *{left:1px}",
	"a thousand :has that search": Array.from({ length: 1_000 }, (_, i) => `*:has(* .x${i} > * y){left:1px}`).join(""),
	"functions 20,000 deep": `div{width:${nested("calc(1px + ", 20_000, ")", "1px")}}`,
};

for (const [name, text] of Object.entries(SHEETS)) test(`${name}: the console goes on`, () => styled(text));

test("rules that are put into each other one by one are bounded as those that come at once", async () => {
	const script = new Script();
	script.page();
	for (let i = 0; i < 200; i++) script.element("div", { class: "a b" });
	const { key, frame } = style("html > html *{}");
	script.sheet(1, 0, key);
	script.op("adopt", 1, 1, 1);
	for (let depth = 1; depth < 2_000; depth++)
		script.rule(1, new Array<number>(depth + 1).fill(0), "& *,& .a{left:1px}");
	await survives(script, [frame]);
});

test("what pages really nest is shown", async () => {
	const script = new Script();
	script.page();
	script.element("article", { class: "card" });
	script.element("header", { class: "head" });
	script.leaf("b", { class: "icon" });
	script.up();
	script.leaf("i", { class: "not-prose" });
	const sheet = style(`@layer base{@media all{@supports (top:0){
		.card, .panel{ & .head{ .icon{ top:1px; &:not(.off):is(.icon, .mark){ @media all{ left:2px } } } } } } }
		.card :where(i):not(:where(.prose, .prose *)){ top:3px }
		.card:has(> header .icon){ top:4px } }
		.card{width:${nested("calc(1px + ", MAX_OPEN - 1, ")", "1px")}}
		${nested("@media all{", MAX_BLOCKS - 1, "}", ".card{left:5px}")}`);
	script.sheet(1, 0, sheet.key);
	script.op("adopt", 1, 1, 1);
	await bench.send([sheet.frame, script.snapshot()]);
	const shown = await bench.look((document) =>
		["b", "i", "article"].map((tag) => {
			const { top, left, width } = (document.defaultView as Window).getComputedStyle(
				document.querySelector(tag) as HTMLElement,
			);
			return [top, left, width === "auto" ? "" : width];
		}),
	);
	assert.deepEqual(shown.slice(0, 2), [
		["1px", "2px", ""],
		["3px", "auto", ""],
	]);
	assert.deepEqual(shown[2], ["4px", "5px", "32px"]);
});
