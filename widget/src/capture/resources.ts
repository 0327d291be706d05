/**
 * Images and fonts that the mirror needs copies of. A page cannot read what another origin keeps from it, and a strict
 * policy of the page forbids fetch: then a picture is drawn onto a canvas instead, and what cannot be drawn counts as
 * unreadable. Whether anything unmasked still shows a resource is asked again at the moment of sending.
 */

import { isMasked, type Masks } from "../mask/masks.ts";
import { plain } from "../mask/plain.ts";
import type { Body } from "./body.ts";
import type { ResourceKind } from "./funnel.ts";
import { hash128, hex, unhex } from "./hash.ts";
import { AssetType, type Sender } from "./sender.ts";

type Resource = {
	url: string;
	ref: string;
	kind: ResourceKind;
	/** Elements that show it; undefined: a style sheet refers to it. */
	elements: Set<WeakRef<Element>> | undefined;
	/** How often the page had not loaded it yet. */
	early: number;
};

/**
 * Larger pictures are drawn anew, at the size they are shown in and coarser where that is not enough: on a line of
 * 1 Mbit/s a change of the page waits for less than a second behind one.
 */
export const ENOUGH_BYTES = 96_000;
/** Of pictures small enough to be tried without any loss (WebP of quality 1), pixels. */
const LOSSLESS_PIXELS = 300_000;
const QUALITIES = [0.85, 0.6, 0.35];
const MAX_BYTES = 1_000_000;
const MAX_WIDTH = 1600;
/** Of a drawing that has no size at all; CSS 2 §10.3.2. */
const DRAWING_WIDTH = 300;
const NO_KEY = new Uint8Array(16);
/** What the page is still loading is looked at again this soon, then ever more rarely, and this often. */
const EARLY_MS = 250;
const MAX_EARLY = 5;
const AT_ONCE = 3;
/** The browser's list of loaded resources has this length unless the page changed it: beyond it, nothing is known. */
const TIMING_ENTRIES = 250;

/** Addresses are remembered up to this length together, and so many resources as asked for. */
const MAX_REFS_LENGTH = 2_000_000;
const MAX_ASKED = 20_000;

export class Resources {
	readonly #sender: Sender;
	readonly #window: Window & typeof globalThis;
	readonly #salt: Uint8Array;
	readonly #wake: () => void;
	readonly #refs = new Map<string, string>();
	#refsLength = 0;
	readonly #asked = new Set<string>();
	readonly #queue: Resource[] = [];
	#early: Resource[] = [];
	#timer = 0;
	readonly #answers = new Map<string, Uint8Array>();
	#masks: Masks;
	#running = 0;
	#mayRun = false;
	#mayFetch = true;
	/** Origins from which the page itself has fetched. */
	#fetchable: Set<string> | undefined;
	#stopped = false;
	readonly #abort = new AbortController();
	readonly unreadable: Record<string, number> = {};
	enabled = true;

