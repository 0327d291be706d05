/** How a page looks: its style sheets, whatever changes them, and what scripts show without any. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Applier } from "./applier.ts";
import { type Sheet, useLab } from "./harness.ts";

const lab = useLab();

const open = async (html: string, policy: object = { mode: "marked-only" }, headers = {}): Promise<Sheet> => {
	const sheet = await lab.page(`<!doctype html><html>${html}</html>`, "/", headers);
	await sheet.start(policy);
	return sheet;
};

/** Waits for two samples, and for what they found. */
const sampled = async (sheet: Sheet): Promise<void> => {
	await sheet.page.waitForTimeout(600);
	await sheet.settled();
};

/** The rules of every sheet, as a browser reads what the mirror was given. */
async function mirrored(sheet: Sheet): Promise<string[]> {
	const mirror = sheet.mirror();
	const sheets = [...mirror.sheets.values()].map((each) => ({ text: mirror.css(each), edits: each.edits }));
	return sheet.page.evaluate((all) => {
		return all
			.map(({ text, edits }) => {
				const made = document.createElement("style");
				made.textContent = text;
				const home = document.implementation.createHTMLDocument();
				home.head.append(made);
				const rules = made.sheet as CSSStyleSheet;
				for (const { at, text: rule } of edits) {
					if (rule === undefined) rules.deleteRule(at);
					else rules.insertRule(rule, at);
				}
				return [...rules.cssRules].map((each) => each.cssText).join("\n");
			})
			.sort();
	}, sheets);
}

/** The same of the page's own sheets. */
const own = (sheet: Sheet): Promise<string[]> =>
	sheet.page.evaluate(() => {
		const roots = [document, ...[...document.querySelectorAll("*")].flatMap((element) => element.shadowRoot ?? [])];
		const sheets = new Set(roots.flatMap((root) => [...root.styleSheets, ...root.adoptedStyleSheets]));
		return [...sheets].map((each) => [...each.cssRules].map((rule) => rule.cssText).join("\n")).sort();
	});

const same = async (sheet: Sheet, why: string): Promise<void> => {
	assert.deepEqual(await mirrored(sheet), await own(sheet), why);
};
const texts = (mirror: Applier): string =>
	[...mirror.sheets.values()]
		.map((each) => `${mirror.css(each)}\n${each.edits.map(({ text }) => text ?? "").join("\n")}`)
		.join("\n");

const LOSSY = ".box { border: var(--line); border-left-color: red; margin: var(--gap) }";

// req 001-02
test("a shorthand with var() and a longhand after it keep their source, in a style element and in a file", async () => {
	lab.pages.set("/lossy.css", { type: "text/css", body: `${LOSSY}\n.plain { color: blue }` });
	const sheet = await open(
		`<head><style id=s>:root { --line: 3px solid green } ${LOSSY}</style><link rel=stylesheet href="/lossy.css"></head><body>x</body>`,
	);
	await sampled(sheet);
	const border = /border: ?var\(--line\)/g;
	assert.equal(texts(sheet.mirror()).match(border)?.length, 2, "the source of both");
	await sheet.page.evaluate(`s.sheet.insertRule(".more { border: var(--line); border-top: 0 }", 1)`);
	await sheet.settled();
	await same(sheet, "after insertRule");
	assert.equal(texts(sheet.mirror()).match(border)?.length, 3, "the source of an inserted rule");
	await sheet.page.evaluate("capture.keyframe()");
	await sheet.settled();
	assert.equal(texts(sheet.mirror()).match(border)?.length, 3, "after a fresh snapshot");
	await same(sheet, "after a fresh snapshot");
	await sheet.close();
});

test("where the page's policy forbids to fetch, a linked sheet is told in the object model's words", async () => {
	lab.pages.set("/lossy.css", { type: "text/css", body: `${LOSSY}\n.plain { color: blue }` });
	const sheet = await open(
		`<head><link rel=stylesheet href="/lossy.css"></head><body>x</body>`,
		{ mode: "marked-only" },
		{ "Content-Security-Policy": "default-src 'self' 'unsafe-inline'; connect-src 'none'" },
	);
	await sampled(sheet);
	assert.match(texts(sheet.mirror()), /\.plain/);
	await sheet.close();
});

