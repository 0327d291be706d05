/** A list of rules that can be added to, changed and cut; each rule is a row of fields. */
import { count } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Field, type FieldSpec } from "./fields.tsx";
import { type Problems, problemOf } from "./form.ts";

type Props<T> = {
	/** The field's name in what is saved: a problem of a rule's part is named `name[2].part`. */
	name: string;
	legend: TextKey;
	lead: TextKey;
	add: TextKey;
	fields: readonly (FieldSpec & { name: keyof T & string })[];
	/** A rule as it is added. */
	fresh: T;
	rules: readonly T[];
	problems: Problems;
	/** The fields of a rule stand beside each other where there is room. */
	columns?: boolean;
	onChange(rules: T[]): void;
};

export function RuleList<T extends object>({ name, fields, fresh, rules, problems, onChange, ...look }: Props<T>) {
	return (
		<fieldset class="row-field rules">
			<legend>{t(look.legend)}</legend>
			<p class="hint">{t(look.lead)}</p>
			{rules.map((rule, i) => (
				<fieldset key={i} class={look.columns ? "item columns" : "item"}>
					<legend>{t("ruleAt", { at: count(i + 1) })}</legend>
					{fields.map(({ name: part, ...spec }) => (
						<Field
							key={part}
							{...spec}
							value={rule[part]}
							problem={problemOf(problems, `${name}[${i}].${part}`)}
							onChange={(value) => onChange(rules.map((one, j) => (i === j ? { ...one, [part]: value } : one)))}
						/>
					))}
					<button
						type="button"
						class="button small danger fit"
						onClick={() => onChange(rules.filter((_, j) => j !== i))}
					>
						{t("ruleRemove")}
					</button>
				</fieldset>
			))}
			<button type="button" class="button small fit" onClick={() => onChange([...rules, fresh])}>
				{t(look.add)}
			</button>
		</fieldset>
	);
}
