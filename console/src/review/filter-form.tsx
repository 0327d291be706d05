import { useEffect, useId, useState } from "preact/hooks";
import { Field } from "../admin/fields.tsx";
import type { Names } from "../api/review.ts";
import { t } from "../texts/index.ts";
import { may } from "../ui/frame.tsx";
import { Icon } from "../ui/icons.tsx";
import { chips, type Filter, fieldsOf, problemOfFilter } from "./filter.ts";
import { OWN } from "./period.ts";

type Props = { filter: Filter; names: Names; onChange(next: Filter): void };

/** The filters being typed; they count once sent. */
export function FilterForm({ filter, names, onChange }: Props) {
	const [draft, setDraft] = useState(filter);
	const [problem, setProblem] = useState("");
	const id = useId();
	useEffect(() => {
		setDraft(filter);
		setProblem("");
	}, [JSON.stringify(filter)]);
	const { first, more } = fieldsOf(names);
	const fields = (specs: typeof first) =>
		specs
			.filter(({ managers }) => !managers || may("manager"))
			.map(({ name, ...spec }) => (
				<Field
					key={name}
					{...spec}
					value={draft[name]}
					onChange={(value) => setDraft((now) => ({ ...now, [name]: String(value) }))}
				/>
			));
	const submit = (event: Event) => {
		event.preventDefault();
		const wrong = problemOfFilter(draft);
		setProblem(wrong);
		if (!wrong) onChange(draft);
	};
	return (
		<search class="card filters" aria-label={t("filters")}>
			<form class="filter-form" noValidate onSubmit={submit}>
				<div class="filter-row">{fields(first)}</div>
				{draft.period === OWN && (
					<div class="filter-row">
						{(["from", "to"] as const).map((name) => (
							<Field
								key={name}
								kind="date"
								label={name === "from" ? "auditFrom" : "auditTo"}
								value={draft[name]}
								onChange={(value) => setDraft((now) => ({ ...now, [name]: String(value) }))}
							/>
						))}
					</div>
				)}
				<details>
					<summary>{t("moreFilters")}</summary>
					<div class="filter-row">{fields(more)}</div>
				</details>
				<p class="problem" role="alert">
					{problem}
				</p>
				<button type="submit" class="button primary">
					<Icon name="search" size={16} />
					{t("auditShow")}
				</button>
			</form>
			<Chips id={id} filter={filter} names={names} onChange={onChange} />
		</search>
	);
}

function Chips({ id, filter, names, onChange }: Props & { id: string }) {
	const all = chips(filter, names);
	if (all.length === 0) return null;
	const none = Object.fromEntries(Object.keys(filter).map((name) => [name, ""])) as Filter;
	return (
		<div class="chips">
			<h2 class="hidden" id={id}>
				{t("filtersNow")}
			</h2>
			<ul aria-labelledby={id}>
				{all.map(({ label, value, without }) => (
					<li key={label}>
						<button
							type="button"
							class="chip"
							aria-label={t("filterRemove", { filter: `${label}: ${value}` })}
							onClick={() => onChange(without)}
						>
							<span>
								{label}: <bdi class="strong">{value}</bdi>
							</span>
							<Icon name="close" size={14} />
						</button>
					</li>
				))}
			</ul>
			<button type="button" class="link-button" onClick={() => onChange(none)}>
				{t("filtersClear")}
			</button>
		</div>
	);
}
