/** Nothing that a visitor typed, chose, pasted or dropped leaves in the default mode, however it came into the page. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { useLab } from "./harness.ts";

const lab = useLab();

// req 001-15, 000-30
test("values of native fields, set in every way", async () => {
	const sheet = await lab.page(`<!doctype html><body><p>CONTROL</p><form>
		<input id=typed value="canary-attribute"><input id=search type=search list=l><datalist id=l><option value="canary-list"></datalist>
		<input id=date type=date><input id=number type=number><input id=range type=range max=9999999><input id=color type=color>
		<input id=check type=checkbox name=a><input id=radio type=radio name=b value="canary-radio"><textarea id=area>canary-default</textarea>
		<select id=select><option value="canary-a">canary-one<option value="canary-b" label="canary-two"></select>
		<input id=file type=file><output id=out>canary-output</output></form></body>`);
	await sheet.start({});
	const { page } = sheet;
	await page.locator("#typed").pressSequentially("canary-typed");
	await page.locator("#area").fill("canary-area");
	await page.locator("#search").fill("canary-search");
	await page.locator("#check").check();
	await page.locator("#radio").check();
	await page.locator("#select").selectOption("canary-b");
	await page
		.locator("#file")
		.setInputFiles({ name: "canary-file.txt", mimeType: "text/plain", buffer: Buffer.from("canary-bytes") });
	await page.evaluate(`{
		const set = (id, value) => { const e = document.getElementById(id); e.value = value; e.setAttribute("value", value); e.defaultValue = value };
		set("date", "2031-04-05"); set("number", "7351928"); set("range", "7351928"); set("color", "#735192");
		out.value = "canary-out"; out.append("canary-out2");
		document.querySelector("option").selected = true; document.querySelector("option").setAttribute("selected", "");
		document.querySelector("option").textContent = "canary-renamed";
	}`);
	await sheet.settled();
	await page.evaluate("document.forms[0].reset()");
	await sheet.settled();
	await page.evaluate("capture.keyframe()");
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL"));
	assert.deepEqual(sheet.leaks(), []);
	for (const node of sheet.mirror().nodes.values()) {
		assert.ok(!node.attributes.has("checked") && !node.attributes.has("selected"));
		assert.ok(node.value === undefined || /^•*$/.test(node.value), "a value of fixed length, or none");
	}
	await sheet.close();
});

// req 001-16
test("text in whatever can be written in: hosts, documents, editors, roles and controls that scripts make", async () => {
	const sheet = await lab.page(`<!doctype html><body><p>CONTROL</p>
		<div id=host contenteditable><b contenteditable=false>canary-inner</b></div><div id=plain contenteditable=plaintext-only></div>
		<div id=modify style="-webkit-user-modify:read-write">x</div><iframe id=frame srcdoc="<p>start</p>"></iframe>
		<div role=textbox>canary-role</div><button role=combobox>canary-chosen</button><div class=CodeMirror><pre>canary-code</pre></div>
		<x-field title="canary-title">canary-light</x-field><x-button>CONTROL-button</x-button><x-late>later</x-late></body><script>
		customElements.define("x-field", class extends HTMLElement { static formAssociated = true;
			constructor() { super(); this.attachInternals().setFormValue("canary-form"); this.attachShadow({ mode: "open" }).innerHTML = "<i>canary-shadow</i><slot></slot>" } });
		customElements.define("x-button", class extends HTMLElement { static formAssociated = true; get type() { return "submit" } });
		</script>`);
	const { page } = sheet;
	await page.frameLocator("#frame").locator("p").waitFor();
	await page.evaluate(`frame.contentDocument.designMode = "on"; frame.contentDocument.body.append("canary-design")`);
	await sheet.start({});
	for (const id of ["host", "plain", "modify"]) {
		await page.locator(`#${id}`).click();
		await page.keyboard.type("canary-typed");
	}
	await page.evaluate(`{
		host.insertAdjacentHTML("beforeend", "<span title=canary-pasted>canary-dropped<style>.canary-sheet{}</style></span>");
		customElements.define("x-late", class extends HTMLElement { static formAssociated = true });
		document.querySelector("x-late").textContent = "canary-late";
	}`);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL") && sheet.saw("CONTROL-button"));
	assert.deepEqual(sheet.leaks(), []);
	await page.evaluate(`document.designMode = "on"; document.querySelector("p").append("canary-everywhere")`);
	await sheet.settled();
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});

// req 001-12
test("a field made anew in a password's place, without a name, is one by its label or placeholder", async () => {
	const sheet = await lab.page(
		`<!doctype html><body><p>CONTROL</p><div id=at><input type=password placeholder="Geheim" value=canary-1></div></body>`,
	);
	await sheet.start({ mode: "marked-only" });
	await sheet.page.evaluate(
		`at.innerHTML = "<input placeholder=Geheim value=canary-2><input autocomplete=current-password value=canary-3>"`,
	);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL"));
	assert.deepEqual(sheet.leaks(), []);
	await sheet.close();
});
