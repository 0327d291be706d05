/** What fields hold, however it got there: by hand, by the browser, by the page. */
import { changed, markup, on, type Place } from "../place.ts";

/** Fields of text; a search field and an address are no less private than a name. */
const TEXT_TYPES = "text search tel url unknown-type";

const typed = (nature: Place["nature"], rows: Readonly<Record<string, string>>, more: Partial<Place> = {}): Place[] =>
	Object.entries(rows).map(([at, html]) => ({ at, nature, html, keys: "at.querySelector('[data-keys]')", ...more }));

// req 001-05 001-15 001-16
export const fields: readonly Place[] = [
	...TEXT_TYPES.split(" ").map(
		(type): Place => ({
			at: `value of an input of type ${type}`,
			nature: "entered",
			html: `<input type="${type}" value="CANARY">`,
		}),
	),
	{ at: "value of an e-mail field", nature: "entered", html: '<input type="email" value="CANARY@example.org">' },
	{ at: "value of a number field", nature: "entered", html: '<input type="number" value="CANARY">', kind: "number" },
	{ at: "value of a date field", nature: "entered", html: '<input type="date" value="CANARY">', kind: "date" },
	{
		at: "value of a date and time",
		nature: "entered",
		html: '<input type="datetime-local" value="CANARYT10:00">',
		kind: "date",
	},
	...markup("entered", {
		"text of a textarea": "<textarea>CANARY</textarea>",
		"chosen option": "<select><option>x</option><option selected>CANARY</option></select>",
		"chosen options of several": "<select multiple><option selected>CANARY</option><option>x</option></select>",
		"read-only field": '<input readonly value="CANARY">',
		"disabled field": '<input disabled value="CANARY">',
		"editable element": "<div contenteditable>CANARY</div>",
		"element below an editable one": "<div contenteditable='true'><p><b>CANARY</b></p></div>",
		"editable plain text": '<div contenteditable="plaintext-only">CANARY</div>',
		"an editable element with an odd value": '<div contenteditable="TRUE">CANARY</div>',
	}),
	...markup("offered", {
		"result of a form": "<form><output>CANARY</output></form>",
		"option that is not chosen": "<select><option>x</option><option>CANARY</option></select>",
		"group of options": '<select><optgroup label="CANARY"><option>x</option></optgroup></select>',
		"option's label": '<select><option label="CANARY">x</option></select>',
	}),
	...on("<input ATTRIBUTE>", "offered", "placeholder title aria-label"),
	...on("<textarea ATTRIBUTE></textarea>", "offered", "placeholder"),
	...markup("unseen", {
		"hidden field": '<input type="hidden" name="x" value="CANARY">',
		"hidden field's other attributes": '<input type="hidden" data-x="CANARY" placeholder="CANARY" title="CANARY">',
		"value of a check box": '<input type="checkbox" checked value="CANARY">',
		"value of a chosen option": '<select><option selected value="CANARY">x</option></select>',
	}),
	{ at: "hidden field set", nature: "unseen", html: '<input type="hidden">', act: "el.value = 'CANARY'" },
	{
		at: "a field turned into a hidden one",
		nature: "unseen",
		html: '<input type="hidden" value="CANARY">',
		act: "el.defaultValue = 'CANARY'",
	},
	{
		at: "file name and content",
		nature: "unseen",
		html: '<input type="file">',
		act: "const t = new DataTransfer(); t.items.add(new File(['CANARY'], 'CANARY.txt')); el.files = t.files; el.dispatchEvent(new Event('change', { bubbles: true }))",
	},
	// By the page.
	...changed("entered", "<form><input></form>", {
		"value set by a script": "el.elements[0].value = 'CANARY'",
		"value set with its events":
			"const f = el.elements[0]; f.value = 'CANARY'; f.dispatchEvent(new Event('input', { bubbles: true })); f.dispatchEvent(new Event('change', { bubbles: true }))",
		"value set past a framework's own setter":
			"Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(el.elements[0], 'CANARY')",
		"default value": "el.elements[0].defaultValue = 'CANARY'",
		"value attribute": "el.elements[0].setAttribute('value', 'CANARY')",
		"a form that is reset": "const f = el.elements[0]; f.value = 'x'; f.defaultValue = 'CANARY'; el.reset()",
		"a range of text": "el.elements[0].setRangeText('CANARY')",
		"a field filled in by the browser":
			"const f = el.elements[0]; f.autocomplete = 'name'; f.value = 'CANARY'; f.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertReplacementText', data: 'CANARY' })); f.dispatchEvent(new Event('change', { bubbles: true }))",
		"a field put in another's place":
			"const f = document.createElement('input'); f.value = 'CANARY'; el.elements[0].replaceWith(f)",
		"a clone of a field": "const f = el.elements[0]; f.setAttribute('value', 'CANARY'); el.append(f.cloneNode(true))",
		"a field made a textarea":
			"const f = document.createElement('textarea'); f.value = 'CANARY'; el.elements[0].replaceWith(f)",
		"a field that changes its type": "const f = el.elements[0]; f.type = 'search'; f.value = 'CANARY'",
	}),
	{
		at: "a number set as a number",
		nature: "entered",
		html: '<input type="number">',
		act: "el.valueAsNumber = CANARY",
		kind: "number",
	},
	...changed("entered", "<textarea>x</textarea>", {
		"a textarea's value": "el.value = 'CANARY'",
		"a textarea's default": "el.defaultValue = 'CANARY'",
		"a textarea's text": "el.textContent = 'CANARY'",
		"a textarea's child": "el.firstChild.data = 'CANARY'",
	}),
	...changed("entered", "<select><option>x</option><option>y</option></select>", {
		"an option's text, chosen": "el.options[1].text = 'CANARY'; el.selectedIndex = 1",
		"a new option, chosen": "el.add(new Option('CANARY', 'x', true, true))",
		"an option by its child": "el.options[1].firstChild.data = 'CANARY'; el.value = 'y'; el.selectedIndex = 1",
	}),
	...changed("entered", "<div contenteditable>x</div>", {
		"an editable element's text": "el.textContent = 'CANARY'",
		"an editable element's markup": "el.innerHTML = '<p>CANARY</p>'",
		"text inserted by a command": "el.focus(); document.execCommand('insertText', false, 'CANARY')",
	}),
	...changed("entered", "<div>x</div>", {
		"made editable first": "el.contentEditable = 'true'; el.textContent = 'CANARY'",
		"made editable in the same turn": "el.textContent = 'CANARY'; el.setAttribute('contenteditable', '')",
	}),
	{
		at: "a document in design mode",
		nature: "entered",
		html: '<iframe srcdoc="<p>x</p>"></iframe>',
		later: "const d = el.contentDocument; d.designMode = 'on'; d.body.textContent = 'CANARY'",
	},
	{
		at: "an element that a style makes editable",
		nature: "entered",
		html: '<div tabindex="0" style="-webkit-user-modify:read-write">x</div>',
		keys: "el",
		needs: "userModify",
	},
	{
		at: "a field of an element's own form value",
		nature: "offPage",
		html: "<x-UNIQUE></x-UNIQUE>",
		act: "customElements.define('x-UNIQUE', class extends HTMLElement { static formAssociated = true; constructor() { super(); const i = this.attachInternals(); i.setFormValue('CANARY'); i.ariaLabel = 'CANARY'; i.setValidity?.({ customError: true }, 'CANARY') } })",
	},
	{ at: "a field's own complaint", nature: "offPage", html: "<input>", act: "el.setCustomValidity('CANARY')" },
	// By hand.
	...typed("entered", {
		"typed into a field": "<input data-keys>",
		"typed into a search field": '<input type="search" data-keys>',
		"typed into a textarea": "<textarea data-keys></textarea>",
		"typed into an editable element": "<div contenteditable data-keys>x</div>",
		"typed below an editable element": '<div contenteditable="true" data-keys><p>x</p></div>',
	}),
	{
		at: "typed into a number field",
		nature: "entered",
		html: '<input type="number" data-keys>',
		keys: "el",
		kind: "number",
	},
	{
		at: "typed into a field of an open shadow root",
		nature: "entered",
		html: "<x-part></x-part>",
		setup: "el.attachShadow({ mode: 'open' }).innerHTML = '<input>'",
		keys: "el.shadowRoot.firstChild",
	},
	{
		at: "typed into a field of a frame",
		nature: "entered",
		html: '<iframe srcdoc="<input>"></iframe>',
		keys: "el.contentDocument.querySelector('input')",
	},
	{ at: "pasted into a field", nature: "entered", html: "<input>", keys: "el", by: "paste", needs: "clipboard" },
	{
		at: "pasted into an editable element",
		nature: "entered",
		html: "<div contenteditable>x</div>",
		keys: "el",
		by: "paste",
		needs: "clipboard",
	},
	{
		at: "dropped into a textarea",
		nature: "entered",
		html: '<textarea rows="3"></textarea>',
		keys: "el",
		by: "drop",
		needs: "drag",
	},
	{
		at: "dropped into an editable element",
		nature: "entered",
		html: "<div contenteditable>x</div>",
		keys: "el",
		by: "drop",
		needs: "drag",
	},
];

