import type { Boot } from "../boot.ts";
import type { DebugCounts } from "../capture.ts";
import type { Answers } from "../connection/entry.ts";
import type { Policy } from "../policy.ts";
import { unread } from "../room/chat.ts";
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
	/** Opens the conversation beside the bar, or folds it away. */
	toggleChat(): void;
	/** Ends the session, also before anyone came. */
	end(): void;
	/** Leaves the way to a room. */
	cancel(): void;
	submit(answers: Answers): void;
	leave(answers: Answers, email: string, text: string): void;
	/** False if the message cannot be taken. */
	say(text: string): boolean;
	resend(): void;
	/** What is being written, and was. */
	draft(text: string): void;
	drafted(): string;
	/** The conversation is before the visitor's eyes. */
	look(): void;
	/** Takes the opt-out back, before the question is put. */
	lift(member: number): void;
	/** Address of the page on which the visitor opts out. */
	optOutURL(): string;
	stopSharing(): void;
	rate(score: number, comment: string): void;
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
/** As many messages wait at most to be read out. */
const MAX_SAID = 5;
/** The least that an on-screen keyboard takes; CSS px. */
const KEYBOARD_PX = 120;
/** Bubbling events of the widget that a page would take for its own, or that tell what the visitor writes. */
const PRIVATE_EVENTS = [
	"click",
	"pointerdown",
	"pointerup",
	"mousedown",
	"mouseup",
	"touchstart",
	"focusin",
	"focusout",
	"beforeinput",
	"input",
	"compositionupdate",
	"paste",
	"copy",
	"cut",
];

/** All that the visitor sees of a session, in the loader's shadow root. */
export class View {
	readonly cursors: Cursors;
	readonly #widget: HTMLElement;
	readonly #said = h("div", { class: "said", "aria-live": "polite" });
	/** Grows by what is new, so that it is read out whole and in order. */
	readonly #heard = h("div", { class: "said", role: "log" });
	readonly #badge = h("span", { class: "unread", "aria-hidden": "true" });
	readonly #height = new ResizeObserver(() =>
		this.#widget.style.setProperty("--bar", `${this.#bar.box.offsetHeight}px`),
	);
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
		private readonly speech: Speech,
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
		this.#widget.append(this.#said, this.#heard);
		boot.root.append(this.#widget);
		for (const type of PRIVATE_EVENTS)
			boot.host.addEventListener(type, (event) => event.stopPropagation(), { signal: this.#stopped.signal });
		// What is above the bar begins where the bar ends, however many lines that has.
		this.#height.observe(this.#bar.box);
		for (const type of ["resize", "scroll"])
			visualViewport?.addEventListener(type, () => this.#makeRoom(), { signal: this.#stopped.signal });
		this.#timer = setInterval(() => {
			this.#panel.tick(Date.now());
			this.#bar.tick();
		}, TICK_MS);
	}

	render({ launcher, panel, bar }: Screens, state: State, mode: Policy["mode"]): void {
		const hadFocus = this.boot.root.activeElement !== null;
		this.boot.launcher.hidden = !launcher;
		this.#bar.show(bar, state, panel === "chat");
		this.#count(unread(state.chat));
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
		if (event.key === "Enter" && this.#panel.enter(event)) event.preventDefault();
		if (event.key !== "Escape" || event.isComposing) return;
		event.preventDefault();
		if (!this.#bar.escape()) this.#panel.escape();
	}

	/** Reads something out whole, after what is being read. */
	say(text: string): void {
		this.#heard.append(h("p", {}, text));
		while (this.#heard.childElementCount > MAX_SAID) this.#heard.firstElementChild?.remove();
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
		this.#height.disconnect();
		this.#lower();
		const hadFocus = this.boot.root.activeElement !== null;
		this.#widget.remove();
		this.boot.root.adoptedStyleSheets = this.boot.root.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
		this.#count(0);
		this.boot.launcher.hidden = false;
		if (hadFocus) this.boot.launcher.focus({ preventScroll: true });
	}

	/** How many messages are new, on the button that opens them. */
	#count(count: number): void {
		const { launcher } = this.boot;
		if (count === 0) {
			this.#badge.remove();
			launcher.removeAttribute("aria-label");
			return;
		}
		this.#badge.textContent = this.speech.number(count);
		// Before the label: that is the launcher's own last part.
		if (!this.#badge.isConnected) launcher.lastElementChild?.before(this.#badge);
		launcher.setAttribute(
			"aria-label",
			`${launcher.lastElementChild?.textContent} · ${this.speech.texts.unread(count)}`,
		);
	}

	/** An on-screen keyboard covers the foot of the window without making it smaller: the panel stays above it. */
	#makeRoom(): void {
		const { height = innerHeight, offsetTop = 0, scale = 1 } = visualViewport ?? {};
		const covered = scale > 1.01 ? 0 : innerHeight - height - offsetTop;
		this.#widget.style.setProperty("--keyboard", `${covered > KEYBOARD_PX ? Math.round(covered) : 0}px`);
	}

	#lower(): void {
		this.#layer?.stop();
		this.#layer = undefined;
	}
}
