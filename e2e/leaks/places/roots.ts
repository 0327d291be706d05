/** Frames and shadow roots: every one of them is a page in small, with all the places of one. */
import type { Place } from "../place.ts";
import type { Nature } from "../promise.ts";

const INNER: readonly { what: string; nature: Nature; html: string }[] = [
	{ what: "text", nature: "text", html: "<p>CANARY</p>" },
	{ what: "a title", nature: "described", html: "<p title=CANARY>x</p>" },
	{ what: "an attribute", nature: "unseen", html: "<p data-user=CANARY id=CANARY class=CANARY>x</p>" },
	{ what: "a field's value", nature: "entered", html: "<input value=CANARY>" },
	{ what: "a textarea", nature: "entered", html: "<textarea>CANARY</textarea>" },
	{ what: "an editable element", nature: "entered", html: "<div contenteditable>CANARY</div>" },
	{ what: "a hidden field", nature: "unseen", html: "<input type=hidden value=CANARY>" },
	{ what: "a style element", nature: "styled", html: "<style>b::before{content:'CANARY'}</style><b>x</b>" },
	{ what: "a comment in a style element", nature: "unseen", html: "<style>b{color:red}/*CANARY*/</style>" },
	{ what: "a style attribute", nature: "kept", html: "<b style=--u:CANARY>x</b>" },
	{ what: "an address", nature: "address", html: "<a href=/go?u=CANARY>x</a>" },
	{ what: "a comment", nature: "unseen", html: "<p>x<!--CANARY--></p>" },
	{ what: "a masked element", nature: "marked", html: "<p class=alongside-mask title=CANARY>CANARY</p>" },
	{ what: "an ignored element", nature: "marked", html: "<p class=alongside-ignore title=CANARY>CANARY</p>" },
];

type Root = { name: string; html: (inner: string) => string; setup?: (inner: string) => string; text?: Nature };

const escaped = (html: string) => html.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
const ROOTS: readonly Root[] = [
	{ name: "a frame of srcdoc", html: (inner) => `<iframe srcdoc="${escaped(inner)}"></iframe>` },
	{
		name: "a frame that is written",
		html: () => "<iframe></iframe>",
		setup: (inner) =>
			`el.contentDocument.open(); el.contentDocument.write(${JSON.stringify(inner)}); el.contentDocument.close()`,
	},
	{
		name: "a frame of the same site",
		html: (inner) => `<iframe src="/frame.html?${new URLSearchParams({ html: inner })}"></iframe>`,
	},
	{
		name: "an open shadow root",
		html: () => "<x-part></x-part>",
		setup: (inner) => `el.attachShadow({ mode: 'open' }).innerHTML = ${JSON.stringify(inner)}`,
	},
	{
		name: "a closed shadow root",
		html: () => "<x-part></x-part>",
		setup: (inner) => `el.attachShadow({ mode: 'closed' }).innerHTML = ${JSON.stringify(inner)}`,
		text: "described",
	},
];

