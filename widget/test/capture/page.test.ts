/** What a modern page does, as a mirror gets to know it. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Op } from "../../../wire/dom.ts";
import { Flag, Kind } from "../../../wire/wire.ts";
import type { Applier, MirroredSheet } from "./applier.ts";
import { type Hooks, type Sheet, useLab } from "./harness.ts";

const lab = useLab();

const open = async (html: string, policy: object = { mode: "marked-only" }, headers = {}): Promise<Sheet> => {
	const sheet = await lab.page(`<!doctype html><html>${html}</html>`, "/", headers);
	await sheet.start(policy);
	return sheet;
};
const styles = (mirror: Applier): string =>
	[...mirror.sheets.values()].map((s: MirroredSheet) => `${mirror.css(s)}\n${s.rules.join("\n")}`).join("\n");

// req 001-02
test("a table of 2,000 rows sorted in the page costs moves, not rows", async () => {
	const rows = Array.from({ length: 2000 }, (_, i) => `<tr><td>${(i * 7919) % 2000}</td><td>row ${i}</td></tr>`).join(
		"",
	);
	const sheet = await open(`<body><table><tbody>${rows}</tbody></table></body>`);
	await sheet.page.evaluate(`{
		const body = document.querySelector("tbody");
		for (const row of [...body.rows].sort((a, b) => a.cells[0].textContent - b.cells[0].textContent)) body.append(row);
	}`);
	await sheet.settled();
	const mirror = sheet.mirror();
	const cells = [...mirror.nodes.values()]
		.find((n) => n.tag === "tbody")
		?.children.map((row) => row.children[0]?.children[0]?.data);
	assert.deepEqual(
		cells,
		Array.from({ length: 2000 }, (_, i) => String(i)),
	);
	assert.ok(sheet.diffs().reduce((sum, body) => sum + body.length, 0) < 2000 * 10, "bytes of the sort");
	await sheet.close();
});

// req 001-02
test("style sheets: exact source, rules of the object model, adopted and disabled sheets, replaced text", async () => {
	const sheet =
		await open(`<head><style>.exact { color : RED; -foo-bar: 1 } /* SECRET */</style><style id=om></style></head>
		<body><p class="exact late adopted nested"></p></body>`);
	assert.ok(styles(sheet.mirror()).includes(".exact { color : RED; -foo-bar: 1 }"));
	assert.ok(!sheet.saw("SECRET"));
	assert.equal(
		sheet
			.mirror()
			.find((n) => n.tag === "p")
			?.attributes.get("class"),
		"exact",
	);
	await sheet.page.evaluate(`om.sheet.insertRule(".late { top: 1px }"); om.sheet.insertRule("@media all { .a {} }", 1);
		globalThis.made = new CSSStyleSheet(); made.replaceSync(".adopted { left: 2px }"); document.adoptedStyleSheets = [made];`);
	await sheet.settled();
	assert.match(styles(sheet.mirror()), /\.late { top: 1px }/);
	assert.match(styles(sheet.mirror()), /\.adopted { left: 2px }/);
	assert.equal(sheet.mirror().root?.adopted?.length, 1);
	assert.equal(
		sheet
			.mirror()
			.find((n) => n.tag === "p")
			?.attributes.get("class"),
		"exact late adopted",
	);
	const before = sheet.frames.filter((f) => f.kind === Kind.asset).length;
	await sheet.page.evaluate(`om.sheet.insertRule(".third { top: 3px }", 1); om.sheet.deleteRule(0); om.sheet.cssRules[1].insertRule(".nested { right: 4px }");
		document.querySelector("style").sheet.disabled = true`);
	await sheet.settled();
	await sheet.page.waitForTimeout(300);
	await sheet.settled();
	const mirror = sheet.mirror();
	const om = [...mirror.sheets.values()].find((s) => s.owner && !mirror.css(s).includes("exact")) as MirroredSheet;
	assert.match(om.rules.join(), /third.*nested/s);
	assert.equal([...mirror.sheets.values()].find((s) => mirror.css(s).includes("exact"))?.flags, 1);
	assert.ok(sheet.frames.filter((f) => f.kind === Kind.asset).length <= before + 1, "rules cost no whole sheets");
	await sheet.page.evaluate(
		`document.querySelector("style").textContent = ".fresh { top: 9px }"; made.replaceSync(".again { left: 5px }")`,
	);
	await sheet.settled();
	assert.match(styles(sheet.mirror()), /\.fresh/);
	assert.match(styles(sheet.mirror()), /\.again/);
	await sheet.close();
});

// req 001-02
test("shadow roots: open ones, nested, made later, with their own sheets and scrollers", async () => {
	const sheet = await open("<body><x-a></x-a></body>");
	await sheet.page.evaluate(`{
		const root = document.querySelector("x-a").attachShadow({ mode: "open", delegatesFocus: true });
		root.innerHTML = "<style>.in { color: red }</style><p class=in>inside<x-b></x-b></p><div style='overflow:auto;height:20px' id=s><div style='height:90px'>";
		root.querySelector("x-b").attachShadow({ mode: "open" }).innerHTML = "<b>deeper</b>";
		document.querySelector("x-a").append("slotted");
	}`);
	await sheet.settled();
	await sheet.page.evaluate(`document.querySelector("x-a").shadowRoot.querySelector("#s").scrollTop = 30;
		document.querySelector("x-a").shadowRoot.querySelector("x-b").shadowRoot.append("changed")`);
	await sheet.settled();
	const mirror = sheet.mirror();
	const host = mirror.find((n) => n.tag === "x-a");
	assert.equal(host?.shadow?.flags, 4);
	assert.match(mirror.serialize(), /"deeper"\s+"changed"/);
	assert.match(mirror.serialize(), /"slotted"/);
	assert.match(styles(mirror), /\.in/);
	assert.deepEqual(mirror.find((n) => n.scroll?.[1] === 30)?.scroll, [0, 30]);
	await sheet.page.evaluate(`customElements.define("x-a", class extends HTMLElement {})`);
	await sheet.settled();
	assert.equal(sheet.mirror().find((n) => n.tag === "x-a")?.defined, true);
	await sheet.close();
});

test("closed shadow roots only where the site wants it", async () => {
	for (const closedRoots of [true, false]) {
		const sheet = await open("<body><x-a></x-a></body>", { closedRoots });
		await sheet.page.evaluate(
			`document.querySelector("x-a").attachShadow({ mode: "closed" }).innerHTML = "<b>CLOSED</b>"`,
		);
		await sheet.settled();
		assert.equal(sheet.saw("CLOSED"), closedRoots);
		await sheet.close();
	}
});

// req 001-26
test("frames of the same origin: content, changes, navigation, removal; none where marked", async () => {
	lab.pages.set("/second", { type: "text/html", body: "<p>second page</p>" });
	const sheet = await open(`<body><iframe id=f srcdoc="<style>.q{color:red}</style><p class=q>first page</p>"></iframe>
		<iframe class=alongside-no-iframe srcdoc="<p>SECRET</p>"></iframe></body>`);
	await sheet.page.evaluate(`f.contentDocument.body.append("added inside")`);
	await sheet.settled();
	assert.match(sheet.mirror().serialize(), /#content.*"first page".*"added inside"/s);
	await sheet.page.evaluate(
		`new Promise((done) => { f.onload = done; f.removeAttribute("srcdoc"); f.src = "/second"; })`,
	);
	await sheet.settled();
	assert.match(sheet.mirror().serialize(), /"second page"/);
	assert.doesNotMatch(sheet.mirror().serialize(), /"first page"/);
	await sheet.page.evaluate("f.remove()");
	await sheet.settled();
	assert.doesNotMatch(sheet.mirror().serialize(), /"second page"/);
	assert.ok(!sheet.saw("SECRET"));
	assert.equal((await sheet.page.evaluate("capture.debug().nodes")) as number, sheet.mirror().nodes.size);
	await sheet.close();
});

// req 001-03, 001-04, 001-05, 001-07
test("an option of which only a box leaves is not counted among those of its list", async () => {
	const sheet = await open("<select id=s class=alongside-unmask><option id=a>a<option>b<option>c</select>");
	const chosen = () => sheet.mirror().find((node) => node.tag === "select")?.selected;
	await sheet.page.evaluate(`s.selectedIndex = 2`);
	await sheet.page.waitForTimeout(300);
	await sheet.settled();
	assert.deepEqual(chosen(), [2]);
	await sheet.page.evaluate(`a.className = "alongside-ignore"`);
	await sheet.settled();
	assert.deepEqual(chosen(), [1]);
	await sheet.page.evaluate(`s.selectedIndex = 0; s.dispatchEvent(new Event("change", { bubbles: true }))`);
	await sheet.settled();
	assert.deepEqual(chosen(), []);
	await sheet.close();
});

test("scroll, fields, focus, selection, dialogs, details, title, pointer, viewport", async () => {
	const sheet =
		await open(`<head><title>one</title></head><body style="height:3000px"><input id=i><input type=checkbox id=c><select id=s><option>a<option>b</select>
		<textarea id=t>x</textarea><p id=p>select me</p><dialog id=d>dialog</dialog><div popover id=o>pop</div><details id=e><summary>s</summary>d</details></body>`);
	await sheet.page.fill("#i", "typed");
	await sheet.page.check("#c");
	await sheet.page.selectOption("#s", "b");
	await sheet.page.evaluate(`t.value = "by script"; document.title = "two"; scrollTo(0, 400); d.showModal(); o.showPopover(); e.open = true;
		getSelection().setBaseAndExtent(p.firstChild, 1, p.firstChild, 4); s.focus()`);
	await sheet.page.mouse.move(100, 120);
	await sheet.page.waitForTimeout(300);
	await sheet.settled();
	const mirror = sheet.mirror();
	const tag = (name: string) => mirror.find((n) => n.tag === name);
	assert.equal(tag("input")?.value, "typed");
	assert.equal(mirror.find((n) => n.checked === 1)?.tag, "input");
	assert.deepEqual(tag("select")?.selected, [1]);
	assert.equal(tag("textarea")?.value, "by script");
	assert.equal(mirror.title, "two");
	assert.deepEqual(mirror.root?.scroll, [0, 400]);
	assert.equal(tag("dialog")?.open, 1);
	assert.equal(mirror.find((n) => n.attributes.has("popover"))?.open, 3);
	assert.ok(tag("details")?.attributes.has("open"));
	assert.deepEqual(
		mirror.selection.filter((_, i) => i % 2),
		[1, 4],
	);
	assert.ok(sheet.frames.some((f) => f.kind === Kind.pointer));
	const viewport = sheet.frames.filter((f) => f.kind === Kind.viewport).at(-1);
	assert.equal(Buffer.from(viewport?.plain ?? []).readInt32BE(12), 400);
	await sheet.close();
});

test("the focus is told with whether it shows, which a key brings out", async () => {
	const sheet = await open("<body><button>one</button><button>two</button></body>");
	const told = async (act: () => Promise<void>) => {
		await act();
		await sheet.page.waitForTimeout(100);
		await sheet.settled();
		const { nodes, focus, focusVisible } = sheet.mirror();
		return [nodes.get(focus)?.tag, focusVisible];
	};
	assert.deepEqual(await told(() => sheet.page.click("button")), ["button", false]);
	assert.deepEqual(await told(() => sheet.page.keyboard.press("a")), ["button", true]);
	assert.deepEqual(await told(() => sheet.page.click("button + button")), ["button", false]);
	assert.deepEqual(await told(() => sheet.page.keyboard.press("Shift+Tab")), ["button", true]);
	assert.deepEqual(await told(() => sheet.page.evaluate("document.activeElement.blur()")), [undefined, false]);
	await sheet.close();
});

test("a canvas is a picture when it changes, and silent while it does not; never a masked one", async () => {
	const sheet = await open(
		"<body><canvas id=k width=40 height=40></canvas><canvas class=alongside-mask id=m></canvas></body>",
	);
	const paint = (colour: string) =>
		sheet.page.evaluate(
			`for (const c of [k, m]) { const g = c.getContext("2d"); g.fillStyle = "${colour}"; g.fillRect(0, 0, 40, 40); }`,
		);
	await paint("red");
	await sheet.page.waitForTimeout(1300);
	const first = sheet.mirror().find((n) => n.picture !== undefined);
	assert.ok(first);
	const frames = sheet.frames.length;
	await sheet.page.waitForTimeout(800);
	assert.equal(sheet.frames.length, frames);
	await paint("blue");
	await sheet.page.waitForTimeout(2500);
	const mirror = sheet.mirror();
	assert.notEqual(mirror.nodes.get(first.id)?.picture, first.picture);
	assert.equal([...mirror.nodes.values()].filter((n) => n.picture).length, 1);
	await sheet.close();
});

const PNG = Buffer.from(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
	"base64",
);
for (const csp of ["", "default-src 'self' 'unsafe-inline'; connect-src 'none'"]) {
	test(`images become assets, once${csp ? ", also where the page's policy forbids fetch" : ""}; no URL leaves`, async () => {
		lab.pages.set("/a.png?token=SECRET", { type: "image/png", body: PNG });
		lab.pages.set("/gone.png", { type: "text/plain", body: "no" });
		const sheet = await open(
			`<head><style>.bg { background: url("/a.png?token=SECRET") }</style></head>
			 <body><img src="/a.png?token=SECRET"><img src="/a.png?token=SECRET"><div class=bg>x</div><img src="/gone.png"></body>`,
			{ mode: "marked-only" },
			csp ? { "Content-Security-Policy": csp } : {},
		);
		await sheet.page.waitForTimeout(400);
		await sheet.settled();
		const mirror = sheet.mirror();
		const ref =
			mirror
				.find((n) => n.tag === "img")
				?.attributes.get("src")
				?.slice("asset:".length) ?? "";
		assert.match(ref, /^[0-9a-f]{32}$/);
		assert.match(mirror.assets.get(mirror.resources.get(ref) ?? "")?.mime ?? "", /^image\//);
		assert.ok(styles(mirror).includes(`asset:${ref}`));
		assert.equal([...mirror.assets.values()].filter((a) => a.type === 2).length, 1);
		assert.ok(!sheet.saw("SECRET") && !sheet.saw("http"));
		const keys = [...mirror.assets.keys()];
		const before = sheet.frames.length;
		await sheet.page.evaluate(`capture.keyframe(${JSON.stringify(keys)})`);
		await sheet.page.waitForTimeout(300);
		await sheet.settled();
		assert.ok(!sheet.frames.slice(before).some((f) => f.kind === Kind.asset), "an asset was sent again");
		assert.equal(sheet.mirror().resources.get(ref), mirror.resources.get(ref));
		await sheet.close();
	});
}

test("while the uplink is full nothing is encoded, and then only what is dirty by now", async () => {
	const sheet = await open("<body><p>start</p></body>");
	await sheet.page.evaluate("ready = false");
	const before = sheet.diffs().length;
	for (let i = 0; i < 20; i++) {
		await sheet.page.evaluate(`document.querySelector("p").textContent = "step ${i}"`);
		await sheet.page.waitForTimeout(10);
	}
	assert.equal(sheet.diffs().length, before);
	await sheet.page.evaluate("ready = true");
	await sheet.settled();
	assert.ok(!sheet.saw("step 18"));
	assert.ok(sheet.saw("step 19"));
	await sheet.close();
});

test("a snapshot comes in parts of at most 64 KiB, the page's thread is not held long", async () => {
	const sheet = await lab.page(
		`<!doctype html><body>${"<div class=row><p>some text <b>and more</b></p></div>".repeat(15000)}</body>`,
	);
	await sheet.page.evaluate(`{
		globalThis.longest = 0; let last = performance.now();
		const tick = () => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; channel.port2.postMessage(0) };
		const channel = new MessageChannel(); channel.port1.onmessage = tick; globalThis.stopTicking = () => { channel.port1.onmessage = null };
		setTimeout(() => { longest = 0; last = performance.now(); tick() }, 300);
	}`);
	await sheet.page.waitForTimeout(500);
	await sheet.start();
	const longest = await sheet.page.evaluate("stopTicking(), longest");
	const parts = sheet.frames.filter((f) => f.kind === Kind.snapshot);
	assert.ok(parts.length > 3);
	assert.equal(sheet.mirror().nodes.size > 60000, true);
	assert.ok((longest as number) < 1000, `held for ${longest} ms`);
	await sheet.close();
});

test("own nodes are never captured", async () => {
	const sheet = await open("<body><div id=own>OWN <p>OWN</p></div><p>page</p></body>");
	await sheet.page.evaluate(`own.append("OWN later")`);
	await sheet.settled();
	assert.ok(!sheet.saw("OWN"));
	await sheet.close();
});

// req 000-31
test("stop leaves nothing: no frame, no patch, no listener, no timer; pause reads nothing", async () => {
	const sheet = await lab.page("<!doctype html><body><p>x</p></body>");
	const natives = `[Element.prototype.attachShadow, CSSStyleSheet.prototype.insertRule, CSSGroupingRule.prototype.insertRule,
		Object.getOwnPropertyDescriptor(Document.prototype, "adoptedStyleSheets").set].map((f) => /native code/.test(f))`;
	await sheet.page.evaluate(`{
		globalThis.live = 0;
		const add = EventTarget.prototype.addEventListener;
		EventTarget.prototype.addEventListener = function (type, listener, options) {
			live++; options?.signal?.addEventListener.call ? add.call(options.signal, "abort", () => live--) : 0;
			return add.call(this, type, listener, options);
		};
		globalThis.intervals = 0;
		const set = window.setInterval, clear = window.clearInterval;
		window.setInterval = (...a) => { intervals++; return set(...a) };
		window.clearInterval = (id) => { if (id) intervals--; clear(id) };
	}`);
	await sheet.start();
	assert.deepEqual(await sheet.page.evaluate(natives), [false, false, false, false]);
	assert.ok(((await sheet.page.evaluate("live")) as number) > 10);
	await sheet.page.evaluate("capture.pause(); document.body.append('PAUSED')");
	await sheet.page.waitForTimeout(200);
	assert.ok(!sheet.saw("PAUSED"));
	await sheet.page.evaluate("document.body.lastChild.remove(); capture.resume()");
	await sheet.settled();
	await sheet.page.evaluate("capture.stop()");
	const frames = sheet.frames.length;
	await sheet.page.evaluate(
		`document.body.append("after"); document.body.click(); new CSSStyleSheet().insertRule("a{}"); scrollTo(0, 5)`,
	);
	await sheet.page.waitForTimeout(400);
	assert.equal(sheet.frames.length, frames);
	assert.deepEqual(await sheet.page.evaluate(natives), [true, true, true, true]);
	assert.equal(await sheet.page.evaluate("live"), 0);
	assert.equal(await sheet.page.evaluate("intervals"), 0);
	await sheet.close();
});

test("an error inside ends in a fresh snapshot, not in the page", async () => {
	const sheet = await open("<body><p>x</p></body>");
	const errors: Error[] = [];
	sheet.page.on("pageerror", (error) => errors.push(error));
	await sheet.page.evaluate(`{
		const native = Element.prototype.getAttribute; let once = true;
		Element.prototype.getAttribute = function (...a) { if (once) { once = false; throw new Error("planted") } return native.apply(this, a) };
		document.querySelector("p").setAttribute("title", "after");
	}`);
	await sheet.page.waitForTimeout(1400);
	await sheet.settled();
	assert.equal(errors.length, 0);
	assert.equal(sheet.frames.filter((f) => f.kind === Kind.snapshot && f.flags & Flag.last).length, 2);
	assert.ok(sheet.saw("after"));
	await sheet.close();
});

test("only the funnel makes a string that may leave, and only the body writes it", () => {
	const folder = new URL("../../src/capture/", import.meta.url);
	for (const name of readdirSync(folder)) {
		const source = readFileSync(new URL(name, folder), "utf8");
		if (name !== "funnel.ts") assert.doesNotMatch(source, /as Outgoing|as unknown as|as never/, name);
		if (name !== "body.ts") assert.doesNotMatch(source, /DomWriter/, name);
	}
	assert.ok(Op.text);
});

test("what is being deflated when a pause begins does not leave; what did not leave is sent after it", async () => {
	const sheet = await lab.page("<!doctype html><p>paused</p>");
	await sheet.start({});
	const begun = sheet.frames.length;
	await sheet.page.evaluate(() => {
		const scope = globalThis as unknown as Hooks & { CompressionStream: typeof CompressionStream };
		const { CompressionStream: Own } = scope;
		scope.CompressionStream = class extends Own {
			constructor(format: CompressionFormat) {
				super(format);
				scope.CompressionStream = Own;
				queueMicrotask(() => scope.capture.pause());
			}
		};
		const style = document.createElement("style");
		style.textContent = Array.from({ length: 500 }, (_, i) => `.r${i} { margin: ${(i * 7919) % 10_007}px }`).join("\n");
		document.head.append(style);
	});
	await sheet.page.waitForTimeout(500);
	assert.equal(sheet.frames.length, begun, "nothing leaves in a pause");
	await sheet.page.evaluate("capture.resume()");
	const whole = () =>
		sheet.frames.some(({ kind, plain }) => kind === Kind.asset && Buffer.from(plain).includes(".r499"));
	for (let tries = 0; tries < 100 && !whole(); tries++) await sheet.page.waitForTimeout(100);
	assert.ok(whole(), "the sheet came after the pause");
	await sheet.close();
});
