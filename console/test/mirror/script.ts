/** Writes bodies for tests as a capture core would, and hostile ones as it would not. */

import { DomWriter, ElementFlag, Op } from "../../../wire/dom.ts";
import { encodeFrame, Flag, Kind } from "../../../wire/wire.ts";

export const SVG = 1;
export const MATHML = 2;

type Attributes = Readonly<Record<string, string>>;

/** Of an animation; times in ms. */
const TIMING = {
	pseudo: "",
	easing: "linear",
	direction: 0,
	fill: 0,
	composite: 0,
	delay: 0,
	duration: 1000,
	endDelay: 0,
	iterations: 1,
	iterationStart: 0,
};
type Timing = typeof TIMING;

/** One epoch: its operations, and the frames they are sent in. */
export class Script {
	readonly writer = new DomWriter();
	readonly #epoch: number;
	#seq = 0;
	#nodes = 0;

	constructor(epoch = 1) {
		this.#epoch = epoch;
	}

	/** A page with an empty head and a body, which it leaves as insertion point; returns the body's ID. */
	page(attributes: Attributes = {}, quirks = 0): number {
		this.content(quirks);
		this.element("html");
		this.element("head");
		this.up();
		return this.element("body", attributes);
	}

	at(parent: number, prev = 0): void {
		this.#operation(Op.at, parent, prev);
	}

	/** Opens an element. */
	element(tag: string, attributes: Attributes = {}, flags = 0): number {
		this.#operation(Op.element, flags);
		this.writer.name(tag);
		this.#pairs(attributes);
		return ++this.#nodes;
	}

	/** An element without children. */
	leaf(tag: string, attributes: Attributes = {}, flags = 0): number {
		return this.element(tag, attributes, flags | ElementFlag.leaf);
	}

	/** An element with a text, closed. */
	words(tag: string, text: string, attributes: Attributes = {}): number {
		const id = this.element(tag, attributes);
		this.text(text);
		this.up();
		return id;
	}

	up(): void {
		this.#operation(Op.up);
	}

	text(data: string): number {
		this.#operation(Op.text);
		this.writer.once(data);
		return ++this.#nodes;
	}

	shadow(flags = 0): number {
		this.#operation(Op.shadow, flags);
		return ++this.#nodes;
	}

	content(flags = 0): number {
		this.#operation(Op.content, flags);
		return ++this.#nodes;
	}

	box(properties: Attributes): number {
		this.#operation(Op.box);
		this.#pairs(properties);
		return ++this.#nodes;
	}

	/** An operation of numbers only. */
	op(name: keyof typeof Op, ...numbers: number[]): void {
		this.#operation(Op[name], ...numbers);
	}

	/** An operation on a node with strings. */
	on(name: "attr" | "unattr" | "data" | "value", id: number, ...strings: string[]): void {
		this.#operation(Op[name], id);
		for (const string of strings) this.writer.name(string);
	}

	scroll(id: number, x: number, y: number): void {
		this.#operation(Op.scroll, id);
		this.writer.svarint(x);
		this.writer.svarint(y);
	}

	size(id: number, width: number, height: number): void {
		this.#operation(Op.size, id);
		this.writer.float(width);
		this.writer.float(height);
	}

	media(id: number, flags: number): void {
		this.#operation(Op.media, id, flags);
		for (const value of [1, 1, 1]) this.writer.float(value);
	}

	picture(id: number, key: string): void {
		this.#operation(Op.picture, id);
		this.writer.key(Buffer.from(key, "hex"));
	}

	sheet(number: number, owner: number, key: string, flags = 0, media = ""): void {
		this.#operation(Op.sheet, number, owner, flags);
		this.writer.name(media);
		this.writer.key(Buffer.from(key, "hex"));
	}

	rule(sheet: number, path: number[], text: string): void {
		this.#operation(Op.rule, sheet, path.length, ...path);
		this.writer.once(text);
	}

	unrule(sheet: number, path: number[]): void {
		this.#operation(Op.unrule, sheet, path.length, ...path);
	}

	resource(ref: string, key: string): void {
		this.#operation(Op.resource);
		this.writer.key(Buffer.from(ref, "hex"));
		this.writer.key(Buffer.from(key, "hex"));
	}

	title(text: string): void {
		this.#operation(Op.title);
		this.writer.once(text);
	}

	/** ranges: four numbers each. */
	highlight(name: string, ranges: readonly number[], priority = 0): void {
		this.#operation(Op.highlight);
		this.writer.name(name);
		for (const number of [priority, ranges.length, ...ranges]) this.writer.varint(number);
	}

	animate(animation: number, id: number, keyframes: string, given: Partial<Timing> = {}): void {
		const timing = { ...TIMING, ...given };
		this.#operation(Op.animate, animation, id);
		for (const string of [timing.pseudo, keyframes, timing.easing]) this.writer.name(string);
		for (const number of [timing.direction, timing.fill, timing.composite]) this.writer.varint(number);
		const { delay, duration, endDelay, iterations, iterationStart } = timing;
		for (const number of [delay, duration, endDelay, iterations, iterationStart]) this.writer.float(number);
	}

	playback(animation: number, state: number, time: number, rate = 1): void {
		this.#operation(Op.playback, animation, state);
		this.writer.float(time);
		this.writer.float(rate);
	}

	states(id: number, states: readonly string[]): void {
		this.#operation(Op.states, id, states.length);
		for (const state of states) this.writer.name(state);
	}

	/** What was written, as a snapshot or a part of one. */
	snapshot(flags: number = Flag.first | Flag.last): Uint8Array<ArrayBuffer> {
		return this.#frame(Kind.snapshot, flags);
	}

	/** What was written, as a diff. */
	diff(): Uint8Array<ArrayBuffer> {
		return this.#frame(Kind.diff, 0);
	}

	/** A frame with any body. */
	raw(kind: number, body: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> {
		return encodeFrame(kind, body, { epoch: this.#epoch, seq: ++this.#seq, flags });
	}

	/** Loses a frame on the way. */
	skip(): void {
		this.#seq++;
	}

	#frame(kind: number, flags: number): Uint8Array<ArrayBuffer> {
		return this.raw(kind, this.writer.take(), flags);
	}

	#operation(code: number, ...numbers: number[]): void {
		this.writer.byte(code);
		for (const number of numbers) this.writer.varint(number);
	}

	#pairs(pairs: Attributes): void {
		const entries = Object.entries(pairs);
		this.writer.varint(entries.length);
		for (const [name, value] of entries) {
			this.writer.name(name);
			this.writer.name(value);
		}
	}
}

const AssetType = { style: 1, image: 2, font: 3, other: 4 } as const;
let assets = 0;

/** A key or ref that was not used before. */
export const newKey = (): string => (++assets).toString(16).padStart(32, "a");

/** An asset's frame and its key. */
export function asset(
	type: keyof typeof AssetType,
	mime: string,
	content: string | Uint8Array,
	key = newKey(),
): { key: string; frame: Uint8Array<ArrayBuffer> } {
	const name = Buffer.from(mime);
	const body = Buffer.concat([
		Buffer.from(key, "hex"),
		Buffer.from([AssetType[type], name.length]),
		name,
		Buffer.from(content),
	]);
	return { key, frame: encodeFrame(Kind.asset, body) };
}

export const style = (text: string) => asset("style", "text/css", text);

/** A picture of one colour, as SVG. */
export const picture = (width: number, height: number, colour = "red") =>
	asset(
		"image",
		"image/svg+xml",
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${colour}"/></svg>`,
	);
