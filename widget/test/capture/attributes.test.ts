/** No attribute carries text out of something masked: whatever its name, its element, its value, and what sheets ask. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sheet, useLab } from "./harness.ts";

const lab = useLab();

const NAMES = `id class style title lang dir hidden width height align valign bgcolor color border cellpadding size rows
	cols wrap type open start role tabindex contenteditable min max step maxlength low high optimum popover inert slot part
	exportparts controls shape coords face frame rules clear is translate spellcheck media aria-expanded aria-selected
	aria-checked aria-pressed aria-current aria-level aria-valuenow aria-valuetext aria-label aria-description
	aria-labelledby aria-controls aria-activedescendant placeholder alt label abbr summary value name for form list
	headers datetime href src srcset sizes action formaction ping cite data poster background srcdoc integrity nonce
	content http-equiv target download hreflang rel referrerpolicy accesskey autocomplete pattern inputmode enterkeyhint
	itemprop itemid usemap data-x data-own data-shown data-starts custom _private x:y fill d points x from to values in
	result font-family stroke transform gradientUnits begin attributeName href viewBox preserveAspectRatio
	mathcolor notation`.split(/\s+/);
const HTML =
	"p a input textarea select option button img div form label progress meter li td ol font output x-one".split(" ");
const SVG = "svg g path text rect animate set use filter feBlend linearGradient canary-made".split(" ");
const SHEET = `[data-x]{color:red}[data-own="own"]{color:red}[data-starts^=sta]{color:red}[class*=icon]{color:red}
	p::after{content:attr(data-shown)}b::after{content:attr(title)}[type=ownword],[for],[name],[is],[media]{top:0}`;

/** Puts a canary into each attribute of each element below the target. */
const plant = (names: string[], html: string[], svg: string[], target: string): void => {
	const section = document.querySelector(target) as Element;
	let n = 0;
	const put = (element: Element) => {
		for (const name of names) {
			if (!element.isConnected) section.append(element);
			n++;
			const value =
				name === "style"
					? `--x:canary${n};animation-name:canary${n};font-family:"canary${n}",canary${n};background:url(/canary${n}.png);grid-area:canary${n};content:"canary${n}";width:var(--x,canary${n})`
					: `canary${n} icon-canary${n} starts-canary${n} url(#canary${n}) 7351928467`;
			try {
				element.setAttribute(name, value);
			} catch {
				// No name in this kind of document.
			}
		}
		element.setAttribute("canaryname", "x");
		element.append("canarytext");
	};
	for (const tag of html) put(document.createElement(tag));
	for (const tag of svg) put(document.createElementNS("http://www.w3.org/2000/svg", tag));
};

async function planted(policy: object, section: string): Promise<Sheet> {
	const sheet = await lab.page(
		`<!doctype html><style>${SHEET}</style><body><p class=alongside-unmask>CONTROL</p><section ${section}></section>`,
	);
	// Once before the capture and once while it runs.
	const act = `(${plant})(${JSON.stringify(NAMES)}, ${JSON.stringify(HTML)}, ${JSON.stringify(SVG)}, "section")`;
	await sheet.page.evaluate(act);
	await sheet.start(policy);
	await sheet.page.evaluate(act);
	await sheet.settled();
	return sheet;
}

for (const [what, policy, section] of [
	["strict", { mode: "strict" }, ""],
	["masked, in the weakest mode", { mode: "marked-only" }, "class=alongside-mask"],
	["ignored, in the weakest mode", { mode: "marked-only" }, "data-alongside=ignore"],
	["an editing host", { mode: "inputs" }, "contenteditable=plaintext-only"],
] as const) {
	// req 001-13, 001-14, 001-16, 000-29
	test(`no attribute's text leaves: ${what}`, async () => {
		const sheet = await planted(policy, section);
		assert.ok(sheet.saw("CONTROL"));
		assert.deepEqual(sheet.leaks(), []);
		await sheet.close();
	});
}

