/** The questions a visitor meets after pressing Help, in every language of the site, with a preview. */
import { useState } from "preact/hooks";
import { getSite, type Help, type Labels, type Question, questionKinds, saveHelp } from "../api/admin-sites.ts";
import { count } from "../texts/format.ts";
import { language, languages, type TextKey, t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { Field, FormBox } from "./fields.tsx";
import { type Problems, problemOf, useForm, wrong } from "./form.ts";
import { Section } from "./parts.tsx";
import type { TabProps } from "./site.tsx";

const kindTexts: Record<Question["kind"], TextKey> = {
	question: "kindQuestion",
	name: "kindName",
	text: "kindText",
	long: "kindLong",
	choice: "kindChoice",
	email: "kindEmail",
};

/** A name no other question has, kept with the answers. */
const freshID = (): string => `q${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? ""}`;

function check({ form }: Help): Problems {
	const problems: Record<string, string> = {};
	for (const [i, { label, kind, options }] of form.entries()) {
		if (!Object.values(label).some((words) => words.trim())) problems[`form[${i}].label`] = t("fieldEmpty");
		if (kind === "choice" && options.length === 0) problems[`form[${i}].options`] = t("optionsEmpty");
		for (const [j, option] of options.entries()) {
			const bad = wrong.empty(Object.values(option.label).join(""));
			if (bad) problems[`form[${i}].options[${j}].label`] = bad;
		}
	}
	return problems;
}

/** Without the languages that were left empty, and without options where there is no choice. */
const clean = ({ form, ...rest }: Help): Help => {
	const spoken = (labels: Labels) => Object.fromEntries(Object.entries(labels).filter(([, words]) => words.trim()));
	return {
		...rest,
		form: form.map((one) => ({
			...one,
			label: spoken(one.label),
			options: one.kind === "choice" ? one.options.map((option) => ({ ...option, label: spoken(option.label) })) : [],
		})),
	};
};

export function FormTab({ site, put }: TabProps) {
	const [lang, setLang] = useState<string>(language.value);
	const form = useForm<Help>({
		start: site.help,
		check,
		save: async (typed) => {
			const help = await saveHelp(site.id, clean(typed));
			put({ help });
			return help;
		},
		load: async () => (await getSite(site.id)).help,
	});
	const questions = form.value.form;
	const set = (next: Question[]) => form.set({ form: next });
	const move = (at: number, by: number) => {
		const next = [...questions];
		const [moved] = next.splice(at, 1);
		if (moved) next.splice(at + by, 0, moved);
		set(next);
	};
	return (
		<Section title="tabForm" hint="formLead">
			<Field
				kind="select"
				label="formLanguage"
				hint="formLanguageHint"
				value={lang}
				choices={languages.map(({ code, name }) => ({ value: code, name }))}
				onChange={(code) => setLang(String(code))}
			/>
			<div class="editor">
				<FormBox form={form}>
					{questions.length === 0 && <p class="muted">{t("questionsNone")}</p>}
					{questions.map((question, i) => (
						<QuestionItem
							key={question.id}
							question={question}
							at={i}
							of={questions.length}
							lang={lang}
							problems={form.problems}
							onChange={(patch) => set(questions.map((old, j) => (j === i ? { ...old, ...patch } : old)))}
							onMove={(by) => move(i, by)}
							onRemove={() => set(questions.filter((_, j) => j !== i))}
						/>
					))}
					<button
						type="button"
						class="button fit"
						onClick={() =>
							set([...questions, { id: freshID(), kind: "text", label: {}, required: false, options: [] }])
						}
					>
						{t("questionAdd")}
					</button>
				</FormBox>
				<Preview questions={questions} lang={lang} />
			</div>
		</Section>
	);
}

type ItemProps = {
	question: Question;
	at: number;
	of: number;
	lang: string;
	problems: Problems;
	onChange(patch: Partial<Question>): void;
	onMove(by: -1 | 1): void;
	onRemove(): void;
};

function QuestionItem({ question, at, of, lang, problems, onChange, onMove, onRemove }: ItemProps) {
	const { kind, label, required, options } = question;
	const place = `form[${at}]`;
	const title = t("questionAt", { at: count(at + 1) });
	const missing = languages.filter(({ code }) => !label[code]?.trim()).map(({ name }) => name);
	return (
		<fieldset class="item">
			<legend>{title}</legend>
			<Field
				kind="select"
				label="questionKind"
				choices={questionKinds.map((value) => ({ value, label: kindTexts[value] }))}
				value={kind}
				problem={problemOf(problems, `${place}.kind`)}
				onChange={(next) => onChange({ kind: questionKinds.find((one) => one === next) ?? "text" })}
			/>
			<Field
				label="questionLabel"
				title={t("questionLabel", { language: nameOf(lang) })}
				value={label[lang] ?? ""}
				problem={problemOf(problems, `${place}.label`)}
				onChange={(words) => onChange({ label: { ...label, [lang]: String(words) } })}
			/>
			{missing.length > 0 && missing.length < languages.length && (
				<p class="hint">{t("labelMissing", { languages: missing.join(", ") })}</p>
			)}
			<Field
				kind="check"
				label="questionRequired"
				value={required}
				onChange={(on) => onChange({ required: on === true })}
			/>
			{kind === "choice" && (
				<Options
					options={options}
					lang={lang}
					place={place}
					problems={problems}
					onChange={(next) => onChange({ options: next })}
				/>
			)}
			<div class="save">
				<button type="button" class="button small" disabled={at === 0} onClick={() => onMove(-1)}>
					<span aria-hidden="true">↑</span> <span class="hidden">{`${title}: ${t("moveUp")}`}</span>
				</button>
				<button type="button" class="button small" disabled={at === of - 1} onClick={() => onMove(1)}>
					<span aria-hidden="true">↓</span> <span class="hidden">{`${title}: ${t("moveDown")}`}</span>
				</button>
				<button type="button" class="button small danger" aria-label={`${t("remove")}: ${title}`} onClick={onRemove}>
					{t("remove")}
				</button>
			</div>
		</fieldset>
	);
}

type OptionsProps = {
	options: Question["options"];
	lang: string;
	place: string;
	problems: Problems;
	onChange(options: Question["options"]): void;
};

function Options({ options, lang, place, problems, onChange }: OptionsProps) {
	return (
		<fieldset class="row-field rules" data-invalid={problemOf(problems, `${place}.options`) !== ""}>
			<legend>{t("options")}</legend>
			{options.map((option, i) => (
				<div key={option.value} class="span">
					<Field
						label="optionAt"
						title={t("optionAt", { at: count(i + 1) })}
						quiet
						value={option.label[lang] ?? ""}
						problem={problemOf(problems, `${place}.options[${i}]`)}
						onChange={(words) =>
							onChange(
								options.map((old, j) => (j === i ? { ...old, label: { ...old.label, [lang]: String(words) } } : old)),
							)
						}
					/>
					<button
						type="button"
						class="button icon-only quiet"
						aria-label={`${t("remove")}: ${t("optionAt", { at: count(i + 1) })}`}
						onClick={() => onChange(options.filter((_, j) => j !== i))}
					>
						<Icon name="close" size={16} />
					</button>
				</div>
			))}
			{options.length === 0 && problemOf(problems, `${place}.options`) && (
				<p class="problem" role="alert">
					{problemOf(problems, `${place}.options`)}
				</p>
			)}
			<button
				type="button"
				class="button small fit"
				onClick={() => onChange([...options, { value: freshID(), label: {} }])}
			>
				{t("optionAdd")}
			</button>
		</fieldset>
	);
}

const nameOf = (code: string): string => languages.find((one) => one.code === code)?.name ?? code;

/** What the visitor reads; a language without words falls back as the server does it: English, then any. */
const wordsIn = (labels: Labels, lang: string): string =>
	labels[lang]?.trim() || labels.en?.trim() || Object.values(labels).find((words) => words.trim()) || "…";

function Preview({ questions, lang }: { questions: Question[]; lang: string }) {
	return (
		<aside class="preview" aria-label={t("preview")}>
			<p class="hint">{t("preview")}</p>
			{/* Shown, not used: nothing in it can be reached or read out as a field. */}
			<div class="preview-form" lang={lang} dir={lang === "ar" ? "rtl" : "ltr"} inert>
				{questions.map(({ id, kind, label, required, options }) => (
					<div key={id} class="row-field">
						<span class="strong">
							{wordsIn(label, lang)} {required && <span class="problem">*</span>}
						</span>
						{kind === "choice" ? (
							<span class="field shown">{options[0] ? wordsIn(options[0].label, lang) : "…"} ▾</span>
						) : (
							<span class="field shown" data-tall={kind === "long" || kind === "question"} />
						)}
					</div>
				))}
			</div>
		</aside>
	);
}
