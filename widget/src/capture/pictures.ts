/** Canvases and videos as throttled pictures: looked at twice a second while they change, ever more rarely while not. */

import { isMasked, type Masks } from "../mask/masks.ts";
import { hex } from "./hash.ts";
import type { Ids } from "./ids.ts";
import { ENOUGH_BYTES, toBlob } from "./resources.ts";
import { AssetType, type Sender } from "./sender.ts";

const LOOK_MS = 500;
const MAX_LOOK_MS = 8000;
const MAX_WIDTH = 1024;
/** A video is told coarser: it changes all the time. */
const VIDEO_WIDTH = 480;

type Pictured = HTMLCanvasElement | HTMLVideoElement;
type Canvas = { element: Pictured; told: string; every: number; next: number; busy: boolean };

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

	add(element: Pictured): void {
		this.#canvases.set(element, { element, told: "", every: LOOK_MS, next: 0, busy: false });
	}

	/** It shows something else from now on. */
	touch(node: Node): void {
		const canvas = this.#canvases.get(node);
		if (canvas) Object.assign(canvas, { every: LOOK_MS, next: 0 });
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

	#mayShow(element: Pictured): boolean {
		const [width, height] = sizeOf(element);
		return this.#ids.of(element) > 0 && !isMasked(this.#masks.verdict(element)) && width > 0 && height > 0;
	}

	async #take(canvas: Canvas): Promise<void> {
		const { element } = canvas;
		const [width, height, most, qualities] = sizeOf(element);
		const scale = Math.min(1, most / width);
		const copy = element.ownerDocument.createElement("canvas");
		copy.width = Math.max(1, Math.round(width * scale));
		copy.height = Math.max(1, Math.round(height * scale));
		copy.getContext("2d")?.drawImage(element, 0, 0, copy.width, copy.height);
		let blob: Blob | undefined;
		for (const quality of qualities) {
			blob = await toBlob(copy, quality);
			if (blob && blob.size <= ENOUGH_BYTES) break;
		}
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

/**
 * Width, height, the width to be told at most, and how well, the next where it grows too large (1: without loss); nothing
 * for a video that shows its poster still.
 */
function sizeOf(element: Pictured): readonly [width: number, height: number, most: number, qualities: number[]] {
	if (!("videoWidth" in element)) return [element.width, element.height, MAX_WIDTH, [1, 0.75]];
	const { videoWidth, videoHeight, readyState, poster, played } = element;
	const shows = readyState > 1 && (!poster || played.length > 0);
	return [shows ? videoWidth : 0, videoHeight, VIDEO_WIDTH, [0.5]];
}
