/**
 * What a hostile visitor could send instead of a page. Nothing of it may execute and nothing may be requested: not in
 * the frame as it is served, and, so that no barrier leans on another, not without the frame's policy either: two mirrors show the same.
 */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { useBench } from "./harness.ts";
import { asset, MATHML, newKey, Script, SVG, style } from "./script.ts";

const bench = useBench();
beforeEach(() => aim());

const CODE = "top.attacked=1;parent.parent.attacked=1";
/** A URL that the server would see. */
let live = "";
const aim = () => {
	live = `${bench.origin}/live`;
};

type Frames = Uint8Array[];
type Attack = (script: Script) => Frames | undefined;

/** An attack that is one element with attributes. */
const element =
	(tag: string, attributes: () => Record<string, string>, namespace = 0): Attack =>
	(script) => {
		script.element(tag, attributes(), namespace);
		script.text(CODE);
		return undefined;
	};

/** An attack by style text: in a sheet, a rule, an adopted sheet and a style attribute. */
const css =
	(declarations: () => string, before: () => string = () => ""): Attack =>
	(script) => {
		const text = `${before()} body, p, ::before { ${declarations()} }`;
		const sheet = style(text);
		const empty = style("");
		const owner = script.leaf("style");
		script.words("p", "styled", { style: declarations() });
		script.sheet(1, owner, sheet.key);
		script.sheet(2, 0, sheet.key);
		script.sheet(3, 0, empty.key);
		script.op("adopt", 1, 2, 2, 3);
		script.rule(3, [0], `p { ${declarations()} }`);
		return [sheet.frame, empty.frame];
	};

