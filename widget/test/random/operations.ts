/**
 * What a random page does, as data: made from a seed, carried out in the page by player.ts, cut down by shrink.ts. Nodes
 * have labels given when an operation is made, so that taking operations away never makes another one mean another node.
 */

/** A node to be made. Without a tag: a text, or a comment if `comment` is set. */
export type Spec = {
	label: string;
	tag?: string;
	svg?: boolean;
	attributes?: Record<string, string>;
	/** A property set after the attributes: what a field holds. */
	value?: string;
	children?: Spec[];
	shadow?: { mode: "open" | "closed"; children: Spec[] };
	text?: string;
	comment?: boolean;
};

/** A label, and how far below it: 0 the node itself, n its n-th descendant. */
export type Target = [label: string, below: number];

/** What goes on besides the page: the capture's own chances to run, and what its host asks of it. */
export type Event =
	| "microtasks"
	| "message"
	| "frame"
	| "timer"
	| "sample"
	| "settle"
	| "keyframe"
	| "pause"
	| "resume"
	| "full"
	| "free"
	| "hide"
	| "show";

export type Operation =
	| { do: Event }
	| { do: "policy"; policy: object }
	| { do: "insert"; into: Target; at: number; nodes: Spec[] }
	| { do: "remove" | "normalize" | "reset" | "clear"; on: Target }
	| { do: "move"; on: Target; into: Target; at: number }
	| { do: "clone"; on: Target; into: Target; at: number }
	| { do: "sort"; on: Target; salt: number }
	| { do: "replace" | "wrap"; on: Target; node: Spec }
	| { do: "html" | "unsafe-html" | "text" | "outer"; on: Target; text: string }
	| { do: "data"; on: Target; text: string }
	| { do: "split"; on: Target; at: number }
	| { do: "attribute"; on: Target; name: string; value: string | null }
	| { do: "toggle"; on: Target; token: string }
	| { do: "value"; on: Target; how: "property" | "attribute" | "typed"; text: string }
	| { do: "check"; on: Target; how: "checked" | "indeterminate" | "attribute" }
	| { do: "choose"; on: Target; index: number; label: string; text: string }
	| { do: "shadow"; on: Target; mode: "open" | "closed"; children: Spec[] }
	| { do: "iframe"; on: Target; how: "write" | "body" | "srcdoc" | "src" | "blank"; text: string }
	| { do: "css"; on: Target; how: "text" | "insert" | "delete" | "disable" | "media"; text: string; at: number }
	| { do: "adopt"; on: Target; sheets: number[] }
	| { do: "adopted"; sheet: number; text: string; how: "replace" | "insert" }
	| { do: "define"; tag: string }
	| { do: "title"; text: string }
	| { do: "root"; which: "html" | "body" };

/** Selectors that sheets of a random page use: all that may be seen of classes, IDs and unknown attributes. */
const SELECTORS = [
	".k0",
	".k1",
	".k2",
	".k3",
	".k4",
	"#i0",
	"#i1",
	"[data-sel]",
	'[data-eq="yes"]',
	'[data-pre^="ab"]',
] as const;
/** Tags that a page may define later. */
const CUSTOM = ["x-a", "x-b", "x-c"];

/** Classes and attributes that mark, in some of their spellings; what they mean stands in oracle.ts. */
const MARK_TOKENS = [
	"alongside-mask",
	"alongside-mask",
	"alongside-ignore",
	"alongside-unmask",
	"alongside-no-iframe",
	"alongside-no-control",
	"ALONGSIDE-MASK",
	"rr-block",
	"ph-no-capture",
	"fs-mask",
	"pm",
	"px",
];
const MARK_ATTRIBUTES: readonly (readonly [string, string])[] = [
	["data-alongside", "mask"],
	["data-alongside", "IGNORE"],
	["data-alongside", " unmask "],
	["data-alongside", "no-control, unmask"],
	["data-alongside", "whatever"],
	["data-private", ""],
	["data-private", "false"],
	["data-private", "redact"],
	["data-dd-privacy", "allow"],
	["data-dd-privacy", "hidden"],
	["data-hj-suppress", ""],
	["data-ig", "1"],
];

