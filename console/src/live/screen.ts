/**
 * One tab of the visitor on the agent's screen: the sandboxed frame, its mirror, and where cursors are in it.
 *
 * Frames that come before the frame's document has loaded wait; order is kept. A frame that loads a second time (the
 * browser may do so when it is moved) lost its picture and asks for a new one.
 */
import type { Pointer, Viewport } from "../../../wire/wire.ts";
import { createMirror, type Mirror } from "../mirror.ts";
import { Cell } from "../state/cell.ts";

export type Point = { x: number; y: number };
/** A member's cursor or click, CSS px of the frame. */
export type Mark = Point & { member: number };
export type Ring = Mark & { id: number };

const RING_MS = 900;
const DEFAULT_VIEWPORT: Viewport = {
	width: 1280,
	height: 720,
	scrollX: 0,
	scrollY: 0,
	dpr: 1,
	zoom: 1,
	offsetX: 0,
	offsetY: 0,
	docHeight: 720,
};

let rings = 0;

export class Screen {
	readonly source: number;
	readonly viewport = new Cell<Viewport>(DEFAULT_VIEWPORT);
	/** Whether there is a picture. */
	readonly filled = new Cell(false);
	readonly cursors = new Cell<readonly Mark[]>([]);
	readonly rings = new Cell<readonly Ring[]>([]);
	readonly #needKeyframe: (source: number) => void;
	#mirror: Mirror | undefined;
	#waiting: Uint8Array<ArrayBuffer>[] = [];
	/** Its page of the console is not shown: what comes is let go, and asked for anew on return. */
	#aside = false;

	constructor(source: number, needKeyframe: (source: number) => void) {
		this.source = source;
		this.#needKeyframe = needKeyframe;
	}

	/** What the mirror holds, for the hello of a reconnect. */
	get seen(): { epoch: number; seq: number } | undefined {
		return this.filled.value ? this.#mirror?.seen : undefined;
	}

	/** The frame's document has loaded. */
	attach(iframe: HTMLIFrameElement): void {
		const again = this.#aside || this.#mirror !== undefined;
		this.#aside = false;
		this.#mirror?.destroy();
		const mirror = createMirror(iframe);
		mirror.onNeedKeyframe = () => this.#needKeyframe(this.source);
		mirror.onViewport = (viewport) => {
			if (viewport.width > 0 && viewport.height > 0) this.viewport.set(viewport);
		};
		mirror.onApplied = () => this.filled.set(true);
		mirror.onPointer = ({ px, py }, { member }) => this.#moved(member, { x: px, y: py });
		mirror.onClick = ({ px, py }, { member }) => this.ring(member, { x: px, y: py });
		this.#mirror = mirror;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const bytes of waiting) mirror.apply(bytes);
		if (again) this.#needKeyframe(this.source);
	}

	/** The frame's document goes, the tab stays: the agent looks at another page of the console. */
	detach(): void {
		this.destroy();
		this.#aside = true;
		this.filled.set(false);
	}

	/** A frame of this tab; the mirror keeps everyone's pointers in step with the picture. */
	apply(bytes: Uint8Array<ArrayBuffer>): void {
		if (this.#mirror) this.#mirror.apply(bytes);
		else if (!this.#aside) this.#waiting.push(bytes);
	}

	/** Takes away the cursors of those who are not among the members any more. */
	keepCursors(members: ReadonlySet<number>): void {
		const kept = this.cursors.value.filter(({ member }) => members.has(member));
		if (kept.length < this.cursors.value.length) this.cursors.set(kept);
	}

	/** Where a point of the frame is in the visitor's page. */
	locate(at: Point): Pointer | undefined {
		return this.#mirror?.locate(at.x, at.y);
	}

	/** Shows a ring for a moment. */
	ring(member: number, at: Point): void {
		const ring = { ...at, member, id: ++rings };
		this.rings.set([...this.rings.value, ring]);
		setTimeout(() => this.rings.set(this.rings.value.filter((one) => one !== ring)), RING_MS);
	}

	destroy(): void {
		this.#mirror?.destroy();
		this.#mirror = undefined;
		this.#waiting = [];
	}

	#moved(member: number, at: Point): void {
		this.cursors.set([...this.cursors.value.filter((mark) => mark.member !== member), { ...at, member }]);
	}
}
