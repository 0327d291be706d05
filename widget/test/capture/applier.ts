/** The smallest mirror: applies DOM bodies to a tree of plain objects, and throws where a body breaks DOM.md. */

import { DomReader, Op } from "../../../wire/dom.ts";
import { Flag, type Frame, Kind, MAX_PART_BYTES } from "../../../wire/wire.ts";

export type Mirrored = {
	id: number;
	kind: "element" | "text" | "shadow" | "content" | "box";
	tag: string;
	flags: number;
	data: string;
	attributes: Map<string, string>;
	children: Mirrored[];
	shadow: Mirrored | undefined;
	parent: Mirrored | undefined;
	value?: string;
	checked?: number;
	selected?: number[];
	scroll?: [number, number];
	open?: number;
	media?: number[];
	picture?: string;
	defined?: boolean;
	size?: [number, number];
	states?: string[];
	assigned?: number[];
	adopted?: number[];
};
type Point = { parent: Mirrored; prev: Mirrored | undefined };
export type MirroredSheet = {
	owner: number;
	flags: number;
	media: string;
	key: string;
	rules: string[];
	/** RULE and UNRULE since the text. */
	edits: { at: number; text?: string }[];
};
export type MirroredAnimation = {
	id: number;
	pseudo: string;
	keyframes: string;
	/** Easing, direction, fill, composite, and the times. */
	timing: (string | number)[];
	playback: number[];
};

export class Applier {
	#reader = new DomReader();
	nodes = new Map<number, Mirrored>();
	sheets = new Map<number, MirroredSheet>();
	resources = new Map<string, string>();
	highlights = new Map<string, { priority: number; ranges: number[] }>();
	animations = new Map<number, MirroredAnimation>();
	assets = new Map<string, { type: number; mime: string; bytes: Uint8Array }>();
	root: Mirrored | undefined;
	title = "";
	focus = 0;
	focusVisible = false;
	hover = 0;
	selection: number[] = [];
	complete = false;
	epoch = 0;
	/** Operations that named a node that is not there; an encoder sends none on purpose. */
	skipped = 0;
	#next = 1;

	apply(frame: Frame, plain: Uint8Array): void {
		if (frame.kind === Kind.asset) {
			const mime = plain[17] ?? 0;
			let key = "";
			for (const byte of plain.subarray(0, 16)) key += byte.toString(16).padStart(2, "0");
			this.assets.set(key, {
				type: plain[16] ?? 0,
				mime: Buffer.from(plain.subarray(18, 18 + mime)).toString(),
				bytes: plain.subarray(18 + mime),
			});
		}
		if (frame.kind === Kind.snapshot && frame.flags & Flag.first) {
			if (frame.epoch <= this.epoch) throw new Error("epoch does not grow");
			this.epoch = frame.epoch;
			this.#reader = new DomReader();
			this.nodes.clear();
			this.sheets.clear();
			this.#next = 1;
			this.complete = false;
			this.root = undefined;
		}
		if (frame.kind !== Kind.snapshot && frame.kind !== Kind.diff) return;
		if (frame.epoch !== this.epoch) throw new Error("frame of another epoch");
		if (frame.kind === Kind.diff && !this.complete) throw new Error("diff before the last part");
		if (frame.kind === Kind.snapshot && plain.length > MAX_PART_BYTES) throw new Error(`part of ${plain.length} bytes`);
		this.#body(plain);
		if (frame.flags & Flag.last) this.complete = true;
	}

	/** The tree as text, for comparison. */
	serialize(): string {
		const lines: string[] = [];
		const visit = (node: Mirrored, depth: number): void => {
			lines.push(`${" ".repeat(depth)}${describe(node)}`);
			if (node.shadow) visit(node.shadow, depth + 1);
			for (const child of node.children) visit(child, depth + 1);
		};
		if (this.root) visit(this.root, 0);
		return lines.join("\n");
	}

	find(test: (node: Mirrored) => boolean): Mirrored | undefined {
		for (const node of this.nodes.values()) if (test(node)) return node;
		return undefined;
	}

	/** The text of a sheet by number. */
	css(sheet: MirroredSheet): string {
		return Buffer.from(this.assets.get(sheet.key)?.bytes ?? []).toString();
	}

