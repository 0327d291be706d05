/** A marking holds however it is written, whenever it comes, and for all that is shown inside what carries it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ATTRIBUTE_MARKS, CLASS_MARKS, Mark } from "../../src/mask/markings.ts";
import { readPolicy } from "../../src/policy.ts";
import { useLab } from "./harness.ts";

const lab = useLab();

const restricts = Mark.ignore | Mark.mask;

// req 001-13, 001-14
test("every marking of the table, in any case and between others", async () => {
	const classes = [...CLASS_MARKS].filter(([, mark]) => mark & restricts).map(([token]) => token);
	const attributes = [...ATTRIBUTE_MARKS].filter(([, values]) => (values[""] ?? 0) & restricts).map(([name]) => name);
	assert.ok(classes.length > 30 && attributes.length > 20);
	const sheet = await lab.page(
		`<!doctype html><body><p>CONTROL</p>
		${classes.map((token) => `<p class="x\n${token.toUpperCase()}\ty">canary-${token}</p><svg><text class="${token}">canary-${token}</text></svg>`).join("")}
		${attributes.map((name) => `<p ${name.toUpperCase()}>canary-${name}</p><p ${name}=" Anything, else ">canary-${name}</p>`).join("")}</body>`,
	);
	await sheet.start({ mode: "marked-only" });
	assert.ok(sheet.saw("CONTROL"));
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});

test("in XHTML and SVG attributes keep their case", async () => {
	const sheet = await lab.page("<!doctype html><body><p>CONTROL</p><svg></svg></body>");
	await sheet.page.evaluate(`{
		const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
		text.setAttributeNS(null, "Data-Alongside", "MASK"); text.textContent = "canary-svg";
		document.querySelector("svg").append(text);
	}`);
	await sheet.start({ mode: "marked-only" });
	assert.ok(sheet.saw("CONTROL"));
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});

// req 001-13, 001-14
test("what is shown in a slot inside something marked is marked, also when the marking comes later", async () => {
	const sheet = await lab.page(`<!doctype html><body><p>CONTROL</p>
		<x-a id=masked><p slot=s title="canary-1">canary-2</p>canary-3</x-a>
		<x-a id=ignored><p slot=s>canary-4</p>canary-5</x-a>
		<x-a id=later><p slot=s class=l>first</p>first</x-a><x-a id=moved><p>first</p></x-a></body>`);
	await sheet.page.evaluate(`for (const [id, mark] of [["masked", "alongside-mask"], ["ignored", "alongside-ignore"], ["later", ""], ["moved", ""]])
		document.getElementById(id).attachShadow({ mode: "open" }).innerHTML =
			"<div class='box " + mark + "'><slot name=s></slot><slot id=d></slot></div><div data-private><slot name=t></slot></div>"`);
	await sheet.start({ mode: "marked-only" });
	assert.ok(sheet.saw("CONTROL"));
	assert.deepEqual(sheet.leaks(), []);
	await sheet.page.evaluate(`{
		later.shadowRoot.querySelector(".box").classList.add("alongside-mask");
		later.querySelector("p").textContent = "canary-6"; later.append("canary-7");
		moved.querySelector("p").slot = "t"; moved.querySelector("p").textContent = "canary-8";
	}`);
	await sheet.settled();
	await sheet.page.evaluate(
		`later.querySelector("p").append("canary-9"); moved.querySelector("p").append("canary-10")`,
	);
	await sheet.settled();
	assert.deepEqual(sheet.leaks(), []);
	assert.match(sheet.mirror().serialize(), /••/);
	await sheet.close();
});

// req 001-13, 001-14
test("a slot in a closed root that is not captured marks what it shows", async () => {
	const sheet = await lab.page("<!doctype html><body></body>");
	await sheet.start({ mode: "marked-only", closedRoots: false });
	await sheet.page.evaluate(`for (const mark of ["ignore", "mask"]) {
		const host = document.createElement("x-a");
		host.attachShadow({ mode: "closed" }).innerHTML =
			"<slot name=clear></slot><div data-alongside=" + mark + "><slot></slot></div>";
		host.innerHTML = "<p slot=clear>CONTROL</p><p title=canary-1>canary-2</p>canary-3";
		document.body.append(host);
	}`);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL"));
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});

// req 001-13, 001-14
test("what stands in a closed root that is not captured marks also when it changes", async () => {
	const sheet = await lab.page(`<!doctype html><body><x-a id=given><p>first</p>first</x-a></body>`);
	await sheet.start({ mode: "marked-only", closedRoots: false });
	await sheet.page.evaluate(`{
		const made = (host, html) => {
			const root = host.attachShadow({ mode: "closed" });
			root.innerHTML = html;
			return root;
		};
		made(given, "<div data-private><slot></slot></div>");
		given.querySelector("p").firstChild.data = "canary-1"; given.lastChild.data = "canary-2";
		for (const id of ["toggled", "moved", "freed"]) {
			const host = document.createElement("x-a");
			host.id = id;
			host.innerHTML = "<p>first</p>first";
			window["root-" + id] = made(host, "<div class=a><slot></slot></div><div class=alongside-ignore></div>");
			document.body.append(host);
		}
		window["root-freed"].lastChild.append(window["root-freed"].querySelector("slot"));
	}`);
	await sheet.settled();
	await sheet.page.evaluate(`{
		window["root-toggled"].querySelector(".a").dataset.alongside = "mask";
		window["root-moved"].lastChild.append(window["root-moved"].querySelector("slot"));
		for (const host of [toggled, moved]) {
			host.querySelector("p").firstChild.data = "canary-3"; host.lastChild.data = "canary-4";
		}
		window["root-freed"].firstChild.append(window["root-freed"].querySelector("slot"));
		freed.querySelector("p").firstChild.data = "CONTROL-1"; freed.lastChild.data = "CONTROL-2";
	}`);
	await sheet.settled();
	assert.deepEqual(sheet.leaks(), []);
	assert.ok(sheet.saw("CONTROL-1") && sheet.saw("CONTROL-2"), "what came out of a box is shown");
	await sheet.close();
});

test("what a marked slot showed is shown again when the slot is taken away", async () => {
	const sheet = await lab.page(`<!doctype html><body><x-a id=host>CONTROL-1<p>CONTROL-2</p></x-a></body>`);
	await sheet.page.evaluate(`host.attachShadow({ mode: "open" }).innerHTML =
		"<div class=alongside-ignore><b><slot></slot></b></div>"`);
	await sheet.start({ mode: "marked-only" });
	assert.ok(!sheet.saw("CONTROL"));
	await sheet.page.evaluate(`host.shadowRoot.querySelector("b").remove()`);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL-1") && sheet.saw("CONTROL-2"));
	await sheet.close();
});

test("nodes moved between marked and clear parents, markings that come and go", async () => {
	const sheet = await lab.page(
		`<!doctype html><body><p>CONTROL</p><div id=clear><p id=a>canary-a</p></div><div id=marked data-private><p id=b>canary-b</p></div></body>`,
	);
	await sheet.page.evaluate(`a.textContent = "free"`);
	await sheet.start({ mode: "marked-only" });
	await sheet.page.evaluate(`marked.append(a); a.textContent = "canary-moved"; a.title = "canary-title"`);
	await sheet.settled();
	assert.deepEqual(sheet.leaks(), []);
	await sheet.page.evaluate(`b.textContent = "CONTROL-shown"; clear.append(b)`);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL-shown"), "what moved out is shown");
	await sheet.page.evaluate(`b.textContent = "canary-again"; clear.setAttribute("data-alongside", " Ignore ")`);
	await sheet.settled();
	await sheet.page.evaluate(`document.body.prepend(b.cloneNode(true)); document.body.firstChild.className = "rr-mask"`);
	await sheet.settled();
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});

test("a text that comes as its marking goes arrives, also while a snapshot is under way", async () => {
	const sheet = await lab.page(`<!doctype html><body>
		${'<div class="by-site alongside-mask"><p>before</p></div>'.repeat(400)}<iframe id=frame></iframe></body>`);
	await sheet.start({ mode: "marked-only", selectors: [{ css: ".armed .by-site", rule: "mask" }] });
	await sheet.page.evaluate(`for (const [i, el] of [...document.querySelectorAll(".by-site")].entries()) {
		el.className = "";
		const later = () => { el.firstChild.textContent = "CONTROL-" + i + "."; };
		// In the same moment, between two slices, and after what made it needless has left.
		if (i % 3 === 0) later();
		else if (i % 3 === 1) setTimeout(later, i / 20);
		else requestAnimationFrame(() => requestAnimationFrame(later));
	}
	// Begins a new epoch.
	setTimeout(() => { frame.contentDocument.designMode = "on"; }, 8);`);
	await sheet.settled();
	await sheet.settled();
	const shown = sheet.mirror().serialize();
	const lost = Array.from({ length: 400 }, (_, i) => `CONTROL-${i}.`).filter((text) => !shown.includes(text));
	assert.deepEqual(lost, []);
	await sheet.close();
});

test("what a policy says and nobody understands makes the page strict", () => {
	const mask = { css: "p", rule: "mask" };
	for (const broken of [
		null,
		7,
		{ mode: "open" },
		{ mode: 1 },
		{ selectors: "p" },
		{ selectors: [mask, { css: "b" }] },
		{ selectors: [{ css: 1, rule: "mask" }] },
		{ selectors: [{ ...mask, rule: "reveal" }] },
		{ selectors: [{ ...mask, paths: "/x" }] },
		{ selectors: [{ ...mask, paths: ["/x", 3] }] },
	])
		assert.equal(readPolicy(broken).mode, "strict", JSON.stringify(broken));
	assert.equal(readPolicy({ selectors: null }).mode, "inputs");
	assert.deepEqual(readPolicy({ selectors: [{ ...mask, paths: null }] }).selectors, [mask]);
	const { url, images, canvas, foreignUnmask } = readPolicy({
		url: { query: 1, path: false },
		images: "yes",
		foreignUnmask: true,
	});
	assert.deepEqual(
		[url, images, canvas, foreignUnmask],
		[{ domain: true, path: false, query: false, hash: false }, false, true, true],
	);
});
