/** Finds canaries in bytes however they are written: the forms are a list, so that anybody can see which. */

/** What is looked for: a canary, or a half of one, so that what is split between two frames is found too. */
export type Needle = { canary: string; form: string };

const hex = (text: string) => Buffer.from(text).toString("hex");
const each = (text: string, write: (code: string) => string) => [...text].map((c) => write(hex(c))).join("");

/** The part of the base64 of a text that does not depend on what stands before and after it. */
function base64(text: string, before: number): string {
	const encoded = Buffer.from(" ".repeat(before) + text).toString("base64");
	const rest = (before + text.length) % 3;
	return encoded.slice([0, 2, 3][before], rest === 0 ? undefined : rest === 1 ? -3 : -2);
}

/** By name: how a text may be written. All but base64 are compared without regard to case. */
const FORMS: Readonly<Record<string, (text: string) => string | Buffer>> = {
	plain: (text) => text,
	reversed: (text) => [...text].reverse().join(""),
	"URL-encoded": (text) => each(text, (code) => `%${code}`),
	"JSON-escaped": (text) => each(text, (code) => `\\u00${code}`),
	"CSS-escaped": (text) => each(text, (code) => `\\${code} `),
	"HTML-escaped": (text) => each(text, (code) => `&#${Number.parseInt(code, 16)};`),
	"HTML-escaped in hex": (text) => each(text, (code) => `&#x${code};`),
	"in hex": hex,
	"UTF-16 LE": (text) => Buffer.from(text, "utf16le"),
	"UTF-16 BE": (text) => Buffer.from(text, "utf16le").swap16(),
};
const EXACT: Readonly<Record<string, (text: string) => string>> = {
	"base64 at 0": (text) => base64(text, 0),
	"base64 at 1": (text) => base64(text, 1),
	"base64 at 2": (text) => base64(text, 2),
	"base64 of upper case": (text) => base64(text.toUpperCase(), 0),
};

const lower = (bytes: Buffer): Buffer => Buffer.from(bytes.toString("latin1").toLowerCase(), "latin1");

/** Looks for many needles at once: one pass over the bytes, by their first four. */
class Index {
	readonly #byStart = new Map<number, { bytes: Buffer; needle: Needle }[]>();
	/** Which pairs of bytes begin a needle at all: nearly every place is passed over by this. */
	readonly #begins = new Uint8Array(1 << 16);

	add(bytes: Buffer, needle: Needle): void {
		const start = bytes.readUInt32BE(0);
		this.#begins[start >>> 16] = 1;
		const list = this.#byStart.get(start);
		if (list) list.push({ bytes, needle });
		else this.#byStart.set(start, [{ bytes, needle }]);
	}

	find(bytes: Buffer, found: (needle: Needle) => void): void {
		for (let at = 0; at + 4 <= bytes.length; at++) {
			if (!this.#begins[((bytes[at] as number) << 8) | (bytes[at + 1] as number)]) continue;
			for (const each of this.#byStart.get(bytes.readUInt32BE(at)) ?? []) {
				const end = Math.min(at + each.bytes.length, bytes.length);
				if (bytes.compare(each.bytes, 0, each.bytes.length, at, end) === 0) found(each.needle);
			}
		}
	}
}

/** A canary of letters is found by either half; one of digits only whole, since so few of them mean nothing. */
const parts = (canary: string): string[] =>
	/^[a-z]+$/.test(canary) && canary.length >= 16
		? [canary.slice(0, canary.length / 2), canary.slice(canary.length / 2)]
		: [canary];

export class Search {
	readonly #folded = new Index();
	readonly #exact = new Index();

	constructor(canaries: Iterable<string>) {
		for (const canary of canaries) {
			for (const part of parts(canary)) {
				for (const [form, write] of Object.entries(FORMS))
					this.#folded.add(lower(Buffer.from(write(part) as Buffer)), { canary, form });
				for (const [form, write] of Object.entries(EXACT)) this.#exact.add(Buffer.from(write(part)), { canary, form });
			}
		}
	}

	/** By canary: the forms in which some of it stands in the bytes. */
	find(bytes: Buffer): Map<string, Set<string>> {
		const found = new Map<string, Set<string>>();
		const note = ({ canary, form }: Needle) => {
			const forms = found.get(canary);
			if (forms) forms.add(form);
			else found.set(canary, new Set([form]));
		};
		this.#folded.find(lower(bytes), note);
		this.#exact.find(bytes, note);
		return found;
	}
}
