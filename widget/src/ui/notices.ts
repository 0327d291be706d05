import type { Texts } from "../texts/texts.ts";
import { h } from "./dom.ts";
import { type Built, button, type Context, dialog, minimiser, row } from "./parts.ts";

export function connecting({ speech: { texts, language }, actions }: Context): Built {
	const element = dialog(
		"dialog",
		texts.help,
		language,
		[minimiser(texts, actions)],
		h("div", { class: "wait", role: "status" }, h("span", { class: "dot" }), h("span", {}, texts.connecting)),
		row(button(texts.cancel, actions.cancel)),
	);
	return { element, escape: actions.minimise };
}

/** A message was left. */
export function left({ speech: { texts, language }, actions, state }: Context): Built {
	const element = dialog(
		"dialog",
		texts.thanks,
		language,
		[],
		h("p", { role: "status" }, texts.left(state.email)),
		row(button(texts.close, actions.cancel, "main")),
	);
	return { element, escape: actions.cancel };
}

type Plain = { [K in keyof Texts]: Texts[K] extends string ? K : never }[keyof Texts];

/** A panel that tells something and offers one way on. */
export const message =
	(title: Plain, body: Plain, next: Plain, on: "again" | "retry") =>
	({ speech: { texts, language }, actions }: Context): Built => ({
		element: dialog(
			"dialog",
			texts[title],
			language,
			[],
			h("p", {}, texts[body]),
			row(button(texts.close, actions.close), button(texts[next], actions[on], "main")),
		),
		escape: actions.close,
	});
