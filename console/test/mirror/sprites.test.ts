import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { useBench } from "./harness.ts";
import { asset, newKey, Script, SVG } from "./script.ts";

const bench = useBench();
beforeEach(() => bench.open());

const sprite = (inside: string, before = "") =>
	asset(
		"image",
		"image/svg+xml",
		`${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">${inside}</svg>`,
	);

/** A page whose drawing takes parts of one sprite by these attributes. */
function pageOf(ref: string, uses: readonly Record<string, string>[]): Script {
	const script = new Script();
	script.page();
	for (const attributes of uses) {
		script.element("svg", { width: "20", height: "20" }, SVG);
		script.leaf("use", attributes, SVG);
		script.up();
	}
	script.resource(ref, "0".repeat(32));
	return script;
}

/** The boxes of what the first drawings show, and the parts the mirror has built. */
const shown = (document: Document) => ({
	widths: [...document.querySelectorAll("body use")].map((use) => Math.round(use.getBoundingClientRect().width)),
	parts: document.querySelector("[alongside-sprites]")?.innerHTML.replaceAll(' xmlns="http://www.w3.org/2000/svg"', ""),
	size: document.querySelector("[alongside-sprites]")?.getBoundingClientRect().width,
});

test("a use shows its part of a drawing outside the page, with all that it refers to", async () => {
	const file = sprite(
		`<style>.wide { fill: rgb(1,2,3); fill: url(#g) }</style>
		<linearGradient id="g" xlink:href="#base"/><linearGradient id="base"><stop stop-color="red"/></linearGradient>
		<symbol id="cart" viewBox="0 0 10 10"><title>Cart</title><rect class="wide" width="10" height="10"/><use href="#dot"/></symbol>
		<circle id="dot" r="4" cx="5" cy="5" style="fill:url(#g)"/>`,
	);
	const ref = newKey();
	const script = new Script();
	script.page();
	for (const attributes of [{ href: `asset:${ref}#cart` }, { "xlink:href": `asset:${ref}#dot`, x: "1" }]) {
		script.element("svg", { width: "20", height: "20" }, SVG);
		script.leaf("use", attributes as Record<string, string>, SVG);
		script.up();
	}
	await bench.send([script.snapshot()]);
	assert.deepEqual((await bench.look(shown)).widths, [0, 0]);
	script.resource(ref, file.key);
	await bench.send([file.frame, script.diff()]);
	await bench.settle();
	assert.deepEqual(bench.errors, []);
	const { widths, parts, size } = await bench.look(shown);
	assert.deepEqual(widths, [20, 8]);
	assert.equal(size, 0);
	assert.equal(parts?.match(/<linearGradient /g)?.length, 2);
	assert.equal(parts?.match(/<circle /g)?.length, 1);
	assert.match(parts ?? "", /style="fill: url\(&quot;#alongside-sprite-\d+&quot;\);? ?"/);
	assert.deepEqual(
		await bench.look((document) => [document.getElementById("dot"), document.querySelectorAll("style, .wide").length]),
		[null, 0],
	);
});

test("each shadow root has its own parts, and a use that changes shows another", async () => {
	const file = sprite('<rect id="a" width="5" height="5"/><rect id="b" width="9" height="9"/>');
	const ref = newKey();
	const script = new Script();
	script.page();
	script.element("x-icon");
	script.shadow();
	script.element("svg", {}, SVG);
	const use = script.leaf("use", { href: `asset:${ref}#a` }, SVG);
	script.resource(ref, file.key);
	await bench.send([file.frame, script.snapshot()]);
	const width = (document: Document) =>
		document.querySelector("x-icon")?.shadowRoot?.querySelector("use")?.getBoundingClientRect().width;
	assert.equal(await bench.look(width), 5);
	script.on("attr", use, "href", `asset:${ref}#b`);
	await bench.send([script.diff()]);
	assert.equal(await bench.look(width), 9);
	script.on("unattr", use, "href");
	await bench.send([script.diff()]);
	assert.equal(await bench.look(width), 0);
});

test("nothing of a drawing runs, loads, or shows what is not a drawing", async () => {
	const { origin } = bench;
	const file = sprite(
		`<g id="a" onload="top.attacked=1" onclick="top.attacked=1" style="background:url(${origin}/live);fill:url(${origin}/live#x)">
			<script>top.attacked=1</script><script href="${origin}/live"/>
			<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="${origin}/live"/></foreignObject>
			<img xmlns="http://www.w3.org/1999/xhtml" src="${origin}/live" onerror="top.attacked=1"/>
			<image href="${origin}/live"/><feImage href="${origin}/live"/><use href="${origin}/live#x"/>
			<a href="javascript:top.attacked=1"><rect width="1" height="1"/></a>
			<style>@import "${origin}/live"; * { cursor: url(${origin}/live), auto; fill: src("${origin}/live") }</style>
			<animate attributeName="href" to="${origin}/live"/><set attributeName="onclick" to="top.attacked=1"/>
			<handler xmlns="http://www.w3.org/2001/xml-events">x</handler><unknown/><rect width="3" height="3" filter="url(${origin}/live#f)"/>
		</g>`,
		`<?xml version="1.0"?><?xml-stylesheet href="${origin}/live"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "${origin}/live.dtd">`,
	);
	const ref = newKey();
	const script = pageOf(ref, [{ href: `asset:${ref}#a` }]);
	script.resource(ref, file.key);
	await bench.send([file.frame, script.snapshot()]);
	await bench.settle();
	const { parts } = await bench.look(shown);
	assert.ok(parts?.includes("<rect"));
	assert.doesNotMatch(parts ?? "", /live|attacked|script|foreignObject|iframe|img|<image|<a |handler|unknown/);
	assert.deepEqual(bench.requests, []);
	assert.deepEqual(bench.errors, []);
	assert.equal(await bench.state((test) => "attacked" in test), false);
});

test("a drawing that would grow without end shows nothing", async () => {
	const entities = sprite(
		'<text id="a">&b;</text>',
		'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
	);
	const level = (i: number) => `<g id="l${i}">${`<use href="#l${i + 1}"/>`.repeat(10)}</g>`;
	const uses = sprite(
		`${Array.from({ length: 12 }, (_, i) => level(i)).join("")}<rect id="l12" width="1" height="1"/>`,
	);
	const itself = sprite('<g id="l0"><use href="#l0"/><use href="#l1"/></g><g id="l1"><use href="#l0"/></g>');
	const deep = sprite(`<g id="l0">${"<g>".repeat(3_000)}${"</g>".repeat(3_000)}</g>`);
	const wide = sprite(`<g id="l0">${"<rect/>".repeat(20_000)}</g>`);
	const broken = asset("image", "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'><g id='l0'>");
	for (const file of [entities, uses, itself, deep, wide, broken]) {
		await bench.open();
		const ref = newKey();
		const id = file === entities ? "a" : "l0";
		const script = pageOf(ref, [
			{ href: `asset:${ref}#${id}` },
			{ href: `asset:${ref}#none` },
			{ href: `asset:${ref}#` },
		]);
		script.resource(ref, file.key);
		await bench.send([file.frame, script.snapshot()]);
		const built = await bench.look((document) => document.querySelectorAll("[alongside-sprites] *").length);
		assert.ok(built <= 100, `${built} elements`);
		assert.deepEqual(await bench.state((test) => test.lost), []);
		assert.deepEqual(bench.errors, []);
	}
});
