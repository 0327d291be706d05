import type { Boot } from "../boot.ts";
import type { DebugCounts } from "../capture.ts";
import type { Policy } from "../policy.ts";
import type { Screens } from "../room/screens.ts";
import type { State } from "../room/state.ts";
import { direction } from "../texts/language.ts";
import type { Speech } from "../texts/texts.ts";
import { Bar } from "./bar.ts";
import { Cursors, type Find } from "./cursors.ts";
import { h } from "./dom.ts";
import { Layer } from "./layer.ts";
import { Panel } from "./panel.ts";
import { CSS } from "./styles.ts";

/** What the visitor can do. */
export type Actions = {
	minimise(): void;
	/** Ends the session, also before anyone came. */
	end(): void;
	allow(member: number): void;
	deny(member: number): void;
	expire(member: number): void;
	/** Pauses, or goes on. */
	pause(): void;
	renewCode(): void;
	again(): void;
	retry(): void;
	close(): void;
	debug(): DebugCounts | undefined;
};

const TICK_MS = 1000;
const ANNOUNCE_MS = 2000;
/** Bubbling events of the widget that a page's "click outside" or focus traps would take for their own. */
const PRIVATE_EVENTS = [
	"click",
	"pointerdown",
	"pointerup",
	"mousedown",
	"mouseup",
	"touchstart",
	"focusin",
	"focusout",
];

/** All that the visitor sees of a session, in the loader's shadow root. */
export class View {
	readonly cursors: Cursors;
	readonly #widget: HTMLElement;
	readonly #said = h("div", { class: "said", "aria-live": "polite" });
	readonly #panel: Panel;
	readonly #bar: Bar;
	readonly #sheet = new CSSStyleSheet();
	readonly #timer: ReturnType<typeof setInterval>;
	readonly #stopped = new AbortController();
	#layer: Layer | undefined;
	#wantsFocus: boolean;
	#announced = Number.NEGATIVE_INFINITY;

	constructor(
		private readonly boot: Boot,
		speech: Speech,
		actions: Actions,
		find: Find,
	) {
		this.#wantsFocus = boot.origin === "click";
		this.#sheet.replaceSync(CSS);
		boot.root.adoptedStyleSheets = [...boot.root.adoptedStyleSheets, this.#sheet];
		this.#widget = h("div", { class: "widget", lang: speech.language, dir: direction(speech.language) });
		this.cursors = new Cursors(this.#widget, find);
		this.#bar = new Bar(this.#widget, speech, actions);
		this.#panel = new Panel(this.#widget, speech, actions);
		this.#widget.append(this.#said);
		boot.root.append(this.#widget);
		for (const type of PRIVATE_EVENTS)
			boot.host.addEventListener(type, (event) => event.stopPropagation(), { signal: this.#stopped.signal });
		this.#timer = setInterval(() => {
			this.#panel.tick(Date.now());
			this.#bar.tick();
		}, TICK_MS);
	}

	render({ launcher, panel, bar }: Screens, state: State, mode: Policy["mode"]): void {
		const hadFocus = this.boot.root.activeElement !== null;
		this.boot.launcher.hidden = !launcher;
		this.#bar.show(bar, state);
		// Only who just used the widget, or is asked something, is taken to it; a page load takes nobody's focus.
		if (this.#panel.show(panel, state, mode, bar !== undefined, hadFocus || this.#wantsFocus)) this.#wantsFocus = false;
		this.cursors.keep(new Set(bar === "live" ? state.viewers.keys() : []));
		// The launcher alone leaves the top layer to the page.
		if (bar || panel) this.#layer ??= new Layer(this.boot.host, () => this.#bar.element ?? this.#panel.element);
		else this.#lower();
		if (launcher && hadFocus) this.boot.launcher.focus({ preventScroll: true });
	}

	/** The next panel is one that the visitor asked for. */
	takeFocus(): void {
		this.#wantsFocus = true;
	}

	/** Escape closes what is open; no key of the widget is the page's. */
	key(event: KeyboardEvent): void {
		if (event.key !== "Escape" || event.isComposing) return;
		event.preventDefault();
		if (!this.#bar.escape()) this.#panel.escape();
	}

	/** Says something to screen readers, and not too often. */
	announce(text: string): void {
		const now = performance.now();
		if (now - this.#announced < ANNOUNCE_MS) return;
		this.#announced = now;
		this.#said.textContent = text;
	}

	remove(): void {
		clearInterval(this.#timer);
		this.#stopped.abort();
		this.#lower();
		const hadFocus = this.boot.root.activeElement !== null;
		this.#widget.remove();
		this.boot.root.adoptedStyleSheets = this.boot.root.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
		this.boot.launcher.hidden = false;
		if (hadFocus) this.boot.launcher.focus({ preventScroll: true });
	}

	#lower(): void {
		this.#layer?.stop();
		this.#layer = undefined;
	}
}
