/** What pages do that others' captures broke on: each case once cost somebody a leak, a crash or a frozen page. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { DomReader } from "../../../wire/dom.ts";
import { readOperation } from "../../../wire/operations.ts";
import { Kind } from "../../../wire/wire.ts";
import { type Sheet, useLab } from "./harness.ts";

const lab = useLab();

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

/** What the DOM calls its own, and fields and pictures of pages are called, too. */
const NAMES =
	`addEventListener attributes autocomplete baseURI checkVisibility childNodes children className clientLeft closest
	cloneNode contains firstChild firstElementChild getAttribute getAttributeNames getBoundingClientRect getRootNode
	hasAttribute hasChildNodes id innerHTML isConnected lastChild localName matches namespaceURI nextSibling nodeName
	nodeType offsetHeight offsetWidth ownerDocument parentElement parentNode previousSibling querySelector
	querySelectorAll scrollLeft scrollTop shadowRoot assignedSlot style tagName textContent title toString type`.split(
		/\s+/,
	);
const OF_DOCUMENTS = `activeElement adoptedStyleSheets baseURI body childNodes children compatMode createElement
	defaultView designMode documentElement firstChild fonts getAnimations getElementsByTagName getRootNode getSelection
	head host isConnected nodeType parentNode nextSibling querySelector querySelectorAll shadowRoot styleSheets title
	addEventListener fullscreenElement readyState localName namespaceURI`.split(/\s+/);

// req 001-02
test("forms whose fields hide what the DOM calls its own are captured and masked", async () => {
	const fields = NAMES.map((name) => `<input name=${name} value=CANARY-${name}>`).join("");
	const sheet = await lab.page(
		`<!doctype html><style>.seen{color:red}</style><form class=alongside-mask title=CANARY-title>CANARY-text ${fields}<b>CANARY-inside</b></form>
		<form id=later class=seen style="color: red; background: url(/x)">${fields}CONTROL-in</form>
		<form class=alongside-ignore>CANARY-ignored ${fields}</form><p>CONTROL</p>
		<iframe srcdoc="<form class=alongside-mask>CANARY-framed ${fields.replaceAll('"', "")}</form><form>${fields}CONTROL-framed</form>"></iframe>`,
	);
	await sheet.start({ mode: "inputs" });
	await sheet.page.evaluate(`{
		document.querySelector("form").append("CANARY-more");
		const later = document.querySelector("#later");
		Element.prototype.append.call(later, "CONTROL-more", Object.assign(document.createElement("input"), { name: "x", value: "CANARY-x" }));
		Element.prototype.setAttribute.call(later, "class", "seen more");
		document.body.append(document.querySelector("form"));
		document.querySelector("b").append("CANARY-below");
		const made = document.createElement("form");
		made.innerHTML = ${JSON.stringify(fields)};
		Element.prototype.append.call(made, "CONTROL-made");
		document.body.prepend(made);
	}`);
	await sheet.settled();
	await sheet.page.evaluate(`document.querySelector("#later").id = "other"; document.querySelector("form").remove()`);
	await sheet.page.waitForTimeout(400);
	await sheet.settled();
	assert.equal(await errors(sheet), 0);
	for (const text of ["CONTROL", "CONTROL-in", "CONTROL-more", "CONTROL-framed"])
		assert.ok(textOf(sheet).includes(text), text);
	assert.ok(sheet.saw("CONTROL-made") && !textOf(sheet).includes("CONTROL-made"), "it came and went");
	assert.ok(!sheet.saw("CANARY"));
	const form = sheet.mirror().find((node) => node.tag === "form" && node.attributes.get("class") === "seen");
	assert.match(form?.attributes.get("style") ?? "", /color: red.*asset:/);
	await sheet.close();
});

