/** Canvases as throttled pictures: looked at twice a second while they change, ever more rarely while they do not. */

import { isMasked, type Masks } from "../mask/masks.ts";
import { hex } from "./hash.ts";
import type { Ids } from "./ids.ts";
import { toBlob } from "./resources.ts";
import { AssetType, type Sender } from "./sender.ts";

const LOOK_MS = 500;
const MAX_LOOK_MS = 8000;
const MAX_WIDTH = 1024;

type Canvas = { element: HTMLCanvasElement; told: string; every: number; next: number; busy: boolean };

export class Pictures {
	readonly #sender: Sender;
	readonly #ids: Ids;
	readonly #masks: Masks;
	readonly #done: (element: Element, key: Uint8Array) => void;
	readonly #unreadable: () => void;
	readonly #canvases = new Map<Node, Canvas>();

	constructor(
		sender: Sender,
		ids: Ids,
		masks: Masks,
		done: (element: Element, key: Uint8Array) => void,
		unreadable: () => void,
	) {
		this.#sender = sender;
		this.#ids = ids;
		this.#masks = masks;
		this.#done = done;
		this.#unreadable = unreadable;
	}

	get any(): boolean {
		return this.#canvases.size > 0;
	}

	add(element: HTMLCanvasElement): void {
		this.#canvases.set(element, { element, told: "", every: LOOK_MS, next: 0, busy: false });
	}

	forget(node: Node): void {
		this.#canvases.delete(node);
	}

	/** Looks at the canvases whose time has come; called inside an animation frame, when WebGL still holds its picture. */
	look(now: number): void {
		for (const canvas of this.#canvases.values()) {
			if (canvas.busy || now < canvas.next || !this.#mayShow(canvas.element)) continue;
			canvas.busy = true;
			canvas.next = now + canvas.every;
			this.#take(canvas)
				.catch(() => {
					this.#canvases.delete(canvas.element);
					this.#unreadable();
				})
				.finally(() => {
					canvas.busy = false;
				});
		}
	}

	#mayShow(element: HTMLCanvasElement): boolean {
		return (
			this.#ids.of(element) > 0 && !isMasked(this.#masks.verdict(element)) && element.width > 0 && element.height > 0
		);
	}

	async #take(canvas: Canvas): Promise<void> {
		const { element } = canvas;
		const scale = Math.min(1, MAX_WIDTH / element.width);
		const copy = element.ownerDocument.createElement("canvas");
		copy.width = Math.max(1, Math.round(element.width * scale));
		copy.height = Math.max(1, Math.round(element.height * scale));
		copy.getContext("2d")?.drawImage(element, 0, 0, copy.width, copy.height);
		const blob = await toBlob(copy, 0.75);
		if (!blob) return;
		const bytes = new Uint8Array(await blob.arrayBuffer());
		if (!this.#mayShow(element) || this.#canvases.get(element) !== canvas) return;
		const key = this.#sender.asset(AssetType.image, blob.type, bytes);
		if (!key) return;
		const told = hex(key);
		canvas.every = told === canvas.told ? Math.min(canvas.every * 2, MAX_LOOK_MS) : LOOK_MS;
		if (told === canvas.told) return;
		canvas.told = told;
		this.#done(element, key);
	}
}
