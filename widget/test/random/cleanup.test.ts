/** After `stop` nothing of the capture is left on the page or in its frames; pauses, policies and keyframes add nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { useLab } from "../capture/harness.ts";

const lab = useLab();

/** Counts, in every frame, what hangs on the page. Runs before anything else of the page. */
function instrument(): void {
	type Tally = { counts: Record<string, number>; of(name: string): Set<unknown> };
	const scope = (top ?? window) as unknown as { tally?: Tally };
	const sets = new Map<string, Set<unknown>>();
	scope.tally ??= {
		of: (name) => {
			const set = sets.get(name) ?? new Set();
			sets.set(name, set);
			return set;
		},
		get counts() {
			return Object.fromEntries([...sets].map(([name, { size }]) => [name, size]));
		},
	};
	const { tally } = scope;
	const { addEventListener, removeEventListener } = EventTarget.prototype;
	const keys = new WeakMap<object, Map<string, object>>();
	const keyOf = (target: EventTarget, type: string, listener: object, options: unknown): object => {
		const isCapture = typeof options === "object" ? !!(options as AddEventListenerOptions)?.capture : !!options;
		const own = keys.get(target) ?? new Map<string, object>();
		keys.set(target, own);
		const ids = tally.of("listener ids") as Set<object>;
		if (!ids.has(listener)) ids.add(listener);
		const name = `${type} ${isCapture} ${[...ids].indexOf(listener)}`;
		const key = own.get(name) ?? {};
		own.set(name, key);
		return key;
	};
	EventTarget.prototype.addEventListener = function (type: string, listener: object | null, options?: unknown): void {
		addEventListener.call(this, type, listener as EventListener, options as AddEventListenerOptions);
		const { signal } = (typeof options === "object" && options ? options : {}) as AddEventListenerOptions;
		if (!listener || signal?.aborted) return;
		const key = keyOf(this, type, listener, options);
		tally.of("listeners").add(key);
		if (signal) addEventListener.call(signal, "abort", () => tally.of("listeners").delete(key));
	};
	EventTarget.prototype.removeEventListener = function (
		type: string,
		listener: object | null,
		options?: unknown,
	): void {
		removeEventListener.call(this, type, listener as EventListener, options as EventListenerOptions);
		if (listener) tally.of("listeners").delete(keyOf(this, type, listener, options));
	};
	const own = window as unknown as Record<string, (...args: unknown[]) => unknown>;
	for (const [set, clear] of [
		["setTimeout", "clearTimeout"],
		["setInterval", "clearInterval"],
		["requestAnimationFrame", "cancelAnimationFrame"],
		["requestIdleCallback", "cancelIdleCallback"],
	] as const) {
		const [make, drop] = [own[set], own[clear]];
		if (!make || !drop) continue;
		own[set] = (act: unknown, ...rest: unknown[]) => {
			const id = make(
				(...args: unknown[]) => {
					if (set !== "setInterval") tally.of(set).delete(id);
					(act as (...args: unknown[]) => void)(...args);
				},
				...rest,
			);
			tally.of(set).add(id);
			return id;
		};
		own[clear] = (id: unknown) => {
			tally.of(set).delete(id);
			return drop(id);
		};
	}
	for (const name of ["MutationObserver", "ResizeObserver", "IntersectionObserver", "PerformanceObserver"] as const) {
		const { observe, disconnect } = window[name].prototype;
		window[name].prototype.observe = function (...args: unknown[]): void {
			tally.of(name).add(this);
			(observe as (...args: unknown[]) => void).apply(this, args);
		};
		window[name].prototype.disconnect = function (): void {
			tally.of(name).delete(this);
			disconnect.call(this);
		};
	}
	const { close } = MessagePort.prototype;
	const onmessage = Object.getOwnPropertyDescriptor(MessagePort.prototype, "onmessage") as PropertyDescriptor;
	Object.defineProperty(MessagePort.prototype, "onmessage", {
		...onmessage,
		set(this: MessagePort, handler: unknown) {
			tally.of("ports")[handler ? "add" : "delete"](this);
			onmessage.set?.call(this, handler);
		},
	});
	MessagePort.prototype.close = function (): void {
		tally.of("ports").delete(this);
		close.call(this);
	};
}

/** What every prototype and global of a window is made of; runs in the page. */
function inventory(): void {
	type Part = { owner: object; path: string; key: PropertyKey; descriptor: PropertyDescriptor };
	const scope = globalThis as unknown as { parts?: Part[]; changed?: string[] };
	const take = (): Part[] => {
		const parts: Part[] = [];
		const views = [window, ...[...document.querySelectorAll("iframe")].map((f) => f.contentWindow as Window)];
		for (const [i, view] of views.entries()) {
			for (const name of Object.getOwnPropertyNames(view)) {
				if (["parts", "changed", "capture", "ready", "__last"].includes(name)) continue;
				const value = Object.getOwnPropertyDescriptor(view, name)?.value as { prototype?: object } | undefined;
				const owners = [value, value?.prototype].filter((owner) => owner && /function|object/.test(typeof owner));
				if (typeof value !== "function" && !/^(CSS|customElements|history)$/.test(name)) continue;
				for (const owner of owners as object[])
					for (const key of Reflect.ownKeys(owner)) {
						const descriptor = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor;
						parts.push({
							owner,
							path: `${i} ${name}${owner === value ? "" : ".prototype"} ${String(key)}`,
							key,
							descriptor,
						});
					}
			}
			for (const [path, owner] of Object.entries({ document: view.document, window: view, history: view.history }))
				for (const key of ["open", "write", "title", "pushState", "replaceState", "getSelection"])
					parts.push({
						owner,
						path: `${i} ${path} ${key}`,
						key,
						descriptor: Object.getOwnPropertyDescriptor(owner, key) ?? {},
					});
		}
		return parts;
	};
	if (!scope.parts) {
		scope.parts = take();
		return;
	}
	const before = new Map(scope.parts.map((part) => [part.path, part.descriptor]));
	const now = take();
	scope.changed = now
		.filter(({ path, descriptor }) => {
			const was = before.get(path);
			const names = ["value", "get", "set", "writable", "enumerable", "configurable"] as const;
			return !was || names.some((name) => !Object.is(was[name], descriptor[name]));
		})
		.map(({ path }) => path);
	if (now.length !== scope.parts.length) scope.changed.push(`${scope.parts.length} parts, then ${now.length}`);
}

