/**
 * Elements with a marking of their own: ours, a site's selectors, other tools'; and the moments at which a marking comes,
 * goes, or is walked out of.
 */
import { changed, type Place } from "../place.ts";

/** The selectors that the suite's site has, in the words of its policy. */
export const SITE_SELECTORS = [
	{ css: ".by-site-mask", rule: "mask" },
	{ css: ".by-site-ignore", rule: "ignore" },
	{ css: ".armed .by-ancestor", rule: "mask" },
	{ css: "input:checked ~ .by-neighbour", rule: "mask" },
] as const;

const MARKINGS = [
	'class="alongside-mask"',
	'class="alongside-ignore"',
	'data-alongside="mask"',
	'data-alongside="ignore"',
	'class="by-site-mask"',
	'class="by-site-ignore"',
	'class="rr-block"',
	'class="rr-mask"',
	'class="inspectletIgnore"',
	'class="inspectlet-sensitive"',
	'class="ph-no-capture"',
	'class="sentry-mask"',
	'class="fs-exclude"',
	"data-private",
	"data-hj-suppress",
	'data-dd-privacy="mask"',
	"data-sentry-block",
	'data-clarity-mask="true"',
	"data-openreplay-hidden",
	"data-openreplay-masked",
];
const MASK = 'class="alongside-mask"';
const MASKED = `<div ${MASK}><p>x</p></div>`;