// req 001-02
test("changes of rules that no event tells: selectorText, style, styleMap, keyframes, media, nested rules", async () => {
	const sheet = await open(
		`<head><style id=s>.a { color: red } .b { color: green } @keyframes k { from { top: 0 } to { top: 9px } }
		@media all { .c { color: blue } } .d { & .e { color: red } } @layer x { .f { color: red } } @supports (color: red) { .g { color: red } }</style></head><body>x</body>`,
	);
	const steps: [string, string][] = [
		["selectorText", `s.sheet.cssRules[0].selectorText = ".a2"`],
		["style.setProperty", `s.sheet.cssRules[1].style.setProperty("color", "purple", "important")`],
		["style.color", `s.sheet.cssRules[0].style.color = "orange"`],
		["styleMap", `s.sheet.cssRules[0].styleMap.set("opacity", "0.5")`],
		["appendRule", `s.sheet.cssRules[2].appendRule("50% { top: 5px }")`],
		["keyframes deleteRule", `s.sheet.cssRules[2].deleteRule("from")`],
		["keyframe style", `s.sheet.cssRules[2].cssRules[0].style.top = "7px"`],
		["name of keyframes", `s.sheet.cssRules[2].name = "k2"`],
		["media of a rule", `s.sheet.cssRules[3].media.mediaText = "print"`],
		["nested in media", `s.sheet.cssRules[3].insertRule(".n { top: 1px }")`],
		["deep style", `s.sheet.cssRules[3].cssRules[1].style.color = "teal"`],
		["nested in a style rule", `s.sheet.cssRules[4].insertRule("& > .m { top: 1px }", 0)`],
		["delete in a style rule", "s.sheet.cssRules[4].deleteRule(1)"],
		["insert in a layer", `s.sheet.cssRules[5].insertRule(".l { top: 1px }")`],
		["insert in supports", `s.sheet.cssRules[6].insertRule(".q { top: 1px }")`],
		["shorthand", `s.sheet.cssRules[1].style.cssText = "border: 1px solid red"`],
	];
	for (const [what, step] of steps) {
		await sheet.page.evaluate(step);
		await sheet.settled();
		await same(sheet, what);
	}
	await sheet.page.evaluate("globalThis.kept = s.sheet.cssRules[1].style");
	await sheet.settled();
	await sheet.page.evaluate(`kept.top = "77px"`);
	await sampled(sheet);
	await same(sheet, "a declaration block that a script kept");
	await sheet.page.evaluate("capture.keyframe()");
	await sheet.settled();
	await same(sheet, "after a fresh snapshot");
	await sheet.close();
});

test("rules that were changed before the capture began", async () => {
	const sheet = await lab.page(
		`<!doctype html><style id=s>.a { color: red } .b { color: green } .c { color: blue }</style>
		<style id=t>.d { border: var(--x); border-top: 0 } .e { top: 0 } .f { top: 0 }</style><body>x`,
	);
	await sheet.page.evaluate(`s.sheet.cssRules[1].style.color = "purple";
		t.sheet.insertRule(".first { top: 0 }", 0); t.sheet.deleteRule(2); t.sheet.insertRule(".last { top: 0 }", 3)`);
	await sheet.start({ mode: "marked-only" });
	await sampled(sheet);
	await same(sheet, "both sheets");
	assert.match(texts(sheet.mirror()), /border: var\(--x\)/);
	await sheet.close();
});