const PAGE = `<!doctype html><head><style>.a{color:red} dialog:modal{top:0} :state(on){left:0} ::highlight(h){color:red}</style></head><body>
	<p class="a alongside-mask">text</p><input><select><option>1<option>2</select><canvas width=9 height=9></canvas><video></video>
	<iframe srcdoc="<p>frame</p><input><iframe srcdoc=inner></iframe>"></iframe><iframe></iframe><x-late></x-late><dialog open></dialog>
	<div id=host></div><img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"></body>`;
const CHANGE = `{
	host.shadowRoot ?? host.attachShadow({ mode: "open" }).append("inside");
	host.append(Math.random());
	document.querySelector("canvas").getContext("2d").fillRect(0, 0, Math.random() * 9, 9);
	document.querySelectorAll("iframe")[1].contentDocument.body.append("more");
	document.querySelector("p").classList.toggle("alongside-ignore");
	host.animate?.([{ opacity: 0 }, { opacity: 1 }], 100);
}`;

async function open() {
	const sheet = await lab.page("");
	await sheet.page.addInitScript(`(${instrument})()`);
	await sheet.page.reload();
	await sheet.page.setContent(PAGE);
	await sheet.page.waitForTimeout(200);
	await sheet.page.evaluate(`(${inventory})()`);
	return sheet;
}
const counts = (sheet: Awaited<ReturnType<typeof open>>) =>
	sheet.page.evaluate("({ ...tally.counts, 'listener ids': 0 })") as Promise<Record<string, number>>;
/** Timers and frames come and go; what stays is compared. */
const steady = (all: Record<string, number>) => {
	const { setTimeout: _t, requestAnimationFrame: _f, requestIdleCallback: _i, ...rest } = all;
	return rest;
};

// req 001-02
test("after stop no listener, timer, observer, port or patch is left, on the page or in its frames", async () => {
	const sheet = await open();
	const before = await counts(sheet);
	await sheet.start({ mode: "inputs" });
	await sheet.page.evaluate(CHANGE);
	await sheet.settled();
	const during = await counts(sheet);
	assert.ok((during.listeners ?? 0) > 20 && (during.MutationObserver ?? 0) > 0, "the instruments see the capture");
	await sheet.page.evaluate(`capture.stop()`);
	await sheet.page.evaluate(CHANGE);
	await sheet.page.waitForTimeout(1200);
	const left = Object.entries(await counts(sheet)).filter(([name, count]) => count > (before[name] ?? 0));
	assert.deepEqual(left, []);
	await sheet.page.evaluate(`(${inventory})()`);
	assert.deepEqual(await sheet.page.evaluate("changed"), []);
	await sheet.close();
});

// req 001-02
test("stopped while a snapshot is being taken, while paused, or right after the start, it leaves nothing either", async () => {
	for (const end of ["capture.keyframe(); capture.stop()", "capture.pause(); capture.stop()", "capture.stop()"]) {
		const sheet = await open();
		const before = await counts(sheet);
		await sheet.start({ mode: "strict" });
		await sheet.page.evaluate(`${CHANGE}; ${end}`);
		await sheet.page.waitForTimeout(1200);
		const left = Object.entries(await counts(sheet)).filter(([name, count]) => count > (before[name] ?? 0));
		assert.deepEqual(left, [], end);
		await sheet.page.evaluate(`(${inventory})()`);
		assert.deepEqual(await sheet.page.evaluate("changed"), [], end);
		await sheet.close();
	}
});

// req 001-02
test("twenty keyframes, policies and pauses hang nothing more on the page", async () => {
	const sheet = await open();
	await sheet.start({ mode: "inputs" });
	await sheet.settled();
	const first = steady(await counts(sheet));
	for (let i = 0; i < 20; i++) {
		await sheet.page.evaluate("capture.keyframe()");
		await sheet.page.evaluate(
			`capture.setPolicy(AlongsideCapture.readPolicy({ mode: ${i} % 2 ? "inputs" : "strict" }))`,
		);
		await sheet.page.evaluate("capture.pause(); capture.resume()");
		await sheet.page.waitForTimeout(30);
	}
	await sheet.page.evaluate(`capture.setPolicy(AlongsideCapture.readPolicy({ mode: "inputs" }))`);
	await sheet.settled();
	const last = steady(await counts(sheet));
	for (const [name, count] of Object.entries(last))
		assert.ok(count <= (first[name] ?? 0), `${name}: ${first[name]}, then ${count}`);
	await sheet.page.evaluate("capture.pause()");
	await sheet.page.waitForTimeout(1100);
	const paused = await counts(sheet);
	assert.ok((paused.listeners ?? 0) <= 2 && !paused.MutationObserver && !paused.setInterval, JSON.stringify(paused));
	await sheet.close();
});
