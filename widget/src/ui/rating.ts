import { h } from "./dom.ts";
import { type Built, button, type Context, dialog, growing, row, write } from "./parts.ts";

const MAX_COMMENT_CHARACTERS = 1000;

/** After the end: one to five, with a comment if one likes; or neither. */
export function rating({ speech: { texts, language, number }, actions }: Context): Built {
	let chosen = 0;
	const send = h("button", { type: "submit", class: "main", disabled: true }, texts.send);
	const said = h("p", { class: "error", role: "status" });
	const named = h("span", { class: "score", "aria-hidden": "true" });
	const scores = texts.scores.map((name, i) =>
		h(
			"label",
			{ title: name },
			h("input", {
				type: "radio",
				name: "score",
				"aria-label": name,
				change: () => {
					chosen = i + 1;
					send.disabled = false;
					write(named, name);
				},
			}),
			h("span", { "aria-hidden": "true" }, number(i + 1)),
		),
	);
	const comment = h("textarea", {
		rows: "2",
		maxlength: String(MAX_COMMENT_CHARACTERS),
		input: () => growing(comment),
	});
	const buttons = row(button(texts.skip, actions.close), send);
	const form = h(
		"form",
		{
			submit: (event) => {
				event.preventDefault();
				if (chosen > 0) actions.rate(chosen, comment.value.trim());
			},
		},
		h("fieldset", { class: "scores" }, h("legend", {}, texts.rateTitle), h("div", {}, ...scores), named),
		h("label", { class: "field" }, h("span", {}, texts.comment), comment),
		said,
		buttons,
	);
	const thanks = h("p", { role: "status" });
	const element = dialog("dialog", texts.ended, language, [], h("p", {}, texts.endedHint), form, thanks);
	return {
		element,
		update({ sending }) {
			send.disabled = chosen === 0 || sending === "sending";
			write(send, sending === "sending" ? texts.sending : sending === "failed" ? texts.retry : texts.send);
			write(said, sending === "failed" ? texts.failed : "");
			if (sending !== "done" || !form.isConnected) return;
			form.remove();
			write(thanks, texts.rated);
			const close = button(texts.close, actions.close);
			element.append(row(close, button(texts.again, actions.again, "main")));
			close.focus({ preventScroll: true });
		},
		escape: actions.close,
	};
}
