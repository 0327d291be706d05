/** Form primitives: a field is a row of a table; what it looks like and how it says what is wrong is decided here. */
import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { type TextKey, t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { type Form, problemOf } from "./form.ts";

type Choice = { value: string; label?: TextKey; name?: string; hint?: TextKey; warn?: TextKey };

export type FieldSpec = {
	/** `radio`: one of a few, each with its consequences; `several`: any of them. */
	kind?: keyof typeof controls | "radio" | "several";
	label: TextKey;
	hint?: TextKey;
	choices?: readonly Choice[];
	/** Shown left-to-right whatever the language: addresses, code. */
	code?: boolean;
	autocomplete?: string;
	placeholder?: string;
	min?: number;
	max?: number;
	rows?: number;
};

type Props = FieldSpec & {
	value: unknown;
	onChange(value: unknown): void;
	problem?: string | undefined;
	/** Instead of `label`, where the words are made of data. */
	title?: string;
	/** The label is read out but not shown. */
	quiet?: boolean;
};
type ControlProps = Props & { id: string; described: string | undefined; invalid: boolean };

const asText = (value: unknown): string => (typeof value === "string" ? value : "");
const shared = ({ id, described, invalid, code, placeholder }: ControlProps) => ({
	id,
	class: "field",
	"aria-invalid": invalid,
	"aria-describedby": described,
	dir: code ? ("ltr" as const) : ("auto" as const),
	...(placeholder ? { placeholder } : {}),
});

const input = (type: "text" | "email" | "date" | "time" | "password") => (props: ControlProps) => (
	<input
		{...shared(props)}
		type={type as "text"} // the typings tell inputs apart by the roles they may have; none is given here
		value={asText(props.value)}
		autocomplete={props.autocomplete ?? "off"}
		onInput={({ currentTarget }) => props.onChange(currentTarget.value)}
	/>
);

function Password(props: ControlProps) {
	const [shown, setShown] = useState(false);
	return (
		<div class="field-with-button">
			{input(shown ? "text" : "password")({ ...props, code: true })}
			<button
				type="button"
				class="button icon-only quiet"
				aria-label={t(shown ? "hidePassword" : "showPassword")}
				aria-pressed={shown}
				onClick={() => setShown(!shown)}
			>
				<Icon name="eye" />
			</button>
		</div>
	);
}

const area = (read: (value: unknown) => string, write: (text: string) => unknown) => (props: ControlProps) => (
	<textarea
		{...shared(props)}
		class="field area"
		rows={props.rows ?? 3}
		spellcheck={!props.code}
		value={read(props.value)}
		onInput={({ currentTarget }) => props.onChange(write(currentTarget.value))}
	/>
);

const controls = {
	text: input("text"),
	email: input("email"),
	date: input("date"),
	time: input("time"),
	password: Password,
	number: (props: ControlProps) => (
		<input
			{...shared(props)}
			class="field short"
			type="number"
			min={props.min}
			max={props.max}
			value={typeof props.value === "number" && Number.isFinite(props.value) ? props.value : ""}
			onInput={({ currentTarget }) => props.onChange(currentTarget.valueAsNumber)}
		/>
	),
	area: area(asText, (text) => text),
	/** A list of texts, one per line. */
	lines: area(
		(value) => (Array.isArray(value) ? value.join("\n") : ""),
		(text) => (text === "" ? [] : text.split("\n")),
	),
	select: (props: ControlProps) => (
		<select
			{...shared(props)}
			class="select"
			dir={props.code ? "ltr" : undefined}
			value={asText(props.value)}
			onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
		>
			{props.choices?.map((choice) => (
				<option key={choice.value} value={choice.value}>
					{choice.label ? t(choice.label) : choice.name}
				</option>
			))}
		</select>
	),
	check: (props: ControlProps) => (
		<input
			id={props.id}
			type="checkbox"
			checked={props.value === true}
			aria-invalid={props.invalid}
			aria-describedby={props.described}
			onChange={({ currentTarget }) => props.onChange(currentTarget.checked)}
		/>
	),
} satisfies Record<string, (props: ControlProps) => JSX.Element>;

export function Field(props: Props) {
	const id = useId();
	const { kind = "text", label, title, hint, problem } = props;
	const words = title ?? t(label);
	const described = [hint && `${id}hint`, problem && `${id}problem`].filter(Boolean).join(" ") || undefined;
	const below = (
		<>
			{hint && (
				<span class="hint" id={`${id}hint`}>
					{t(hint)}
				</span>
			)}
			{problem && (
				<span class="problem" id={`${id}problem`} dir="auto">
					{problem}
				</span>
			)}
		</>
	);
	if (kind === "radio" || kind === "several")
		return (
			<fieldset class="row-field options" aria-describedby={described} data-invalid={Boolean(problem)}>
				<legend>{words}</legend>
				<div class="option-list" data-kind={kind}>
					<Options {...props} id={id} />
				</div>
				{below}
			</fieldset>
		);
	const Control = controls[kind];
	if (kind === "check")
		return (
			<div class="row-field tick">
				<Control {...props} id={id} described={described} invalid={Boolean(problem)} />
				<div class="tick-words">
					<label for={id}>{words}</label>
					{below}
				</div>
			</div>
		);
	return (
		<div class="row-field">
			<label for={id} class={props.quiet ? "hidden" : undefined}>
				{words}
			</label>
			<Control {...props} id={id} described={described} invalid={Boolean(problem)} />
			{below}
		</div>
	);
}

function Options({ kind, id, choices = [], value, onChange }: Props & { id: string }) {
	const many = Array.isArray(value) ? value : [];
	const toggle = (one: string, on: boolean) =>
		onChange(kind === "radio" ? one : on ? [...many, one] : many.filter((other) => other !== one));
	return choices.map((choice) => {
		const on = kind === "radio" ? value === choice.value : many.includes(choice.value);
		const own = `${id}${choice.value}`;
		return (
			<label key={choice.value} class="option">
				<input
					type={kind === "radio" ? "radio" : "checkbox"}
					name={id}
					checked={on}
					aria-labelledby={own}
					aria-describedby={choice.hint && `${own}hint`}
					onChange={({ currentTarget }) => toggle(choice.value, currentTarget.checked)}
				/>
				<span>
					<bdi class="strong" id={own}>
						{choice.label ? t(choice.label) : choice.name}
					</bdi>
					{choice.hint && (
						<span id={`${own}hint`}>
							<span class="hint">{t(choice.hint)}</span>
							{choice.warn && on && <span class="consequence">{t(choice.warn)}</span>}
						</span>
					)}
				</span>
			</label>
		);
	});
}

/** The table of a form's fields. */
export type FieldTable<T> = readonly (FieldSpec & { name: keyof T & string; when?: (value: T) => boolean })[];

export function Fields<T extends object>({ form, table }: { form: Form<T>; table: FieldTable<T> }) {
	return table
		.filter(({ when }) => when?.(form.value) ?? true)
		.map((spec) => (
			<Field
				key={spec.name}
				{...spec}
				value={form.value[spec.name]}
				problem={problemOf(form.problems, spec.name)}
				onChange={(next) => form.set({ [spec.name]: next } as Partial<T>)}
			/>
		));
}

type FormProps<T> = {
	form: Form<T>;
	/** The button's words. */
	action?: TextKey;
	class?: string;
	/** Sending is offered though nothing was changed. */
	always?: boolean;
	/** Beside the button. */
	aside?: ComponentChildren;
	children: ComponentChildren;
};

export function FormBox<T>({ form, action = "save", class: kind = "", always, aside, children }: FormProps<T>) {
	return (
		<form class={`fields ${kind}`} noValidate ref={form.root} onSubmit={form.submit}>
			{children}
			{form.conflict && (
				<div class="notice" role="alert">
					<p>{t("conflict")}</p>
					<button type="button" class="button small" onClick={form.loadNewer}>
						{t("loadNewer")}
					</button>
				</div>
			)}
			<p class="problem" role="alert" dir="auto">
				{form.general}
			</p>
			<div class="save">
				<button type="submit" class="button primary" aria-disabled={form.busy}>
					{t(form.busy ? "saving" : action)}
				</button>
				{aside}
				{form.dirty && !always && !form.busy && <span class="hint">{t("unsaved")}</span>}
			</div>
		</form>
	);
}
