import type { Policy } from "../policy.ts";
import type { State } from "../room/state.ts";
import type { Speech, Texts } from "../texts/texts.ts";
import { h, icon, icons } from "./dom.ts";
import type { Actions } from "./view.ts";

export type Mode = Policy["mode"];
export type Context = { speech: Speech; actions: Actions; state: State; mode: Mode };

/** A panel as it stands. What it leaves out does nothing. */
export type Built = {
	element: HTMLElement;
	/** What takes the focus when the visitor opens the panel; the panel itself if it is left out. */
	first?: HTMLElement;
	update?(state: State): void;
	tick?(now: number): void;
	escape?(): void;
	/** Enter was pressed in the panel; true if that was all there was to do. */
	enter?(event: KeyboardEvent): boolean;
};

/** The only titled thing in the shadow tree at a time, so the ID is. */
export function dialog(
	role: "dialog" | "alertdialog",
	title: string,
	language: string,
	tools: (Node | undefined)[],
	...content: (Node | undefined)[]
): HTMLElement {
	return h(
		"div",
		{ class: "panel", role, "aria-labelledby": "title", tabindex: "-1", lang: language },
		h("div", { class: "head" }, h("h2", { id: "title" }, title), ...tools),
		...content,
	);
}

export const minimiser = (texts: Texts, actions: Actions) =>
	h(
		"button",
		{ class: "plain", type: "button", "aria-label": texts.minimise, click: actions.minimise },
		icon(icons.minimise),
	);

export const button = (label: string, click: (event: Event) => void, kind?: string) =>
	h("button", { type: "button", class: kind, click }, label);

export const row = (...buttons: Node[]) => h("div", { class: "row" }, ...buttons);

/** The way to the opt-out page, in a tab of its own; with the session it is clicked in, which may begin only later. */
export function optOutLink(texts: Texts, actions: Actions): HTMLElement {
	const link = h("a", { class: "out", href: actions.optOutURL(), target: "_blank", rel: "noopener" }, texts.optOut);
	link.addEventListener("click", () => {
		link.href = actions.optOutURL();
	});
	return link;
}

/** Sets a text only where it changes, so that nothing is announced twice. */
export function write(element: HTMLElement, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}

/** A text area that grows with its text, up to what the style sheet allows. */
export function growing(area: HTMLTextAreaElement): void {
	area.style.height = "auto";
	area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}
