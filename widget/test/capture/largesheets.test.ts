/** A style sheet too long for one step is written in several, and yet masked as the page is when it leaves. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { useLab } from "./harness.ts";

const lab = useLab();

const RULES = 12_000;
/** Every rule has a hole; what one in ten shows depends on whether the elements that it finds are masked. */
const text = Array.from({ length: RULES }, (_, i) =>
	i % 10
		? `.plain${i}::before{--x:"a string of the page's ${i}"}`
		: `.later.n${(i / 10) % 20}::before{content:"canary-shown-${i}"}`,
).join("\n");

/** Keeps what was encoded at once, and what the page looked like at that moment and when its marking was first read. */
const WATCH = `
	globalThis.turns = 0;
	globalThis.encoded = [];
	const marked = () => document.querySelector(".later").classList.contains("alongside-mask");
	const { encode } = TextEncoder.prototype;
	TextEncoder.prototype.encode = function (text) {
		if (text.length > 100_000)
			encoded.push({ begun: globalThis.begun, turns, marked: marked(), shows: text.includes("canary-shown"), length: text.length });
		return encode.call(this, text);
	};
	const { querySelectorAll } = Document.prototype;
	Document.prototype.querySelectorAll = function (selector) {
		if (selector.includes(".later")) globalThis.begun ??= turns;
		return querySelectorAll.call(this, selector);
	};`;
type Encoded = { begun: number; turns: number; marked: boolean; shows: boolean; length: number };

for (const [what, act] of [
	["once, in between", "if (turns === globalThis.begun + 2) mark();"],
	["all the time", "mark();"],
	["never", ""],
] as const)
	test(`a large sheet leaves masked as its elements are then: they are marked ${what}`, async () => {
		const elements = Array.from({ length: 20 }, (_, i) => `<p class="later n${i}">text</p>`).join("");
		const sheet = await lab.page(`<!doctype html><style>${text}</style><body>${elements}`);
		await sheet.page.evaluate(WATCH);
		await sheet.start(
			{},
			`const mark = () => { for (const p of document.querySelectorAll("p")) p.classList.toggle("alongside-mask"); };
			const turn = new MessageChannel();
			turn.port1.onmessage = () => { turns++; ${act} if (!encoded.length) turn.port2.postMessage(0); };
			turn.port2.postMessage(0);`,
		);
		const encoded = (await sheet.page.evaluate("encoded")) as Encoded[];
		assert(encoded.length > 0, "the sheet was written");
		for (const { marked, shows, length } of encoded) {
			assert.equal(shows, !marked, "what it shows leaves only as long as nothing that it finds is marked");
			assert(length > text.length / 2, "all of it is told at once");
		}
		const [first] = encoded;
		assert(first && first.turns > first.begun, "the page had turns between the steps");
		const counts = (await sheet.page.evaluate("capture.debug()")) as { errors: number };
		assert.equal(counts.errors, 0);
	});
