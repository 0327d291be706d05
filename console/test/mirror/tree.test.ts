import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ElementFlag } from "../../../wire/dom.ts";
import { useBench } from "./harness.ts";
import { Script, SVG } from "./script.ts";

const bench = useBench();
beforeEach(() => bench.open());

test("a snapshot becomes a document: elements, text, attributes, namespaces, mode and title", async () => {
	const script = new Script();
	script.page({ class: "plain" });
	script.words("p", "Hello", { id: "greeting", "data-x": "1", title: "a title" });
	script.element("svg", { viewBox: "0 0 10 10", width: "20" }, SVG);
	script.leaf("circle", { r: "4", fill: "red" }, SVG);
	script.up();
	script.leaf("x-widget", { variant: "primary" });
	script.title("The page");
	await bench.send([script.snapshot()]);
	assert.deepEqual(
		await bench.look((document) => ({
			mode: document.compatMode,
			html: document.body.outerHTML,
			circle: document.querySelector("circle")?.namespaceURI,
		})),
		{
			mode: "CSS1Compat",
			html: '<body class="plain"><p id="greeting" data-x="1" title="a title">Hello</p><svg viewBox="0 0 10 10" width="20"><circle r="4" fill="red"></circle></svg><x-widget variant="primary"></x-widget></body>',
			circle: "http://www.w3.org/2000/svg",
		},
	);
	assert.deepEqual(await bench.state((test) => test.titles), ["The page"]);
	assert.deepEqual(await bench.state((test) => test.mirror.seen), { epoch: 1, seq: 1 });
	assert.deepEqual(bench.errors, []);
});

test("quirks mode is kept, in frames too", async () => {
	const script = new Script();
	script.page({}, 1);
	script.element("iframe");
	script.content(0);
	script.element("html");
	script.leaf("body");
	await bench.send([script.snapshot()]);
	assert.deepEqual(
		await bench.look((document) => [
			document.compatMode,
			document.querySelector("iframe")?.contentDocument?.compatMode,
		]),
		["BackCompat", "CSS1Compat"],
	);
});

test("diffs insert, remove, move, and change text and attributes by number", async () => {
	const script = new Script();
	const body = script.page();
	const first = script.words("p", "one", { id: "a" });
	const second = script.words("p", "two", { id: "b" });
	const third = script.words("p", "three", { id: "c" });
	await bench.send([script.snapshot()]);
	script.at(body, first);
	const inserted = script.words("i", "between");
	script.op("remove", second);
	script.op("move", third, body, 0);
	script.on("data", first + 1, "ONE");
	script.on("attr", first, "class", "changed");
	script.on("unattr", first, "id");
	await bench.send([script.diff()]);
	assert.equal(
		await bench.look((document) => document.body.innerHTML),
		'<p id="c">three</p><p class="changed">ONE</p><i>between</i>',
	);
	script.at(inserted, 0);
	script.text("later ");
	script.on("data", second + 1, "dead");
	script.at(second, 0);
	script.text("into the dead");
	await bench.send([script.diff()]);
	assert.equal(
		await bench.look((document) => document.body.innerHTML),
		'<p id="c">three</p><p class="changed">ONE</p><i>later between</i>',
	);
	// What went into the dead was numbered all the same.
	script.at(body, 0);
	const last = script.words("b", "last");
	script.on("data", last + 1, "still counted");
	await bench.send([script.diff()]);
	assert.equal(await bench.look((document) => document.querySelector("b")?.textContent), "still counted");
});

test("shadow roots, closed ones too, and frames hold what is sent for them", async () => {
	const script = new Script();
	script.page();
	script.element("x-card");
	const root = script.shadow(1);
	script.words("b", "inside");
	script.leaf("slot");
	script.up();
	script.words("i", "slotted");
	script.up();
	script.element("iframe", { width: "200" });
	script.content();
	script.element("html");
	script.words("body", "framed");
	await bench.send([script.snapshot()]);
	script.at(root, 0);
	script.words("u", "added");
	await bench.send([script.diff()]);
	assert.deepEqual(
		await bench.look((document) => ({
			shadow: document.querySelector("x-card")?.shadowRoot?.innerHTML,
			slotted: document.querySelector("i")?.assignedSlot?.localName,
			framed: document.querySelector("iframe")?.contentDocument?.body.textContent,
		})),
		{ shadow: "<u>added</u><b>inside</b><slot></slot>", slotted: "slot", framed: "framed" },
	);
});

test("a frame keeps its document when it is moved", async () => {
	const script = new Script();
	const body = script.page();
	script.words("p", "before");
	const section = script.element("section");
	script.element("iframe");
	script.content();
	script.element("html");
	script.words("body", "framed");
	await bench.send([script.snapshot()]);
	script.op("move", section, body, 0);
	await bench.send([script.diff()]);
	assert.deepEqual(
		await bench.look((document) => [
			document.body.firstElementChild?.localName,
			document.querySelector("iframe")?.contentDocument?.body.textContent,
		]),
		["section", "framed"],
	);
	assert.deepEqual(await bench.state((test) => test.lost), []);
});

test("a box lays out as the element it hides, and says so", async () => {
	const script = new Script();
	script.page();
	script.box({ display: "inline-block", width: "120px", height: "40px", "background-image": "url(/live)" });
	await bench.send([script.snapshot()]);
	assert.deepEqual(
		await bench.look((document) => {
			const box = document.body.firstElementChild as HTMLElement;
			const { width, height } = box.getBoundingClientRect();
			const { backgroundImage } = getComputedStyle(box);
			return [width, height, box.getAttribute("style"), backgroundImage.includes("gradient")];
		}),
		[120, 40, "display:inline-block;width:120px;height:40px", true],
	);
});

test("what may not be there is hidden, and its children with it, but counted", async () => {
	const script = new Script();
	script.page();
	script.element("object");
	script.element("noscript");
	script.text("no script");
	script.up();
	script.up();
	const p = script.words("p", "after");
	script.on("attr", p, "class", "counted");
	await bench.send([script.snapshot()]);
	assert.equal(await bench.look((document) => document.querySelector("p")?.className), "counted");
	const visible = (document: Document) =>
		[...document.querySelectorAll("body *")].filter((element) => element.checkVisibility()).map((it) => it.localName);
	assert.deepEqual(await bench.look(visible), ["alongside-embed", "p"]);
});

test("a tree deeper than a parser makes is cut, not built", async () => {
	const script = new Script();
	script.page();
	for (let i = 0; i < 5_000; i++) script.element("div", { style: "display:grid" });
	await bench.send([script.snapshot()]);
	const depth = await bench.look((document) => {
		let count = 0;
		for (let at = document.body.firstElementChild; at; at = at.firstElementChild) count++;
		return count;
	});
	assert.ok(depth > 400 && depth <= 512, `${depth} levels`);
});

test("elements say what they are to the agent: masked, not to be controlled, not defined yet", async () => {
	const script = new Script();
	script.page();
	const id = script.leaf("x-late", {}, ElementFlag.masked | ElementFlag.undefined | ElementFlag.noControl);
	await bench.send([script.snapshot()]);
	assert.deepEqual(await bench.look((document) => document.querySelector("x-late")?.getAttributeNames()), [
		"alongside-masked",
		"alongside-undefined",
		"alongside-no-control",
	]);
	script.op("defined", id);
	await bench.send([script.diff()]);
	assert.ok(!(await bench.look((document) => document.querySelector("x-late")?.hasAttribute("alongside-undefined"))));
});
