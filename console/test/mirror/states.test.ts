import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { useBench } from "./harness.ts";
import { newKey, picture, Script, style } from "./script.ts";

const bench = useBench();
beforeEach(() => bench.open());

test("fields hold values, checks and choices", async () => {
	const script = new Script();
	script.page();
	const input = script.leaf("input", { type: "text" });
	const area = script.leaf("textarea");
	const box = script.leaf("input", { type: "checkbox" });
	const select = script.element("select", { multiple: "" });
	for (const text of ["a", "b", "c"]) script.words("option", text);
	script.up();
	const editable = script.words("div", "old", { contenteditable: "true" });
	script.on("value", input, "typed");
	script.on("value", area, "two\nlines");
	script.op("checked", box, 3);
	script.op("selected", select, 2, 0, 2);
	script.on("value", editable, "<b>new</b>");
	await bench.send([script.snapshot()]);
	assert.deepEqual(
		await bench.look((document) => {
			const [text, check] = document.querySelectorAll("input");
			const chosen = [...(document.querySelector("select")?.selectedOptions ?? [])].map((option) => option.text);
			const area = document.querySelector("textarea")?.value;
			return [
				text?.value,
				area,
				check?.checked,
				check?.indeterminate,
				chosen,
				document.querySelector("div")?.innerHTML,
			];
		}),
		["typed", "two\nlines", true, true, ["a", "c"], "&lt;b&gt;new&lt;/b&gt;"],
	);
});

test("hover and focus look as they do for the visitor, and the agent keeps the keyboard", async () => {
	const sheet = style(
		`@media (hover: hover) { p:hover > b { color: rgb(1,2,3) } } :focus { color: rgb(4,5,6) }
		.hover\\:x:hover::before { content: "a:hover" } form:focus-within { color: rgb(7,8,9) } input:focus-visible { font-size: 21px } x-a:not(:defined) { color: red }`,
	);
	const script = new Script();
	script.page();
	const owner = script.leaf("style");
	script.sheet(1, owner, sheet.key);
	script.element("p", { class: "hover:x" });
	const bold = script.words("b", "bold");
	script.up();
	script.element("form");
	const input = script.leaf("input", { autofocus: "" });
	script.up();
	script.leaf("x-a");
	script.op("hover", bold);
	script.op("focus", input, 1);
	await bench.page.focus("#chat");
	await bench.send([sheet.frame, script.snapshot()]);
	const colours = (document: Document) => [
		...["b", "input", "form", "x-a"].map((name) => getComputedStyle(document.querySelector(name) as Element).color),
		getComputedStyle(document.querySelector("p") as Element, "::before").content,
	];
	const plain = "rgb(0, 0, 0)";
	assert.deepEqual(await bench.look(colours), ["rgb(1, 2, 3)", "rgb(4, 5, 6)", "rgb(7, 8, 9)", plain, '"a:hover"']);
	const size = (document: Document) => getComputedStyle(document.querySelector("input") as Element).fontSize;
	assert.equal(await bench.look(size), "21px", "the ring shows");
	script.op("focus", input, 0);
	await bench.send([script.diff()]);
	assert.notEqual(await bench.look(size), "21px", "it shows no more, though the focus stays");
	assert.deepEqual((await bench.look(colours))[1], "rgb(4, 5, 6)");
	script.op("hover", 0);
	script.op("focus", 0, 0);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(colours), [plain, plain, plain, plain, "none"]);
	assert.equal(await bench.page.evaluate(() => document.activeElement?.id), "chat");
});

test("sheets wait for their text, and rules for their sheet", async () => {
	const sheet = style('@import "x"; p { color: rgb(1,1,1) } @media all { b { color: rgb(2,2,2) } }');
	const script = new Script();
	script.page();
	const owner = script.leaf("link", { rel: "stylesheet", href: "/x.css" });
	script.words("p", "p");
	script.words("b", "b");
	script.words("i", "i");
	script.sheet(1, owner, sheet.key);
	script.rule(1, [3], "i { color: rgb(3,3,3) }");
	script.rule(1, [2, 1], "b { color: rgb(4,4,4) }");
	script.unrule(1, [1]);
	const colours = (document: Document) =>
		["p", "b", "i"].map((name) => getComputedStyle(document.querySelector(name) as Element).color);
	await bench.send([script.snapshot()]);
	const plain = "rgb(0, 0, 0)";
	assert.deepEqual(await bench.look(colours), [plain, plain, plain]);
	script.op("hover", 0);
	await bench.send([sheet.frame, script.diff()]);
	assert.deepEqual(await bench.look(colours), [plain, "rgb(4, 4, 4)", "rgb(3, 3, 3)"]);
	script.sheet(1, owner, sheet.key, 1);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(colours), [plain, plain, plain]);
	assert.deepEqual(bench.errors, []);
});

test("the same text told again takes the place of its rules, and of those put in since", async () => {
	const sheet = style("p { color: rgb(1,1,1) }");
	const script = new Script();
	script.page();
	const owner = script.leaf("style");
	script.sheet(1, owner, sheet.key);
	script.rule(1, [1], "p { color: rgb(2,2,2) }");
	await bench.send([sheet.frame, script.snapshot()]);
	const rules = (document: Document) => document.querySelector("style")?.sheet?.cssRules.length;
	assert.equal(await bench.look(rules), 2);
	script.sheet(1, owner, sheet.key);
	await bench.send([script.diff()]);
	assert.equal(await bench.look(rules), 1);
});

