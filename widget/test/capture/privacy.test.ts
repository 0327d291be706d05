/** What is excluded, ignored or masked never leaves; what is not does, or these tests would pass for an empty stream. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sheet, useLab } from "./harness.ts";

const lab = useLab();

/** Every place where a page can hold a text; `SECRET` is replaced. */
const EVERYWHERE = `
	<p title="SECRET-title" data-user="SECRET-data" id="SECRET-id" class="SECRET-class">SECRET-text</p>
	<style>.shown::before { content: "SECRET-css"; --note: "SECRET-custom" } [data-state] { color: red }</style>
	<b class="shown" data-state="SECRET-state">x</b>
	<i style="--note: 'SECRET-inline'; background: url(/SECRET-url.png)">y</i>
	<img alt="SECRET-alt" src="/SECRET-image.png"><a href="/SECRET-href" aria-label="SECRET-label">z</a>
	<input value="SECRET-value" placeholder="SECRET-placeholder" name="SECRET-name"><input type="hidden" value="SECRET-hidden">
	<textarea placeholder="SECRET-area-hint">SECRET-area</textarea>
	<select><option value="SECRET-option-value">SECRET-option</option><optgroup label="SECRET-group"></optgroup></select>
	<svg><title>SECRET-svg-title</title><text>SECRET-svg</text><a href="/SECRET-svg-href"></a></svg>
	<!-- SECRET-comment --><script type="application/json">{"a":"SECRET-json"}</script>
	<template><p>SECRET-template</p></template><noscript>SECRET-noscript</noscript>
	<iframe srcdoc="<p>SECRET-frame</p>"></iframe><details><summary>SECRET-summary</summary>SECRET-details</details>
	<div contenteditable>SECRET-editable</div><meter value="0.5" title="SECRET-meter">SECRET-meter-text</meter>
	<object data="/SECRET-object"></object><form action="/SECRET-action"><button formaction="/SECRET-formaction" value="SECRET-button">ok</button></form>
	<x-part id="host"></x-part>`;
const SHADOW = `document.querySelectorAll("x-part").forEach((e) => e.shadowRoot || (e.attachShadow({mode:"open"}).innerHTML = "<p title='SECRET-shadow-title'>SECRET-shadow</p>"));`;

/** What of it must never leave, wherever it stands. */
const NEVER = [
	"id",
	"class",
	"data",
	"hidden",
	"href",
	"action",
	"formaction",
	"comment",
	"json",
	"template",
	"noscript",
];
const NEVER_MORE = ["svg-href", "object", "option-value", "svg-title", "custom-name", "name", "url.png", "image.png"];

async function play(html: string, policy: object, act = ""): Promise<Sheet> {
	const sheet = await lab.page(`<!doctype html><title>page</title><body><p>CONTROL-text</p>${html}</body>`);
	await sheet.page.evaluate(SHADOW);
	await sheet.start(policy);
	if (act) {
		await sheet.page.evaluate(act);
		await sheet.settled();
	}
	return sheet;
}

for (const marking of [
	'class="alongside-ignore"',
	'class="alongside-mask"',
	'data-alongside="ignore"',
	'data-alongside="mask"',
	'class="rr-block"',
	'class="inspectletIgnore"',
	"data-hj-suppress",
	'data-dd-privacy="mask"',
	"data-openreplay-hidden",
	"data-private",
]) {
	// req 000-29, 000-30, 001-13, 001-14
	test(`nothing inside ${marking} leaves, whatever holds it and whenever it came`, async () => {
		const sheet = await play(
			`<section ${marking}>${EVERYWHERE}</section><section id=later ${marking}></section>`,
			{ mode: "marked-only" },
			`document.querySelector("#later").innerHTML = ${JSON.stringify(EVERYWHERE)};
			 ${SHADOW}
			 for (const e of document.querySelectorAll("section *")) { e.setAttribute("title", "SECRET-set"); e.setAttribute("data-state", "SECRET-set2") }
			 for (const e of document.querySelectorAll("section p")) e.firstChild.data = "SECRET-data-set";
			 for (const e of document.querySelectorAll("section input, section textarea")) { e.value = "SECRET-typed"; e.dispatchEvent(new Event("input", {bubbles:true})) }
			 document.querySelector("section p").append("SECRET-appended");`,
		);
		assert.ok(sheet.saw("CONTROL-text"));
		assert.ok(!sheet.saw("SECRET"), "a secret left");
		await sheet.close();
	});
}

test("in a page without markings text leaves, but nothing that is neither shown nor selected by a sheet", async () => {
	const sheet = await play(EVERYWHERE, { mode: "inputs" });
	for (const shown of ["text", "title", "alt", "label", "svg", "frame", "shadow", "summary", "css", "group"])
		assert.ok(sheet.saw(`SECRET-${shown}`) || shown === "group", `${shown} is shown`);
	for (const never of [
		...NEVER,
		...NEVER_MORE,
		"state",
		"value",
		"placeholder",
		"area",
		"editable",
		"option",
		"button",
	])
		assert.ok(!new RegExp(`SECRET-${never}(?![-a-z])`).test(all(sheet)), `${never} left`);
	await sheet.close();
});

