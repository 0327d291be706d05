import type { Policy } from "../policy.ts";
import { safeName } from "../room/names.ts";
import type { Panel as Name } from "../room/screens.ts";
import type { State } from "../room/state.ts";
import type { Speech, Texts } from "../texts/texts.ts";
import { h, icon, icons } from "./dom.ts";
import type { Actions } from "./view.ts";

type Mode = Policy["mode"];

/** A click that was meant for what the question has just covered must not answer it. */
const SETTLE_MS = 400;

type Built = { element: HTMLElement; tick(now: number): void; escape(): void };
type Context = { speech: Speech; actions: Actions; state: State; mode: Mode; above: boolean };

/** The dialog in the corner: code, question, end, or what went wrong. Rebuilt whenever another one is due. */
export class Panel {
	#key = "";
	#built: Built | undefined;

	constructor(
		private readonly parent: HTMLElement,
		private readonly speech: Speech,
		private readonly actions: Actions,
	) {}

	get element(): HTMLElement | undefined {
		return this.#built?.element;
	}

	/** True if a panel is there now that was not before; it has the focus if `focus`, and a question always. */
	show(name: Name | undefined, state: State, mode: Mode, above: boolean, focus: boolean): boolean {
		const ask = state.asks[0];
		const detail = name === "asking" ? ask?.member : name === "waiting" ? state.code : "";
		const key = name ? `${name} ${detail} ${above}` : "";
		const changed = key !== this.#key;
		if (changed) {
			this.#key = key;
			this.#built?.element.remove();
			this.#built = undefined;
			if (!name) return false;
			this.#built = builders[name]({ speech: this.speech, actions: this.actions, state, mode, above });
			this.parent.append(this.#built.element);
			if (above) this.#built.element.classList.add("above");
			// A new panel takes the focus as a whole, so that no key pressed just now answers it.
			if (focus || name === "asking") this.#built.element.focus({ preventScroll: true });
		}
		this.tick(Date.now());
		return changed && name !== undefined;
	}

	tick(now: number): void {
		this.#built?.tick(now);
	}

	escape(): void {
		this.#built?.escape();
	}
}

const nothing = () => {};

function dialog(role: "dialog" | "alertdialog", title: string, language: string, ...content: (Node | undefined)[]) {
	const heading = h("h2", { id: "title" }, title);
	return h(
		"div",
		{ class: "panel", role, "aria-labelledby": "title", tabindex: "-1", lang: language },
		h("div", { class: "head" }, heading, role === "dialog" ? content.shift() : undefined),
		...content.filter((node) => node !== undefined),
	);
}

const minimiser = (texts: Texts, actions: Actions) =>
	h(
		"button",
		{ class: "plain", type: "button", "aria-label": texts.minimise, click: actions.minimise },
		icon(icons.minimise),
	);

const button = (label: string, click: (event: Event) => void, kind?: string) =>
	h("button", { type: "button", class: kind, click }, label);

const row = (...buttons: Node[]) => h("div", { class: "row" }, ...buttons);

function waiting({ speech, actions, state }: Context): Built {
	const { texts, span, language } = speech;
	const { code } = state;
	const life = h("p", { class: "life" });
	const spoken = [...code].join(" ");
	const element = dialog(
		"dialog",
		texts.code,
		language,
		minimiser(texts, actions),
		h(
			"div",
			{ class: "code", role: "img", "aria-label": `${texts.code}: ${spoken}` },
			h("span", {}, code.slice(0, 3)),
			h("span", {}, code.slice(3)),
		),
		life,
		h("p", {}, texts.codeHint),
		h("div", { class: "wait", role: "status" }, h("span", { class: "dot" }), h("span", {}, texts.waiting)),
		row(button(texts.cancel, actions.end)),
	);
	const tick = (now: number) => {
		const left = (state.codeUntil - now) / 1000;
		const text = texts.codeLife(span(left));
		if (left <= 0) actions.renewCode();
		else if (life.textContent !== text) life.textContent = text;
	};
	return { element, tick, escape: actions.minimise };
}

function connecting({ speech: { texts, language }, actions }: Context): Built {
	const element = dialog(
		"dialog",
		texts.help,
		language,
		minimiser(texts, actions),
		h("div", { class: "wait", role: "status" }, h("span", { class: "dot" }), h("span", {}, texts.connecting)),
		row(button(texts.cancel, actions.end)),
	);
	return { element, tick: nothing, escape: actions.minimise };
}

const hiddenByMode: Record<Mode, "hiddenInputs" | "hiddenStrict" | "hiddenMarked"> = {
	inputs: "hiddenInputs",
	strict: "hiddenStrict",
	"marked-only": "hiddenMarked",
};

function asking({ speech, actions, state, mode }: Context): Built {
	const { texts, span, language } = speech;
	const ask = state.asks[0] ?? { member: 0, name: undefined, until: 0 };
	const list = (title: string, path: string, ...lines: string[]) => [
		h("h3", {}, title),
		h("ul", {}, ...lines.map((line) => h("li", {}, icon(path), h("span", {}, line)))),
	];
	const countdown = h("p", { class: "life", "aria-hidden": "true" });
	const shown = performance.now();
	/** Only the visitor's own hand answers, and not by a click that began before the question was there. */
	const byHand = (answer: (member: number) => void) => (event: Event) => {
		if (event.isTrusted && performance.now() - shown > SETTLE_MS) answer(ask.member);
	};
	const element = dialog(
		"alertdialog",
		texts.asks(safeName(ask.name, texts.anAgent)),
		language,
		h(
			"div",
			{ id: "what" },
			...list(texts.seen, icons.eye, texts.seenPage, texts.seenPointer),
			...list(texts.hidden, icons.hidden, texts[hiddenByMode[mode]], texts.hiddenElse),
		),
		row(button(texts.deny, byHand(actions.deny)), button(texts.allow, byHand(actions.allow), "main")),
		countdown,
	);
	element.setAttribute("aria-describedby", "what");
	const tick = (now: number) => {
		const left = (ask.until - now) / 1000;
		countdown.textContent = texts.closesIn(span(left));
		if (left <= 0) actions.expire(ask.member);
	};
	return { element, tick, escape: () => actions.deny(ask.member) };
}

/** A panel that tells something and offers one way on. */
const message =
	(
		title: (texts: Texts) => string,
		body: (texts: Texts) => string,
		next: (texts: Texts) => string,
		on: "again" | "retry",
	) =>
	({ speech: { texts, language }, actions }: Context): Built => ({
		element: dialog(
			"dialog",
			title(texts),
			language,
			undefined,
			h("p", {}, body(texts)),
			row(button(texts.close, actions.close), button(next(texts), actions[on], "main")),
		),
		tick: nothing,
		escape: actions.close,
	});

const builders: Record<Name, (context: Context) => Built> = {
	connecting,
	waiting,
	asking,
	ended: message(
		(t) => t.ended,
		(t) => t.endedHint,
		(t) => t.again,
		"again",
	),
	moved: message(
		(t) => t.moved,
		(t) => t.movedHint,
		(t) => t.continueHere,
		"retry",
	),
	refused: message(
		(t) => t.error,
		(t) => t.refused,
		(t) => t.retry,
		"retry",
	),
	busy: message(
		(t) => t.error,
		(t) => t.busy,
		(t) => t.retry,
		"retry",
	),
	unreachable: message(
		(t) => t.error,
		(t) => t.unreachable,
		(t) => t.retry,
		"retry",
	),
};