// req 000-30 001-26
export const roots: readonly Place[] = [
	...ROOTS.flatMap(({ name, html, setup, text }) =>
		INNER.map(({ what, nature, html: inner }): Place => {
			// Closed roots that existed before the capture cannot be seen at all.
			const lost =
				text && (nature === "text" || nature === "styled") ? text : text && nature === "entered" ? "offered" : nature;
			return { at: `${what} in ${name}`, nature: lost, html: html(inner), ...(setup && { setup: setup(inner) }) };
		}),
	),
	{
		at: "value of a field in a closed shadow root",
		nature: "marked",
		html: '<x-part class="alongside-mask"></x-part>',
		act: "el.attachShadow({ mode: 'closed' }).innerHTML = '<input value=CANARY><p>CANARY</p>'",
	},
	{ at: "srcdoc changed", nature: "text", html: '<iframe srcdoc="x"></iframe>', act: "el.srcdoc = '<p>CANARY</p>'" },
	{ at: "a frame in a frame", nature: "text", html: `<iframe srcdoc="<iframe srcdoc='CANARY'></iframe>"></iframe>` },
	{
		at: "a shadow root in a frame",
		nature: "text",
		html: '<iframe srcdoc="<x-a></x-a>"></iframe>',
		act: "el.contentDocument.querySelector('x-a').attachShadow({ mode: 'open' }).textContent = 'CANARY'",
	},
	{
		at: "a declared shadow root",
		nature: "described",
		html: '<x-part><template shadowrootmode="open"><p>CANARY</p></template></x-part>',
	},
	{
		at: "text changed in a frame",
		nature: "text",
		html: '<iframe srcdoc="<p>x</p>"></iframe>',
		act: "el.contentDocument.querySelector('p').firstChild.data = 'CANARY'",
	},
	{
		at: "text changed in a shadow root",
		nature: "text",
		html: "<x-part></x-part>",
		setup: "el.attachShadow({ mode: 'open' }).innerHTML = '<p>x</p>'",
		act: "el.shadowRoot.firstChild.textContent = 'CANARY'",
	},
	{
		at: "a sheet adopted in a shadow root",
		nature: "styled",
		html: "<x-part></x-part>",
		setup: "el.attachShadow({ mode: 'open' }).innerHTML = '<b>x</b>'",
		act: `const s = new CSSStyleSheet(); s.replaceSync('b::before{content:"CANARY"}'); el.shadowRoot.adoptedStyleSheets = [s]`,
	},
	{
		at: "slotted text",
		nature: "text",
		html: "<x-part>CANARY</x-part>",
		setup: "el.attachShadow({ mode: 'open' }).innerHTML = '<p><slot></slot></p>'",
	},
	{
		at: "text of a slot's fallback",
		nature: "text",
		html: "<x-part></x-part>",
		setup: "el.attachShadow({ mode: 'open' }).innerHTML = '<slot><p>CANARY</p></slot>'",
	},
	{
		at: "name of a slot",
		nature: "instruction",
		html: '<x-part><p slot="CANARY">x</p></x-part>',
		setup: `el.attachShadow({ mode: 'open' }).innerHTML = '<slot name="CANARY"></slot>'`,
	},
	{
		at: "text slotted by hand",
		nature: "text",
		html: "<x-part><p>CANARY</p></x-part>",
		setup:
			"const r = el.attachShadow({ mode: 'open', slotAssignment: 'manual' }); r.innerHTML = '<slot></slot>'; r.firstChild.assign(el.firstChild)",
	},
	{
		at: "a custom element defined late",
		nature: "text",
		html: "<x-UNIQUE></x-UNIQUE>",
		act: "customElements.define('x-UNIQUE', class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<p>CANARY</p>' } })",
	},
	{
		at: "text slotted into a masked part of a shadow root",
		nature: "marked",
		html: "<x-part><p>CANARY</p></x-part>",
		setup: `el.attachShadow({ mode: 'open' }).innerHTML = '<div class="alongside-mask"><slot></slot></div>'`,
	},
	{
		at: "text slotted into an ignored part of a shadow root",
		nature: "marked",
		html: "<x-part>CANARY</x-part>",
		setup: `el.attachShadow({ mode: 'open' }).innerHTML = '<div class="alongside-ignore"><slot></slot></div>'`,
	},
	{
		at: "a frame that is not to be looked into",
		nature: "marked",
		html: '<iframe class="alongside-no-iframe" srcdoc="<p title=CANARY>CANARY</p>"></iframe>',
	},
	{
		at: "a frame that another tool's class excludes",
		nature: "marked",
		html: '<iframe class="inspectlet-disable-iframe-inject" srcdoc="<p>CANARY</p>"></iframe>',
	},
	{
		at: "a masked root of a frame",
		nature: "marked",
		html: `<iframe srcdoc="<html class='alongside-mask'><body><p title=CANARY>CANARY</p></body></html>"></iframe>`,
	},
	{
		at: "a frame put into a masked element",
		nature: "marked",
		html: '<div><iframe srcdoc="x"></iframe><div class="alongside-mask"></div></div>',
		act: "const f = el.firstChild; el.lastChild.append(f); f.srcdoc = '<p>CANARY</p>'",
	},
];