// req 001-02
test("adopted sheets: pushed, spliced, replaced after adoption, by promise, shared with shadow roots", async () => {
	const sheet = await open("<body><x-a></x-a></body>");
	const adopted = () => sheet.mirror().root?.adopted;
	await sheet.page.evaluate(`globalThis.one = new CSSStyleSheet(); globalThis.two = new CSSStyleSheet();
		one.replaceSync(".one { border: var(--x); border-top: 0 }"); document.adoptedStyleSheets.push(one)`);
	await sampled(sheet);
	assert.equal(adopted()?.length, 1);
	assert.match(texts(sheet.mirror()), /border: var\(--x\)/);
	await sheet.page.evaluate(`document.adoptedStyleSheets.splice(0, 0, two); two.replaceSync(".two { top: 0 }");
		document.querySelector("x-a").attachShadow({ mode: "open" }).adoptedStyleSheets = [one]`);
	await sampled(sheet);
	assert.equal(adopted()?.length, 2);
	assert.equal(sheet.mirror().find((n) => n.kind === "shadow")?.adopted?.[0], adopted()?.[1], "one sheet, two roots");
	await sheet.page.evaluate(`one.replaceSync(".again { top: 2px }")`);
	await sheet.settled();
	await same(sheet, "replaceSync");
	await sheet.page.evaluate(`two.replace(".promised { top: 3px }").then(() => undefined)`);
	await sheet.settled();
	await same(sheet, "replace");
	await sheet.page.evaluate(
		`two.insertRule(".inserted { top: 3px }", 1); one.disabled = true; two.media.mediaText = "print"`,
	);
	await sampled(sheet);
	await same(sheet, "insertRule");
	const [first, second] = adopted() ?? [];
	assert.equal(sheet.mirror().sheets.get(second ?? 0)?.flags, 1);
	assert.equal(sheet.mirror().sheets.get(first ?? 0)?.media, "print");
	await sheet.page.evaluate("document.adoptedStyleSheets.length = 0");
	await sampled(sheet);
	assert.deepEqual(adopted(), []);
	await sheet.close();
});

