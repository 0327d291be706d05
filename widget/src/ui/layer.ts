const CHECK_MS = 1000;

/**
 * Keeps the widget above everything while a session runs, whatever the page puts into the top layer: the host is a
 * manual popover, shown again after anything else was. A modal dialog makes all outside of it inert (HTML, "blocked by
 * a modal dialog"), popovers too, and so does a full-screen element in Chromium: the host moves into whichever is
 * topmost, and back when that closes.
 */
export class Layer {
	readonly #home: Place = document.documentElement;
	readonly #stopped = new AbortController();
	readonly #timer: ReturnType<typeof setInterval>;
	#frame = 0;

	constructor(
		private readonly host: HTMLElement,
		/** What must be reachable by the visitor's pointer. */
		private readonly vital: () => HTMLElement | undefined,
	) {
		const { signal } = this.#stopped;
		host.setAttribute("popover", "manual");
		const soon = (event: Event) => {
			if (event.target !== host) this.#soon();
		};
		// toggle tells of dialogs and popovers alike; it does not bubble and leaves no shadow tree.
		for (const type of ["toggle", "close", "fullscreenchange"])
			document.addEventListener(type, soon, { signal, capture: true });
		this.#timer = setInterval(() => this.#soon(), CHECK_MS);
		this.raise();
	}

	stop(): void {
		this.#stopped.abort();
		clearInterval(this.#timer);
		cancelAnimationFrame(this.#frame);
		if (this.host.parentNode !== this.#home) this.#home.append(this.host);
		if (this.host.matches(":popover-open")) this.host.hidePopover();
		this.host.removeAttribute("popover");
	}

	/** Puts the widget on top of the top layer. */
	raise(): void {
		const { host } = this;
		const parent = topmostBlocker() ?? this.#home;
		const focused = host.shadowRoot?.activeElement as HTMLElement | null | undefined;
		if (host.parentNode !== parent) parent.append(host);
		if (host.matches(":popover-open")) host.hidePopover();
		host.showPopover();
		if (focused && host.shadowRoot?.activeElement !== focused) focused.focus({ preventScroll: true });
	}

	/** After the page's own handlers, with the frame's layout that is computed anyway. */
	#soon(): void {
		this.#frame ||= requestAnimationFrame(() => {
			this.#frame = 0;
			if (this.#buried()) this.raise();
		});
	}

	#buried(): boolean {
		if (!this.host.matches(":popover-open")) return true;
		if (this.host.parentNode !== (topmostBlocker() ?? this.#home)) return true;
		const box = this.vital()?.getBoundingClientRect();
		if (!box || box.width === 0) return false;
		// Inert or covered: the page's element is met at the very place.
		const met = deepest(box.x + box.width / 2, box.y + box.height / 2);
		return met !== undefined && met.getRootNode() !== this.host.shadowRoot;
	}
}

/** The element at a point, through open shadow roots. */
function deepest(x: number, y: number): Element | undefined {
	let met: Element | null = document.elementFromPoint(x, y);
	for (let inner = met; inner?.shadowRoot; ) {
		const next: Element | null = inner.shadowRoot.elementFromPoint(x, y);
		if (!next || next === inner) break;
		met = inner = next;
	}
	return met ?? undefined;
}

type Place = ParentNode & Node;

/** Where a full-screen element cannot take a child that is shown; there the bar is seen but out of reach. */
const REPLACED = "video, audio, img, canvas, iframe, object, embed, svg";

/** The modal dialog or full-screen element on top, also in open shadow roots, as met in the window's middle. */
function topmostBlocker(): Place | undefined {
	// Everything outside of it is inert and is not hit: whatever is met belongs to it or is its backdrop.
	for (let met: Node | null = deepest(innerWidth / 2, innerHeight / 2) ?? null; met; ) {
		if (met instanceof Element && met.matches("dialog:modal, :fullscreen:not(:root)"))
			return met.matches(REPLACED) ? undefined : (met.shadowRoot ?? met);
		met = met.parentNode ?? (met instanceof ShadowRoot ? met.host : null);
	}
	return [...document.querySelectorAll("dialog:modal")].at(-1);
}
