/** Puts attributes, pictures and pinned sizes on elements, and puts them on anew when their resources have come. */

import type { Assets } from "./assets.ts";
import { clobbers, plain, type Render, renderOf, writeAttribute } from "./attributes.ts";
import { isHTML } from "./elements.ts";
import { obtain } from "./maps.ts";
import type { Resources } from "./resources.ts";
import { partOf, Sprites } from "./sprites.ts";
import { assetRef, isFragment, type Lookup } from "./styletext.ts";
import { Uses } from "./uses.ts";

/** Elements that have a size also when they are inline; to ask for the display of others costs a style computation. */
const SIZED = new Set([
	"input",
	"textarea",
	"select",
	"button",
	"img",
	"canvas",
	"video",
	"iframe",
	"meter",
	"progress",
]);

/** A value of more UTF-16 units is dropped: the capture sends none, and the browser parses it again and again. */
export const MAX_VALUE = 1 << 16;
/** How many attributes an element may have, the mirror's own among them: the browser looks through all for each. */
export const MAX_ATTRIBUTES = 500;
const HREFS = new Set(["href", "xlink:href"]);

/** A picture that an element shows in place of its own content. */
type Picture = { wanted: string; shown: string | undefined; url: string };

export class Dressing {
	readonly #assets: Assets;
	readonly #resources: Resources;
	/** Custom properties of the mirror in an element's `style`, which the page's own `style` must not wipe out. */
	readonly #properties = new WeakMap<Element, Map<string, string>>();
	readonly #pictures = new Map<Element, Picture>();
	readonly #uses = new Uses();
	readonly #sprites: Sprites;
	/** Elements with a new pinned size. */
	readonly #pinned = new Set<Element>();

	constructor(assets: Assets, resources: Resources) {
		this.#assets = assets;
		this.#resources = resources;
		this.#sprites = new Sprites(resources, this.#uses, (key) => assets.drawing(key));
	}

	set(element: Element, name: string, value: string): void {
		const render = renderOf(element, name);
		if (!render || value.length > MAX_VALUE) return;
		if (element.attributes.length >= MAX_ATTRIBUTES && !element.hasAttribute(name)) return;
		if (name === "id") this.#uses.named(value);
		if (clobbers(element, name, value)) {
			this.unset(element, name);
		} else if (isUse(element) && HREFS.has(name) && isFragment(value)) {
			this.unset(element, name);
			this.#uses.want(element, name, value.slice(1));
		} else if (render === plain) {
			writeAttribute(element, name, value);
			if (isHTML(element, "canvas") && (name === "width" || name === "height"))
				this.#sizeCanvas(element as HTMLCanvasElement);
		} else {
			this.#uses.forget(element, name);
			this.#render(element, name, value, render);
			const part = partOf(element, name, value);
			if (part) this.#sprites.want(element, name, part);
			else this.#sprites.forget(element, name);
			// A video shows its picture, not the poster it had.
			const url = name === "poster" && this.#pictures.get(element)?.url;
			if (url) this.#show(element, url);
		}
	}

	/** A canvas that is not drawn on by a script has no size of its own (HTML §4.12.5). */
	#sizeCanvas(canvas: HTMLCanvasElement): void {
		this.#setProperty(canvas, "--alongside-width", `${canvas.width}px`);
		this.#setProperty(canvas, "--alongside-ratio", `${canvas.width} / ${canvas.height}`);
	}

	/** Writes an attribute, and again when what it refers to has come. */
	#render(element: Element, name: string, value: string, render: Render): void {
		let lookup: Lookup | undefined;
		// Few values refer to something: only those are watched.
		const rendered = render(value, (ref) => {
			lookup ??= this.#resources.watch(element, name, () => this.#render(element, name, value, render));
			return lookup(ref);
		});
		if (!lookup) this.#resources.forget(element, name);
		writeAttribute(element, name, rendered);
		const ref = assetRef(value);
		if (ref !== undefined) element.toggleAttribute("alongside-unreadable", this.#resources.isUnreadable(ref));
		if (name === "style") this.#writeProperties(element);
	}

	unset(element: Element, name: string): void {
		if (!renderOf(element, name)) return;
		this.#resources.forget(element, name);
		this.#sprites.forget(element, name);
		this.#uses.forget(element, name);
		writeAttribute(element, name, undefined);
		if (name === "style") this.#writeProperties(element);
	}

	/** PICTURE; shown as soon as its asset is here, and until then the one before. */
	picture(element: Element, key: string): void {
		const picture = this.#pictures.get(element) ?? { wanted: key, shown: undefined, url: "" };
		this.#pictures.set(element, picture);
		picture.wanted = key;
		const url = picture.shown === key ? undefined : this.#assets.acquire(key);
		if (url === undefined) return;
		if (picture.shown !== undefined) this.#assets.release(picture.shown);
		picture.shown = key;
		picture.url = url;
		this.#show(element, url);
	}

	arrived(key: string): void {
		for (const [element, { wanted }] of this.#pictures) if (wanted === key) this.picture(element, key);
	}

	/** SIZE. */
	pin(element: Element, width: number, height: number): void {
		this.#setProperty(element, "--alongside-width", `${width}px`);
		this.#setProperty(element, "--alongside-height", `${height}px`);
		this.#pinned.add(element);
	}

	/** Ends a body: shows what needs its place in the tree, and pins what is new; asks for the layout once for all of them. */
	finish(): void {
		this.#sprites.settle();
		this.#uses.settle();
		const inline = [...this.#pinned].filter(
			(element) => !SIZED.has(element.localName) && displayOf(element) === "inline",
		);
		for (const element of this.#pinned) element.setAttribute("alongside-pinned", "");
		for (const element of inline) element.setAttribute("alongside-pinned", "inline");
		this.#pinned.clear();
	}

	/** A node is about to get another place in the tree. */
	moving(node: Node): void {
		this.#uses.moving(node);
	}

	forget(element: Element): void {
		this.#resources.forget(element);
		this.#sprites.forget(element);
		this.#uses.forget(element);
		this.#pinned.delete(element);
		const shown = this.#pictures.get(element)?.shown;
		if (shown !== undefined) this.#assets.release(shown);
		this.#pictures.delete(element);
	}

	destroy(): void {
		for (const { shown } of this.#pictures.values()) if (shown !== undefined) this.#assets.release(shown);
		this.#pictures.clear();
	}

	#show(element: Element, url: string): void {
		if (isHTML(element, "video")) {
			element.setAttribute("poster", url);
			return;
		}
		element.setAttribute("alongside-picture", "");
		this.#setProperty(element, "--alongside-picture", `url("${url}")`);
	}

	#setProperty(element: Element, name: string, value: string): void {
		obtain(this.#properties, element, () => new Map<string, string>()).set(name, value);
		(element as HTMLElement).style.setProperty(name, value);
	}

	#writeProperties(element: Element): void {
		for (const [name, value] of this.#properties.get(element) ?? [])
			(element as HTMLElement).style.setProperty(name, value);
	}
}

const isUse = (element: Element): boolean =>
	element.localName === "use" && element.namespaceURI === "http://www.w3.org/2000/svg";

function displayOf(element: Element): string {
	return element.ownerDocument.defaultView?.getComputedStyle(element).display ?? "";
}
