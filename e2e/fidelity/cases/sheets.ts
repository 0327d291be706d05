/** Hard cases of style sheets: 1–22 of docs/fidelity.md. */
import { page, script, type Trial } from "../hand.ts";

const LINKED = `:root { --edge: 3px solid rgb(0, 90, 160); --room: 12px; --paint: rgb(220, 240, 255) }
.box { border: var(--edge); margin: var(--room); background: var(--paint); font: italic var(--size, 20px)/2 serif }`;
const boxes = '<div class="box" id="a">one</div><div class="box" id="b">two</div><div class="box" id="c">three</div>';

export const sheets: Trial[] = [
	{
		name: "var() in a shorthand, <style>",
		html: page(`<style>${LINKED}</style>${boxes}`),
		steps: [
			script(() => document.documentElement.style.setProperty("--edge", "6px dashed rgb(160, 0, 0)")),
			// The source no longer holds: what the sheet is must be read from its rules.
			script(() =>
				document.styleSheets[1]?.insertRule(".box { margin: calc(var(--room) * 2); padding: var(--room) }", 2),
			),
		],
	},
	{
		name: "var() in a shorthand, linked sheet",
		html: page(`<link rel="stylesheet" href="linked.css">${boxes}`),
		files: { "linked.css": { type: "text/css", body: LINKED } },
		steps: [
			script(() => document.documentElement.style.setProperty("--room", "30px")),
			script(() => document.styleSheets[1]?.insertRule("#b { background: var(--none, rgb(250, 200, 200)) }", 2)),
		],
	},
	{
		name: "insertRule and deleteRule",
		html: page(`<style id="s">#a { color: red }</style>${boxes}`),
		steps: [
			script(() => document.styleSheets[1]?.insertRule("#b { background: gold }", 0)),
			script(() => {
				for (let i = 0; i < 20; i++) document.styleSheets[1]?.insertRule(`.box { padding: ${i}px }`, i % 2);
			}),
			script(() => {
				const sheet = document.styleSheets[1] as CSSStyleSheet;
				sheet.deleteRule([...sheet.cssRules].findIndex(({ cssText }) => cssText.includes("gold")));
			}),
			script(() => {
				const sheet = document.styleSheets[1] as CSSStyleSheet;
				while (sheet.cssRules.length) sheet.deleteRule(0);
			}),
		],
	},
	{
		name: "rules inside rules",
		html: page(
			`<style>@media (min-width: 10px) { #a { background: gold } } @supports (color: red) { @media all { #b { color: red } } } #c { & b { color: red } }</style>${boxes}<p id="c"><b>bold</b></p>`,
		),
		steps: [
			script(() =>
				((document.styleSheets[1] as CSSStyleSheet).cssRules[0] as CSSMediaRule).insertRule(
					"#b { background: plum }",
					1,
				),
			),
			script(() => {
				const supports = document.styleSheets[1]?.cssRules[1] as CSSSupportsRule;
				(supports.cssRules[0] as CSSMediaRule).insertRule("#c { background: pink }", 0);
			}),
			script(() => ((document.styleSheets[1] as CSSStyleSheet).cssRules[0] as CSSMediaRule).deleteRule(0)),
			script(() =>
				((document.styleSheets[1] as CSSStyleSheet).cssRules[2] as CSSGroupingRule).insertRule(
					"b { font-size: 30px }",
					1,
				),
			),
		],
	},
	{
		name: "selectorText",
		html: page(`<style>#a { background: gold }</style>${boxes}`),
		steps: [
			script(() => {
				((document.styleSheets[1] as CSSStyleSheet).cssRules[0] as CSSStyleRule).selectorText = "#b";
			}),
			script(() => {
				((document.styleSheets[1] as CSSStyleSheet).cssRules[0] as CSSStyleRule).selectorText = "#b, div#c";
			}),
		],
	},
	{
		name: "rule.style",
		html: page(`<style>#a { background: gold } @media all { #b { background: plum } }</style>${boxes}`),
		steps: [
			script(() =>
				((document.styleSheets[1] as CSSStyleSheet).cssRules[0] as CSSStyleRule).style.setProperty("height", "90px"),
			),
			script(() => {
				((document.styleSheets[1] as CSSStyleSheet).cssRules[0] as CSSStyleRule).style.backgroundColor = "tomato";
			}),
			script(() =>
				((document.styleSheets[1] as CSSStyleSheet).cssRules[0] as CSSStyleRule).style.removeProperty(
					"background-color",
				),
			),
			script(() => {
				const nested = ((document.styleSheets[1] as CSSStyleSheet).cssRules[1] as CSSMediaRule)
					.cssRules[0] as CSSStyleRule;
				nested.style.setProperty("color", "navy", "important");
				nested.style.cssText += ";width: 300px";
			}),
		],
	},
	{
		name: "sheet.disabled",
		html: page(
			`<style>#a { background: gold }</style><link rel="stylesheet" href="more.css"><link rel="alternate stylesheet" title="other" href="other.css">${boxes}`,
		),
		files: {
			"more.css": { type: "text/css", body: "#b { background: plum; height: 100px }" },
			"other.css": { type: "text/css", body: "#c { background: pink; height: 20px }" },
		},
		steps: [
			script(() => {
				(document.styleSheets[1] as CSSStyleSheet).disabled = true;
			}),
			script(() => {
				(document.querySelector("link") as HTMLLinkElement).disabled = true;
			}),
			script(() => {
				(document.styleSheets[1] as CSSStyleSheet).disabled = false;
			}),
			script(() => {
				(document.querySelector("link") as HTMLLinkElement).disabled = false;
			}),
		],
	},
	{
		name: "media of a sheet",
		html: page(
			`<style media="print">#a { background: gold }</style><style id="m">@media (max-width: 1px) { #c { background: pink } }</style>${boxes}`,
		),
		steps: [
			script(
				() =>
					document.styleSheets[1]?.ownerNode instanceof Element &&
					document.styleSheets[1].ownerNode.setAttribute("media", "all"),
			),
			script(() => {
				(document.styleSheets[1] as CSSStyleSheet).media.mediaText = "(max-width: 5px)";
			}),
			script(() => {
				((document.styleSheets[2] as CSSStyleSheet).cssRules[0] as CSSMediaRule).media.mediaText = "(min-width: 5px)";
			}),
		],
	},
	{
		name: "adoptedStyleSheets.push",
		html: page(boxes),
		steps: [
			script(() => {
				const sheet = new CSSStyleSheet();
				sheet.replaceSync("#a { background: gold }");
				document.adoptedStyleSheets.push(sheet);
			}),
			script(() => {
				const sheet = new CSSStyleSheet();
				sheet.replaceSync("#a { background: plum; width: 200px }");
				document.adoptedStyleSheets.unshift(sheet);
			}),
			script(() => document.adoptedStyleSheets.reverse()),
			script(() => document.adoptedStyleSheets.pop()),
		],
	},
	{
		name: "replaceSync after adoption",
		html: page(boxes),
		steps: [
			script(() => {
				const sheet = new CSSStyleSheet();
				sheet.replaceSync("#a { background: gold }");
				document.adoptedStyleSheets = [sheet];
			}),
			script(() => document.adoptedStyleSheets[0]?.replaceSync("#a { color: red } #b { background: plum }")),
			script(() => document.adoptedStyleSheets[0]?.replace("#c { background: pink }")),
			script(() => document.adoptedStyleSheets[0]?.insertRule("#c { color: blue }")),
		],
	},
	{
		name: "one sheet, several roots",
		html: page(`<x-one class="one"></x-one><x-one></x-one><b>outside</b><script>
			window.shared = new CSSStyleSheet();
			shared.replaceSync("b { color: red; font-size: 24px }");
			for (const host of document.querySelectorAll("x-one")) {
				host.attachShadow({ mode: "open" }).innerHTML = "<b>inside</b><style>b { font-style: italic }</style>";
				host.shadowRoot.adoptedStyleSheets = [shared];
			}
		</script>`),
		steps: [
			script(() => (globalThis as unknown as { shared: CSSStyleSheet }).shared.replaceSync("b { color: green }")),
			script(() => document.adoptedStyleSheets.push((globalThis as unknown as { shared: CSSStyleSheet }).shared)),
			script(() => {
				const root = document.querySelector("x-one")?.shadowRoot;
				if (root) root.adoptedStyleSheets = [];
			}),
		],
	},
	{
		name: "text of a style element",
		html: page(`<style id="s">#a { background: gold }</style>${boxes}`),
		steps: [
			script(() => document.getElementById("s")?.append("#b { background: plum }")),
			script(() => {
				(document.getElementById("s")?.firstChild as Text).data = "#a { height: 10px }";
			}),
			script(() => {
				const style = document.createElement("style");
				style.textContent = "#c { background: pink }";
				document.body.append(style);
			}),
			script(() => document.getElementById("s")?.replaceChildren()),
		],
	},
	{
		name: "cascade layers",
		html: page(
			`<style>@layer base, theme; @layer theme { #a { background: gold } #b { color: red !important } } @layer base { #a, #b { background: plum } #b { color: green !important } }</style><style id="late"></style><p id="a">one</p><p id="b">two</p>`,
		),
		steps: [
			script(() => document.styleSheets[1]?.insertRule("@layer late { #b { background: tan } }", 3)),
			script(() => {
				(document.getElementById("late") as HTMLElement).textContent =
					"@layer theme { #b { width: 300px } } @layer { #a { width: 80px } }";
			}),
		],
	},
	{
		name: "container queries",
		html: page(
			`<style>#w { container: wide / inline-size; width: 300px } @container wide (width > 500px) { .box { background: gold; width: 50cqw } } @container style(--big: yes) { #b { height: 120px } }</style><div id="w">${boxes}</div>`,
		),
		steps: [
			script(() => {
				(document.getElementById("w") as HTMLElement).style.width = "700px";
			}),
			script(() => document.getElementById("w")?.style.setProperty("--big", "yes")),
		],
	},
	{
		name: "@scope",
		html: page(
			`<style>@scope (.card) to (.slot) { p { background: gold } :scope { border: 2px solid red } }</style><div class="card"><p>in</p><div class="slot"><p>out</p></div></div><div id="d"><p>not</p></div>`,
		),
		steps: [
			script(() => {
				(document.getElementById("d") as HTMLElement).className = "card";
			}),
			script(() => document.querySelector(".slot")?.removeAttribute("class")),
		],
	},
	{
		name: "nested style rules",
		html: page(
			`<style>.box { color: green; &:first-of-type { background: gold } + .box { width: 200px; @media (min-width: 2px) { height: 90px } } .on & { background: plum } letter-spacing: 2px }</style><div id="w">${boxes}</div>`,
		),
		steps: [
			script(() => {
				(document.getElementById("w") as HTMLElement).className = "on";
			}),
			script(() => document.getElementById("a")?.remove()),
		],
	},
	{
		name: "registered custom property",
		html: page(
			`<style>@property --shade { syntax: "<color>"; inherits: false; initial-value: gold } #a { background: var(--shade) } #b { --shade: plum; background: var(--shade) } #b > i { background: var(--shade) } #c { width: var(--wide) }</style><div class="box" id="a">one</div><div class="box" id="b"><i>two</i></div><div class="box" id="c">three</div>`,
		),
		steps: [
			script(() => CSS.registerProperty({ name: "--wide", syntax: "<length>", inherits: true, initialValue: "400px" })),
		],
	},
	{
		name: ":has()",
		html: page(
			`<style>.box:has(> b) { background: gold } form:has(:checked) #c { background: plum } body:has(.late) #a { width: 300px }</style><form>${boxes}<input type="checkbox" id="k"></form>`,
		),
		steps: [
			script(() => {
				(document.getElementById("b") as HTMLElement).innerHTML = "<b>two</b>";
			}),
			async (hand) => hand.click("#k"),
			script(() => document.body.append(Object.assign(document.createElement("p"), { className: "late" }))),
		],
	},
	{
		name: "attr() and counters",
		html: page(
			`<style>ol { counter-reset: n } li { counter-increment: n; list-style: none } li::before { content: counter(n, upper-roman) ". " attr(data-word) " — " } q { quotes: "«" "»" } li:last-child::after { content: " \\201Cend\\201D" }</style><ol><li data-word="first">a</li><li data-word="second">b</li></ol><q>said</q>`,
		),
		steps: [
			script(() => document.querySelector("li")?.setAttribute("data-word", "changed")),
			script(() => document.querySelector("ol")?.prepend(document.createElement("li"))),
		],
	},
	{
		name: "dark mode",
		html: page(
			`<meta name="color-scheme" content="light dark"><style>:root { color-scheme: light dark } #a { background: light-dark(gold, navy) } @media (prefers-color-scheme: dark) { #b { background: teal; color: white } }</style>${boxes}<input value="field"><button>go</button>`,
		),
		steps: [async (hand) => hand.prefer("dark"), async (hand) => hand.prefer("light")],
	},
	{
		name: "quirks mode",
		html: page(
			`<style>.BOX { background: gold } #t { color: red; width: 300 }</style><div style="font-size: 30px"><table id="t" height="100%"><tr><td>cell<td>cell</table></div><p class="box">upper case</p><img width=10 height=40><div style="height: 50%; background: plum" id="h">half</div>`,
			{ doctype: "" },
		),
		steps: [
			script(() => {
				(document.getElementById("h") as HTMLElement).style.height = "25%";
			}),
		],
	},
	{
		name: "right to left",
		html: page(
			`<style>.pad { padding-inline-start: 60px; border-inline-end: 5px solid red }</style><p class="pad">مرحبا بكم في صفحتنا 123 (abc)</p><ul><li>واحد<li>اثنان</ul><p dir="auto">english</p><p id="l" class="pad">نص <bdi>user-1</bdi></p><input value="قيمة">`,
			{ html: 'lang="ar" dir="rtl"' },
		),
		steps: [
			script(() => document.getElementById("l")?.setAttribute("dir", "ltr")),
			script(() => {
				document.documentElement.dir = "ltr";
			}),
		],
	},
];