// req 001-16
test("strict: no text at all but what is unmasked", async () => {
	const sheet = await lab.page(
		`<!doctype html><title>SECRET-title</title><body>${EVERYWHERE}<p class="alongside-unmask">CONTROL-open <b class="alongside-mask">SECRET-inner</b></p></body>`,
	);
	await sheet.start({ mode: "strict" });
	assert.ok(sheet.saw("CONTROL-open"));
	assert.ok(!sheet.saw("SECRET"));
	await sheet.close();
});

const all = (sheet: Sheet): string =>
	sheet.frames.map((frame) => Buffer.from(frame.plain).toString("latin1")).join("\n");

// req 001-12
test("a password never leaves: not typed, toggled, autofilled, reset, rendered anew or in frames and shadow roots", async () => {
	const sheet = await play(
		`<form><input type=password id=pw name=pw value="SECRET-initial"><input id=free></form>
		 <iframe srcdoc="<input type=password id=pw value=SECRET-frame>"></iframe><x-pw></x-pw><div id=slot></div>`,
		{ mode: "marked-only" },
	);
	const { page } = sheet;
	await page.locator("form #pw").pressSequentially("SECRET-key");
	await sheet.settled();
	await page.locator("#free").fill("CONTROL-typed");
	await page.evaluate(`{
		const pw = document.querySelector("#pw");
		pw.type = "text"; pw.value = "SECRET-toggled"; pw.setAttribute("value", "SECRET-attribute");
		pw.dispatchEvent(new Event("input", { bubbles: true }));
		const late = document.createElement("input"); late.type = "password"; late.value = "SECRET-late"; slot.append(late);
		document.querySelector("iframe").contentDocument.querySelector("#pw").type = "text";
		document.querySelector("x-pw").attachShadow({ mode: "open" }).innerHTML = "<input type=password value=SECRET-shadow>";
	}`);
	await sheet.settled();
	await page.evaluate(`{
		slot.firstChild.type = "text";
		document.querySelector("x-pw").shadowRoot.firstChild.type = "text";
		document.querySelector("form").reset();
		const again = document.createElement("input"); again.name = "pw"; again.value = "SECRET-again"; pw.replaceWith(again);
	}`);
	await sheet.settled();
	await page.evaluate("capture.keyframe()");
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL-typed"));
	assert.deepEqual(all(sheet).match(/SECRET-\w+/g), null);
	const boxes = [...sheet.mirror().nodes.values()].filter((node) => node.kind === "box");
	assert.equal(boxes.length, 4);
	for (const box of boxes)
		assert.ok(![...box.attributes.keys()].some((name) => /^(class|id|type|name|value)$/.test(name)));
	await sheet.close();
});

test("a password made readable before its field was reached is one", async () => {
	const sheet = await lab.page(`<input value="CONTROL"><input type=password id=field value="SECRET">`);
	await sheet.start({ mode: "marked-only" }, `document.getElementById("field").type = "text";`);
	assert.ok(sheet.saw("CONTROL"));
	assert.ok(!sheet.saw("SECRET"));
	await sheet.close();
});

// req 001-48
test("cards, security codes, expiry dates and one-time codes are boxes, by autocomplete, name, label or placeholder", async () => {
	const fields = [
		'autocomplete="cc-number"',
		'autocomplete="section-a billing cc-csc"',
		'autocomplete="one-time-code"',
		'name="cardNumber"',
		'name="card_number"',
		'id="cvv"',
		'name="cvc2"',
		'placeholder="MM / YY"',
		'placeholder="Security code"',
		'aria-label="Expiry date"',
		'name="otp"',
		'name="user[password]"',
		'id="kreditkarte"',
	];
	const sheet = await play(
		`${fields.map((f) => `<input class=alongside-unmask ${f} value="SECRET">`).join("")}
		 <label>Card number <input value="SECRET"></label><label for=q>CVV</label><input id=q value="SECRET">
		 <label for=r>Security code</label><label for=r>${"long ".repeat(50)}</label><input id=r value="SECRET">
		 <input aria-labelledby="nothing s" value="SECRET"><b id=s>Card number</b>
		 <input name=luhn value="4111 1111 1111 1111"><input name=street value="CONTROL-street">`,
		{ mode: "marked-only" },
	);
	assert.ok(sheet.saw("CONTROL-street"));
	assert.ok(!sheet.saw("SECRET"));
	assert.ok(!sheet.saw("4111"));
	assert.equal([...sheet.mirror().nodes.values()].filter((n) => n.kind === "box").length, fields.length + 4);
	await sheet.close();
});

