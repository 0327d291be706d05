/** What pages do that others' captures broke on: each case once cost somebody a leak, a crash or a frozen page. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, type Sheet } from "./harness.ts";

let lab: Lab;
before(async () => {
	lab = await Lab.open();
});
after(() => lab.close());

const errors = async (sheet: Sheet): Promise<number> =>
	((await sheet.page.evaluate("capture.debug()")) as { errors: number }).errors;
/** The mirror's texts, joined. */
const textOf = (sheet: Sheet): string => [...sheet.mirror().nodes.values()].map(({ data }) => data).join(" ");

// req 001-02
test("a masked frame that loads another document tells nothing of the one it leaves", async () => {
	const sheet = await lab.page(
		`<!doctype html><div class=alongside-mask><iframe srcdoc="<p>CANARY-text<input value=CANARY-value>"></iframe></div><p>CONTROL`,
	);
	await sheet.start({ mode: "marked-only" });
	for (let i = 0; i < 5; i++) {
		await sheet.page.evaluate(`{
			const frame = document.querySelector("iframe");
			frame.contentDocument.querySelector("input")?.setAttribute("value", "CANARY-" + ${i});
			frame.srcdoc = "<p>CANARY-next<input value=CANARY-${i}>";
		}`);
		await sheet.page.waitForTimeout(270);
	}
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL") && !sheet.saw("CANARY"));
	await sheet.close();
});

// req 001-02
test("an element of a drawing that is called like a field is none", async () => {
	const sheet = await lab.page("<!doctype html><svg></svg><p>CONTROL");
	await sheet.start({ mode: "marked-only" });
	await sheet.page.evaluate(`for (const tag of ["input", "textarea", "select", "iframe", "style", "canvas", "video", "title"])
		document.querySelector("svg").append(document.createElementNS("http://www.w3.org/2000/svg", tag));
		document.querySelector("p").append(" after")`);
	await sheet.settled();
	assert.equal(await errors(sheet), 0);
	assert.match(textOf(sheet), /after/);
	await sheet.close();
});

/** What libraries do to a page before the capture starts. */
const LIBRARIES: Readonly<Record<string, string>> = {
	"Zone.js": `for (const name of ["setTimeout", "setInterval", "requestAnimationFrame"]) {
			const real = window[name];
			window[name] = function (act, ...rest) { return real.call(this, function () { return act.apply(this, arguments); }, ...rest); };
		}
		const { addEventListener } = EventTarget.prototype;
		EventTarget.prototype.addEventListener = function (type, act, options) {
			return addEventListener.call(this, type, typeof act === "function" ? function () { return act.apply(this, arguments); } : act, options);
		};
		const Real = MutationObserver;
		window.MutationObserver = function (act) { return new Real(function () { return act.apply(this, arguments); }); };
		MutationObserver.prototype = Real.prototype;`,
	MooTools: `Array.prototype.contains = function () {}; Array.prototype.each = Array.prototype.forEach;
		Object.prototype.extra = function () {}; String.prototype.contains = String.prototype.includes;
		Element.prototype.set = function () {}; Element.prototype.getStyle = function () {};
		Function.prototype.bind = ((bind) => function (...args) { return bind.apply(this, args); })(Function.prototype.bind);`,
};
for (const [name, script] of Object.entries(LIBRARIES)) {
	// req 001-02
	test(`a page under ${name} is captured and masked`, async () => {
		const sheet = await lab.page(
			`<!doctype html><script>${script}</script><style>.a{color:red}</style><p class=a>CONTROL</p>
			<div class=alongside-mask>CANARY-mask</div><div class=alongside-ignore>CANARY-ignore</div><input value=CANARY-value>`,
		);
		await sheet.start({ mode: "inputs" });
		await sheet.page.evaluate(
			`document.querySelector("p").append("-later"); document.querySelector("div").append("CANARY-later")`,
		);
		await sheet.settled();
		assert.ok(!sheet.saw("CANARY"), "nothing leaks");
		assert.match(textOf(sheet), /CONTROL.*-later/s);
		await sheet.close();
	});
}

// req 001-02
test("a page that patches over the patches works on when the capture has stopped", async () => {
	const sheet = await lab.page("<!doctype html><p>CONTROL");
	await sheet.start();
	await sheet.page.evaluate(`{
		const { attachShadow } = Element.prototype;
		Element.prototype.attachShadow = function (init) { return attachShadow.call(this, init); };
		capture.stop();
		document.body.append(document.createElement("div"));
		document.querySelector("div").attachShadow({ mode: "open" }).innerHTML = "<b>inside</b>";
	}`);
	assert.equal(await sheet.page.evaluate(`document.querySelector("div").shadowRoot.textContent`), "inside");
	await sheet.close();
});

// req 001-02
test("a page that writes itself anew, or replaces its root, is mirrored as it is then", async () => {
	const sheet = await lab.page("<!doctype html><p>before");
	await sheet.start({ mode: "marked-only" });
	await sheet.page.evaluate(
		`{ const html = document.createElement("html"); html.innerHTML = "<body><p>second"; document.documentElement.replaceWith(html); }`,
	);
	await sheet.settled();
	assert.match(sheet.mirror().serialize(), /<html>\s+<head>\s+<body>\s+<p>\s+"second"/);
	await sheet.page.evaluate(`document.open(); document.write("<!doctype html><p>third<input>"); document.close()`);
	await sheet.page.waitForTimeout(400);
	await sheet.settled();
	assert.match(textOf(sheet), /third/);
	await sheet.page.evaluate(`document.querySelector("p").append(" and more")`);
	await sheet.settled();
	assert.match(textOf(sheet), /and more/);
	assert.ok(!textOf(sheet).includes("second"));
	await sheet.close();
});

// req 001-02
test("order inside a batch of mutations does not matter", async () => {
	const sheet = await lab.page("<!doctype html><ul><li>a<li>b<li>c</ul><div id=other></div>");
	await sheet.start({ mode: "marked-only" });
	await sheet.page.evaluate(`{
		const list = document.querySelector("ul");
		const [a, b, c] = list.children;
		const made = document.createElement("li");
		made.append(a);            // into what is not there yet
		list.prepend(made);        // and then is
		b.remove(); list.append(b); b.remove(); c.before(b);
		other.append(c); made.after(c);
		const gone = document.createElement("li"); gone.textContent = "never"; list.append(gone); gone.remove();
		a.firstChild.splitText(0); a.normalize();
		list.append(list.firstChild); list.prepend(list.lastChild);
	}`);
	await sheet.settled();
	const expected = (await sheet.page.evaluate(`document.querySelector("ul").innerText.replace(/\\s+/g, "")`)) as string;
	assert.equal(textOf(sheet).replace(/\s+/g, "").length, expected.length);
	const read = (id: number): string => {
		const visit = (node: ReturnType<typeof sheet.mirror>["root"]): string =>
			node ? node.data.trim() + node.children.map(visit).join("") : "";
		return visit(sheet.mirror().nodes.get(id));
	};
	assert.equal(read(sheet.mirror().find((node) => node.tag === "ul")?.id ?? 0), expected);
	await sheet.close();
});
