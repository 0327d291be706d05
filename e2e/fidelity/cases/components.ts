/** Hard cases of components and layers: 23–34 of docs/fidelity.md. */
import { click, page, script, type Trial } from "../hand.ts";

type Host = HTMLElement & { closedRoot: ShadowRoot; internals: ElementInternals };

export const components: Trial[] = [
	{
		name: "closed shadow root",
		html: page('<div id="host">light</div><p>after</p>'),
		steps: [
			script(() => {
				const host = document.getElementById("host") as Host;
				host.closedRoot = host.attachShadow({ mode: "closed" });
				host.closedRoot.innerHTML = "<style>h2 { color: red }</style><h2>closed</h2><slot></slot>";
			}),
			script(() => (document.getElementById("host") as Host).closedRoot.append("more")),
		],
	},
	{
		name: "nested shadow roots",
		html: page(`<div id="outer"><b slot="name">named</b><i>rest</i></div><script>
			const outer = document.getElementById("outer").attachShadow({ mode: "open" });
			outer.innerHTML = "<style>::slotted(b) { color: red } :host { display: block; border: 1px solid } :host(.on) { background: gold }</style><div id='inner'><slot name='name' slot='up'>fallback</slot><slot></slot></div><slot name='empty'>nothing given</slot>";
			const inner = outer.getElementById("inner").attachShadow({ mode: "open" });
			inner.innerHTML = "<style>::slotted(*) { font-style: italic } :host-context(.dark) { color: white }</style><p>up: <slot name='up'></slot></p><p>rest: <slot></slot></p>";
		</script>`),
		steps: [
			script(() => document.getElementById("outer")?.classList.add("on")),
			script(() => document.querySelector("i")?.setAttribute("slot", "empty")),
			script(() => document.querySelector("b")?.remove()),
			script(() => document.getElementById("outer")?.shadowRoot?.getElementById("inner")?.shadowRoot?.append("deep")),
		],
	},
	{
		name: "declarative shadow root",
		html: page(
			'<div id="host"><template shadowrootmode="open"><style>b { color: red }</style><b>shadow</b> <slot></slot></template>light</div>',
		),
		steps: [
			script(() => document.getElementById("host")?.shadowRoot?.querySelector("b")?.append("!")),
			script(() => {
				const div = document.createElement("div");
				div.setHTMLUnsafe("<p><template shadowrootmode=open><u>later</u></template></p>");
				document.body.append(div);
			}),
		],
	},
	{
		name: "manual slots",
		html: page(`<div id="host"><b>one</b><b>two</b><b>three</b></div><script>
			const root = document.getElementById("host").attachShadow({ mode: "open", slotAssignment: "manual" });
			root.innerHTML = "<p>first: <slot id='f'>none</slot></p><p>second: <slot id='s'>none</slot></p>";
			root.getElementById("f").assign(document.querySelector("b"));
		</script>`),
		steps: [
			script(() => {
				const slot = document.getElementById("host")?.shadowRoot?.getElementById("s") as unknown as HTMLSlotElement;
				slot.assign(...[...document.querySelectorAll("b")].slice(1));
			}),
			script(() => {
				const slot = document.getElementById("host")?.shadowRoot?.getElementById("f") as unknown as HTMLSlotElement;
				slot.assign();
			}),
		],
	},
	{
		name: "::part",
		html: page(`<style>x-card::part(title) { color: red; font-size: 30px } x-card::part(on) { background: gold } #out::part(inner-title) { color: green }</style>
			<x-card></x-card><div id="out"></div><script>
			const fill = (host) => { host.attachShadow({ mode: "open" }).innerHTML = "<h2 part='title'>title</h2><p part='text'>text</p>"; };
			fill(document.querySelector("x-card"));
			const out = document.getElementById("out").attachShadow({ mode: "open" });
			out.innerHTML = "<x-card exportparts='title: inner-title'></x-card>";
			fill(out.firstElementChild);
		</script>`),
		steps: [
			script(() => {
				const title = document.querySelector("x-card")?.shadowRoot?.querySelector("h2");
				title?.setAttribute("part", "title on");
			}),
			script(() => document.querySelector("x-card")?.shadowRoot?.querySelector("p")?.setAttribute("part", "on")),
		],
	},
	{
		name: "late definition",
		html: page(
			`<style>:not(:defined) { display: block; height: 50px; background: plum } x-late:defined { background: gold; display: block }</style><x-late>light</x-late><x-never>never</x-never>`,
		),
		steps: [
			script(() => {
				customElements.define(
					"x-late",
					class extends HTMLElement {
						connectedCallback() {
							if (!this.shadowRoot) this.attachShadow({ mode: "open" }).innerHTML = "<b>defined: </b><slot></slot>";
						}
					},
				);
			}),
			script(() => document.body.append(document.createElement("x-late"), document.createElement("x-other"))),
		],
	},
	{
		name: ":state()",
		html: page(`<style>x-light { display: block; width: 80px; height: 40px; background: silver } x-light:state(on) { background: gold } :host(:state(x)) { color: red } x-light:not(:state(on)):state(dim) { background: brown }</style>
			<x-light>light</x-light><x-light>other</x-light><script>
			customElements.define("x-light", class extends HTMLElement { constructor() { super(); this.internals = this.attachInternals(); } });
		</script>`),
		steps: [
			script(() => (document.querySelector("x-light") as Host).internals.states.add("on")),
			script(() => (document.querySelectorAll("x-light")[1] as Host).internals.states.add("dim")),
			script(() => (document.querySelector("x-light") as Host).internals.states.clear()),
		],
	},
	{
		name: "popover",
		html: page(`<style>[popover] { background: gold; padding: 20px; inset: auto; top: 100px; left: 300px } :popover-open { outline: 3px solid red } ::backdrop { background: rgb(0 0 0 / 20%) }</style>
			<button popovertarget="p">open</button><div id="p" popover>auto popover</div><div id="m" popover="manual">manual <i>popover</i></div><dialog id="d">dialog</dialog>`),
		steps: [
			click("button"),
			script(() => document.getElementById("p")?.hidePopover()),
			script(() => {
				(document.getElementById("d") as HTMLDialogElement).showModal();
				document.getElementById("m")?.showPopover();
			}),
			script(() => document.getElementById("m")?.togglePopover()),
		],
	},
	{
		name: "modal dialog",
		html: page(`<style>dialog::backdrop { background: rgb(80 0 80 / 50%) } dialog:modal { border: 5px solid red }</style><p>below</p>
			<dialog id="d"><form method="dialog"><p>Really?</p><button>Yes</button></form></dialog><dialog id="e">second</dialog><dialog open style="margin: 0">open from the start</dialog>`),
		steps: [
			script(() => (document.getElementById("d") as HTMLDialogElement).showModal()),
			script(() => (document.getElementById("e") as HTMLDialogElement).showModal()),
			script(() => (document.getElementById("e") as HTMLDialogElement).close()),
			click("#d button"),
			script(() => (document.getElementById("d") as HTMLDialogElement).show()),
		],
	},
	{
		name: "details",
		html: page(`<style>details[open] summary { color: red } details::details-content { background: gold }</style>
			<details id="x"><summary>one</summary><p>first text</p></details><details name="g" open><summary>two</summary>second</details><details name="g" id="z"><summary>three</summary>third</details>`),
		steps: [
			click("#x summary"),
			click("#z summary"),
			script(() => {
				(document.getElementById("x") as HTMLDetailsElement).open = false;
			}),
		],
	},
	{
		name: "inert",
		html: page(
			`<style>[inert] { opacity: .3 } button:enabled { color: green }</style><div id="w"><button>button</button><a href="#">link</a></div><fieldset id="f"><button>in a fieldset</button><input value="x"></fieldset>`,
		),
		steps: [
			script(() => document.getElementById("w")?.toggleAttribute("inert")),
			script(() => document.getElementById("f")?.toggleAttribute("disabled")),
			script(() => {
				(document.getElementById("w") as HTMLElement).inert = false;
			}),
		],
	},
	{
		name: "fullscreen",
		html: page(
			`<style>#f { background: gold } #f:fullscreen { background: navy; color: white; padding: 40px }</style><div id="f">fills the screen</div><button id="go" onclick="document.getElementById('f').requestFullscreen()">go</button><p>below</p>`,
		),
		steps: [click("#go"), script(() => document.exitFullscreen())],
	},
];
