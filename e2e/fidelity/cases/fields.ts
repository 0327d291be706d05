/** Hard cases of fields, pointing and motion: 35–49 of docs/fidelity.md. */
import { click, page, script, type Trial } from "../hand.ts";

const words = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore. ";

export const fields: Trial[] = [
	{
		name: "value set by a script",
		html: page(
			'<input id="t" value="from the page"><textarea id="a">text</textarea><input id="r" type="range"><input id="c" type="color"><input id="n" type="number"><input id="d" type="date"><progress id="p" max="10" value="2"></progress><meter id="m" value=".4"></meter><output id="o">1</output>',
		),
		steps: [
			script(() => {
				(document.getElementById("t") as HTMLInputElement).value = "set by a script";
				(document.getElementById("a") as HTMLTextAreaElement).value = "two\nlines";
			}),
			script(() => {
				const set = (id: string, value: string) => {
					(document.getElementById(id) as HTMLInputElement).value = value;
				};
				set("r", "90");
				set("c", "#ff0000");
				set("n", "42");
				set("d", "2024-02-29");
				set("o", "2");
			}),
			script(() => {
				(document.getElementById("p") as HTMLProgressElement).value = 9;
				(document.getElementById("m") as HTMLMeterElement).value = 0.9;
			}),
			script(() => document.getElementById("p")?.removeAttribute("value")),
		],
	},
	{
		name: "indeterminate",
		html: page(
			'<style>:indeterminate + label { color: red } :checked + label { font-weight: bold }</style><input type="checkbox" id="c"><label>neither</label><input type="checkbox" checked><label>yes</label>',
		),
		steps: [
			script(() => {
				(document.getElementById("c") as HTMLInputElement).indeterminate = true;
			}),
			click("#c"),
		],
	},
	{
		name: "radio group",
		html: page(
			'<style>:checked + label { color: red }</style><form><input type="radio" name="g" id="a" checked><label>a</label><input type="radio" name="g" id="b"><label>b</label></form><form><input type="radio" name="g" checked><label>other form</label><input type="radio" name="g" id="z"><label>z</label></form>',
		),
		steps: [
			click("#b"),
			script(() => {
				(document.getElementById("z") as HTMLInputElement).checked = true;
			}),
			script(() => {
				(document.getElementById("b") as HTMLInputElement).checked = false;
			}),
		],
	},
	{
		name: "select",
		html: page(
			'<select id="s"><option>one<option value="2">two<optgroup label="more"><option>three</optgroup></select><select id="m" multiple size="4"><option>a<option selected>b<option>c<option selected>d</select>',
		),
		steps: [
			script(() => {
				(document.getElementById("s") as HTMLSelectElement).value = "2";
			}),
			async (hand) => {
				await hand.run(() => document.getElementById("s")?.focus());
				await hand.press("ArrowDown");
			},
			script(() => document.getElementById("s")?.prepend(new Option("zero", "0", true, true))),
			script(() => {
				const [a, , c] = (document.getElementById("m") as HTMLSelectElement).options;
				if (a && c) a.selected = c.selected = true;
			}),
			script(() => {
				(document.getElementById("s") as HTMLSelectElement).selectedIndex = -1;
			}),
		],
	},
	{
		name: "textarea resized",
		html: page(
			"<style>body { margin: 0 } textarea { display: block; width: 200px; height: 100px; margin: 0 }</style><textarea>some text</textarea><p>below</p>",
		),
		steps: [
			async (hand) => {
				await hand.drag([203, 103], [330, 220]);
				// Browsers paint the edge of a field under the pointer darker by themselves.
				await hand.hover("p");
			},
		],
	},
	{
		name: "contenteditable",
		html: page(
			'<style>[contenteditable] { outline: 0; border: 1px solid; padding: 8px } :empty::before { content: "write here" }</style><div id="e" contenteditable></div>',
		),
		steps: [
			async (hand) => {
				await hand.click("#e");
				await hand.type("hello world");
			},
			async (hand) => {
				await hand.press("Enter");
				await hand.type("second line");
			},
			script(() => {
				document.getSelection()?.selectAllChildren(document.getElementById("e")?.lastChild as Node);
				document.execCommand("bold");
				document.getSelection()?.collapseToEnd();
			}),
		],
	},
	{
		name: "form reset",
		html: page(
			'<form id="f"><input id="t" value="before"><input type="checkbox" id="c"><select id="s"><option>one<option selected>two</select><textarea id="a">default</textarea><button type="reset">Reset</button></form>',
		),
		steps: [
			script(() => {
				(document.getElementById("t") as HTMLInputElement).value = "after";
				(document.getElementById("c") as HTMLInputElement).checked = true;
				(document.getElementById("s") as HTMLSelectElement).selectedIndex = 0;
				(document.getElementById("a") as HTMLTextAreaElement).value = "changed";
			}),
			script(() => (document.getElementById("f") as HTMLFormElement).reset()),
		],
	},
	{
		name: "inner scroller",
		html: page(
			`<style>#w { width: 300px; height: 150px; overflow: auto; border: 1px solid } #w > div { width: 800px } #s { height: 60px; overflow-y: scroll; scroll-behavior: smooth }</style><div id="w"><div>${words.repeat(20)}<div id="s">${words.repeat(8)}</div></div></div>`,
		),
		steps: [
			script(() => document.getElementById("w")?.scrollTo(60, 90)),
			script(() => document.getElementById("w")?.scrollTo(0, 10000)),
			script(() => document.getElementById("s")?.scrollTo({ top: 40, behavior: "instant" })),
			script(() => document.querySelector("#w > div")?.prepend(document.createElement("hr"))),
		],
	},
	{
		name: "sticky",
		html: page(
			`<style>h2 { position: sticky; top: 0; background: gold; margin: 0 } section { height: 600px } footer { position: fixed; bottom: 0; right: 0; background: plum } body { background: linear-gradient(white, silver) fixed }</style>${[1, 2, 3].map((n) => `<section><h2>part ${n}</h2>${words}</section>`).join("")}<footer>fixed</footer>`,
		),
		steps: [script(() => scrollTo(0, 300)), script(() => scrollTo(0, 750)), script(() => scrollTo(0, 99999))],
	},
	{
		name: "hover",
		html: page(
			`<style>.menu ul { display: none } .menu:hover > ul { display: block } a:hover { background: gold } @media (hover: hover) { .box:hover { transform: rotate(5deg) } }</style><div class="menu">Menu<ul><li><a href="#" id="a">first</a><li>second</ul></div><div class="box" id="b">box</div>`,
		),
		steps: [(hand) => hand.hover(".menu"), (hand) => hand.hover("#a"), (hand) => hand.hover("#b")],
	},
	{
		name: "focus",
		html: page(
			`<style>input:focus { background: gold } button:focus-visible { outline: 4px solid red } fieldset:focus-within { border-color: red }</style><fieldset><input id="i"><button id="b">button</button></fieldset><button id="c">other</button>`,
		),
		steps: [
			click("#i"),
			(hand) => hand.press("Tab"),
			click("#c"),
			async (hand) => {
				await hand.press("Shift+Tab");
				await hand.press("Shift+Tab");
			},
			script(() => (document.activeElement as HTMLElement).blur()),
		],
	},
	{
		name: "selection",
		html: page(
			`<style>p::selection { background: gold; color: red }</style><p id="p">${words}</p><div id="d">${words}</div>`,
		),
		steps: [
			script(() => {
				const text = document.getElementById("p")?.firstChild as Text;
				document.getSelection()?.setBaseAndExtent(text, 6, text, 30);
			}),
			script(() => {
				const [p, d] = [document.getElementById("p"), document.getElementById("d")];
				document.getSelection()?.setBaseAndExtent(p?.firstChild as Text, 50, d?.firstChild as Text, 12);
			}),
			script(() => document.getSelection()?.removeAllRanges()),
		],
	},
	{
		name: "custom highlights",
		html: page(
			`<style>::highlight(found) { background: gold } ::highlight(wrong) { text-decoration: underline wavy red; color: red }</style><p>${words}</p>`,
		),
		steps: [
			script(() => {
				const text = document.querySelector("p")?.firstChild as Text;
				const range = new Range();
				range.setStart(text, 6);
				range.setEnd(text, 17);
				CSS.highlights.set("found", new Highlight(range));
			}),
			script(() => {
				const text = document.querySelector("p")?.firstChild as Text;
				CSS.highlights.set(
					"wrong",
					new Highlight(new StaticRange({ startContainer: text, startOffset: 22, endContainer: text, endOffset: 30 })),
				);
			}),
			script(() => CSS.highlights.delete("found")),
		],
	},
	{
		name: "Web Animations",
		html: page('<div class="box" id="a">one</div><div class="box" id="b">two</div>'),
		steps: [
			script(() => {
				const animation = document
					.getElementById("a")
					?.animate([{ transform: "none" }, { transform: "translateX(400px)", background: "gold" }], {
						duration: 10_000,
						easing: "ease-in",
						fill: "both",
						id: "moved",
					});
				animation?.pause();
				if (animation) animation.currentTime = 5000;
			}),
			script(() => {
				const [animation] = document.getElementById("a")?.getAnimations() ?? [];
				if (animation) animation.currentTime = 9000;
			}),
			script(() => {
				document
					.getElementById("b")
					?.animate({ opacity: [1, 0.3], width: ["120px", "400px"] }, { duration: 100, fill: "forwards" })
					.finish();
			}),
			script(() => document.getElementById("a")?.getAnimations()[0]?.cancel()),
		],
	},
	{
		name: "transition",
		html: page(
			`<style>.box { transition: all .2s } .on { width: 400px; background: gold } @keyframes turn { to { transform: rotate(45deg) } } .turn { animation: turn .2s forwards }</style><div class="box" id="a">one</div><div class="box" id="b">two</div>`,
		),
		steps: [
			script(() => document.getElementById("a")?.classList.add("on")),
			script(() => document.getElementById("b")?.classList.add("turn")),
		],
	},
];
