/** Attributes: each by name. What nobody reads and no sheet selects by stays, whatever the mode. */
import { markup, on, type Place } from "../place.ts";

// req 000-29 000-30 001-11 001-14
export const attributes: readonly Place[] = [
	// What a person reads.
	...on("<p ATTRIBUTE>x</p>", "text", "title aria-label"),
	...on('<img ATTRIBUTE width="20" height="20">', "text", "alt"),
	...on("<p ATTRIBUTE>x</p>", "described", "aria-description aria-roledescription aria-valuetext aria-placeholder"),
	...on('<map name="UNIQUE"><area ATTRIBUTE shape="rect" coords="0,0,9,9"></map>', "described", "alt title aria-label"),
	...on("<table><tr><th ATTRIBUTE>x</th></tr></table>", "described", "abbr title"),
	...on("<table ATTRIBUTE><tr><td>x</td></tr></table>", "described", "summary"),
	...on(
		'<svg width="20" height="20"><g ATTRIBUTE><rect width="9" height="9"></rect></g></svg>',
		"described",
		"aria-label",
	),
	// What nobody reads.
	...on(
		"<p ATTRIBUTE>x</p>",
		"unseen",
		`id class name for data-user data-user-id data-json data-href data-testid user-name x-custom foo :bind @click v-text
		ng-model itemid itemprop itemtype itemref about property resource typeof vocab datatype onclick onfocus nonce
		aria-labelledby aria-describedby aria-controls aria-owns aria-details aria-flowto aria-activedescendant
		aria-errormessage aria-braillelabel aria-keyshortcuts accesskey srcdoc value content datetime cite longdesc href src`,
	),
	...on("<p ATTRIBUTE>x</p>", "unseen", "data-config", '{"user":"CANARY"}'),
	...on("<p ATTRIBUTE>x</p>", "unseen", "onclick", "open('/x?u=CANARY')"),
	...on("<form ATTRIBUTE><p>x</p></form>", "unseen", "name id target rel autocomplete accept-charset data-form"),
	...on(
		"<input ATTRIBUTE>",
		"unseen",
		"name id form list pattern dirname autocomplete inputmode enterkeyhint data-value",
	),
	...on('<input type="checkbox" ATTRIBUTE>', "unseen", "value name id"),
	...on('<input type="radio" ATTRIBUTE>', "unseen", "value name"),
	...on('<input type="file" ATTRIBUTE>', "unseen", "accept capture name"),
	...on("<button ATTRIBUTE>x</button>", "unseen", "value name form formtarget popovertarget commandfor command"),
	...on("<textarea ATTRIBUTE></textarea>", "unseen", "name id"),
	...on("<select ATTRIBUTE><option>x</option></select>", "unseen", "name id"),
	...on("<select><option ATTRIBUTE>x</option></select>", "unseen", "value id data-sku"),
	...on("<label ATTRIBUTE>x</label>", "unseen", "for form"),
	...on("<data ATTRIBUTE>x</data>", "unseen", "value"),
	...on("<time ATTRIBUTE>x</time>", "unseen", "datetime"),
	...on("<a ATTRIBUTE>x</a>", "unseen", "name rel target download hreflang ping referrerpolicy attributionsrc"),
	...on("<object ATTRIBUTE></object>", "unseen", "name classid codebase standby usemap codetype archive"),
	...on("<iframe ATTRIBUTE></iframe>", "unseen", "name sandbox allow csp id"),
	...on("<img ATTRIBUTE width=9 height=9>", "unseen", "usemap longdesc name lowsrc decoding crossorigin"),
	...on("<meter ATTRIBUTE></meter>", "unseen", "form"),
	...on("<table><tr><td ATTRIBUTE>x</td></tr></table>", "unseen", "headers axis"),
	...on(
		'<svg width="20" height="20"><rect ATTRIBUTE width="9" height="9"></rect></svg>',
		"unseen",
		"id class data-name name foo",
	),
	...on("<math><mi ATTRIBUTE>x</mi></math>", "unseen", "id href data-name"),
	...on("<x-part ATTRIBUTE>x</x-part>", "unseen", "user user-id config id class"),
	// What lays a page out says so in few known words: others are no instruction but data.
	...on(
		"<p ATTRIBUTE>x</p>",
		"instruction",
		"role lang dir part slot exportparts is contenteditable draggable hidden tabindex translate spellcheck aria-current aria-live popover align",
	),
	...on("<input ATTRIBUTE>", "instruction", "type min max step maxlength size"),
	...on("<ol ATTRIBUTE><li>x</li></ol>", "instruction", "type start"),
	...on("<ul><li ATTRIBUTE>x</li></ul>", "instruction", "value type"),
	...on("<progress ATTRIBUTE></progress>", "instruction", "value max"),
	...on("<table ATTRIBUTE><tr><td>x</td></tr></table>", "instruction", "border width bgcolor frame rules cellpadding"),
	...on("<font ATTRIBUTE>x</font>", "instruction", "color face size"),
	...on(
		'<svg width="20" height="20"><rect ATTRIBUTE width="9" height="9"></rect></svg>',
		"instruction",
		"fill transform d points clip-path font-family stroke",
	),
	// By what style sheets ask for.
	...markup("selected", {
		"a class that a sheet selects by": '<style>.CANARY{color:#123}</style><b class="CANARY">x</b>',
		"an ID that a sheet selects by": '<style>#CANARY{color:#124}</style><b id="CANARY">x</b>',
		"an attribute value that a sheet selects by":
			'<style>[data-kind="CANARY"]{color:#125}</style><b data-kind="CANARY">x</b>',
	}),
	...markup("styled", {
		"an attribute that a sheet shows":
			'<style>.UNIQUE::before{content:attr(data-note)}</style><b class="UNIQUE" data-note="CANARY">x</b>',
	}),
	...markup("unseen", {
		"an attribute that a sheet only asks to be there":
			'<style>[data-owner]{color:#126}</style><b data-owner="CANARY">x</b>',
		"an attribute of which a sheet asks the beginning":
			'<style>[data-k^="k-"]{color:#127}</style><b data-k="k-CANARY">x</b>',
		"an attribute of which a sheet asks the end": '<style>[data-e$="-e"]{color:#128}</style><b data-e="CANARY-e">x</b>',
		"an attribute of which a sheet asks a part":
			'<style>[data-p*="-p-"]{color:#129}</style><b data-p="CANARY-p-CANARY">x</b>',
		"an attribute of which a sheet asks a word": '<style>[data-w~="w"]{color:#12a}</style><b data-w="CANARY w">x</b>',
		"a class of which a sheet asks the beginning":
			'<style>[class^="user-"]{color:#12b}</style><b class="user-CANARY">x</b>',
		"a class of which a sheet asks a part": '<style>[class*="-usr-"]{color:#12c}</style><b class="a-usr-CANARY">x</b>',
		"an ID of which a sheet asks the beginning": '<style>[id^="row-"]{color:#12d}</style><b id="row-CANARY">x</b>',
		"a class beside one that a sheet selects by": '<style>.UNIQUE{color:#12e}</style><b class="UNIQUE CANARY">x</b>',
		"an address that a sheet asks the beginning of":
			'<style>a[href^="/go"]{color:#12f}</style><a href="/go?u=CANARY">x</a>',
		"a field's name that a sheet asks to be there": "<style>input[name]{color:#130}</style><input name=CANARY>",
		"a field's value that a sheet asks to be there":
			'<style>option[value]{color:#131}</style><select><option value="CANARY">x</option></select>',
	}),
	...markup("entered", {
		"a field's value that a sheet shows": '<style>input[value]{color:#132}</style><input value="CANARY">',
	}),
	{
		at: "an attribute in another name space",
		nature: "unseen",
		html: "<svg width=9 height=9><g></g></svg>",
		setup: 'el.firstElementChild.setAttributeNS("http://example.org/ns", "n:user", "CANARY")',
	},
	{ at: "an attribute's own name", nature: "unseen", html: "<p data-CANARY='1' CANARY>x</p>" },
	{ at: "the data of an element's dataset", nature: "unseen", html: "<p>x</p>", act: "el.dataset.secret = 'CANARY'" },
	{ at: "an ID set as a property", nature: "unseen", html: "<p>x</p>", act: "el.id = 'CANARY'" },
	{ at: "a class added", nature: "unseen", html: "<p>x</p>", act: "el.classList.add('CANARY')" },
	{ at: "a title set as a property", nature: "text", html: "<p>x</p>", act: "el.title = 'CANARY'" },
	{
		at: "an aria property",
		nature: "text",
		html: "<p>x</p>",
		act: "el.ariaLabel = 'CANARY'; if (!el.hasAttribute('aria-label')) el.setAttribute('aria-label', 'CANARY')",
	},
];