// req 001-15, 001-16
test("what a page copies from a field into the field's own attributes stays with the value", async () => {
	const sheet = await lab.page(
		`<!doctype html><style>${SHEET}</style><body><p>CONTROL</p><input id=a><textarea id=b></textarea>
		 <select id=c><option>canaryone<option>canarytwo</select><div id=d role=slider></div><output id=e></output></body>`,
	);
	await sheet.start({});
	await sheet.page.evaluate(`for (const e of document.querySelectorAll("#a,#b,#c,#d,#e,option"))
		for (const name of ${JSON.stringify(NAMES.filter((name) => name !== "type"))})
			e.setAttribute(name, name === "class" ? "canarychosen icon-canary" : "canarychosen 4 7351928467")`);
	await sheet.settled();
	await sheet.page.evaluate("capture.keyframe()");
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL"));
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});

test("known words and numbers leave something masked: the layout holds", async () => {
	const sheet = await lab.page(`<!doctype html><style>
		.card > b{color:red} [data-state="open"]{top:0} [class^="col-"]{float:left} @keyframes spin{to{top:0}} x-known{display:block}
		.grid{grid-template-areas:"one two"} .one{grid-area:one} :root{--line:1px solid rgb(1,2,3);--note:canary}
		</style><body class="alongside-mask card">
		<b data-state="open" class="col-canary" style="width:10px;color:rgb(1, 2, 3);animation-name:spin;--line:2px dotted">x</b>
		<input type=checkbox disabled size=20><td colspan=2 width="50%"></td><p dir=rtl align=center hidden>y</p>
		<svg viewBox="0 0 16 16"><path d="M10 10l5-5.5e2z" fill="currentColor" stroke-linecap="round"/>
		<rect fill="url(#grad)" transform="rotate(45) translate(1,2)"/><linearGradient id=grad gradientUnits="userSpaceOnUse"/></svg>
		<x-known></x-known><x-canary></x-canary></body>`);
	await sheet.start({ mode: "marked-only" });
	const mirror = sheet.mirror();
	const at = (tag: string) => mirror.find((node) => node.tag === tag)?.attributes ?? new Map();
	assert.equal(at("b").get("data-state"), "open");
	assert.equal(at("b").get("class"), "col-");
	assert.equal(at("body").get("class"), "card");
	assert.match(at("b").get("style") ?? "", /width:10px;color:rgb\(1, 2, 3\);animation-name:spin;--line:\s?2px dotted;/);
	assert.equal(at("input").get("type"), "checkbox");
	assert.equal(at("input").get("size"), "20");
	assert.ok(at("input").has("disabled"));
	assert.equal(at("p").get("dir"), "rtl");
	assert.equal(at("p").get("align"), "center");
	assert.equal(at("path").get("d"), "M10 10l5-5.5e2z");
	assert.equal(at("path").get("fill"), "currentColor");
	assert.equal(at("rect").get("transform"), "rotate(45) translate(1,2)");
	assert.equal(at("rect").get("fill"), `url(#${at("linearGradient").get("id")})`);
	assert.equal(at("linearGradient").get("gradientUnits"), "userSpaceOnUse");
	assert.ok(mirror.find((node) => node.tag === "x-known"));
	assert.deepEqual(
		sheet.leaks().filter((leak) => !leak.includes("--note")),
		[],
	);
	await sheet.close();
});

test("slots and parts keep their places under names of ours", async () => {
	const sheet = await lab.page(`<!doctype html><style>x-a::part(known){color:red}</style><body>
		<x-a><p slot="canary-slot">one</p></x-a><script>
		document.querySelector("x-a").attachShadow({mode:"open"}).innerHTML =
			'<i part="canary-part known"></i><slot name="canary-slot"></slot>'</script></body>`);
	await sheet.start({ mode: "strict" });
	const mirror = sheet.mirror();
	const p = mirror.find((node) => node.tag === "p")?.attributes.get("slot");
	assert.ok(p);
	assert.equal(mirror.find((node) => node.tag === "slot")?.attributes.get("name"), p);
	assert.match(mirror.find((node) => node.tag === "i")?.attributes.get("part") ?? "", /^a-\d+ known$/);
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});