// req 001-13 001-14 000-29
export const markings: readonly Place[] = [
	...MARKINGS.map(
		(marking): Place => ({
			at: `all kinds of places below ${marking}`,
			nature: "marked",
			html: `<div ${marking} title="CANARY"><p aria-label="CANARY">CANARY</p><input value="CANARY" placeholder="CANARY"><textarea>CANARY</textarea>
				<select><option>CANARY</option></select><a href="/CANARY">CANARY</a><p class="alongside-unmask">CANARY</p><input type="button" value="CANARY">
				<svg width="9" height="9"><text>CANARY</text></svg><img alt="CANARY" src="/text.svg?text=CANARY"><b style="--u:'CANARY'">x</b></div>`,
		}),
	),
	...changed("marked", MASKED, {
		"text set below a mask": "el.firstChild.textContent = 'CANARY'",
		"text data set below a mask": "el.firstChild.firstChild.data = 'CANARY'",
		"markup set below a mask": "el.innerHTML = '<p title=CANARY>CANARY</p><input value=CANARY>'",
		"an attribute set below a mask":
			"el.firstChild.title = 'CANARY'; el.firstChild.setAttribute('aria-label', 'CANARY')",
		"an unmask below a mask": "el.firstChild.className = 'alongside-unmask'; el.firstChild.textContent = 'CANARY'",
		"a text node split and joined below a mask":
			"el.firstChild.firstChild.data = 'CANARY x'; el.firstChild.firstChild.splitText(3); el.normalize()",
		"a node moved into a masked element with its change":
			"const p = document.createElement('p'); at.append(p); p.textContent = 'CANARY'; el.append(p)",
		"a node in a masked element for its change":
			"const p = el.firstChild; p.textContent = 'CANARY'; at.append(p); el.append(p)",
		"a shadow root below a mask":
			"el.firstChild.attachShadow({ mode: 'open' }).innerHTML = '<p>CANARY</p><input value=CANARY>'",
		"a frame below a mask": "const f = document.createElement('iframe'); f.srcdoc = '<p>CANARY</p>'; el.append(f)",
		"details opened below a mask":
			"el.innerHTML = '<details><summary>CANARY</summary>CANARY</details>'; el.firstChild.open = true",
		"a dialog shown below a mask": "el.innerHTML = '<dialog>CANARY</dialog>'; el.firstChild.show()",
		"a popover shown below a mask": "el.innerHTML = '<div popover>CANARY</div>'; el.firstChild.showPopover()",
		"an image set below a mask": "el.innerHTML = '<img>'; el.firstChild.src = '/text.svg?text=CANARY'",
		"a sheet that shows text below a mask": `const s = document.createElement('style'); s.textContent = '#' + at.id + ' p::before{content:"CANARY"}'; document.head.append(s)`,
		"a rule that shows text below a mask": `const s = document.createElement('style'); document.head.append(s); s.sheet.insertRule('#' + at.id + ' p::before{content:"CANARY"}')`,
		"text put below a mask, and the copy selected":
			"el.firstChild.textContent = 'CANARY'; getSelection().selectAllChildren(el)",
		"a list turned around below a mask": "el.innerHTML = '<p>CANARY</p><p>x</p>'; el.append(el.firstChild)",
	}),
	...changed("marked", "<div><p>x</p></div>", {
		"text, then its own marking": "const p = el.firstChild; p.textContent = 'CANARY'; p.className = 'alongside-mask'",
		"its own marking, then text": "const p = el.firstChild; p.className = 'alongside-ignore'; p.textContent = 'CANARY'",
		"text, then a marking above": "el.firstChild.textContent = 'CANARY'; el.setAttribute('data-alongside', 'mask')",
		"text, then a marking above in a later step of the turn":
			"el.firstChild.textContent = 'CANARY'; Promise.resolve().then(() => Promise.resolve()).then(() => { el.className = 'alongside-mask' })",
		"text, then another tool's marking": "el.firstChild.textContent = 'CANARY'; el.classList.add('rr-block')",
		"text, then a site's selector": "el.firstChild.textContent = 'CANARY'; el.firstChild.className = 'by-site-mask'",
		"text, then a site's selector by an ancestor":
			"el.firstChild.className = 'by-ancestor'; el.firstChild.textContent = 'CANARY'; el.className = 'armed'",
		"a title, then a marking": "el.firstChild.title = 'CANARY'; el.firstChild.className = 'alongside-mask'",
		"a new element, then a marking above":
			"el.insertAdjacentHTML('beforeend', '<p title=CANARY>CANARY</p>'); el.className = 'alongside-ignore'",
		"a field's value, then a marking":
			"el.innerHTML = '<input class=alongside-unmask>'; el.firstChild.value = 'CANARY'; el.className = 'alongside-mask'",
		"a marking that goes and comes":
			"el.className = 'alongside-mask'; el.firstChild.textContent = 'CANARY'; el.className = ''; el.className = 'alongside-mask'",
		"moved below a marking after its change":
			"const box = document.createElement('div'); box.className = 'alongside-mask'; el.firstChild.textContent = 'CANARY'; el.replaceWith(box); box.append(el)",
		"moved into a masked shadow root's host":
			"const host = document.createElement('x-part'); host.className = 'alongside-mask'; host.attachShadow({ mode: 'open' }); at.append(host); el.firstChild.textContent = 'CANARY'; host.shadowRoot.append(el)",
	}),
	{
		at: "text of a masked element that is cleared before the marking goes",
		nature: "marked",
		html: MASKED,
		act: "el.firstChild.textContent = 'CANARY'",
		later: "el.firstChild.textContent = 'y'; el.className = ''",
	},
	{
		at: "text that comes as the marking goes",
		nature: "text",
		html: MASKED,
		act: "el.className = ''",
		later: "el.firstChild.textContent = 'CANARY'",
	},
	{ at: "text whose marking goes", nature: "text", html: `<p ${MASK}>CANARY</p>`, act: "el.className = ''" },
	{
		at: "a title whose marking goes",
		nature: "text",
		html: `<p ${MASK} title="CANARY">x</p>`,
		act: "el.className = ''",
	},
	{
		at: "an ignored text whose marking goes",
		nature: "text",
		html: '<p class="alongside-ignore">CANARY</p>',
		act: "el.className = ''",
	},
	{
		at: "text moved out of a masked element",
		nature: "text",
		html: `<div><div ${MASK}><p>CANARY</p></div></div>`,
		act: "el.append(el.firstChild.firstChild)",
	},
	{
		at: "text that was there only while masked",
		nature: "marked",
		html: `<div><div ${MASK}><p>CANARY</p></div></div>`,
		act: "const p = el.firstChild.firstChild; p.textContent = 'y'; el.append(p)",
	},
	{
		at: "text moved from one masked element to another",
		nature: "marked",
		html: `<div><div ${MASK}><p>CANARY</p></div><div ${MASK}></div></div>`,
		act: "el.lastChild.append(el.firstChild.firstChild)",
	},
	{
		at: "text moved from an ignored to a masked element",
		nature: "marked",
		html: `<div><div class="alongside-ignore"><p>CANARY</p></div><div ${MASK}></div></div>`,
		act: "el.lastChild.append(el.firstChild.firstChild)",
	},
	{
		at: "a neighbour that is ticked",
		nature: "marked",
		html: '<div><input type="checkbox"><p class="by-neighbour">x</p></div>',
		act: "el.firstChild.checked = true; el.lastChild.textContent = 'CANARY'",
	},
	{
		at: "a field that loses its unmask",
		nature: "marked",
		html: '<input class="alongside-unmask">',
		act: "el.className = 'alongside-mask'; el.value = 'CANARY'",
	},
	{
		at: "text unmasked in a masked part",
		nature: "marked",
		html: `<div ${MASK}><p class="alongside-unmask">CANARY</p></div>`,
	},
	{
		at: "text copied from a masked element",
		nature: "marked",
		html: `<p ${MASK}>CANARY</p>`,
		act: "getSelection().selectAllChildren(el); document.execCommand('copy')",
		later: "getSelection().removeAllRanges()",
	},
];
