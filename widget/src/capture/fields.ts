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

/** So many fields are looked at in one sample. */
const SAMPLED = 250;

export class Fields {
	readonly #masks: Masks;
	readonly #funnel: Funnel;
	readonly #body: Body;
	readonly #ids: Ids;
	/** By field: what was told of it last. */
	readonly #told = new Map<Field, string>();
	readonly #dirty = new Set<Field>();
	/** How many fields the next sample passes by. No iterator, which would keep every table that the map has outgrown. */
	#sampled = 0;

	constructor(masks: Masks, funnel: Funnel, body: Body, ids: Ids) {
		this.#masks = masks;
		this.#funnel = funnel;
		this.#body = body;
		this.#ids = ids;
	}

	get dirty(): boolean {
		return this.#dirty.size > 0;
	}

	/** A field was sent; of a select, the options have yet to follow. */
	add(field: Field, verdict: number): void {
		// A drawing can have elements of these names, too, which hold nothing.
		if (isBox(verdict) || !("value" in field)) return;
		this.#told.set(field, "");
		if (!isSelect(field)) this.#tell(field, verdict);
	}

	/** All that stands in a field was sent. */
	filled(field: Field, verdict: number): void {
		if (!this.#told.has(field)) return;
		// What was told before its options were there did nothing.
		this.#told.set(field, "");
		this.#tell(field, verdict);
	}

	forget(node: Node): void {
		this.#told.delete(node as Field);
		this.#dirty.delete(node as Field);
	}

	/** `anew`: what was told of it may mean something else by now. */
	touch(node: Node | undefined, anew = false): void {
		const field = node as Field;
		if (!this.#told.has(field)) return;
		if (anew) this.#told.set(field, "");
		this.#dirty.add(field);
	}

	touchAll(): void {
		for (const field of this.#told.keys()) this.#dirty.add(field);
	}

	/** Looks at some fields, the next ones each time, for what no event told of. */
	sample(): void {
		const from = this.#sampled;
		let at = 0;
		this.#sampled = 0;
		for (const field of this.#told.keys()) {
			if (at++ < from) continue;
			// Under the verdict of then: this only finds out what to look at.
			this.#look(field, 0, this.#ids.verdict(this.#ids.of(field)));
			if (at < from + SAMPLED) continue;
			this.#sampled = at;
			break;
		}
	}

	flush(deadline: number): void {
		drain(this.#dirty, deadline, (field) => this.#tell(field, this.#masks.verdict(field)));
	}

	#tell(field: Field, verdict: number): void {
		const id = this.#ids.of(field);
		if (id) this.#look(field, id, verdict);
	}

	/** Tells what is new of a field; under the ID 0 it is only noted that something is. */
	#look(field: Field, id: number, verdict: number): void {
		if (isBox(verdict)) return;
		if (isSelect(field)) this.#select(field, id, verdict);
		else if (field.type === "checkbox" || field.type === "radio") this.#check(field as HTMLInputElement, id, verdict);
		else this.#value(field, id, verdict);
	}

	#value(field: HTMLInputElement | HTMLTextAreaElement, id: number, verdict: number): void {
		const value = this.#funnel.value(field, verdict);
		if (value !== undefined && this.#news(field, id, value)) this.#body.value(id, value);
	}

	#check(field: HTMLInputElement, id: number, verdict: number): void {
		if (isMasked(verdict)) return;
		const flags = (field.checked ? 1 : 0) + (field.indeterminate ? 2 : 0);
		if (this.#news(field, id, flags ? String(flags) : "")) this.#body.numbers(Op.checked, id, flags);
	}

	#select(field: HTMLSelectElement, id: number, verdict: number): void {
		if (isMasked(verdict)) return;
		const { multiple, selectedIndex: at } = field;
		const chosen = multiple ? Array.from(field.selectedOptions, ({ index }) => index) : at < 0 ? [] : [at];
		if (!this.#news(field, id, `${chosen} of ${field.length}`)) return;
		const places = this.#placesOf(field, chosen);
		this.#body.numbers(Op.selected, id, places.length, ...places);
	}

	/** Where chosen options stand among those that the mirror has: a box is none. */
	#placesOf({ options }: HTMLSelectElement, chosen: readonly number[]): number[] {
		const left = new Set(chosen);
		const places: number[] = [];
		for (let i = 0, place = 0; left.size > 0 && i < options.length; i++) {
			const isChosen = left.delete(i);
			if (isBox(this.#masks.verdict(options[i] as Element))) continue;
			if (isChosen) places.push(place);
			place++;
		}
		return places;
	}

	#news(field: Field, id: number, told: string): boolean {
		if (this.#told.get(field) === told) return false;
		if (id) this.#told.set(field, told);
		else this.#dirty.add(field);
		return id > 0;
	}
}

const isSelect = (field: Field): field is HTMLSelectElement => field.localName === "select";