// req 001-15
test("unmask frees a field from the site's default, never from a mask above it or an ignored subtree", async () => {
	const sheet = await play(
		`<input class=alongside-unmask value="CONTROL-open"><input value="SECRET-default">
		 <div class=alongside-mask><input class=alongside-unmask value="SECRET-masked"></div>
		 <div class=alongside-ignore><p class=alongside-unmask>SECRET-ignored</p></div>`,
		{},
	);
	assert.ok(sheet.saw("CONTROL-open"));
	assert.ok(!sheet.saw("SECRET"));
	await sheet.close();
});

test("typing into a masked field tells neither length nor time: one placeholder, then silence", async () => {
	const sheet = await play("<input id=name>", {});
	await sheet.page.focus("#name");
	await sheet.page.keyboard.type("a");
	await sheet.settled();
	const before = sheet.frames.length;
	await sheet.page.keyboard.type("SECRET-long-text");
	await sheet.settled();
	assert.equal(sheet.frames.length, before);
	assert.equal(sheet.mirror().find((node) => node.tag === "input")?.value, "••••••");
	await sheet.page.fill("#name", "");
	await sheet.settled();
	assert.equal(sheet.mirror().find((node) => node.tag === "input")?.value, "");
	await sheet.close();
});

// req 001-14
test("a mask set between a change and its sending already counts", async () => {
	const sheet = await play("<main><section><p>one</p></section></main>", {
		selectors: [{ css: ".private > main p", rule: "mask" }],
	});
	await sheet.page.evaluate(`{
		const p = document.querySelector("p:not(:first-child), main p"); p.firstChild.data = "SECRET-1"; p.append("SECRET-2");
		p.title = "SECRET-3"; document.querySelector("section").className = "alongside-mask";
	}`);
	await sheet.settled();
	await sheet.page.evaluate(`{
		document.querySelector("section").className = "";
		document.querySelector("main p").textContent = "SECRET-4"; document.body.className = "private";
	}`);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL-text"));
	assert.ok(!sheet.saw("SECRET"));
	await sheet.close();
});

test("a site's selectors hold on their paths, and a broken one hides everything", async () => {
	const sheet = await lab.page("<!doctype html><body><p class=x>SECRET-x</p><p>CONTROL</p></body>", "/checkout/1");
	await sheet.start({ mode: "marked-only", selectors: [{ css: ".x", rule: "ignore", paths: ["/checkout*"] }] });
	assert.ok(sheet.saw("CONTROL"));
	assert.ok(!sheet.saw("SECRET"));
	await sheet.page.evaluate("history.pushState(0, '', '/other'); document.body.append('now')");
	await sheet.settled();
	assert.ok(sheet.saw("SECRET-x"), "elsewhere it is shown");
	await sheet.close();
	const broken = await lab.page("<!doctype html><title>SECRET</title><body><p>SECRET</p></body>", "/checkout/2");
	await broken.start({ mode: "marked-only", selectors: [{ css: "p:::", rule: "mask" }] });
	assert.ok(!broken.saw("SECRET"));
	await broken.close();
});

// req 001-13
test("a password that becomes the label of a button never leaves, also if it does before the first slice", async () => {
	const html = `<p>CONTROL</p><form><input type=password id=pw value=x><input type=submit value=CONTROL-label></form>`;
	const become = `pw.value = "SECRET"; pw.type = "button"; pw.setAttribute("value", pw.value)`;
	const sheet = await play(html, {}, become);
	await sheet.page.evaluate(`pw.type = "submit"; pw.replaceWith(pw.cloneNode()); pw.type = "password";`);
	await sheet.page.evaluate(become);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL-label") && !sheet.saw("SECRET"));
	await sheet.close();
	const early = await lab.page(`<!doctype html><body>${html}</body>`);
	await early.start({ mode: "inputs" }, become);
	assert.ok(early.saw("CONTROL-label") && !early.saw("SECRET"));
	await early.close();
});

test("focus, hover, pointer and clicks inside a box are told as if it were not there", async () => {
	const sheet = await play(
		"<div id=out style='padding:30px'><div class=alongside-ignore><button>go</button></div><input type=password id=pw></div>",
		{},
	);
	await sheet.page.click("button");
	await sheet.settled();
	await sheet.page.click("#pw");
	await sheet.page.keyboard.type("SECRET");
	await sheet.settled();
	const mirror = sheet.mirror();
	assert.equal(mirror.focus, 0);
	assert.notEqual(mirror.nodes.get(mirror.hover)?.kind, "box");
	for (const frame of sheet.frames) {
		if (frame.kind !== 0x20 && frame.kind !== 0x22) continue;
		const id = Buffer.from(frame.plain).readUInt32BE(0);
		assert.ok(id > 0 && mirror.nodes.get(id)?.kind === "element");
	}
	assert.ok(sheet.frames.some((frame) => frame.kind === 0x22));
	await sheet.close();
});
