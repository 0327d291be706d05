import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { useBench } from "./harness.ts";
import { Script, style } from "./script.ts";

const bench = useBench();
beforeEach(() => bench.open());

/** What is highlighted in the document and its first frame: name, priority and the texts. */
const marked = (document: Document) => {
	const documents = [document, document.querySelector("iframe")?.contentDocument];
	return documents.map((inner) => {
		const { highlights } = (inner?.defaultView as (Window & typeof globalThis) | undefined)?.CSS ?? {};
		return [...(highlights ?? [])].map(([name, highlight]) => {
			const texts = [...highlight].map((range) => {
				const live = (range.startContainer.ownerDocument as Document).createRange();
				live.setStart(range.startContainer, range.startOffset);
				live.setEnd(range.endContainer, range.endOffset);
				return live.toString();
			});
			return [name, highlight.priority, texts];
		});
	});
};

test("custom highlights are shown where they are, change and go", async () => {
	const sheet = style("::highlight(hit) { background-color: rgb(1,2,3) } p::highlight(other):hover { color: red }");
	const script = new Script();
	script.page();
	const owner = script.leaf("style");
	script.sheet(1, owner, sheet.key);
	const p = script.words("p", "some words here");
	script.element("iframe");
	script.content();
	script.element("html");
	const framed = script.words("body", "framed words");
	script.highlight("hit", [p + 1, 5, p + 1, 10, framed + 1, 0, framed + 1, 6, p + 1, 0, framed + 1, 2], 3);
	await bench.send([sheet.frame, script.snapshot()]);
	assert.deepEqual(await bench.look(marked), [[["hit", 3, ["words"]]], [["hit", 3, ["framed"]]]]);
	assert.equal(
		await bench.look(
			(document) => getComputedStyle(document.querySelector("p") as Element, "::highlight(hit)").backgroundColor,
		),
		"rgb(1, 2, 3)",
	);
	script.highlight("hit", [p + 1, 0, p, 1]);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(marked), [[["hit", 0, ["some words here"]]], []]);
	script.highlight("hit", []);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(marked), [[], []]);
});

test("highlights of dead nodes, beyond their ends, backwards, and by the mirror's own name do no harm", async () => {
	const script = new Script();
	script.page();
	const p = script.words("p", "text");
	const gone = script.words("p", "gone");
	script.op("remove", gone);
	const far = 2 ** 32 - 1;
	script.highlight("a", [p + 1, far, p + 1, far, far, 0, p, 0, gone, 0, gone, 0, gone + 1, 0, p, 0, 1, 0, 1, far, 2]);
	script.highlight("b", [p + 1, 4, p + 1, 0, p + 1, 0]);
	script.highlight("", [p + 1, 0, p + 1, 1]);
	script.highlight("alongside-x", [p + 1, 0, p + 1, 1]);
	script.highlight("c\n{}*/", [p + 1, 0, p + 1, 1]);
	for (let i = 0; i < 2_000; i++) script.highlight(`n${i}`, [p + 1, 0, p + 1, 1]);
	script.highlight("many", Array.from({ length: 40_000 }, () => [p + 1, 0, p + 1, 1]).flat());
	await bench.send([script.snapshot()]);
	const names = await bench.look((document) => {
		const view = document.defaultView as Window & typeof globalThis;
		return [view.CSS.highlights.size, view.CSS.highlights.has("alongside-x"), view.CSS.highlights.get("b")?.size];
	});
	assert.ok((names[0] as number) < 300);
	assert.deepEqual(names.slice(1), [false, 1]);
	script.on("data", p + 1, "x");
	await bench.send([script.diff()]);
	assert.deepEqual(bench.errors, []);
	assert.deepEqual(await bench.state((test) => test.lost), []);
});

test("slots of a root with manual slots hold what was assigned to them", async () => {
	const script = new Script();
	script.page();
	const host = script.element("x-tabs");
	script.shadow(2);
	const slot = script.element("slot");
	script.up();
	const other = script.element("slot");
	script.up();
	script.up();
	const first = script.words("b", "one");
	const second = script.words("i", "two");
	const text = script.text("three");
	script.up();
	script.op("assign", slot, 2, second, text);
	script.op("assign", other, 3, first, 9_999, second);
	script.op("assign", host, 1, first);
	script.op("assign", 9_999, 1, first);
	await bench.send([script.snapshot()]);
	const slots = (document: Document) =>
		[...(document.querySelector("x-tabs")?.shadowRoot?.querySelectorAll("slot") ?? [])].map((it) =>
			it.assignedNodes().map((node) => node.textContent),
		);
	assert.deepEqual(await bench.look(slots), [["three"], ["one", "two"]]);
	script.op("assign", slot, 0);
	script.op("moves", host, 0, 1, second);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(slots), [[], ["one", "two"]]);
	script.op("assign", slot, 60_000, ...Array.from({ length: 60_000 }, () => first));
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(slots), [["one"], ["two"]]);
	assert.deepEqual(bench.errors, []);
});

test("custom states count inside other selectors", async () => {
	const sheet = style(`
		x-a:is(:state(on), .x) { color: rgb(1,1,1) } x-b:not(:state( on )) { color: rgb(2,2,2) }
		:host(:state(on)) b { color: rgb(3,3,3) } x-c:has(x-d:state(on)) { color: rgb(4,4,4) } x-d { &:state(on) { color: rgb(5,5,5) } }`);
	const script = new Script();
	script.page();
	const a = script.leaf("x-a");
	script.leaf("x-b");
	const host = script.element("x-h");
	const root = script.shadow();
	script.words("b", "b");
	script.up();
	script.up();
	script.element("x-c");
	const d = script.leaf("x-d");
	script.up();
	script.sheet(1, 0, sheet.key);
	script.op("adopt", 1, 1, 1);
	script.op("adopt", root, 1, 1);
	for (const id of [a, host, d]) script.states(id, ["on"]);
	await bench.send([sheet.frame, script.snapshot()]);
	const colours = (document: Document) => {
		const shadow = document.querySelector("x-h")?.shadowRoot?.querySelector("b");
		const elements = ["x-a", "x-b", "x-c", "x-d"].map((name) => document.querySelector(name));
		return [shadow, ...elements].map((element) => getComputedStyle(element as Element).color.replace(/\D/g, ""));
	};
	assert.deepEqual(await bench.look(colours), ["333", "111", "222", "444", "555"]);
	for (const id of [a, host, d]) script.states(id, []);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(colours), ["000", "000", "222", "000", "000"]);
});