test("what scripts declare without a sheet: registered properties and font faces", async () => {
	lab.pages.set("/f.woff2", { type: "font/woff2", body: Buffer.from("no font") });
	const sheet = await open("<body>x</body>");
	await sheet.page.evaluate(`CSS.registerProperty({ name: "--turn", syntax: "<angle>", inherits: false, initialValue: "5deg" });
		globalThis.face = new FontFace("Some Face", "url(/f.woff2)", { weight: "700" }); document.fonts.add(face);`);
	await sheet.settled();
	const text = texts(sheet.mirror());
	assert.match(text, /@property --turn{syntax:"<angle>";inherits:false;initial-value:5deg}/);
	assert.match(text, /@font-face{font-family:"Some Face";src:url\("asset:[0-9a-f]{32}"\);.*font-weight:700/);
	assert.equal(sheet.mirror().root?.adopted?.length, 1);
	await sheet.page.evaluate("document.fonts.delete(face)");
	await sheet.settled();
	assert.doesNotMatch(texts(sheet.mirror()), /Some Face/);
	await sheet.close();
});

test("imports stand in place of themselves, however they are written, and rules after them keep their places", async () => {
	lab.pages.set("/in.css", { type: "text/css", body: `@import "deep.css"; .in { background: url(pic.png) }` });
	lab.pages.set("/deep.css", { type: "text/css", body: ".deep { color: red }" });
	const sheet = await open(
		`<head><style id=s>@charset "utf-8"; @import url("/in.css") layer(base) screen; @import '/deep.css';
		.own { border: var(--x); border-top: 0 }</style></head><body><p class="in deep own">x</p></body>`,
	);
	await sheet.page.evaluate(`s.sheet.insertRule(".late { top: 0 }", 3)`);
	await sampled(sheet);
	const text = texts(sheet.mirror());
	assert.match(text, /@media screen{@layer base{.*@media all{\s*\.deep.*\.in.*asset:.*@media all{\s*\.deep.*\.own/s);
	assert.match(text, /border: var\(--x\)/);
	assert.deepEqual(
		[...sheet.mirror().sheets.values()].flatMap(({ edits }) => edits.map(({ at }) => at)),
		[3],
	);
	assert.equal(
		sheet
			.mirror()
			.find((n) => n.tag === "p")
			?.attributes.get("class"),
		"in deep own",
	);
	assert.ok(!sheet.saw("/in.css") && !sheet.saw("pic.png"));
	await sheet.close();
});

// req 001-02
test("custom states, only those that a sheet selects by, and slots that are filled by hand", async () => {
	const sheet = await open(
		"<head><style>x-s:state(on) { color: red }</style></head><body><x-s></x-s><x-m><b>1</b><i>2</i></x-m></body>",
	);
	await sheet.page.evaluate(`{
		customElements.define("x-s", class extends HTMLElement { constructor() { super(); this.states = this.attachInternals().states; } });
		const root = document.querySelector("x-m").attachShadow({ mode: "open", slotAssignment: "manual" });
		root.innerHTML = "<slot></slot>";
		globalThis.slot = root.firstChild;
		slot.assign(document.querySelector("i"));
		for (const state of ["on", "SECRET"]) document.querySelector("x-s").states.add(state);
	}`);
	await sampled(sheet);
	const find = (tag: string) => sheet.mirror().find((n) => n.tag === tag);
	assert.deepEqual(find("x-s")?.states, ["on"]);
	assert.ok(!sheet.saw("SECRET"));
	assert.deepEqual(find("slot")?.assigned, [find("i")?.id]);
	await sheet.page.evaluate(
		`document.querySelector("x-s").states.delete("on"); slot.assign(document.querySelector("b"), document.querySelector("i"))`,
	);
	await sampled(sheet);
	assert.deepEqual(find("x-s")?.states, []);
	assert.deepEqual(find("slot")?.assigned, [find("b")?.id, find("i")?.id]);
	await sheet.page.evaluate("capture.keyframe()");
	await sampled(sheet);
	assert.deepEqual(find("slot")?.assigned, [find("b")?.id, find("i")?.id]);
	await sheet.close();
});

// req 001-02
test("custom highlights: only those that a sheet selects by, nothing in masked text", async () => {
	const sheet = await open(
		`<head><style>::highlight(found) { background: yellow }</style></head><body><p>some words</p><p class=alongside-mask>some words</p></body>`,
	);
	await sheet.page.evaluate(`{
		globalThis.range = (n, from, to) => { const r = new Range(), t = document.querySelectorAll("p")[n].firstChild; r.setStart(t, from); r.setEnd(t, to); return r; };
		CSS.highlights.set("found", new Highlight(range(0, 5, 10), range(1, 0, 4)));
		CSS.highlights.set("SECRET", new Highlight(range(0, 0, 4)));
	}`);
	await sampled(sheet);
	const text = sheet.mirror().find((n) => n.data === "some words")?.id;
	assert.deepEqual(sheet.mirror().highlights.get("found"), { priority: 0, ranges: [text, 5, text, 10] });
	assert.ok(!sheet.saw("SECRET"));
	await sheet.page.evaluate(
		`CSS.highlights.get("found").clear(); CSS.highlights.get("found").add(range(0, 0, 4)); CSS.highlights.get("found").priority = 3`,
	);
	await sampled(sheet);
	assert.deepEqual(sheet.mirror().highlights.get("found"), { priority: 3, ranges: [text, 0, text, 4] });
	await sheet.page.evaluate("CSS.highlights.clear()");
	await sampled(sheet);
	assert.equal(sheet.mirror().highlights.size, 0);
	await sheet.close();
});

// req 001-02
test("animations that scripts make: keyframes, timing, playback; none of style sheets, none of boxes", async () => {
	const sheet =
		await lab.page(`<!doctype html><style>@keyframes css { to { top: 9px } } .css { animation: css 9s }</style>
		<body><p id=p>x</p><b id=b>y</b><i class=css>z</i><u class=alongside-ignore id=u>w</u>`);
	await sheet.page.evaluate(`globalThis.early = p.animate([{ marginLeft: "0px", offset: 0 }, { marginLeft: "50px", easing: "ease-in" }], { duration: 60000, fill: "both" });
		u.animate({ opacity: [0, 1] }, 60000)`);
	await sheet.start({ mode: "marked-only" });
	const [first] = [...sheet.mirror().animations.values()];
	assert.equal(sheet.mirror().animations.size, 1);
	assert.equal(first?.id, sheet.mirror().find((n) => n.tag === "p")?.id);
	assert.match(
		first?.keyframes ?? "",
		/0%{.*margin-left:0px;}100%{animation-timing-function:ease-in;.*margin-left:50px;}/,
	);
	assert.deepEqual(first?.timing, ["linear", 0, 3, 0, 0, 60000, 0, 1, 0]);
	assert.equal(first?.playback[0], 1);
	await sheet.page.evaluate("early.pause(); early.currentTime = 30000");
	await sheet.settled();
	assert.deepEqual([...sheet.mirror().animations.values()][0]?.playback, [2, 30000, 1]);
	await sheet.page.evaluate(`globalThis.late = b.animate([{ "--x": '"SECRET"', cssFloat: "left" }, { transform: "none", composite: "add" }], { duration: 60000, iterations: Infinity, pseudoElement: "::before" });
		early.cancel()`);
	await sheet.settled();
	const [second] = [...sheet.mirror().animations.values()];
	assert.equal(sheet.mirror().animations.size, 1);
	assert.equal(second?.pseudo, "::before");
	assert.match(second?.keyframes ?? "", /float:left/);
	assert.match(second?.keyframes ?? "", /animation-composition:add/);
	assert.equal(second?.timing[7], Number.POSITIVE_INFINITY);
	assert.ok(!sheet.saw("SECRET"));
	await sheet.page.evaluate("late.effect.updateTiming({ duration: 5, iterations: 1 })");
	await sampled(sheet);
	assert.equal(sheet.mirror().animations.size, 0, "over");
	await sheet.close();
});

// req 001-02
test("parts of drawings outside the page, pictures of blobs in style sheets, clip paths in style attributes", async () => {
	lab.pages.set("/icons.svg", {
		type: "image/svg+xml",
		body: `<svg xmlns="http://www.w3.org/2000/svg"><symbol id="cart"><path d="M0 0h9v9z"/></symbol></svg>`,
	});
	const sheet = await open(
		`<head><style id=s></style></head><body><svg><use href="/icons.svg#cart"></use><clipPath id="zone"><rect width=9 height=9></rect></clipPath></svg>
		<p style="clip-path:url(#zone)">x</p><div id=b>y</div></body>`,
	);
	await sheet.page.evaluate(`{
		const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="red"/></svg>';
		s.textContent = "#b { background: url(" + URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" })) + ") }";
	}`);
	await sampled(sheet);
	const mirror = sheet.mirror();
	const [, ref = "", id] =
		/^asset:([0-9a-f]{32})#(.*)$/.exec(mirror.find((n) => n.tag === "use")?.attributes.get("href") ?? "") ?? [];
	const drawing = mirror.assets.get(mirror.resources.get(ref) ?? "");
	assert.equal(id, "cart");
	assert.match(Buffer.from(drawing?.bytes ?? []).toString(), /symbol id="cart"/);
	const zone = mirror.find((n) => n.tag === "clipPath")?.attributes.get("id");
	assert.match(mirror.find((n) => n.tag === "p")?.attributes.get("style") ?? "", new RegExp(`url\\("#${zone}"\\)`));
	const [, blob = ""] = /asset:([0-9a-f]{32})/.exec(texts(mirror)) ?? [];
	assert.match(mirror.assets.get(mirror.resources.get(blob) ?? "")?.mime ?? "", /^image\/svg/);
	await sheet.close();
});

// req 001-26
test("document.write into a frame and another srcdoc: content, events, sheets and what follows", async () => {
	const sheet = await open(`<body><iframe id=f></iframe><iframe id=g srcdoc="<p>one</p>"></iframe></body>`);
	await sheet.page.evaluate(
		`f.contentDocument.write("<style>.w { color: red }</style><div style='height:50px;overflow:auto' class=w><p style='height:900px'>written</p></div>"); f.contentDocument.close()`,
	);
	await sheet.settled();
	assert.match(sheet.mirror().serialize(), /"written"/);
	assert.match(texts(sheet.mirror()), /\.w { color: red }/);
	await sheet.page.evaluate(`f.contentDocument.querySelector("div").scrollTop = 40; f.contentDocument.body.append("after"); f.contentDocument.adoptedStyleSheets = [new f.contentWindow.CSSStyleSheet()];
		f.contentDocument.querySelector("style").sheet.insertRule(".late { top: 0 }", 0)`);
	await sheet.settled();
	assert.match(sheet.mirror().serialize(), /"after"/);
	assert.match(texts(sheet.mirror()), /\.late/);
	assert.deepEqual(sheet.mirror().find((n) => n.scroll?.[1] === 40)?.tag, "div");
	await sheet.page.evaluate(
		`f.contentDocument.open(); f.contentDocument.write("<p>again</p>"); f.contentDocument.close(); g.srcdoc = "<p>two</p>"`,
	);
	await sampled(sheet);
	assert.match(sheet.mirror().serialize(), /"again"/);
	assert.match(sheet.mirror().serialize(), /"two"/);
	assert.doesNotMatch(sheet.mirror().serialize(), /"written"|"one"/);
	await sheet.close();
});

// req 001-05
test("layers: manual and automatic popovers, dialogs one over another, a group of details", async () => {
	const sheet = await open(`<body><div popover id=a>a</div><div popover=manual id=m>m</div><dialog id=d>d</dialog>
		<details name=g open id=x><summary>1</summary></details><details name=g id=y><summary>2</summary></details></body>`);
	const opened = () =>
		[...sheet.mirror().nodes.values()].flatMap(({ tag, open }) => (open && tag !== "details" ? [`${tag}${open}`] : []));
	await sheet.page.evaluate("m.showPopover(); d.showModal(); a.showPopover(); y.open = true");
	await sampled(sheet);
	assert.deepEqual(opened(), ["div3", "div3", "dialog1"]);
	assert.deepEqual(
		[...sheet.mirror().nodes.values()].filter((n) => n.tag === "details").map((n) => n.attributes.has("open")),
		[false, true],
	);
	await sheet.page.evaluate("a.hidePopover(); d.close(); d.show()");
	await sampled(sheet);
	assert.deepEqual(opened(), ["div3", "dialog2"]);
	await sheet.close();
});

// req 001-02
test("a video that can be read is told as small stills; not a masked one", async () => {
	const sheet = await open("<body></body>");
	await sheet.page.evaluate(`{
		const canvas = document.createElement("canvas");
		const pen = canvas.getContext("2d");
		setInterval(() => { pen.fillStyle = "#" + Math.random().toString(16).slice(2, 8); pen.fillRect(0, 0, 300, 150); }, 50);
		for (const name of ["", "alongside-mask"]) {
			const video = document.createElement("video");
			video.className = name;
			video.muted = true;
			video.srcObject = canvas.captureStream();
			document.body.append(video);
			void video.play();
		}
	}`);
	await sheet.page.waitForTimeout(2500);
	await sheet.settled().catch(() => undefined);
	const shown = [...sheet.mirror().nodes.values()].filter((n) => n.picture);
	assert.deepEqual(
		shown.map((n) => n.tag),
		["video"],
	);
	await sheet.close();
});

// req 001-02
test("alternative sheets are off until a script switches them on; a link that is disabled has no sheet", async () => {
	lab.pages.set("/alt.css", { type: "text/css", body: ".alternative { top: 0 }" });
	lab.pages.set("/link.css", { type: "text/css", body: ".linked { top: 0 }" });
	const sheet = await open(
		`<head><link rel=stylesheet href=/link.css id=l><link rel="alternate stylesheet" title=other href=/alt.css id=a></head><body>x</body>`,
	);
	const flags = (name: string) => {
		const mirror = sheet.mirror();
		return [...mirror.sheets.values()].find((each) => mirror.css(each).includes(name))?.flags;
	};
	await sampled(sheet);
	assert.deepEqual([flags("linked"), flags("alternative")], [0, 3]);
	await sheet.page.evaluate("l.disabled = true; a.disabled = true; a.disabled = false");
	await sampled(sheet);
	assert.deepEqual([flags("linked"), flags("alternative")], [1, 2]);
	await sheet.page.evaluate("l.disabled = false");
	await sampled(sheet);
	assert.equal(flags("linked"), 0);
	await sheet.close();
});