const ATTACKS: Record<string, Attack> = {
	"script element": element("script", () => ({ src: live })),
	"script element in SVG": element("script", () => ({ href: live }), SVG),
	"script element in capitals": element("SCRIPT", () => ({ src: live })),
	"script element with a prefix": element("svg:script", () => ({ src: live }), SVG),
	"event handlers": element("img", () => ({ src: "asset:x", onerror: CODE, OnLoad: CODE, onclick: CODE })),
	"event handlers in SVG": element("svg", () => ({ onload: CODE, onbegin: CODE }), SVG),
	"event handler of the body": (script) => {
		script.on("attr", 4, "onload", CODE);
		script.on("attr", 4, "onpageshow", CODE);
		return undefined;
	},
	"javascript link": element("a", () => ({ href: `javascript:${CODE}`, id: "link" })),
	"javascript link in SVG": element(
		"a",
		() => ({ "xlink:href": `javascript:${CODE}`, href: `javascript:${CODE}` }),
		SVG,
	),
	"link to itself": element("a", () => ({ href: live, target: "_self", ping: live, id: "link" })),
	"link to the top": element("a", () => ({ href: live, target: "_top", download: "x", id: "link" })),
	base: (script) => {
		script.leaf("base", { href: live });
		script.leaf("img", { src: "relative" });
		return undefined;
	},
	"meta refresh": element("meta", () => ({ "http-equiv": "refresh", content: `0;url=${live}` })),
	"frame with srcdoc": element("iframe", () => ({ srcdoc: `<script>${CODE}</script><img src=${live}>` })),
	"frame with src": element("iframe", () => ({ src: live })),
	"frame with a javascript src": element("iframe", () => ({ src: `javascript:${CODE}` })),
	"frame whose sandbox is opened": (script) => {
		const id = script.element("iframe", { sandbox: "allow-scripts allow-same-origin allow-top-navigation" });
		script.on("attr", id, "sandbox", "allow-scripts");
		script.on("unattr", id, "sandbox");
		script.content();
		script.element("html");
		script.element("body", { onload: CODE });
		script.words("script", CODE);
		script.leaf("img", { src: live, onerror: CODE });
		return undefined;
	},
	frameset: (script) => {
		script.element("frameset", { onload: CODE });
		script.leaf("frame", { src: live });
		return undefined;
	},
	"SVG animation of a link": (script) => {
		script.element("svg", {}, SVG);
		script.element("image", { href: "#x" }, SVG);
		script.leaf("set", { attributeName: "href", to: live, begin: "0s", dur: "9s" }, SVG);
		const id = script.leaf("animate", { attributeName: "x", values: `${live};${live}`, dur: "9s" }, SVG);
		script.on("attr", id, "attributeName", "xlink:href");
		script.up();
		script.words("handler", CODE);
		return undefined;
	},
	"SVG use and images": (script) => {
		script.element("svg", {}, SVG);
		for (const tag of ["use", "image", "feImage", "script", "textPath", "linearGradient", "mpath"])
			script.leaf(tag, { href: live, "xlink:href": live }, SVG);
		script.leaf("use", { href: `data:image/svg+xml,<svg id="x" onload="${CODE}"/>#x` }, SVG);
		script.leaf("rect", { fill: `url(${live}#x)`, filter: `u\\72l("${live}#x")`, cursor: `url(${live}),auto` }, SVG);
		return undefined;
	},
	"asset where a document would come of it": (script) => {
		const svg = asset("image", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="${CODE}"/>`);
		const html = asset("other", "text/html", `<script>${CODE}</script>`);
		const disguised = asset("image", "text/html", `<script>${CODE}</script>`);
		const refs = [svg, html, disguised].map(({ key }) => {
			const ref = newKey();
			script.resource(ref, key);
			return `asset:${ref}`;
		});
		for (const src of refs) {
			script.leaf("iframe", { src, srcdoc: src });
			script.leaf("embed", { src });
			script.leaf("object", { data: src });
			script.leaf("script", { src });
			script.leaf("a", { href: src });
			script.leaf("img", { src });
		}
		return [svg.frame, html.frame, disguised.frame];
	},
	"object and embed": (script) => {
		script.leaf("object", { data: live, type: "text/html", classid: live, codebase: live });
		script.leaf("embed", { src: live });
		script.leaf("applet", { code: live });
		script.leaf("portal", { src: live });
		script.leaf("fencedframe", { src: live });
		return undefined;
	},
	"link relations": (script) => {
		for (const rel of [
			"stylesheet",
			"preload",
			"prefetch",
			"icon",
			"import",
			"preconnect",
			"manifest",
			"modulepreload",
		])
			script.leaf("link", { rel, href: live, as: "image" });
		return undefined;
	},
	"style element with a text": element("style", () => ({})),
	"style element with live text": (script) => {
		const id = script.element("style");
		const text = script.text(`@import "${live}"; body { background: url(${live}) }`);
		script.on("data", text, `body { background: url(${live}) }`);
		script.on("value", id, `body { background: url(${live}) }`);
		script.up();
		script.element("style", {}, SVG);
		script.text(`rect { fill: red; background: url(${live}) }`);
		return undefined;
	},
	"images by every attribute": (script) => {
		const all = { src: live, srcset: `${live} 1x, ${live}2 2x`, lowsrc: live, dynsrc: live, longdesc: live };
		script.leaf("img", all);
		script.leaf("input", { type: "image", ...all });
		script.element("picture");
		script.leaf("source", all);
		script.leaf("img");
		script.up();
		script.leaf("image", all);
		script.element("table", { background: live });
		script.leaf("td", { background: live });
		return undefined;
	},
	"video and audio": (script) => {
		script.element("video", { src: live, poster: live, autoplay: "", preload: "auto" });
		script.leaf("source", { src: live });
		script.leaf("track", { src: live, default: "" });
		script.up();
		script.leaf("audio", { src: live, autoplay: "", controls: "" });
		return undefined;
	},
	forms: (script) => {
		script.element("form", { action: live, method: "post", id: "form", target: "_top" });
		script.leaf("input", { name: "a", type: "text", autofocus: "", formaction: live });
		script.words("button", "Send", { type: "submit", formaction: live, id: "button", formtarget: "_top" });
		script.leaf("isindex", { action: live });
		return undefined;
	},
	"links of MathML": (script) => {
		script.element("math", { href: live, "xlink:href": live }, MATHML);
		script.element("mtext", { href: `javascript:${CODE}` }, MATHML);
		script.element("annotation-xml", { encoding: "text/html", src: live }, MATHML);
		script.words("script", CODE);
		return undefined;
	},
	"namespaces nested in each other": (script) => {
		script.element("svg", {}, SVG);
		script.element("foreignObject", {}, SVG);
		script.element("div");
		script.element("svg", {}, SVG);
		script.words("script", CODE);
		script.element("desc", {}, SVG);
		script.leaf("img", { src: live, onerror: CODE });
		script.leaf("iframe", { src: live });
		return undefined;
	},
	"names that are no custom elements": (script) => {
		for (const tag of ["font-face", "x-a src=", "x-<img>", "alongside-box", "a:b", "", "x-a\nb", "-", "annotation-xml"])
			script.leaf(tag, { onload: CODE, src: live, style: `background:url(${live})`, "a b": "c", "": "d", "=": "e" });
		script.leaf("button", { is: "x-attack" });
		return undefined;
	},
	"names that hide what the mirror calls": (script) => {
		const form = script.element("form");
		for (const name of ["setAttribute", "attributes", "nodeType", "parentNode", "removeChild", "insertBefore", "style"])
			script.leaf("input", { id: name, name });
		script.leaf("img", { name: "defaultView", id: "adoptedStyleSheets" });
		script.leaf("iframe", { name: "elementFromPoint", id: "body" });
		script.on("attr", form, "class", "reached");
		script.at(form, 0);
		script.leaf("p");
		return undefined;
	},
	"CSS urls": css(
		() => `background: url(${live}); list-style: url( "${live}" ); cursor: url('${live}'), auto; content: url(${live})`,
	),
	"CSS url in disguise": css(
		() =>
			String.raw`background: u\72l(${live}); border-image: \75\72\6c("${live}"); mask: UR\4c (${live}); --x: url(${live}); background-image: var(--x)`,
	),
	"CSS image-set": css(
		() =>
			`--s: "${live}"; background: image-set("${live}" 1x, url(${live}) 2x); background: -webkit-image-set(url(${live}) 1x); mask-image: image-set(var(--s) 1x); list-style-image: image-set(attr(title type(<string>)) 1x)`,
	),
	"CSS other functions": css(
		() =>
			`background: image("${live}"); background: src("${live}"); background: cross-fade(url(${live}), "${live}"); background: -webkit-cross-fade(url(${live}), url(${live}), 50%); filter: url(${live}#f); clip-path: url(${live}#c); shape-outside: url(${live}); offset-path: url(${live}#p); -moz-binding: url(${live}); behavior: url(${live})`,
	),
	"CSS imports": css(
		() => "color: red",
		() =>
			String.raw`@charset "utf-8"; @import "${live}"; @import url(${live}) layer(x); @\69mport '${live}'; @IMPORT url("${live}"); @namespace url(${live});`,
	),
	"CSS fonts": css(
		() => "font-family: attack",
		() =>
			`@font-face { font-family: attack; src: url(${live}) format("woff2"), url("${live}") } @font-palette-values --x { font-family: attack }`,
	),
	"CSS at-rules": css(
		() => "counter-reset: x",
		() =>
			`@counter-style x { system: cyclic; symbols: url(${live}) } @property --y { syntax: "<url>"; inherits: true; initial-value: url(${live}) } @document url(${live}) { p { background: url(${live}) } } @page { background: url(${live}) } @media all { p { background: url(${live}) } }`,
	),
	"CSS that is cut elsewhere than it seems": css(
		() => "color: red",
		() =>
			[
				`p { x: "a\nb; background: url(${live}); y: "z" }`,
				`p { background: 12url(x"y); background: url(${live}) }`,
				`p { background: url(a"b url(c); } p { background: url(${live}) }`,
				`<!--url(x"y) { } p { background: url(${live}) } -->`,
				`p { --a: { b: "}"; }; background: url(${live}) }`,
				`p[title=") { background: url(${live}) }"] { background: url(${live}) }`,
				`p:is(a { background: url(${live}) } ) { background: url(${live}) }`,
				`p { a: (; background: image-set("${live}" 1x); ) ; background: image-set("${live}" 1x) }`,
				`/* " */ p { background: url(${live}) } /* ' */`,
				`p { color: red; & span, i:hover { background: image-set('${live}' 1x) } }`,
				`p { background: url(\\\n${live}) } p { background: \\url(${live}) } p { background: url\\28 ${live}) }`,
			].join("\n"),
	),
	"CSS properties with a type": css(
		() =>
			`--u: url(${live}); background-image: var(--u); --i: image-set("${live}" 1x); mask-image: var(--i); border-image-source: var(--none, url(${live}))`,
		() =>
			`@property --u { syntax: "<url> | <image>"; inherits: true; initial-value: url("${live}") } @property --i { syntax: "<image>"; inherits: false; initial-value: image-set("${live}" 1x) }`,
	),
	"CSS attr() with a type": (script) => {
		script.leaf("div", { "data-x": `url(${live})`, "data-y": live, title: `url("${live}")`, class: "typed" });
		return css(
			() =>
				`background: attr(data-x type(<image>)); mask-image: attr(data-x type(*)); list-style-image: attr(data-y url); content: attr(title type(<url>)); border-image: src(attr(data-y)); filter: attr(data-x type(<url>)); cursor: image-set(attr(data-y) 1x), auto`,
		)(script);
	},
	"CSS functions of the page, conditions and scopes": css(
		() =>
			`--s: "${live}"; background: --u(); list-style-image: image-set(--s() 1x); mask-image: if(style(--s): url(${live}); else: url(${live})); border-image: src(--s()); offset-path: random(url(${live}))`,
		() =>
			`@function --u() returns <image> { result: url(${live}) } @function --s() { result: "${live}" }
			@scope (p) to (url(${live})) { :scope { background: url(${live}) } & { background: image-set("${live}" 1x) } }
			@starting-style { p { background: url(${live}) } } @position-try --t { background: url(${live}) }
			@container style(--s: url(${live})) { p { background: url(${live}) } } @supports (background: url(${live})) { p { background: url(${live}) } }
			@layer a { @layer b { p { background: url(${live}) } } } @view-transition { navigation: auto; types: url(${live}) }`,
	),
	"CSS functions with a prefix": css(
		() =>
			`background: -webkit-cross-fade(url(${live}), url("${live}"), 50%); background: -moz-image-rect(url(${live}), 1, 1, 1, 1); background: -webkit-canvas(${live}); background: -moz-element(url(${live})); background: paint(x, url(${live})); background: -webkit-gradient(linear, url(${live})); mask: -webkit-image-set("${live}" 1x); -webkit-mask-box-image: url(${live}); -webkit-box-reflect: below 1px url(${live}); background: cross-fade("${live}" 50%, src("${live}"))`,
	),
	"CSS fonts that are copies of something else": (script) => {
		const svg = asset("font", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="${CODE}"/>`);
		const html = asset("font", "text/html", `<script>${CODE}</script>`);
		const font = asset("font", "font/woff2", `@import "${live}"`);
		const refs = [svg, html, font].map(({ key }) => {
			const ref = newKey();
			script.resource(ref, key);
			return ref;
		});
		const sources = refs.map((ref) => `url(asset:${ref}), url("asset:${ref}${live}"), src("asset:${ref}")`).join();
		const frames = css(
			() => "font-family: a1",
			() => `@font-face { font-family: a1; src: ${sources}, url(${live}) }`,
		)(script);
		return [svg.frame, html.frame, font.frame, ...(frames ?? [])];
	},
	"keyframes of an animation": (script) => {
		const p = script.words("p", "animated");
		const live2 = live.replace(/e$/, String.raw`\65`);
		const frames = [
			`0% { background: url(${live}) } 100% { background: url("${live2}"); --x: url(${live}) }`,
			`0%, 100% { background: image-set("${live}" 1x); mask: u\\72l(${live}); cursor: url(${live}), auto; filter: url(${live}#x) }`,
			`} @import url(${live}); p { background: url(${live}) } @keyframes x { 0% { list-style: url(${live}) }`,
			`0% { --i: url(${live}); background: var(--i); content: url(${live}); offset-path: url(${live}#x) } 100% { background: src("${live}") }`,
			`} } } @font-face { font-family: x; src: url(${live}) } 0% { font-family: x }`,
		];
		for (const [i, text] of frames.entries()) {
			for (const pseudo of ["", "::before", "::after, *", "::part(x)"]) {
				script.animate(i * 9 + pseudo.length, p, text, { pseudo, iterations: Number.POSITIVE_INFINITY });
				script.playback(i * 9 + pseudo.length, 1, 10);
			}
		}
		script.animate(99, p, "0% { opacity: 1 }", { easing: `linear; background: url(${live})` });
		return undefined;
	},
	"names of highlights": (script) => {
		const p = script.words("p", "highlighted");
		const names = ["x) { background: url(", `x; @import "${live}"`, "*/", "__proto__", "constructor", "\\"];
		for (const name of names) script.highlight(name, [p + 1, 0, p + 1, 5]);
		return css(
			() => "color: red",
			() =>
				`::highlight(x) { background: url(${live}); background-image: image-set("${live}" 1x) } ::highlight(__proto__) { cursor: url(${live}), auto }`,
		)(script);
	},
	"parts of a drawing": (script) => {
		const svg = asset(
			"image",
			"image/svg+xml",
			`<?xml-stylesheet href="${live}"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><style>@import "${live}"; rect { fill: url(${live}) }</style><symbol id="x" onload="${CODE}"><script>${CODE}</script><script href="${live}"/><image href="${live}"/><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="${live}" srcdoc="x"/></foreignObject><use xlink:href="${live}#y"/><set attributeName="href" to="${live}"/><rect fill="url(${live}#f)" style="mask:url(${live})" width="9" height="9"/></symbol></svg>`,
		);
		const ref = newKey();
		script.resource(ref, svg.key);
		script.element("svg", {}, SVG);
		for (const href of [
			`asset:${ref}#x`,
			`asset:${ref}#${live}`,
			`asset:${ref}#x"><script>`,
			`asset:${ref}`,
			`${live}#asset:${ref}#x`,
		])
			script.leaf("use", { href, "xlink:href": href }, SVG);
		return [svg.frame];
	},
	"slots by hand": (script) => {
		script.element("x-a");
		script.shadow(2);
		const slot = script.leaf("slot", { onslotchange: CODE, name: live });
		script.up();
		const image = script.leaf("img", { src: live, onerror: CODE });
		const refused = script.leaf("script", { src: live });
		script.op("assign", slot, 4, image, refused, slot, 1);
		return undefined;
	},
	"pictures of videos": (script) => {
		const html = asset("image", "text/html", `<script>${CODE}</script>`);
		const video = script.leaf("video", { src: live, poster: live });
		script.picture(video, html.key);
		script.picture(script.leaf("iframe"), html.key);
		script.on("attr", video, "poster", live);
		const svg = asset(
			"image",
			"image/svg+xml",
			`<svg xmlns="http://www.w3.org/2000/svg" onload="${CODE}"><image href="${live}"/></svg>`,
		);
		script.picture(video, svg.key);
		return [html.frame, svg.frame];
	},
	"style attributes that end themselves": element("p", () => ({
		style: `color:red}</style><img src=${live}>;background:url(${live});`,
	})),
	"markup in texts and values": (script) => {
		script.text(`</body><script>${CODE}</script><img src=${live} onerror=${CODE}>`);
		script.leaf("textarea", { value: "x" });
		script.title(`</title><script>${CODE}</script>`);
		script.on("value", script.leaf("div", { contenteditable: "true" }), `<img src=${live} onerror=${CODE}>`);
		script.box({ width: `1px;background:url(${live})`, background: `url(${live})`, "--x": `url(${live})` });
		return undefined;
	},
	"templates with declared shadow roots": (script) => {
		script.element("div");
		script.element("template", { shadowrootmode: "open" });
		script.words("script", CODE);
		script.leaf("img", { src: live });
		return undefined;
	},
	"policies of the page": (script) => {
		script.leaf("meta", { "http-equiv": "Content-Security-Policy", content: `report-uri ${live}; img-src 'none'` });
		script.words("script", `{"prefetch":[{"source":"list","urls":["${live}"]}]}`, { type: "speculationrules" });
		script.words("script", `{"imports":{}}`, { type: "importmap" });
		return undefined;
	},
};

for (const [name, attack] of Object.entries(ATTACKS)) {
	test(`${name}: nothing runs, nothing is requested`, async () => {
		await bench.open(true);
		const script = new Script();
		script.page();
		const extra = attack(script) ?? [];
		await bench.send([...extra, script.snapshot()]);
		// Whatever an attack does to the document, the mirror must still be able to follow.
		script.at(1, 0);
		await bench.send([script.diff()]);
		await clickAround();
		assert.deepEqual(bench.requests, []);
		assert.deepEqual(bench.errors, []);
		assert.deepEqual(
			await bench.state((test) => ({
				attacked: "attacked" in test,
				lost: test.lost,
				seen: [test.mirror.seen.seq, test.bare?.seen.seq],
			})),
			{ attacked: false, lost: [], seen: [2, 2] },
		);
		assert.equal(new URL(bench.page.url()).pathname, "/");
		for (const frame of bench.page.frames()) assert.ok(!frame.url().includes("/live"), frame.url());
	});
}

/** Acts inside the frames as no console lets an agent act. */
async function clickAround(): Promise<void> {
	await bench.page.evaluate(() => {
		for (const frame of document.querySelectorAll("iframe")) {
			frame.style.pointerEvents = "auto";
			const stage = frame.contentDocument?.querySelector("iframe") as HTMLIFrameElement;
			for (const target of (stage.contentDocument as Document).querySelectorAll("a, button, form")) {
				target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
				if (target.localName === "form") (target as HTMLFormElement).requestSubmit();
			}
		}
	});
	for (const frame of bench.page.frames()) {
		const target = await frame.$("#link, #button");
		await target?.click({ force: true, timeout: 2_000 });
	}
	await bench.settle(30);
}

test("the bench sees a request when there is one", async () => {
	await bench.open();
	await bench.page.evaluate((url) => {
		const image = document.createElement("img");
		image.src = url;
		document.body.append(image);
	}, live);
	await bench.settle(100);
	assert.deepEqual(new Set(bench.requests), new Set(["/live", live]));
});