	#body(plain: Uint8Array): void {
		const r = this.#reader;
		r.open(plain);
		let stack: Point[] = [];
		const insert = (kind: Mirrored["kind"], tag: string): Mirrored => {
			const node: Mirrored = {
				id: this.#next++,
				kind,
				tag,
				flags: 0,
				data: "",
				attributes: new Map(),
				children: [],
				shadow: undefined,
				parent: undefined,
			};
			this.nodes.set(node.id, node);
			const point = stack.at(-1);
			if (kind === "content" && node.id === 1) {
				this.root = node;
			} else {
				if (!point) throw new Error("no insertion point");
				node.parent = point.parent;
				if (kind === "shadow") point.parent.shadow = node;
				else {
					put(point.parent, node, point.prev);
					point.prev = node;
				}
			}
			return node;
		};
		const node = (): Mirrored | undefined => {
			const found = this.nodes.get(r.varint());
			if (!found) this.skipped++;
			return found;
		};
		const pairs = (attributes: Map<string, string>): void => {
			for (let n = r.count(); n > 0; n--) attributes.set(r.string(), r.string());
		};
		while (r.more) {
			const op = r.byte();
			if (op === Op.at) {
				const parent = this.nodes.get(r.varint());
				const prev = r.varint();
				const after = prev ? this.nodes.get(prev) : undefined;
				if (!parent) throw new Error("AT a dead parent");
				if (prev && after?.parent !== parent) throw new Error("AT a prev that is no child");
				stack = [{ parent, prev: after }];
			} else if (op === Op.element) {
				const flags = r.varint();
				const made = insert("element", r.string());
				made.flags = flags;
				pairs(made.attributes);
				if (!(flags & 4)) stack.push({ parent: made, prev: undefined });
			} else if (op === Op.up) {
				stack.pop();
				if (!stack.length) throw new Error("UP past the top");
			} else if (op === Op.text) {
				insert("text", "").data = r.string();
			} else if (op === Op.shadow || op === Op.content) {
				const flags = r.varint();
				const made = insert(op === Op.shadow ? "shadow" : "content", "");
				made.flags = flags;
				stack.push({ parent: made, prev: undefined });
			} else if (op === Op.box) {
				pairs(insert("box", "").attributes);
			} else if (op === Op.remove) {
				const gone = node();
				if (gone) this.#remove(gone);
			} else if (op === Op.move) {
				const moved = node();
				this.#move(moved, node(), r.varint());
			} else if (op === Op.moves) {
				const parent = node();
				let prev = r.varint();
				for (let n = r.count(); n > 0; n--) {
					const moved = node();
					this.#move(moved, parent, prev);
					prev = moved?.id ?? 0;
				}
			} else if (op === Op.attr) {
				const target = node();
				const name = r.string();
				const value = r.string();
				target?.attributes.set(name, value);
			} else if (op === Op.unattr) {
				const target = node();
				target?.attributes.delete(r.string());
				if (!target) r.string();
			} else if (op === Op.data || op === Op.value) {
				const target = node();
				const text = r.string();
				if (target && op === Op.data) target.data = text;
				if (target && op === Op.value) target.value = text;
			} else if (op === Op.checked || op === Op.open) {
				const target = node();
				const flags = r.varint();
				if (target && op === Op.checked) target.checked = flags;
				if (target && op === Op.open) target.open = flags;
			} else if (op === Op.selected || op === Op.adopt) {
				const target = node();
				const list: number[] = [];
				for (let n = r.count(); n > 0; n--) list.push(r.varint());
				if (target && op === Op.selected) target.selected = list;
				if (target && op === Op.adopt) target.adopted = list;
			} else if (op === Op.scroll) {
				const target = node();
				const at: [number, number] = [r.svarint(), r.svarint()];
				if (target) target.scroll = at;
			} else if (op === Op.focus) {
				this.focus = r.varint();
				this.focusVisible = r.varint() === 1;
			} else if (op === Op.hover) this.hover = r.varint();
			else if (op === Op.selection) this.selection = [r.varint(), r.varint(), r.varint(), r.varint()];
			else if (op === Op.media) {
				const target = node();
				const state = [r.varint(), r.float(), r.float(), r.float()];
				if (target) target.media = state;
			} else if (op === Op.picture) {
				const target = node();
				const key = r.key();
				if (target) target.picture = key;
			} else if (op === Op.defined) {
				const target = node();
				if (target) target.defined = true;
			} else if (op === Op.sheet) {
				const sheet = r.varint();
				this.sheets.set(sheet, {
					owner: r.varint(),
					flags: r.varint(),
					media: r.string(),
					key: r.key(),
					rules: [],
					edits: [],
				});
			} else if (op === Op.rule || op === Op.unrule) {
				const sheet = this.sheets.get(r.varint());
				if (r.count() !== 1) throw new Error("nested rule path");
				const at = r.varint();
				const text = op === Op.rule ? r.string() : undefined;
				if (text === undefined) sheet?.rules.splice(at, 1);
				else sheet?.rules.splice(at, 0, text);
				sheet?.edits.push(text === undefined ? { at } : { at, text });
			} else if (op === Op.resource) this.resources.set(r.key(), r.key());
			else if (op === Op.size) {
				const target = node();
				const size: [number, number] = [r.float(), r.float()];
				if (target) target.size = size;
			} else if (op === Op.title) this.title = r.string();
			else if (op === Op.states) {
				const target = node();
				const states = Array.from({ length: r.count() }, () => r.string());
				if (target) target.states = states;
			} else if (op === Op.assign) {
				const target = node();
				const assigned = Array.from({ length: r.count() }, () => r.varint());
				if (target) target.assigned = assigned;
			} else if (op === Op.highlight) {
				const name = r.string();
				const priority = r.varint();
				const ranges = Array.from({ length: r.count() }, () => r.varint());
				if (ranges.length) this.highlights.set(name, { priority, ranges });
				else this.highlights.delete(name);
			} else if (op === Op.animate) {
				const animation = r.varint();
				const [id, pseudo, keyframes] = [r.varint(), r.string(), r.string()];
				const timing: (string | number)[] = [r.string(), r.varint(), r.varint(), r.varint()];
				for (let i = 0; i < 5; i++) timing.push(r.float());
				this.animations.set(animation, { id, pseudo, keyframes, timing, playback: [] });
			} else if (op === Op.playback) {
				const animation = r.varint();
				const playback = [r.varint(), r.float(), r.float()];
				const known = this.animations.get(animation);
				if (playback[0] === 0) this.animations.delete(animation);
				else if (known) known.playback = playback;
			} else throw new Error(`operation ${op}`);
		}
	}

	#move(moved: Mirrored | undefined, parent: Mirrored | undefined, prev: number): void {
		const after = prev ? this.nodes.get(prev) : undefined;
		if (!moved || !parent) throw new Error("MOVE of or into a dead node");
		if (prev && after?.parent !== parent) throw new Error("MOVE after one that is no child");
		for (let up: Mirrored | undefined = parent; up; up = up.parent)
			if (up === moved) throw new Error("MOVE into itself");
		detach(moved);
		moved.parent = parent;
		put(parent, moved, after);
	}

	#remove(node: Mirrored): void {
		detach(node);
		const drop = (gone: Mirrored): void => {
			this.nodes.delete(gone.id);
			if (gone.shadow) drop(gone.shadow);
			for (const child of gone.children) drop(child);
		};
		drop(node);
	}
}

function put(parent: Mirrored, node: Mirrored, prev: Mirrored | undefined): void {
	parent.children.splice(prev ? parent.children.indexOf(prev) + 1 : 0, 0, node);
}

function detach(node: Mirrored): void {
	const { parent } = node;
	if (!parent) return;
	if (parent.shadow === node) parent.shadow = undefined;
	else parent.children.splice(parent.children.indexOf(node), 1);
	node.parent = undefined;
}

function describe(node: Mirrored): string {
	if (node.kind === "text") return JSON.stringify(node.data);
	if (node.kind !== "element") return `#${node.kind}`;
	const attributes = [...node.attributes]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([k, v]) => ` ${k}=${JSON.stringify(v)}`);
	return `<${node.tag}${attributes.join("")}>`;
}
