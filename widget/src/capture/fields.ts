/**
 * What fields hold: values, checks, selections. Read anew when they may have changed and told only when what would be
 * sent differs, so that typing into a masked field makes no frame. Frameworks write values past every event and often
 * past patched setters, so all known fields are also looked at now and then.
 */

import { Op } from "../../../wire/dom.ts";
import { isBox, isMasked, type Masks } from "../mask/masks.ts";
import type { Body } from "./body.ts";
import { drain } from "./drain.ts";
import type { Funnel } from "./funnel.ts";
import type { Ids } from "./ids.ts";

export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** So many fields are sampled at a time. */
const SAMPLED = 400;

export class Fields {
	readonly #masks: Masks;
	readonly #funnel: Funnel;
	readonly #body: Body;
	readonly #ids: Ids;
	/** By field: what was told of it last. */
	readonly #told = new Map<Field, string>();
	readonly #dirty = new Set<Field>();
	#round = this.#told.keys();

	constructor(masks: Masks, funnel: Funnel, body: Body, ids: Ids) {
		this.#masks = masks;
		this.#funnel = funnel;
		this.#body = body;
		this.#ids = ids;
	}

	get dirty(): boolean {
		return this.#dirty.size > 0;
	}

	/** A field was sent; the options of a select have yet to follow. */
	add(field: Field, verdict: number): void {
		// A drawing can have elements of these names, too, which hold nothing.
		if (isBox(verdict) || !("value" in field)) return;
		this.#told.set(field, "");
		this.#dirty.add(field);
	}

	forget(node: Node): void {
		this.#told.delete(node as Field);
		this.#dirty.delete(node as Field);
	}

	touch(node: Node | undefined): void {
		if (node && this.#told.has(node as Field)) this.#dirty.add(node as Field);
	}

	touchAll(): void {
		for (const field of this.#told.keys()) this.#dirty.add(field);
	}

	/** Has some fields looked at that no event told of, the next ones each time. */
	touchSome(): void {
		for (let n = 0; n < SAMPLED; n++) {
			const { value, done } = this.#round.next();
			if (done) {
				this.#round = this.#told.keys();
				return;
			}
			this.#dirty.add(value);
		}
	}

	flush(deadline: number): void {
		drain(this.#dirty, deadline, (field) => {
			const id = this.#ids.of(field);
			const verdict = this.#masks.verdict(field);
			if (!id || isBox(verdict)) return;
			if (field.localName === "select") this.#select(field as HTMLSelectElement, id, verdict);
			else if (field.type === "checkbox" || field.type === "radio") this.#check(field as HTMLInputElement, id, verdict);
			else this.#value(field as HTMLInputElement, id, verdict);
		});
	}

	#value(field: HTMLInputElement | HTMLTextAreaElement, id: number, verdict: number): void {
		const value = this.#funnel.value(field, verdict);
		if (value === undefined || !this.#news(field, value)) return;
		this.#body.value(id, value);
	}

	#check(field: HTMLInputElement, id: number, verdict: number): void {
		if (isMasked(verdict)) return;
		const flags = (field.checked ? 1 : 0) + (field.indeterminate ? 2 : 0);
		if (this.#news(field, flags ? String(flags) : "")) this.#body.numbers(Op.checked, id, flags);
	}

	#select(field: HTMLSelectElement, id: number, verdict: number): void {
		if (isMasked(verdict)) return;
		const chosen: number[] = [];
		for (const option of field.selectedOptions) chosen.push(option.index);
		if (this.#news(field, `${chosen} of ${field.length}`))
			this.#body.numbers(Op.selected, id, chosen.length, ...chosen);
	}

	#news(field: Field, told: string): boolean {
		if (this.#told.get(field) === told) return false;
		this.#told.set(field, told);
		return true;
	}
}