const TAGS = [
	"div",
	"div",
	"div",
	"span",
	"span",
	"section",
	"p",
	"ul",
	"li",
	"b",
	"table",
	"form",
	"article",
	...CUSTOM,
];
const HOSTS = ["div", "span", "section", "p", "article", ...CUSTOM];
const INPUT_TYPES = ["text", "text", "email", "search", "checkbox", "radio", "button", "submit", "hidden", "password"];

const MODES = ["inputs", "strict", "marked-only"] as const;

/** mulberry32 */
function randomOf(seed: number): (n: number) => number {
	let state = seed;
	return (n) => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) % n;
	};
}

/** Makes the operations of a seed: `steps` times a few changes and a "settle". */
export function generate(seed: number, steps: number): Operation[] {
	return new Generator(seed).run(steps);
}

class Generator {
	readonly #random: (n: number) => number;
	readonly #labels = ["html", "head", "body", "main"];
	readonly #texts: string[] = [];
	readonly #fields: string[] = [];
	readonly #styles: string[] = ["style"];
	readonly #frames: string[] = [];
	#next = 1;
	#canary = 1;
	#paused = false;

	constructor(seed: number) {
		this.#random = randomOf(seed);
	}

	run(steps: number): Operation[] {
		const operations: Operation[] = [this.#policy()];
		for (let i = 0; i < 10; i++) operations.push(this.#insert());
		for (let step = 0; step < steps; step++) {
			for (let n = this.#random(this.#random(6) === 0 ? 12 : 4) + 1; n > 0; n--) {
				operations.push(this.#change());
				if (this.#random(5) === 0) operations.push(this.#event());
			}
			operations.push({ do: "settle" });
		}
		return operations;
	}

	#pick<T>(list: readonly T[]): T {
		return list[this.#random(list.length)] as T;
	}

	/** Unique, and says what it was written as. */
	#secret(kind: string): string {
		return `Zq${kind}${this.#canary++}q`;
	}

	/** Rather a node of late than one of long ago, which may be gone for good. */
	#recent(list: readonly string[]): string {
		const from = this.#random(4) ? Math.max(0, list.length - 60) : 0;
		return list[from + this.#random(list.length - from)] ?? "main";
	}

	#target(list: readonly string[] = this.#labels): Target {
		// Rarely the page's own frame: a marking of it covers all.
		const label = this.#recent(list === this.#labels && list.length > 20 && this.#random(15) ? list.slice(4) : list);
		return [label, this.#random(5) === 0 ? this.#random(20) : 0];
	}

	#policy(): Operation {
		return {
			do: "policy",
			policy: {
				mode: this.#pick(MODES),
				closedRoots: this.#random(2) === 0,
				selectors: [
					{ css: ".pm", rule: "mask" },
					{ css: "[data-ig]", rule: "ignore" },
					...(this.#random(2) ? [{ css: ".px > span", rule: "mask" }] : []),
				],
			},
		};
	}

	#insert(): Operation {
		return {
			do: "insert",
			into: this.#random(4) ? this.#target() : ["main", 0],
			at: this.#random(8),
			nodes: Array.from({ length: this.#random(4) + 1 }, () => this.#spec(0)),
		};
	}

	#text(): string {
		return this.#random(8) === 0
			? this.#pick(["", " ", "\n"])
			: `${this.#secret("tx")} ${this.#pick(["a", "word", "two words"])}`;
	}

	#label(...lists: string[][]): string {
		const label = `n${this.#next++}`;
		this.#labels.push(label);
		for (const list of lists) list.push(label);
		return label;
	}

	#spec(depth: number): Spec {
		const kind = this.#random(30);
		if (kind < 9) return { label: this.#label(this.#texts), text: this.#text() };
		if (kind === 9) return { label: this.#label(), text: this.#secret("cm"), comment: true };
		if (kind < 13) return this.#field();
		if (kind === 13) return this.#style();
		if (kind === 14) return this.#frame();
		if (kind === 15) return this.#drawing();
		if (kind === 16) {
			const tag = this.#pick(["script", "template", "noscript", "meta", "object", "img", "a", "details"]);
			const attributes = this.#attributes();
			if (tag === "script") attributes.type = "text/plain";
			if (tag === "a") attributes.href = `/${this.#secret("hr")}`;
			if (tag === "img") attributes.src = `/none?${this.#secret("sr")}`;
			const silent = { label: this.#label(), text: this.#secret(tag === "a" || tag === "details" ? "tx" : "sc") };
			return { label: this.#label(), tag, attributes, children: [silent] };
		}
		const spec: Spec = { label: this.#label(), tag: this.#pick(TAGS), attributes: this.#attributes() };
		if (depth < 4) spec.children = this.#children(depth);
		if (this.#random(8) === 0 && HOSTS.includes(spec.tag as string)) {
			spec.shadow = { mode: this.#random(3) ? "open" : "closed", children: this.#children(depth + 1) };
			if (this.#random(2)) spec.shadow.children.push({ label: this.#label(), tag: "slot", attributes: {} });
		}
		return spec;
	}

	#children(depth: number): Spec[] {
		return Array.from({ length: this.#random(4) }, () => this.#spec(depth + 1));
	}

	#attributes(): Record<string, string> {
		const attributes: Record<string, string> = {};
		for (let n = this.#random(4); n > 0; n--) {
			const [name, value] = this.#attribute();
			attributes[name] = value;
		}
		return attributes;
	}

	#attribute(): readonly [string, string] {
		switch (this.#random(20)) {
			case 0:
			case 1:
			case 2:
				return ["class", this.#classes()];
			case 3:
				return this.#random(2) ? this.#pick(MARK_ATTRIBUTES) : ["title", this.#secret("ti")];
			case 4:
				return ["title", this.#secret("ti")];
			case 5:
				return [this.#pick(["aria-label", "alt", "placeholder"]), this.#secret("al")];
			case 6:
				return ["id", this.#pick(["i0", "i1", this.#secret("id")])];
			case 7:
				return ["dir", this.#pick(["rtl", "ltr"])];
			case 8:
				return [this.#pick(["data-junk", "foo", "onclick", "name", "itemprop"]), this.#secret("jk")];
			case 9:
				return ["data-sel", this.#pick(["", "on", this.#secret("ds")])];
			case 10:
				return ["data-eq", this.#pick(["yes", "no", this.#secret("de")])];
			case 11:
				return ["data-pre", this.#pick(["abc", "b", `ab${this.#secret("dp")}`])];
			case 12:
				return [
					"style",
					`color:rgb(${this.#random(200)}, 2, 3);--c:${this.#secret("cp")};background:url(/x?${this.#secret("ur")})`,
				];
			case 13:
				return ["contenteditable", this.#pick(["true", "", "false", "plaintext-only"])];
			case 14:
				return ["hidden", ""];
			case 15:
				return this.#pick([
					["role", "note"],
					["width", "99"],
					["lang", "en"],
				] as const);
			case 16:
				return ["slot", "named"];
			default:
				return ["class", this.#classes()];
		}
	}

	#classes(): string {
		const tokens: string[] = [];
		for (let n = this.#random(3) + 1; n > 0; n--)
			tokens.push(
				this.#random(3) ? `k${this.#random(5)}` : this.#random(2) ? this.#secret("cl") : this.#pick(MARK_TOKENS),
			);
		return tokens.join(" ");
	}

	#field(): Spec {
		const attributes = this.#attributes();
		if (this.#random(4) === 0) attributes.name = this.#pick(["user", "cardNumber", "cvv"]);
		if (this.#random(6) === 0) attributes.autocomplete = this.#pick(["off", "cc-number", "one-time-code"]);
		const label = this.#label(this.#fields);
		const kind = this.#random(5);
		if (kind === 0) return { label, tag: "textarea", attributes, value: this.#secret("va") };
		if (kind === 1) {
			if (this.#random(3) === 0) attributes.multiple = "";
			return {
				label,
				tag: "select",
				attributes,
				children: Array.from({ length: this.#random(4) }, () => this.#option()),
			};
		}
		attributes.type = this.#pick(INPUT_TYPES);
		if (this.#random(3) === 0) attributes.value = this.#secret("va");
		return this.#random(3)
			? { label, tag: "input", attributes, value: this.#secret("va") }
			: { label, tag: "input", attributes };
	}

	#option(): Spec {
		const text = { label: this.#label(this.#texts), text: this.#secret("op") };
		const attributes: Record<string, string> = this.#random(3) ? {} : { value: this.#secret("ov") };
		if (this.#random(6) === 0)
			return {
				label: this.#label(),
				tag: "optgroup",
				attributes: { label: this.#secret("og") },
				children: [this.#option()],
			};
		return { label: this.#label(), tag: "option", attributes, children: [text] };
	}

	#style(): Spec {
		const attributes = this.#attributes();
		const text = { label: this.#label(this.#texts), text: this.#css() };
		return { label: this.#label(this.#styles), tag: "style", attributes, children: [text] };
	}

	#css(): string {
		return Array.from({ length: this.#random(3) + 1 }, () => this.#rule()).join("\n");
	}

	#rule(): string {
		const comment = this.#random(3) ? "" : `/* ${this.#secret("cc")} */`;
		return `${this.#pick(SELECTORS)} { color: rgb(${this.#random(200)}, 0, 0); ${comment} }`;
	}

	#frame(): Spec {
		const attributes = this.#attributes();
		const kind = this.#random(3);
		if (kind === 0) attributes.srcdoc = `<p>${this.#secret("tx")}</p><input value=${this.#secret("va")}>`;
		if (kind === 1) attributes.src = `/inner?${this.#secret("fs")}`;
		return { label: this.#label(this.#frames), tag: "iframe", attributes, children: [] };
	}

	#drawing(): Spec {
		const child = (tag: string): Spec => ({
			label: this.#label(),
			tag,
			svg: true,
			attributes: this.#random(2) ? { fill: "red", [this.#pick(["data-junk", "id"])]: this.#secret("jk") } : {},
			children: [{ label: this.#label(this.#texts), text: this.#text() }],
		});
		return {
			label: this.#label(),
			tag: "svg",
			svg: true,
			attributes: { viewBox: "0 0 9 9", class: this.#classes() },
			children: [child(this.#pick(["text", "g", "title", "a"])), child("text")],
		};
	}

	#html(): string {
		const part = (depth: number): string => {
			const kind = this.#random(9);
			if (kind < 3 || depth > 3) return `${this.#secret("tx")} `;
			if (kind === 3) return `<!--${this.#secret("cm")}--><template><p>${this.#secret("sc")}</p></template>`;
			if (kind === 4) return `<input value="${this.#secret("va")}" placeholder="${this.#secret("al")}">`;
			if (kind === 5) return `<textarea>${this.#secret("va")}</textarea>`;
			const attributes = Object.entries(this.#attributes())
				.map(([name, value]) => ` ${name}="${value.replaceAll('"', "&quot;")}"`)
				.join("");
			const root =
				kind === 6 ? `<template shadowrootmode=open><i>${this.#secret("tx")}</i><slot></slot></template>` : "";
			return `<div${attributes}>${root}${Array.from({ length: this.#random(3) }, () => part(depth + 1)).join("")}</div>`;
		};
		return Array.from({ length: this.#random(3) + 1 }, () => part(0)).join("");
	}

	#change(): Operation {
		const on = this.#target();
		switch (this.#random(46)) {
			case 0:
			case 1:
			case 2:
			case 3:
			case 4:
				return this.#insert();
			case 5:
			case 6:
				return { do: "remove", on };
			case 7:
			case 8:
			case 9:
			case 10:
			case 11:
			case 12:
				return { do: "move", on, into: this.#target(), at: this.#random(8) };
			case 13:
				return { do: "clone", on, into: this.#target(), at: this.#random(8) };
			case 14:
			case 15:
				return { do: "sort", on, salt: this.#random(1000) };
			case 16:
			case 17:
				return { do: "wrap", on, node: { label: this.#label(), tag: "div", attributes: this.#attributes() } };
			case 18:
				return { do: "replace", on, node: this.#spec(2) };
			case 19:
				return { do: this.#random(2) ? "html" : "unsafe-html", on, text: this.#html() };
			case 20:
				return { do: this.#random(2) ? "text" : "outer", on, text: this.#secret("tx") };
			case 21:
			case 22:
				return { do: "data", on: [this.#recent(this.#texts), 0], text: this.#text() };
			case 23:
				return { do: "split", on: [this.#recent(this.#texts), 0], at: this.#random(10) };
			case 24:
				return { do: "normalize", on };
			case 25:
			case 26:
			case 27: {
				const [name, value] = this.#attribute();
				return { do: "attribute", on, name, value: this.#random(4) ? value : null };
			}
			case 28:
			case 29: {
				const [name, value] = this.#pick(MARK_ATTRIBUTES);
				return { do: "attribute", on, name, value: this.#random(2) ? value : null };
			}
			case 30:
			case 31:
			case 32:
				return { do: "toggle", on, token: this.#random(3) ? this.#pick(MARK_TOKENS) : `k${this.#random(5)}` };
			case 33:
			case 34:
				return {
					do: "value",
					on: this.#target(this.#fields),
					how: this.#pick(["property", "attribute", "typed"]),
					text: this.#random(4) ? this.#secret("va") : "",
				};
			case 35:
				return {
					do: "check",
					on: this.#target(this.#fields),
					how: this.#pick(["checked", "indeterminate", "attribute"]),
				};
			case 36:
				return {
					do: "choose",
					on: this.#target(this.#fields),
					index: this.#random(5) - 1,
					label: this.#label(),
					text: this.#random(3) ? "" : this.#secret("op"),
				};
			case 37:
				return {
					do: "attribute",
					on: this.#target(this.#fields),
					name: this.#random(3) ? "type" : this.#pick(["name", "autocomplete", "value"]),
					value: this.#pick([...INPUT_TYPES, "cvv", "cc-number", this.#secret("va"), null]),
				};
			case 38:
				return { do: "shadow", on, mode: this.#random(3) ? "open" : "closed", children: this.#children(2) };
			case 39:
			case 40:
				return {
					do: "iframe",
					on: [this.#recent(this.#frames), 0],
					how: this.#pick(["write", "body", "srcdoc", "src", "blank"]),
					text: this.#html(),
				};
			case 41:
				return {
					do: "css",
					on: [this.#recent(this.#styles), 0],
					how: this.#pick(["text", "insert", "delete", "disable", "media"]),
					text: this.#rule(),
					at: this.#random(4),
				};
			case 42:
				return this.#random(2)
					? { do: "adopt", on, sheets: Array.from({ length: this.#random(3) }, () => this.#random(3)) }
					: { do: "adopted", sheet: this.#random(3), text: this.#rule(), how: this.#pick(["replace", "insert"]) };
			case 43:
				return { do: "title", text: this.#secret("tt") };
			case 44:
				if (this.#random(6) === 0) return { do: "root", which: this.#pick(["html", "body"]) };
				return this.#random(3) ? { do: "reset", on } : { do: "define", tag: this.#pick(CUSTOM) };
			default:
				if (this.#random(8) === 0) return this.#policy();
				return this.#random(3) ? this.#insert() : { do: "clear", on };
		}
	}

	#event(): Operation {
		if (this.#paused && this.#random(3) === 0) {
			this.#paused = false;
			return { do: "resume" };
		}
		const kind = this.#random(40);
		if (kind === 0) return { do: "keyframe" };
		if (kind === 1) {
			this.#paused = true;
			return { do: "pause" };
		}
		if (kind < 4) return { do: this.#pick(["full", "full", "free"]) };
		if (kind < 6) return { do: this.#pick(["hide", "hide", "show"]) };
		return { do: this.#pick(["microtasks", "message", "message", "message", "frame", "frame", "timer", "sample"]) };
	}
}
