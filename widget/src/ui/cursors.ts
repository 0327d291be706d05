import type { Pointer } from "../../../wire/wire.ts";
import { h, icon } from "./dom.ts";

const IDLE_MS = 4000;
const RING_MS = 800;
const MAX_RINGS = 8;
/** Room for a name beside the pointer; nearer to the edge it stands on the other side. */
const LABEL_PX = 240;
/** Dark enough for white letters (WCAG 2.2 §1.4.3), and apart from each other. */
const HUES = ["#1d4fd7", "#a3265f", "#6b3fc9", "#0b6562", "#9a4a00", "#3f5265"];
const ARROW = "M4 2l6 17 2.6-6.6L19 9.5z";

type Cursor = { element: HTMLElement; label: HTMLElement; idle: ReturnType<typeof setTimeout> | undefined };
export type Find = (id: number) => Node | undefined;

/** The agents' pointers over the visitor's page: drawn once per animation frame, the newest place of each only. */
export class Cursors {
	readonly #layer = h("div", { class: "cursors", "aria-hidden": "true" });
	readonly #cursors = new Map<number, Cursor>();
	#waiting = new Map<number, { pointer: Pointer; name: string }>();
	#frame = 0;

	constructor(
		parent: HTMLElement,
		private readonly find: Find,
	) {
		parent.append(this.#layer);
	}

	move(member: number, name: string, pointer: Pointer): void {
		this.#waiting.set(member, { pointer, name });
		this.#frame ||= requestAnimationFrame(() => this.#draw());
	}

	click(member: number, pointer: Pointer): void {
		const place = locate(pointer, this.find);
		const ring = h("div", { class: "ring" });
		ring.style.setProperty("--hue", hue(member));
		ring.style.left = `${place.x}px`;
		ring.style.top = `${place.y}px`;
		if (this.#layer.querySelectorAll(".ring").length >= MAX_RINGS) this.#layer.querySelector(".ring")?.remove();
		this.#layer.append(ring);
		setTimeout(() => ring.remove(), RING_MS);
	}

	/** Takes away whoever is not in the set. */
	keep(members: ReadonlySet<number>): void {
		for (const [member, cursor] of this.#cursors) {
			if (members.has(member)) continue;
			clearTimeout(cursor.idle);
			cursor.element.remove();
			this.#cursors.delete(member);
			this.#waiting.delete(member);
		}
	}

	#draw(): void {
		this.#frame = 0;
		const waiting = this.#waiting;
		this.#waiting = new Map();
		// All is measured before anything is moved: one layout at most.
		const places = [...waiting].map(([member, { pointer, name }]) => ({
			member,
			name,
			...locate(pointer, this.find),
		}));
		for (const { member, name, x, y } of places) {
			const cursor = this.#cursors.get(member) ?? this.#add(member);
			if (cursor.label.textContent !== name) cursor.label.textContent = name;
			cursor.element.style.transform = `translate(${x}px,${y}px)`;
			cursor.element.classList.remove("idle");
			cursor.element.classList.toggle("flip", x > innerWidth - LABEL_PX);
			clearTimeout(cursor.idle);
			cursor.idle = setTimeout(() => cursor.element.classList.add("idle"), IDLE_MS);
		}
	}

	#add(member: number): Cursor {
		const label = h("span");
		const element = h("div", { class: "cursor" }, icon(ARROW), label);
		element.style.setProperty("--hue", hue(member));
		this.#layer.append(element);
		const cursor = { element, label, idle: undefined };
		this.#cursors.set(member, cursor);
		return cursor;
	}
}

const hue = (member: number): string => HUES[member % HUES.length] ?? "#1d4fd7";

/** Where a pointer is in this window: within its node's box if the node is known, else at the sender's own place. */
function locate(pointer: Pointer, find: Find): { x: number; y: number } {
	const box = boxOf(find(pointer.node));
	const x = box ? box.left + pointer.fx * box.width : pointer.x;
	const y = box ? box.top + pointer.fy * box.height : pointer.y;
	// Never outside: a hostile agent's numbers must not stretch anything.
	return { x: Math.min(Math.max(x, 0), innerWidth), y: Math.min(Math.max(y, 0), innerHeight) };
}

function boxOf(node: Node | undefined): DOMRect | undefined {
	if (!node?.isConnected) return undefined;
	let box: DOMRect;
	// Not instanceof: the node may belong to a frame with constructors of its own.
	if (node.nodeType === Node.ELEMENT_NODE) box = (node as Element).getBoundingClientRect();
	else if (node.nodeType === Node.TEXT_NODE) {
		const range = (node.ownerDocument as Document).createRange();
		range.selectNode(node);
		box = range.getBoundingClientRect();
	} else return undefined;
	if (box.width === 0 && box.height === 0) return undefined;
	let { x, y } = box;
	for (let view = node.ownerDocument?.defaultView; view && view !== window; view = view.parent as typeof view) {
		const frame = view.frameElement;
		if (!frame) return undefined;
		const outer = frame.getBoundingClientRect();
		x += outer.x + frame.clientLeft;
		y += outer.y + frame.clientTop;
	}
	return new DOMRect(x, y, box.width, box.height);
}