	constructor(window: Window & typeof globalThis, sender: Sender, masks: Masks, salt: Uint8Array, wake: () => void) {
		this.#window = window;
		this.#sender = sender;
		this.#masks = masks;
		this.#salt = salt;
		this.#wake = wake;
		plain(window.document).addEventListener(
			"securitypolicyviolation",
			(event) => {
				if (event.effectiveDirective === "connect-src") this.#mayFetch = false;
			},
			{ signal: this.#abort.signal },
		);
	}

	get dirty(): boolean {
		return this.#answers.size > 0;
	}

	/** A new epoch: everything is asked for again. */
	begin(masks: Masks): void {
		this.#masks = masks;
		this.#mayRun = false;
		this.#fetchable = undefined;
		this.#asked.clear();
		this.#queue.length = 0;
		this.#early = [];
		this.#answers.clear();
	}

	/** Notes that something refers to a URL; returns the ref that stands for it. */
	refer(url: string, kind: ResourceKind, element?: Element): string {
		let ref = this.#refs.get(url);
		if (!ref) {
			const bytes = new TextEncoder().encode(url);
			const salted = new Uint8Array(this.#salt.length + bytes.length);
			salted.set(this.#salt);
			salted.set(bytes, this.#salt.length);
			ref = hex(hash128(salted));
			// Addresses can be data of any length, and ever new: what is forgotten is only hashed again.
			this.#refsLength += url.length;
			if (this.#refsLength > MAX_REFS_LENGTH) {
				this.#refs.clear();
				this.#refsLength = url.length;
			}
			this.#refs.set(url, ref);
		}
		if (!this.#asked.has(ref)) {
			// What is forgotten is only answered again.
			if (this.#asked.size >= MAX_ASKED) this.#asked.clear();
			this.#asked.add(ref);
			const elements = element ? new Set([new WeakRef(element)]) : undefined;
			this.#queue.push({ url, ref, kind, elements, early: 0 });
		} else {
			const waiting = [...this.#queue, ...this.#early].find((resource) => resource.ref === ref);
			if (waiting && !element) waiting.elements = undefined;
			else if (waiting?.elements && element) waiting.elements.add(new WeakRef(element));
		}
		return ref;
	}

	/** Starts or goes on with it; structure and text have been sent. What the page itself does not load is not loaded. */
	run(): void {
		this.#mayRun = true;
		while (this.#running < AT_ONCE) {
			const next = this.#queue.shift();
			if (!next) return;
			if (this.#isEarly(next)) {
				this.#wait(next);
				continue;
			}
			this.#running++;
			void this.#answer(next).finally(() => {
				this.#running--;
				if (this.#mayRun && !this.#stopped) this.run();
			});
		}
	}

	/** Whether the page is still loading it, or has not begun to. */
	#isEarly(resource: Resource): boolean {
		const { url, kind } = resource;
		return !/^(data|blob):/.test(url) && kind !== "drawing" && !this.#loadedImage(resource) && !this.#isLoaded(url);
	}

	#wait(resource: Resource): void {
		// An image element will tell that it is loaded, and then refers to it anew.
		if (resource.early === MAX_EARLY) this.#asked.delete(resource.ref);
		else this.#early.push(resource);
		this.#timer ||= this.#window.setTimeout(
			() => {
				this.#timer = 0;
				this.#queue.push(...this.#early.splice(0));
				if (this.#mayRun && !this.#stopped) this.run();
			},
			EARLY_MS << resource.early++,
		);
	}

	flush(body: Body): void {
		for (const [ref, key] of this.#answers) body.resource(unhex(ref), key);
		this.#answers.clear();
	}

	/** Text at a URL, for a style sheet that the object model does not show. */
	async fetchText(url: string): Promise<string | undefined> {
		const blob = await this.#fetch(url, "same-origin");
		return blob && /css|text\/plain/.test(blob.type) ? blob.text() : undefined;
	}

	stop(): void {
		this.#stopped = true;
		this.#window.clearTimeout(this.#timer);
		this.#queue.length = 0;
		this.#abort.abort();
	}

	async #answer(resource: Resource): Promise<void> {
		const asked = this.#masks;
		let blob: Blob | undefined;
		try {
			if (this.enabled || resource.kind === "font") blob = await this.#load(resource);
		} catch {
			blob = undefined;
		}
		const bytes = blob && blob.size <= MAX_BYTES ? new Uint8Array(await blob.arrayBuffer()) : undefined;
		if (this.#stopped || asked !== this.#masks) return;
		if (!this.#shown(resource)) {
			this.#asked.delete(resource.ref);
			return;
		}
		const type = resource.kind === "font" ? AssetType.font : AssetType.image;
		const key = bytes && this.#sender.asset(type, (blob?.type ?? "").split(";")[0] ?? "", bytes);
		if (!key) this.unreadable[resource.kind] = (this.unreadable[resource.kind] ?? 0) + 1;
		this.#answers.set(resource.ref, key ?? NO_KEY);
		this.#wake();
	}

	/** Whether a style sheet, or an element that is not masked by now, shows it. */
	#shown(resource: Resource): boolean {
		if (!resource.elements) return true;
		this.#masks.step(this.#window.document, this.#window.location.pathname);
		for (const element of resource.elements) {
			const live = element.deref();
			if (live && plain(live).isConnected && !isMasked(this.#masks.verdict(live))) return true;
		}
		return false;
	}

	async #load(resource: Resource): Promise<Blob | undefined> {
		const { url, kind } = resource;
		if (kind === "drawing") return this.#fetchDrawing(url);
		const data = url.startsWith("data:");
		const image = this.#loadedImage(resource);
		if (kind === "font") return data ? fromData(url) : this.#fetchFont(url);
		let blob = data ? fromData(url) : this.#isFetchable(url) ? await this.#fetch(url, "same-origin") : undefined;
		// Browsers show a picture that is served under another type; drawing it tells whether it is one.
		if (blob && !/^image\//.test(blob.type)) blob = undefined;
		if (blob && (blob.size <= ENOUGH_BYTES || /svg/.test(blob.type))) return blob;
		return this.#draw(url, image, blob);
	}

	/** The page shows a part of it, so it has loaded it, and it is of the page's own origin. */
	async #fetchDrawing(url: string): Promise<Blob | undefined> {
		const blob = await this.#fetch(url, "same-origin");
		return blob && new Blob([blob], { type: "image/svg+xml" });
	}

	async #fetchFont(url: string): Promise<Blob | undefined> {
		const blob = await this.#fetch(url, "same-origin");
		return blob && fontBlob(blob, url);
	}

	/**
	 * Whether a picture may be fetched without breaking the page's policy, which would be reported to its owner: it may
	 * if the page itself fetches from there. A font is worth the try, since it cannot be drawn.
	 */
	#isFetchable(url: string): boolean {
		if (url.startsWith("blob:")) return true;
		const { origin } = new URL(url);
		this.#fetchable ??= new Set(
			(this.#window.performance.getEntriesByType("resource") as PerformanceResourceTiming[])
				.filter(({ initiatorType }) => initiatorType === "fetch" || initiatorType === "xmlhttprequest")
				.map(({ name }) => new URL(name).origin),
		);
		return this.#fetchable.has(origin);
	}

	#isLoaded(url: string): boolean {
		const { performance } = this.#window;
		return (
			performance.getEntriesByName(url).length > 0 || performance.getEntriesByType("resource").length >= TIMING_ENTRIES
		);
	}

	#loadedImage(resource: Resource): HTMLImageElement | undefined {
		for (const element of resource.elements ?? []) {
			const live = element.deref() as HTMLImageElement | undefined;
			if (live?.localName === "img" && live.complete && live.naturalWidth && live.currentSrc === resource.url)
				return live;
		}
		return undefined;
	}