// req 001-02
test("pictures and forms whose names hide what a document calls its own do not stop the capture", async () => {
	const named = OF_DOCUMENTS.map((name, i) => (i % 2 ? `<form name=${name}></form>` : `<img name=${name}>`)).join("");
	const sheet = await lab.page(
		`<!doctype html><title>CONTROL-title</title><style>p{color:red}</style>${named}<p>CONTROL</p>
		<div class=alongside-mask>CANARY-masked</div><input value=CANARY-value>
		<iframe srcdoc="${named}<p>CONTROL-framed</p><input value=CANARY-framed>"></iframe>`,
	);
	await sheet.start({ mode: "inputs" });
	await sheet.page.evaluate(`window.p = Document.prototype.querySelector.call(document, "p");
		p.append(" more"); Document.prototype.querySelector.call(document, "input").focus()`);
	await sheet.page.waitForTimeout(400);
	await sheet.settled();
	assert.equal(await errors(sheet), 0);
	for (const text of ["CONTROL", "more", "CONTROL-framed"]) assert.ok(textOf(sheet).includes(text), text);
	assert.ok(sheet.saw("CONTROL-title") && !sheet.saw("CANARY"));
	await sheet.close();
});

// req 001-02
test("a link that stands alone has a host, but is no shadow root", async () => {
	const sheet = await lab.page("<!doctype html><a href=/x><slot></slot><b class=marked>CONTROL</b></a>");
	await sheet.start({ mode: "marked-only", selectors: [{ css: "b + b", rule: "mask" }] });
	await sheet.page.evaluate(`window.link = document.querySelector("a"); link.remove(); link.querySelector("slot").remove();
		link.append(document.createElement("b")); link.firstChild.classList.add("alongside-mask"); document.body.append("after")`);
	await sheet.settled();
	await sheet.page.evaluate(`document.body.append(link)`);
	await sheet.settled();
	assert.equal(await errors(sheet), 0);
	assert.match(textOf(sheet), /after/);
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
	// Without its Array.prototype.toJSON, under which the test could not read what is emitted.
	"Prototype.js": `String.prototype.toJSON = function () { return this; }; Object.prototype.toJSON = undefined;
		Array.prototype.each = Array.prototype.forEach; Array.prototype.compact = () => [];
		document.getElementsByClassName = (name) => document.querySelectorAll("." + name);
		Element.prototype.update = function (html) { this.innerHTML = html; };
		Element.prototype.remove = function () { this.parentNode.removeChild(this); return this; };`,
	"additions that can be enumerated": `for (const it of [Object, Array, Function, String, Number])
			for (const name of ["Get", "Set", "Value", "Mask", "Clear"]) it.prototype["x" + name] = () => { throw new Error(name); };
		Object.prototype.ignore = Object.prototype.unmask = "text";`,
	"polyfills that know less": `Array.from = (list) => Array.prototype.slice.call(list);
		Array.prototype.includes = function (one) { return this.indexOf(one) !== -1; };
		Array.prototype.find = function (test) { return this.filter(test)[0]; };
		Object.entries = (all) => Object.keys(all).map((key) => [key, all[key]]);
		const { MutationObserver: Real } = window; window.WebKitMutationObserver = Real; Element.prototype.matches = Element.prototype.webkitMatchesSelector;`,
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
test("rules of another path come into force although arrays are written otherwise as JSON", async () => {
	const sheet = await lab.page("<!doctype html><p>CONTROL</p><div>shown</div>");
	// As Prototype.js has it, but for the arrays that the test itself reads.
	await sheet.page.evaluate(
		`Array.prototype.toJSON = function () { return Array.isArray(this[1]) || this[0]?.css ? "[]" : this; }`,
	);
	await sheet.start({ mode: "marked-only", selectors: [{ css: "div", rule: "mask", paths: ["/secret"] }] });
	assert.match(textOf(sheet), /shown/);
	await sheet.page.evaluate(`history.pushState(null, "", "/secret"); document.querySelector("p").append(" more")`);
	await sheet.settled();
	await sheet.settled();
	assert.doesNotMatch(textOf(sheet), /shown/);
	assert.match(textOf(sheet), /CONTROL/);
	await sheet.close();
});

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

// req 001-02
test("twice as many nodes put in front cost about twice as much, not four times", async () => {
	const sheet = await lab.page("<!doctype html><div></div>");
	await sheet.start({ mode: "marked-only" });
	const client = await sheet.page.context().newCDPSession(sheet.page);
	await client.send("Performance.enable", { timeDomain: "threadTicks" });
	const busy = async (): Promise<number> =>
		(await client.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
	const cost = async (count: number): Promise<number> => {
		await sheet.page.evaluate(`document.querySelector("div").replaceChildren()`);
		await sheet.settled();
		const before = await busy();
		await sheet.page.evaluate(
			`for (let i = 0; i < ${count}; i++) document.querySelector("div").prepend(document.createElement("b"))`,
		);
		await sheet.settled();
		return (await busy()) - before;
	};
	await cost(2000);
	const [once, twice] = [await cost(10_000), await cost(20_000)];
	assert.ok(twice < once * 3.2 + 0.1, `10,000: ${once} s, 20,000: ${twice} s`);
	await sheet.close();
});

/** What a page may tell about itself that is not so; each is in force before the capture starts, or from then on. */
const LIES: Readonly<Record<string, string>> = {
	"Element.prototype.matches": `Element.prototype.matches = () => false;`,
	"Element.prototype.closest": `Element.prototype.closest = () => null;`,
	"Element.prototype.getAttribute": `Element.prototype.getAttribute = () => null; Element.prototype.hasAttribute = () => false;`,
	"Element.prototype.getAttributeNames": `Element.prototype.getAttributeNames = () => [];`,
	"the accessors of the tree": `for (const name of ["parentNode", "parentElement", "isConnected", "ownerDocument"])
			Object.defineProperty(Node.prototype, name, { configurable: true, get: () => null });`,
	"the accessors of what is below": `for (const name of ["childNodes", "firstChild", "nextSibling", "previousSibling"])
			Object.defineProperty(Node.prototype, name, { configurable: true, get: () => null });`,
	"Node.prototype.textContent": `Object.defineProperty(Node.prototype, "textContent", { configurable: true, get: () => "harmless" });`,
	"Node.prototype.getRootNode": `Node.prototype.getRootNode = () => document;`,
	"Node.prototype.nodeType": `Object.defineProperty(Node.prototype, "nodeType", { configurable: true, get: () => 3 });`,
	"Element.prototype.localName": `Object.defineProperty(Element.prototype, "localName", { configurable: true, get: () => "p" });`,
	"Element.prototype.shadowRoot": `Object.defineProperty(Element.prototype, "shadowRoot", { configurable: true, get: () => null });
		Object.defineProperty(Element.prototype, "assignedSlot", { configurable: true, get: () => null });`,
	"HTMLInputElement.prototype.type": `Object.defineProperty(HTMLInputElement.prototype, "type", { configurable: true, get: () => "button" });`,
	"queries that find nothing": `Document.prototype.querySelectorAll = Element.prototype.querySelectorAll = DocumentFragment.prototype.querySelectorAll = () => [];`,
	"arrays that forget": `Array.prototype.includes = () => false; Array.prototype.indexOf = () => -1; Array.prototype.find = () => undefined;
		Array.prototype.some = () => false; Array.prototype.filter = () => [];`,
	"maps and sets that forget": `Map.prototype.get = () => undefined; Map.prototype.has = () => false; Set.prototype.has = () => false;
		WeakMap.prototype.get = () => undefined; WeakSet.prototype.has = () => false;`,
	"regular expressions that match nothing": `RegExp.prototype.test = () => false; RegExp.prototype.exec = () => null;`,
	"strings that replace nothing": `String.prototype.replace = function () { return String(this); }; String.prototype.split = function () { return [String(this)]; };`,
	"an observer that cannot be made": `window.MutationObserver = class { constructor() { throw new Error("CANARY-none"); } };`,
	"an observer that tells nothing": `window.MutationObserver = class { observe() {} disconnect() {} takeRecords() { return []; } };`,
};
for (const [name, script] of Object.entries(LIES)) {
	for (const isLate of [false, true]) {
		// req 001-02
		test(`nothing masked leaves and nothing is thrown by a lie of ${name}${isLate ? ", told later" : ""}`, async () => {
			const sheet = await lab.page(
				`<!doctype html><p>CONTROL</p><div class=alongside-mask title=CANARY-title>CANARY-mask<b>CANARY-inner</b></div><p class=alongside-ignore>CANARY-ignore</p>
				<form><input type=password value=CANARY-password><input name=user value=CANARY-value><textarea>CANARY-area</textarea></form>
				<div id=host><i>CANARY-slotted</i></div><div data-dd-privacy=hidden>CANARY-foreign</div>`,
			);
			const thrown: string[] = [];
			sheet.page.on("pageerror", (error) => thrown.push(String(error)));
			// By the debugger: what others put into the page would be lied to as well.
			const debug = await sheet.page.context().newCDPSession(sheet.page);
			const run = async (script: string): Promise<string> => {
				const { result, exceptionDetails } = await debug.send("Runtime.evaluate", { expression: script });
				if (exceptionDetails) thrown.push(`${exceptionDetails.exception?.description}`);
				return String(result.value);
			};
			await run(`globalThis.append = Element.prototype.append; globalThis.sent = "";
				document.getElementById("host").attachShadow({ mode: "open" }).innerHTML = "<div class=alongside-mask>CANARY-shadow<slot></slot></div>"`);
			if (!isLate) await run(script);
			await run(`capture = AlongsideCapture.startCapture({ policy: AlongsideCapture.readPolicy({ mode: "inputs" }), emit(frame) {
				let text = "";
				for (let i = 0; i < frame.length; i++) text += String.fromCharCode(frame[i]);
				sent += btoa(text) + " ";
			} })`);
			await sheet.page.waitForTimeout(300);
			if (isLate) await run(script);
			await run(`{
				const [masked] = document.getElementsByClassName("alongside-mask");
				append.call(masked, "CANARY-more", document.createElement("u"));
				append.call(masked.lastElementChild, "CANARY-below");
				document.getElementsByName("user")[0].value = "CANARY-typed";
				const [shown] = document.getElementsByTagName("p");
				shown.setAttribute("class", "alongside-mask");
				append.call(shown, "CANARY-marked");
			}`);
			await sheet.page.waitForTimeout(400);
			await run("capture.keyframe(); 0");
			await sheet.page.waitForTimeout(400);
			for (const frame of (await run("sent")).split(" ").filter(Boolean)) sheet.take(Buffer.from(frame, "base64"));
			if (isLate) assert.ok(sheet.saw("CONTROL"), "the capture ran");
			assert.deepEqual(thrown, []);
			assert.ok(!sheet.saw("CANARY"));
			await sheet.close();
		});
	}
}

/** How many sizes each diff tells that tells nothing else. */
function sizesAlone(sheet: Sheet): number[] {
	const reader = new DomReader();
	const counts: number[] = [];
	for (const { kind, plain } of sheet.frames) {
		if (kind !== Kind.snapshot && kind !== Kind.diff) continue;
		reader.open(plain);
		const names: string[] = [];
		while (reader.more) names.push(readOperation(reader).name);
		if (kind === Kind.diff && names.every((name) => name === "size")) counts.push(names.length);
	}
	return counts;
}

test("the sizes of masked boxes leave in few diffs, and the last of them leaves", async () => {
	// An animation of the style sheet changes sizes and nothing that is told otherwise.
	const sheet = await lab.page(`<!doctype html><style>@keyframes w{to{width:200px}}
		p{width:300px} .on p{animation:w .4s 6 alternate} .end p{width:77px}</style>
		${"<p>text <input></p>".repeat(300)}<p>CONTROL</p>`);
	await sheet.start({ mode: "strict" });
	await sheet.page.waitForTimeout(400);
	const before = sizesAlone(sheet).length;
	const began = performance.now();
	await sheet.page.evaluate("document.body.className = 'on'");
	await sheet.page.waitForTimeout(2500);
	const diffs = sizesAlone(sheet).length - before;
	const quarters = (performance.now() - began) / 250;
	assert.ok(diffs > 0 && diffs <= quarters + 2, `${diffs} diffs in ${quarters.toFixed(0)} quarters of a second`);
	await sheet.page.evaluate("document.body.className = 'end'");
	await sheet.page.waitForTimeout(700);
	await sheet.settled();
	assert.match(JSON.stringify([...sheet.mirror().nodes.values()].map(({ size }) => size)), /\[77,/);
	await sheet.close();
});
