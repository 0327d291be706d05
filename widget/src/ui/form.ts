import { type Fault, type FormField, MAX_ANSWER } from "../room/form.ts";
import { LETTER } from "../room/reception.ts";
import type { State } from "../room/state.ts";
import type { Texts } from "../texts/texts.ts";
import { h } from "./dom.ts";
import { type Built, button, type Context, dialog, growing, minimiser, optOutLink, row, write } from "./parts.ts";

/** The site's questions before help. */
export function form(context: Context): Built {
	const { texts } = context.speech;
	const fields = (context.state.help?.form ?? []).map((field) => new Field(field, texts));
	return build(context, texts.formTitle, texts.start, fields, [], () => context.actions.submit(answersOf(fields)));
}

/** A message instead, while nobody is there. What the message itself says is not asked for twice. */
export function away(context: Context): Built {
	const { speech, state, actions } = context;
	const { texts } = speech;
	const all = state.help?.form ?? [];
	const asked = all.filter(({ kind }) => kind !== "question" && kind !== "email");
	const fields = asked.map((field) => new Field(field, texts));
	const own = { required: true, options: [] } as const;
	const email = new Field({ id: LETTER.email, kind: "email", label: texts.email, ...own }, texts);
	const text = new Field({ id: LETTER.text, kind: "long", label: texts.message, ...own }, texts);
	const send = () => {
		const answers = answersOf(fields);
		for (const { id, kind } of all) {
			if (kind === "question") answers[id] = text.value;
			if (kind === "email") answers[id] = email.value;
		}
		actions.leave(answers, email.value, text.value);
	};
	const opensAt = state.help?.opensAt ?? 0;
	const hint = opensAt > 0 ? `${texts.awayHint} ${texts.backAt(speech.day(opensAt))}` : texts.awayHint;
	return build(context, texts.awayTitle, texts.send, [...fields, email, text], [h("p", {}, hint)], send);
}

const answersOf = (fields: readonly Field[]): Record<string, string> =>
	Object.fromEntries(fields.map(({ id, value }) => [id, value]));

function build(
	{ speech: { texts, language }, actions }: Context,
	title: string,
	go: string,
	fields: readonly Field[],
	hint: Node[],
	submit: () => void,
): Built {
	const send = h("button", { type: "submit", class: "main" }, go);
	const said = h("p", { class: "error", role: "status" });
	let faults: State["faults"] | undefined;
	const element = dialog(
		"dialog",
		title,
		language,
		[minimiser(texts, actions)],
		...hint,
		h(
			"form",
			{
				novalidate: true,
				submit: (event) => {
					event.preventDefault();
					submit();
				},
			},
			...fields.map((field) => field.element),
			said,
			row(button(texts.cancel, actions.cancel), send),
		),
		optOutLink(texts, actions),
	);
	element.classList.add("tall");
	return {
		element,
		...(fields[0] && { first: fields[0].input }),
		update(state) {
			send.disabled = state.sending === "sending";
			write(send, state.sending === "sending" ? texts.sending : go);
			write(said, state.sending === "failed" ? texts.failed : "");
			if (state.faults === faults) return;
			faults = state.faults;
			for (const field of fields) field.mark(faults[field.id]);
			fields.find(({ id }) => id in state.faults)?.input.focus();
		},
		escape: actions.minimise,
	};
}

const AUTOCOMPLETE: Partial<Record<FormField["kind"], string>> = { name: "name", email: "email" };

/** One question with its label, the place for an answer, and what is wrong with it. */
class Field {
	readonly id: string;
	readonly element: HTMLElement;
	readonly input: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
	readonly #error = h("span", { class: "error" });

	constructor(
		field: FormField,
		private readonly texts: Texts,
	) {
		const { id, kind, required, options } = field;
		this.id = id;
		const common = {
			"aria-required": required && "true",
			maxlength: String(MAX_ANSWER[kind]),
			autocomplete: AUTOCOMPLETE[kind] ?? "off",
			dir: kind === "email" ? "ltr" : "auto",
		};
		if (kind === "choice") {
			const choices = options.map(({ value, label }) => h("option", { value }, label));
			const none = h("option", { value: "" }, texts.choose);
			this.input = h("select", { "aria-required": required && "true" }, none, ...choices);
		} else if (kind === "long" || kind === "question") {
			const area = h("textarea", { rows: "3", ...common, input: () => growing(area) });
			this.input = area;
		} else this.input = h("input", { type: kind === "email" ? "email" : "text", ...common });
		this.#error.id = `error-${encodeURIComponent(id)}`;
		const mark = h("abbr", { title: texts.required, "aria-hidden": "true" }, "*");
		const label = h("span", {}, field.label, " ", required ? mark : undefined);
		this.element = h("div", { class: "field" }, h("label", {}, label, this.input), this.#error);
	}

	get value(): string {
		return this.input.value.trim();
	}

	mark(fault: Fault | undefined): void {
		const { texts } = this;
		const said = { missing: texts.missing, email: texts.badEmail, refused: texts.badAnswer };
		write(this.#error, fault ? said[fault] : "");
		for (const [name, value] of [
			["aria-invalid", "true"],
			["aria-describedby", this.#error.id],
		] as const) {
			if (fault) this.input.setAttribute(name, value);
			else this.input.removeAttribute(name);
		}
	}
}