test("documents, frames and shadow roots adopt one sheet each in a copy of its own", async () => {
	const sheet = style(":host, body { color: rgb(1,1,1) }");
	const script = new Script();
	script.page();
	script.element("x-a");
	const root = script.shadow();
	script.words("b", "b");
	script.up();
	script.up();
	script.element("iframe");
	const framed = script.content();
	script.element("html");
	script.words("body", "x");
	script.sheet(1, 0, sheet.key);
	for (const id of [1, root, framed]) script.op("adopt", id, 1, 1);
	script.rule(1, [1], "b { color: rgb(2,2,2) }");
	await bench.send([sheet.frame, script.snapshot()]);
	assert.deepEqual(
		await bench.look((document) => {
			const inner = document.querySelector("iframe")?.contentDocument as Document;
			const shadow = document.querySelector("x-a")?.shadowRoot?.firstElementChild as Element;
			return [document.body, inner.body, shadow].map((element) => getComputedStyle(element).color);
		}),
		["rgb(1, 1, 1)", "rgb(1, 1, 1)", "rgb(2, 2, 2)"],
	);
});

test("what comes late is shown when it is there: images, backgrounds, pictures", async () => {
	const image = picture(30, 20);
	const ref = newKey();
	const script = new Script();
	script.page();
	script.leaf("img", { src: `asset:${ref}` });
	script.leaf("div", { style: `width:9px;background:url(asset:${ref})` });
	const canvas = script.leaf("canvas", { width: "60", height: "50" });
	script.leaf("img", { src: `asset:${"b".repeat(32)}` });
	script.resource("b".repeat(32), "0".repeat(32));
	script.picture(canvas, image.key);
	await bench.send([script.snapshot()]);
	const sizes = (document: Document) => {
		const [first, second] = document.images;
		const canvas = document.querySelector("canvas")?.getBoundingClientRect();
		const background = getComputedStyle(document.querySelector("div") as Element).backgroundImage;
		return [first?.naturalWidth, canvas?.width, canvas?.height, background.slice(0, 9), second?.hasAttribute("src")];
	};
	assert.deepEqual(await bench.look(sizes), [0, 60, 50, 'url("data', false]);
	script.resource(ref, image.key);
	await bench.send([script.diff(), image.frame]);
	await bench.settle(300);
	assert.deepEqual(await bench.look(sizes), [30, 60, 50, 'url("blob', false]);
	assert.match(
		await bench.look((document) => getComputedStyle(document.querySelector("canvas") as Element).content),
		/blob:/,
	);
});

test("scrolled places are kept, also over what comes late", async () => {
	const script = new Script();
	script.page({ style: "scroll-behavior:smooth" });
	const pane = script.element("div", { style: "height:100px;overflow:auto" });
	const inside = script.leaf("div", { style: "height:120px" });
	script.up();
	script.leaf("div", { style: "height:4000px" });
	script.scroll(1, 0, 1500);
	script.scroll(pane, 0, 15);
	await bench.send([script.snapshot()]);
	const offsets = (document: Document) => [document.defaultView?.scrollY, document.querySelector("div")?.scrollTop];
	assert.deepEqual(await bench.look(offsets), [1500, 15]);
	script.on("attr", inside, "style", "height:900px");
	script.scroll(pane, 0, 700);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(offsets), [1500, 700]);
});

test("dialogs, popovers and details open and close, and the agent keeps the keyboard", async () => {
	const script = new Script();
	script.page();
	const dialog = script.element("dialog", { open: "" });
	script.leaf("input");
	script.up();
	const popover = script.words("div", "pop", { popover: "auto" });
	script.op("open", dialog, 1);
	script.op("open", popover, 3);
	await bench.page.focus("#chat");
	await bench.send([script.snapshot()]);
	const open = (document: Document) => [
		document.querySelector("dialog")?.matches(":modal"),
		document.querySelector("div")?.matches(":popover-open"),
	];
	assert.deepEqual(await bench.look(open), [true, true]);
	assert.equal(await bench.page.evaluate(() => document.activeElement?.id), "chat");
	script.op("open", dialog, 0);
	script.op("open", popover, 0);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look(open), [false, false]);
	assert.equal(await bench.page.evaluate(() => document.activeElement?.id), "chat");
});

test("selections, pinned sizes, media and custom states are shown", async () => {
	const sheet = style("x-a:state(busy) { color: rgb(1,1,1) }");
	const script = new Script();
	script.page();
	const owner = script.leaf("style");
	script.sheet(1, owner, sheet.key);
	const p = script.words("p", "some words");
	const span = script.words("span", "masked");
	const video = script.leaf("video");
	const custom = script.leaf("x-a");
	script.op("selection", p + 1, 5, p + 1, 0);
	script.size(span, 90, 40);
	script.media(video, 1);
	script.states(custom, ["idle", "busy"]);
	await bench.send([sheet.frame, script.snapshot()]);
	assert.deepEqual(
		await bench.look((document) => {
			const range = document.getSelection();
			const { width, height } = (document.querySelector("span") as Element).getBoundingClientRect();
			const media = document.querySelector("video")?.getAttribute("alongside-media");
			const { color } = getComputedStyle(document.querySelector("x-a") as Element);
			return [String(range), width, height, media, color];
		}),
		["some ", 90, 40, "paused", "rgb(1, 1, 1)"],
	);
});
