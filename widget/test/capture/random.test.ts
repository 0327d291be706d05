/**
 * Random pages under random changes and markings, sliced as finely as it goes: at the end the mirror's tree must be the
 * page's, masked as a plain recursive reading of the rules says.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Kind } from "../../../wire/wire.ts";
import { type Hooks, useLab } from "./harness.ts";

const lab = useLab();

const STYLE = "<style>.a{color:red}.b{top:0}#i1{left:0}[data-x]{right:0}</style>";

/** Builds the page and changes it in bursts; runs in the page. */
function play(seed: number, bursts: number): Promise<void> {
	let state = seed;
	const random = (n: number): number => {
		// mulberry32
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) % n;
	};
	const pick = <T>(list: ArrayLike<T>): T => list[random(list.length)] as T;
	const root = document.querySelector("main") as Element;
	const all = () => [root, ...root.querySelectorAll("*")].filter((e) => e.localName !== "script");
	const detached: Node[] = [];
	const make = (depth: number): Node => {
		const kind = random(12);
		if (kind < 4)
			return document.createTextNode(pick(["alpha", "beta gamma", " ", "delta epsilon zeta"]) + random(1000));
		if (kind === 4) return document.createComment("never");
		const element = document.createElement(pick(["div", "span", "ul", "li", "p", "script", "custom-one"]));
		if (element.localName === "script") (element as HTMLScriptElement).type = "text/plain";
		if (random(3) === 0)
			element.className = pick(["a", "b", "a b", "unknown", "alongside-mask", "alongside-ignore", "alongside-unmask"]);
		if (random(6) === 0) element.setAttribute("title", `title ${random(100)}`);
		if (random(8) === 0 && depth && element.localName === "div")
			element.attachShadow({ mode: "open" }).append(make(depth + 1));
		if (depth < 4) for (let n = random(5); n > 0; n--) element.append(make(depth + 1));
		return element;
	};
	const change = (): void => {
		const target = pick(all());
		const kind = random(13);
		const inside = target.shadowRoot && random(2) ? target.shadowRoot : target;
		if (kind < 3) inside.insertBefore(make(1), inside.childNodes[random(inside.childNodes.length + 1)] ?? null);
		else if (kind === 3 && target !== root && target.querySelectorAll("*").length < 12) {
			detached.push(target);
			target.remove();
		} else if (kind === 4 && detached.length) {
			// Out of a removed tree, the whole or a part of it.
			const node = pick(detached);
			const part = random(2) ? node : pick([node, ...(node as Element).querySelectorAll("*")]);
			if (!part.contains(inside)) inside.append(part);
		} else if (kind < 8) {
			const moved = pick(all());
			if (moved !== root && !moved.contains(inside) && !moved.contains(target))
				inside.insertBefore(moved, inside.childNodes[random(inside.childNodes.length + 1)] ?? null);
		} else if (kind === 8 && target !== root && target.querySelectorAll("*").length < 40)
			target.classList.toggle(pick(["alongside-mask", "alongside-ignore", "alongside-unmask", "a", "b"]));
		else if (kind === 9) target.setAttribute("title", `title ${random(100)}`);
		else if (kind === 10) {
			for (const child of target.childNodes) if (child.nodeType === 3) (child as Text).data = `changed ${random(1000)}`;
		} else if (kind === 11) {
			// A sort.
			for (const child of [...target.childNodes].sort(() => random(3) - 1)) target.append(child);
		} else if (kind === 12 && target !== root && target.parentNode) {
			// A wrapper takes the element's place, and sometimes the element's child becomes the parent of both.
			const wrapper = document.createElement("div");
			const above = target.parentNode;
			above.replaceChild(wrapper, target);
			const child = target.firstElementChild;
			if (child && random(2)) {
				wrapper.append(child);
				child.append(target);
			} else wrapper.append(target);
		}
	};
	if (root.childElementCount < 20) for (let n = 0; n < 80; n++) root.append(make(0));
	return new Promise((done) => {
		// Messages come between the slices of a snapshot, which are driven by messages too.
		const { port1, port2 } = new MessageChannel();
		const burst = (left: number): void => {
			for (let n = random(12) + 1; n > 0; n--) change();
			if (left === 0) done();
			else if (left > bursts / 2) port2.postMessage(left - 1);
			else if (random(3)) setTimeout(() => burst(left - 1), random(3) * 4);
			else requestAnimationFrame(() => burst(left - 1));
		};
		port1.onmessage = (event) => burst(event.data as number);
		burst(bursts);
	});
}

