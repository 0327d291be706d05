/**
 * The coding of DOM bodies (DOM.md): an encoder for the capture core, a decoder for the mirror. Imports nothing; dom.go
 * is the decoder's twin.
 */

/** Operations of version 1. */
export const Op = {
	at: 0x01,
	element: 0x02,
	up: 0x03,
	text: 0x04,
	shadow: 0x05,
	content: 0x06,
	box: 0x07,
	remove: 0x10,
	move: 0x11,
	attr: 0x12,
	unattr: 0x13,
	data: 0x14,
	value: 0x15,
	checked: 0x16,
	selected: 0x17,
	scroll: 0x18,
	focus: 0x19,
	hover: 0x1a,
	selection: 0x1b,
	open: 0x1c,
	media: 0x1d,
	picture: 0x1e,
	defined: 0x1f,
	sheet: 0x20,
	adopt: 0x21,
	rule: 0x22,
	unrule: 0x23,
	resource: 0x24,
	size: 0x25,
	title: 0x26,
	states: 0x27,
	assign: 0x28,
	highlight: 0x29,
	animate: 0x2a,
	playback: 0x2b,
	moves: 0x2c,
} as const;

/** Flags of an element operation; the lowest two bits are the namespace: 0 HTML, 1 SVG, 2 MathML. */
export const ElementFlag = { leaf: 4, masked: 8, undefined: 16, noControl: 32 } as const;

const MAX_TABLE_ENTRIES = 65_536;
const MAX_TABLE_ENTRY_LENGTH = 256;

/**
 * Writes bodies of one epoch. Strings of at most 256 units that are likely to come again go through `name` (remembered),
 * others through `once`.
 */
export class DomWriter {
	#ops = new Uint8Array(16 << 10);
	#length = 0;
	#strings: string[] = [];
	#stringUnits = 0;
	readonly #table = new Map<string, number>();
	readonly #utf8 = new TextEncoder();

	/** About how many bytes the body has so far. */
	get size(): number {
		return this.#length + this.#stringUnits;
	}

