/** Style sheets are the page's code; strings in them are text, and a sheet inside something masked is masked like the rest. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { useLab } from "./harness.ts";

const lab = useLab();

/** Every place in style text where words of somebody's own can stand, selectors aside. */
const WORDS = `
	.x::before { content: "canary-content"; quotes: "canary-open" "canary-close"; }
	.x::after { content: "a;" "canary-after-semicolon" / "canary-alternative"; }
	.x { --string: "canary-string"; --word: canary-word; --both: 1px canary-word2 solid; --json: {"a":"canary-json"};
		--number: 73519284650; list-style-type: "canary-list"; text-overflow: "canary-overflow"; hyphenate-character: "canary-h";
		text-emphasis: "canary-emphasis"; font-family: "canary-font", sans-serif; grid-template-areas: "canary-area two";
		background: url(/canary-url.png), url("data:image/svg+xml,<svg><text>canary-svg</text></svg>");
		cursor: url(data:image/png;base64,Y2FuYXJ5), auto; /* canary-comment */ }
	@font-face { font-family: "canary-face"; src: local("canary-local"), url(data:font/woff2;base64,Y2FuYXJ5); }
	@counter-style cs { system: cyclic; symbols: "canary-symbol"; suffix: "canary-suffix"; }
	@property --p { syntax: "canary-syntax"; inherits: false; }
	.a { & .x::before { content: "canary-nested" } }
	@media (min-width: 1px) { .x::before { content: "canary-media" } }`;
/** And those where names stand. */
const NAMES = `.canary-class #canary-id [canary-name="canary-value"] canary-tag { color: red; animation: canary-spin 1s; --canary-p: 1px;
	grid-area: canary-word; container-name: canary-box; counter-reset: canary-count } .x:is(.canary-is, :hover)::part(canary-part) { top: 0 }
	@keyframes canary-spin { to { top: 0 } } @layer canary-layer { .x { left: 0 } } @container canary-box (min-width: 1px) { .x { top: 0 } }`;

const everyKind = (text: string): string => `
	<style>${text}</style><b class=x>x</b><i class=x style='${text.match(/\.x \{([^}]*)/)?.[1]?.replaceAll("'", "") ?? ""}'>y</i>
	<x-host></x-host><script>{
	const text = ${JSON.stringify(text)};
	const root = document.currentScript.previousElementSibling.attachShadow({ mode: "open" });
	root.innerHTML = "<style></style><b class=x>z</b>";
	root.querySelector("style").textContent = text;
	const made = new CSSStyleSheet(); made.replaceSync(text);
	root.adoptedStyleSheets = [made];
	}</script>`;

// req 001-16
test("strict: no string and no value of a custom property leaves by any kind of sheet, nor does a picture", async () => {
	const sheet = await lab.page(`<!doctype html><body><p class=alongside-unmask>CONTROL</p>${everyKind(WORDS)}</body>`);
	await sheet.start({ mode: "strict" });
	await sheet.page.evaluate(`{
		const s = document.styleSheets[0] ?? document.querySelector("style").sheet;
		s.insertRule(".x::marker { content: 'canary-inserted'; --late: canary-late }", 0);
		document.querySelector("b").style.cssText = "--x: 'canary-inline'; font-family: 'canary-inline2'";
	}`);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL"));
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});

for (const [what, mode, section] of [
	["masked", "marked-only", "class=alongside-mask"],
	["ignored", "marked-only", "class=alongside-ignore"],
	["written by the visitor", "inputs", "contenteditable"],
] as const) {
	// req 001-13, 001-14
	test(`a sheet inside something ${what} tells no word of its own, not even in selectors`, async () => {
		const sheet = await lab.page(
			`<!doctype html><body><p>CONTROL</p><section ${section}>${everyKind(WORDS + NAMES)}
			<p class="canary-class" id="canary-id">one</p></section></body>`,
		);
		await sheet.start({ mode });
		await sheet.page.evaluate(`{
			const s = document.querySelector("section style");
			s.append(".late-canary::before{content:'canary-late'}");
			s.sheet.insertRule(".canary-rule::before{content:'canary-rule'}", 0);
		}`);
		await sheet.settled();
		await sheet.page.evaluate("capture.keyframe()");
		await sheet.settled();
		assert.ok(sheet.saw("CONTROL"));
		assert.deepEqual(sheet.leaks(), []);
		if (what === "masked") {
			const mirror = sheet.mirror();
			const p = mirror.find((node) => node.tag === "p" && node.attributes.has("id"));
			const [token, id] = [p?.attributes.get("class"), p?.attributes.get("id")];
			assert.ok(token && id && sheet.saw(`.${token} #${id} [`), "and still selects what it selected");
		}
		await sheet.close();
	});
}

test("outside of masks style text leaves as it is, but no string that something masked shows", async () => {
	const sheet = await lab.page(
		`<!doctype html><style>.x::before{content:"shown-open"} .y::before{content:"; canary-y" "canary-z"} .y,.x{color:red}
		.n{&.y::after{content:"canary-n"}} @media all{.y::before{content:"canary-m"}} #one{background:url("data:image/svg+xml,<text>canary-i</text>")}
		.i::before{content:"\\f101"} body{font-family:"Some Font"}</style>
		<body><p class=x>CONTROL</p><p id=one class="y n alongside-mask">one</p><p class=y>two</p></body>`,
	);
	await sheet.start({ mode: "marked-only" });
	for (const kept of ["CONTROL", "shown-open", "Some Font"]) assert.ok(sheet.saw(kept), kept);
	assert.ok(sheet.saw("\\f101") || sheet.saw("\uf101"));
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});

test("a strict page keeps its layout: keywords, colours, areas and the fonts of systems", async () => {
	const sheet = await lab.page(
		`<!doctype html><style>:root{--a:solid;--b:linear-gradient(180deg,rgba(0,0,0,.5),red);--c:0 1px var(--a);--d:#0d6efd}
		body{font-family:"Segoe UI","Helvetica Neue",Arial;grid-template-areas:"head head" "nav main"} p{grid-area:head} b{grid-area:nav} i{grid-area:main}
		b::before{content:"»"}</style><body><p>one</p></body>`,
	);
	await sheet.start({ mode: "strict" });
	for (const kept of [
		"--a:solid",
		"--b:linear-gradient(180deg,rgba(0,0,0,.5),red)",
		"--c:0 1px var(--a)",
		"--d:#0d6efd",
		'"Segoe UI","Helvetica Neue",Arial',
		'"head head" "nav main"',
		'content:"»"',
	])
		assert.ok(sheet.saw(kept), kept);
	await sheet.close();
});

test("what a class token is asked for leaves, not the token", async () => {
	const sheet = await lab.page(
		`<!doctype html><style>[class^="icon-"],[class*=" icon-"]{color:red}[class*=mid]{top:0}[class$="-end"]{left:0}</style>
		<body><p class="icon-canary">a</p><b class="big icon-canary">b</b><i class="canarymidcanary">c</i><u class="canary-end">d</u></body>`,
	);
	await sheet.start({});
	const mirror = sheet.mirror();
	const of = (tag: string) => mirror.find((node) => node.tag === tag)?.attributes.get("class");
	assert.deepEqual([of("p"), of("b"), of("i"), of("u")], ["icon-", "icon-", "mid", "-end"]);
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});