	async #fetch(url: string, credentials: RequestCredentials): Promise<Blob | undefined> {
		if (!this.#mayFetch || !/^(https?|blob):/.test(url)) return undefined;
		try {
			const response = await this.#window.fetch(url, { cache: "force-cache", credentials, signal: this.#abort.signal });
			return response.ok ? await response.blob() : undefined;
		} catch {
			return undefined;
		}
	}

	/** Draws a picture at the size it is shown in; throws for one that the page may not read. */
	async #draw(url: string, shown: HTMLImageElement | undefined, blob: Blob | undefined): Promise<Blob | undefined> {
		const { document, devicePixelRatio } = this.#window;
		const source = blob ? await this.#window.createImageBitmap(blob) : (shown ?? this.#image(url));
		const bitmap = "close" in source;
		if (!bitmap) await source.decode();
		// A drawing may have no size of its own: then the size it is shown in is all there is.
		const width = (bitmap ? source.width : source.naturalWidth || source.clientWidth) || DRAWING_WIDTH;
		const height = (bitmap ? source.height : source.naturalHeight || source.clientHeight) || DRAWING_WIDTH;
		// A picture is never drawn larger than it is, but a drawing twice as large as it is shown: its edges seldom fall on pixels.
		const ratio = devicePixelRatio * (isDrawing(url) ? 2 : 1);
		const enough = Math.min(MAX_WIDTH, Math.ceil((shown?.clientWidth || MAX_WIDTH) * ratio)) / width;
		const canvas = plain(document).createElement("canvas");
		const draw = (scale: number, quality: number) => {
			canvas.width = Math.max(1, Math.round(width * scale));
			canvas.height = Math.max(1, Math.round(height * scale));
			canvas.getContext("2d")?.drawImage(source, 0, 0, canvas.width, canvas.height);
			return toBlob(canvas, quality);
		};
		const scale = isDrawing(url) ? enough : Math.min(1, enough);
		const isSmall = width * height <= LOSSLESS_PIXELS;
		let drawn = isSmall ? await draw(isDrawing(url) ? enough : 1, 1) : undefined;
		for (const quality of QUALITIES) {
			if (drawn && drawn.size <= ENOUGH_BYTES) break;
			drawn = await draw(scale, quality);
		}
		if (bitmap) source.close();
		return drawn;
	}

	/** An image of our own, for what a style sheet shows. */
	#image(url: string): HTMLImageElement {
		const image = plain(this.#window.document).createElement("img");
		if (/^https?:/.test(url) && new URL(url).origin !== this.#window.location.origin) image.crossOrigin = "anonymous";
		image.src = url;
		return image;
	}
}

const isDrawing = (url: string): boolean => /\.svg([?#]|$)/i.test(url);

/** A canvas as WebP (PNG where the browser cannot); rejects for a canvas that the page may not read. */
export const toBlob = (canvas: HTMLCanvasElement, quality: number): Promise<Blob | undefined> =>
	new Promise((resolve, reject) => {
		try {
			canvas.toBlob((blob) => resolve(blob ?? undefined), "image/webp", quality);
		} catch (error) {
			reject(error as Error);
		}
	});

function fromData(url: string): Blob | undefined {
	const comma = url.indexOf(",");
	const head = url.slice(5, comma);
	const text = decodeURIComponent(url.slice(comma + 1));
	const data = /;\s*base64$/i.test(head) ? atob(text.replace(/\s/g, "")) : undefined;
	const bytes = data === undefined ? new TextEncoder().encode(text) : Uint8Array.from(data, (c) => c.charCodeAt(0));
	const type = head.split(";")[0]?.toLowerCase() ?? "";
	return /^(image|font|application\/(x-)?font)/.test(type) ? new Blob([bytes], { type }) : undefined;
}

/** Servers name fonts in many ways; the mirror wants one. */
function fontBlob(blob: Blob, url: string): Blob | undefined {
	if (/html|json|image/.test(blob.type)) return undefined;
	const extension = /\.(woff2?|ttf|otf)([?#]|$)/i.exec(url)?.[1]?.toLowerCase();
	return new Blob([blob], { type: extension ? `font/${extension}` : "font/woff2" });
}