	byte(value: number): void {
		if (this.#length + 24 > this.#ops.length) this.#grow();
		this.#ops[this.#length++] = value;
	}

	/** Unsigned, below 2³². */
	varint(value: number): void {
		if (this.#length + 24 > this.#ops.length) this.#grow();
		while (value > 0x7f) {
			this.#ops[this.#length++] = (value & 0x7f) | 0x80;
			value >>>= 7;
		}
		this.#ops[this.#length++] = value;
	}

	svarint(value: number): void {
		this.varint(((value << 1) ^ (value >> 31)) >>> 0);
	}

	float(value: number): void {
		this.byte(0);
		new DataView(this.#ops.buffer).setFloat32(--this.#length, value, true);
		this.#length += 4;
	}

	/** 16 raw bytes. */
	key(key: Uint8Array): void {
		this.byte(0);
		this.#ops.set(key, --this.#length);
		this.#length += 16;
	}

	/** A string that is likely to come again: names, class lists, short words. */
	name(value: string): void {
		const known = this.#table.get(value);
		if (known !== undefined) {
			this.varint(known + 2);
		} else if (value.length > MAX_TABLE_ENTRY_LENGTH || this.#table.size >= MAX_TABLE_ENTRIES) {
			this.once(value);
		} else {
			this.#table.set(value, this.#table.size);
			this.byte(1);
			this.#push(value);
		}
	}

	/** A string that is not worth remembering. */
	once(value: string): void {
		this.byte(0);
		this.#push(value);
	}

	/** Ends the body and returns its bytes; the string table lives on for the next body of the epoch. */
	take(): Uint8Array<ArrayBuffer> {
		this.#strings.push("");
		const strings = this.#utf8.encode(this.#strings.join("\0"));
		const head: number[] = [];
		let n = this.#length;
		for (; n > 0x7f; n >>>= 7) head.push((n & 0x7f) | 0x80);
		head.push(n);
		const out = new Uint8Array(head.length + this.#length + strings.length);
		out.set(head);
		out.set(this.#ops.subarray(0, this.#length), head.length);
		out.set(strings, head.length + this.#length);
		this.#length = 0;
		this.#strings = [];
		this.#stringUnits = 0;
		return out;
	}

	#push(value: string): void {
		this.#strings.push(value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value);
		this.#stringUnits += value.length + 1;
	}

	#grow(): void {
		const larger = new Uint8Array(this.#ops.length * 2);
		larger.set(this.#ops);
		this.#ops = larger;
	}
}

/** A body breaks DOM.md; the epoch cannot go on. */
export class MalformedBody extends Error {}

/** Reads the operands of one body after another of an epoch, in the order in which DOM.md lists them. */
export class DomReader {
	#ops: Uint8Array = new Uint8Array(0);
	#view: DataView = new DataView(this.#ops.buffer);
	#at = 0;
	#first = 0;
	#end = 0;
	#strings: string[] = [];
	#next = 0;
	#table: string[] = [];
	#tableBefore = 0;
	readonly #text = new TextDecoder("utf-8", { ignoreBOM: true });

	/** Starts on an inflated body. */
	open(body: Uint8Array): void {
		this.#ops = body;
		this.#view = new DataView(body.buffer, body.byteOffset, body.length);
		this.#at = 0;
		this.#end = body.length;
		const n = this.varint();
		if (n > body.length - this.#at) throw new MalformedBody("operations end early");
		this.#end = this.#at + n;
		this.#first = this.#at;
		this.#tableBefore = this.#table.length;
		const section = body.subarray(this.#end);
		this.#strings = this.#text.decode(section).split("\0");
		if (this.#strings.pop() !== "") throw new MalformedBody("string section not ended");
		this.#next = 0;
	}

	/** Goes back to the first operation of the body, as if nothing of it had been read. */
	rewind(): void {
		this.#at = this.#first;
		this.#next = 0;
		this.#table.length = this.#tableBefore;
	}

	/** Whether operations are left. */
	get more(): boolean {
		return this.#at < this.#end;
	}

	byte(): number {
		if (this.#at >= this.#end) throw new MalformedBody("operands end early");
		return this.#ops[this.#at++] as number;
	}

	varint(): number {
		let value = 0;
		for (let shift = 0; shift < 35; shift += 7) {
			const b = this.byte();
			value += (b & 0x7f) * 2 ** shift;
			if (b < 0x80) {
				if (value >= 2 ** 32) break;
				return value;
			}
		}
		throw new MalformedBody("varint over 32 bits");
	}

	svarint(): number {
		const n = this.varint();
		return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
	}

	float(): number {
		this.#need(4);
		const value = this.#view.getFloat32(this.#at, true);
		this.#at += 4;
		return value;
	}

	/** 16 raw bytes as 32 hex digits. */
	key(): string {
		this.#need(16);
		let hex = "";
		for (let i = 0; i < 16; i++) hex += this.byte().toString(16).padStart(2, "0");
		return hex;
	}

	string(): string {
		const ref = this.varint();
		if (ref >= 2) {
			const known = this.#table[ref - 2];
			if (known === undefined) throw new MalformedBody("string reference past the table");
			return known;
		}
		const value = this.#strings[this.#next++];
		if (value === undefined) throw new MalformedBody("string reference past the section");
		if (ref === 1) {
			if (this.#table.length >= MAX_TABLE_ENTRIES || value.length > MAX_TABLE_ENTRY_LENGTH)
				throw new MalformedBody("string table over its limit");
			this.#table.push(value);
		}
		return value;
	}

	/** A count of things that take a byte each at least. */
	count(): number {
		const n = this.varint();
		if (n > this.#end - this.#at) throw new MalformedBody("operands end early");
		return n;
	}

	#need(bytes: number): void {
		if (this.#end - this.#at < bytes) throw new MalformedBody("operands end early");
	}
}
