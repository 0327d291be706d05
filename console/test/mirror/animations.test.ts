import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { useBench } from "./harness.ts";
import { newKey, picture, Script, style } from "./script.ts";

const bench = useBench();
beforeEach(() => bench.open());

const [CANCELLED, RUNNING, PAUSED, FINISHED] = [0, 1, 2, 3];
const FILL_BOTH = 3;

test("an animation that a script made is shown at its time, and keeps still while it is paused", async () => {
	const script = new Script();
	script.page();
	const p = script.words("p", "moves", { style: "--w: 100px" });
	script.animate(
		1,
		p,
		"0% { opacity: 0; border: var(--w) solid red; --x: 1 } 50%, 100% { opacity: 0.5; border: 0px solid; float: left; animation-timing-function: steps(2) }",
		{ fill: FILL_BOTH, direction: 1, iterations: Number.POSITIVE_INFINITY },
	);
	script.playback(1, PAUSED, 1000);
	await bench.send([script.snapshot()]);
	const styles = (document: Document) => {
		const style = getComputedStyle(document.querySelector("p") as Element);
		const [animation] = document.getAnimations();
		return [style.opacity, style.borderTopWidth, animation?.playState, animation?.currentTime];
	};
	// At the end of a reversed round: infinite rounds make the next one begin at its last keyframe.
	assert.deepEqual(await bench.look(styles), ["0.5", "0px", "paused", 1000]);
	script.playback(1, PAUSED, 999.9999);
	await bench.send([script.diff()]);
	assert.deepEqual((await bench.look(styles)).slice(1, 3), ["99px", "paused"]);
	assert.deepEqual(
		await bench.look((document) =>
			(document.getAnimations()[0] as Animation & { effect: KeyframeEffect }).effect
				.getKeyframes()
				.map(({ offset, easing }) => [offset, easing]),
		),
		[
			[0, "linear"],
			[0.5, "steps(2)"],
			[1, "steps(2)"],
		],
	);
	script.playback(1, RUNNING, 200, 2);
	await bench.send([script.diff()]);
	await bench.settle(300);
	const later = await bench.look((document) =>
		document.getAnimations().map((it) => [it.playState, it.playbackRate, Number(it.currentTime) > 400]),
	);
	assert.deepEqual(later, [["running", 2, true]]);
	script.playback(1, CANCELLED, Number.NaN);
	await bench.send([script.diff()]);
	assert.deepEqual(await bench.look((document) => document.getAnimations().length), 0);
	assert.deepEqual(bench.errors, []);
});

test("what has finished stays as its fill says; what plays on a pseudo-element is shown there; what is removed ends", async () => {
	const script = new Script();
	script.page();
	const sheet = style("p::before { content: 'x' }");
	const owner = script.leaf("style");
	script.sheet(1, owner, sheet.key);
	const p = script.words("p", "over");
	const b = script.words("b", "not kept");
	script.animate(1, p, "to { opacity: 0.25 }", { fill: 1 });
	script.playback(1, FINISHED, 1000);
	script.animate(2, b, "to { opacity: 0.25 }");
	script.playback(2, FINISHED, 1000);
	script.animate(3, p, "0% { opacity: 0.75 } 100% { opacity: 0.75 }", { pseudo: "::before" });
	script.playback(3, PAUSED, 10);
	await bench.send([sheet.frame, script.snapshot()]);
	assert.deepEqual(
		await bench.look((document) => [
			...["p", "b"].map((name) => getComputedStyle(document.querySelector(name) as Element).opacity),
			getComputedStyle(document.querySelector("p") as Element, "::before").opacity,
		]),
		["0.25", "1", "0.75"],
	);
	script.op("remove", p);
	script.playback(1, RUNNING, 0);
	await bench.send([script.diff()]);
	assert.equal(await bench.look((document) => document.getAnimations().length), 0);
	assert.deepEqual(bench.errors, []);
});

test("images in keyframes are our own copies, also those that come late", async () => {
	const image = picture(9, 9);
	const ref = newKey();
	const script = new Script();
	script.page();
	const p = script.words("p", "shown");
	const frame = `background-image: url(asset:${ref})`;
	script.animate(1, p, `0% { ${frame} } 100% { ${frame} }`);
	script.playback(1, PAUSED, 0);
	await bench.send([script.snapshot()]);
	const background = (document: Document) =>
		getComputedStyle(document.querySelector("p") as Element).backgroundImage.slice(0, 9);
	assert.equal(await bench.look(background), 'url("data');
	script.resource(ref, image.key);
	await bench.send([script.diff(), image.frame]);
	await bench.settle(200);
	assert.equal(await bench.look(background), 'url("blob');
});

test("nonsense animates nothing and stops nothing", async () => {
	const script = new Script();
	script.page();
	const p = script.words("p", "still");
	const keyframes = [
		"} p { color: red } @keyframes x { 0% { opacity: 0 }",
		"@import 'x'; @media all { 0% { opacity: 0 } }",
		"{".repeat(4000),
		"entry 0% { opacity: 0 } nope { opacity: 0 }",
		`${"0%,".repeat(3000)} 1% { opacity: 1 }`,
		"0% { opacity: expression(alert(1)); offset: 4; composite: 7; easing: none; compute: 1 }",
		"",
		"100% { opacity: 1 } 0% { opacity: 1 }",
	];
	for (const [i, text] of keyframes.entries()) {
		script.animate(i, p, text);
		script.playback(i, RUNNING, 1);
	}
	const floats = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -5, 1e38];
	let number = 100;
	for (const float of floats) {
		for (const name of ["delay", "duration", "endDelay", "iterations", "iterationStart"] as const) {
			script.animate(++number, p, "0% { opacity: 1 }", { [name]: float });
			for (const state of [1, 2, 3, 9]) script.playback(number, state, float, float);
		}
	}
	script.animate(++number, p, "0% { opacity: 1 }", { pseudo: "::before, x", easing: "url(x)" });
	script.animate(++number, p, "0% { opacity: 1 }", { easing: "ease(", direction: 99, fill: 99, composite: 99 });
	script.animate(++number, 9_999, "0% { opacity: 1 }");
	script.animate(++number, p + 1, "0% { opacity: 1 }");
	script.playback(77_777, 1, 0);
	await bench.send([script.snapshot()]);
	assert.equal(
		await bench.look((document) => getComputedStyle(document.querySelector("p") as Element).color),
		"rgb(0, 0, 0)",
	);
	assert.deepEqual(await bench.state((test) => [test.lost, test.mirror.seen.seq]), [[], 1]);
	assert.deepEqual(bench.errors, []);
	assert.deepEqual(bench.requests, []);
});