const SENSITIVE: Readonly<Record<string, string>> = {
	password: 'type="password"',
	"card number by autocomplete": 'autocomplete="cc-number"',
	"security code by autocomplete": 'autocomplete="section-a billing cc-csc"',
	"expiry by autocomplete": 'autocomplete="cc-exp"',
	"card holder by autocomplete": 'autocomplete="cc-name"',
	"one-time code by autocomplete": 'autocomplete="one-time-code"',
	"new password by autocomplete": 'autocomplete="new-password"',
	"card number by name": 'name="cardNumber"',
	"security code by ID": 'id="cvv"',
	"expiry by placeholder": 'placeholder="MM / YY"',
	"one-time code by name": 'name="otp"',
	"password by name": 'name="user[password]"',
	"security code by label": 'aria-label="Security code"',
};

// req 001-08 001-12 001-48
export const excluded: readonly Place[] = [
	...Object.entries(SENSITIVE).flatMap(([at, attribute]): Place[] => [
		{
			at: `${at}, as markup`,
			nature: "excluded",
			html: `<input ${attribute} value="CANARY" class="alongside-unmask">`,
		},
		{
			at: `${at}, set by a script`,
			nature: "excluded",
			html: `<input ${attribute}>`,
			act: "el.value = 'CANARY'; el.setAttribute('value', 'CANARY'); el.title = 'CANARY'; el.dispatchEvent(new Event('input', { bubbles: true }))",
		},
	]),
	...typed("excluded", {
		"typed password": '<input type="password" data-keys>',
		"typed card number": '<input autocomplete="cc-number" data-keys class="alongside-unmask">',
		"typed one-time code": '<input autocomplete="one-time-code" data-keys>',
	}),
	{
		at: "pasted password",
		nature: "excluded",
		html: '<input type="password">',
		keys: "el",
		by: "paste",
		needs: "clipboard",
	},
	{
		at: "card number in any field",
		nature: "excluded",
		html: '<input class="alongside-unmask" value="CANARY">',
		kind: "card",
	},
	{
		at: "card number typed into any field",
		nature: "excluded",
		html: '<input class="alongside-unmask">',
		act: "el.value = 'CANARY'",
		kind: "card",
	},
	{
		at: "card number in a textarea",
		nature: "excluded",
		html: '<textarea class="alongside-unmask">CANARY</textarea>',
		kind: "card",
	},
	{ at: "label of a card field", nature: "excluded", html: '<label>Card number <input value="CANARY"></label>' },
	{
		at: "password's other attributes",
		nature: "excluded",
		html: '<input type="password" placeholder="CANARY" title="CANARY" aria-label="CANARY" class="CANARY" id="CANARY">',
	},
	{
		at: "password shown by its button",
		nature: "excluded",
		html: '<input type="password" value="CANARY">',
		act: "el.type = 'text'",
		later: "el.value += 'x'",
	},
	{
		at: "password typed after it is shown",
		nature: "excluded",
		html: '<input type="password">',
		act: "el.type = 'text'",
		keys: "el",
	},
	{
		at: "a field that was a password for a moment",
		nature: "excluded",
		html: "<input>",
		act: "el.type = 'password'; el.value = 'CANARY'",
		later: "el.type = 'text'; at.append(el)",
	},
	{
		at: "password with a default that is reset",
		nature: "excluded",
		html: '<form><input type="password"></form>',
		act: "const f = el.elements[0]; f.defaultValue = 'CANARY'; el.reset()",
		later: "el.elements[0].type = 'text'; el.reset()",
	},
	{
		at: "a clone of a shown password",
		nature: "excluded",
		html: '<input type="password" name="UNIQUE">',
		act: "el.type = 'text'",
		later: "const c = el.cloneNode(); c.value = 'CANARY'; at.append(c)",
	},
	{
		at: "password rendered anew under the same name",
		nature: "excluded",
		html: '<input type="password" name="UNIQUE">',
		act: "const f = document.createElement('input'); f.name = 'UNIQUE'; f.value = 'CANARY'; el.replaceWith(f)",
	},
	{
		at: "password in an open shadow root",
		nature: "excluded",
		html: "<x-part></x-part>",
		setup: "el.attachShadow({ mode: 'open' }).innerHTML = '<input type=password value=CANARY>'",
	},
	{
		at: "password in a frame",
		nature: "excluded",
		html: '<iframe srcdoc="<input type=password value=CANARY>"></iframe>',
	},
	{
		at: "password in a frame, shown",
		nature: "excluded",
		html: '<iframe srcdoc="<input type=password>"></iframe>',
		act: "const f = el.contentDocument.querySelector('input'); f.type = 'text'; f.value = 'CANARY'",
	},
	{
		at: "password moved into an unmasked part",
		nature: "excluded",
		html: '<div><input type="password" value="CANARY"><p class="alongside-unmask">x</p></div>',
		act: "el.lastChild.append(el.firstChild)",
	},
];