/** What the mirror should hold, in the words of Applier.serialize; runs in the page. */
function expected(): string {
	const lines: string[] = [];
	const { placeholder } = (globalThis as unknown as Hooks).AlongsideCapture;
	const visit = (node: Node, depth: number, level: number): void => {
		const indent = " ".repeat(depth);
		if (node.nodeType === 3) {
			const { data } = node as Text;
			lines.push(`${indent}${JSON.stringify(level === 3 ? placeholder(data) : data)}`);
		}
		if (node.nodeType === 11) lines.push(`${indent}#shadow`);
		let inner = level;
		if (node.nodeType === 1) {
			const element = node as Element;
			if (element.localName === "script" || element.localName === "title") return;
			const marks = element.classList;
			if (marks.contains("alongside-ignore")) {
				lines.push(`${indent}#box`);
				return;
			}
			if (level === 3 || marks.contains("alongside-mask")) inner = 3;
			const kept = [...marks].filter((c) => c === "a" || c === "b").join(" ");
			const title = element.getAttribute("title");
			const madeUp = inner === 3 && element.localName.includes("-") && !customElements.get(element.localName);
			lines.push(
				`${indent}<${madeUp ? "span" : element.localName}${kept ? ` class="${kept}"` : ""}${title && inner !== 3 ? ` title=${JSON.stringify(title)}` : ""}>`,
			);
			if (element.localName === "style") return;
			if (element.shadowRoot) visit(element.shadowRoot, depth + 1, inner);
		}
		if (node.nodeType === 9) lines.push("#content");
		for (const child of node.childNodes) visit(child, depth + 1, inner);
	};
	visit(document, 0, 0);
	return lines.join("\n");
}

const FIRST_SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
for (let run = 0; run < Number(process.env.RUNS ?? 4); run++) {
	const seed = FIRST_SEED + run;
	// req 001-02
	test(`a random page is mirrored exactly, seed ${seed}`, async () => {
		const sheet = await lab.page(`<!doctype html><html><head>${STYLE}</head><body><main></main></body></html>`);
		await sheet.page.evaluate(`(${play})(${seed}, 10)`);
		// Each look at the clock finds the slice's time over: the walk stops after every 64 nodes.
		await sheet.page.evaluate("{ let now = 0; performance.now = () => (now += 10); }");
		// The page goes on changing while the snapshot is taken.
		await sheet.page.evaluate(`globalThis.change = () => (${play})(${seed + 7}, 80)`);
		await sheet.start({}, "change()");
		await sheet.settled();
		const mirror = sheet.mirror();
		assert.equal(mirror.serialize(), await sheet.page.evaluate(expected), `seed ${seed}`);
		const debug = (await sheet.page.evaluate("capture.debug()")) as { errors: number; nodes: number };
		assert.equal(debug.errors, 0);
		assert.equal(debug.nodes, mirror.nodes.size, "numbers of removed nodes are freed");
		const parts = sheet.frames.filter((frame) => frame.kind === Kind.snapshot).length;
		assert.ok(parts >= Math.floor(mirror.nodes.size / 1000), `${parts} parts`);
		if (process.env.TALK) console.log(seed, parts, sheet.diffs().length, mirror.nodes.size, mirror.skipped);
		await sheet.close();
	});
}
