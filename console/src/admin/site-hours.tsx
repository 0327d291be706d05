/** When somebody is there: a week of spans, the zone they are meant in, and days off. */
import { getSite, type Help, type Hours, type Span, saveHelp } from "../api/admin-sites.ts";
import { language, t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { Field, FormBox } from "./fields.tsx";
import { type Problems, problemOf, useForm } from "./form.ts";
import { Section } from "./parts.tsx";
import type { TabProps } from "./site.tsx";

const DAYS = 7;
const WORKDAYS = 5;
const usual: Span = { from: "09:00", to: "17:00" };
const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Monday is 0; 2024-01-01 was one. */
const dayName = (day: number): string =>
	new Intl.DateTimeFormat(language.value, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day));

/** A week of seven days and a zone, whatever the server left out. */
const whole = (hours: Hours): Hours => ({
	...hours,
	zone: hours.zone || ownZone(),
	days: Array.from({ length: DAYS }, (_, day) => hours.days[day] ?? []),
});

function check({ hours }: Help): Problems {
	const problems: Record<string, string> = {};
	if (hours.always) return problems;
	for (const [day, spans] of hours.days.entries())
		for (const [i, { from, to }] of spans.entries()) {
			const at = `hours.days[${day}][${i}]`;
			if (!from) problems[`${at}.from`] = t("fieldEmpty");
			else if (!to || from >= to) problems[`${at}.to`] = t("hoursOrder");
			else if ((spans[i - 1]?.to ?? "") > from) problems[`${at}.from`] = t("hoursOverlap");
		}
	for (const [i, date] of hours.closed.entries()) if (!date) problems[`hours.closed[${i}]`] = t("fieldEmpty");
	return problems;
}

export function HoursTab({ site, put }: TabProps) {
	const form = useForm<Help>({
		start: { ...site.help, hours: whole(site.help.hours) },
		check,
		save: async (typed) => {
			const help = await saveHelp(site.id, typed);
			put({ help });
			return { ...help, hours: whole(help.hours) };
		},
		load: async () => {
			const { help } = await getSite(site.id);
			return { ...help, hours: whole(help.hours) };
		},
	});
	const { hours } = form.value;
	const set = (patch: Partial<Hours>) => form.set({ hours: { ...hours, ...patch } });
	const setDay = (day: number, spans: Span[]) => set({ days: hours.days.map((old, i) => (i === day ? spans : old)) });
	const zones = [...new Set([hours.zone, ...Intl.supportedValuesOf("timeZone"), "UTC"])].sort();
	return (
		<Section title="tabHours" hint="hoursLead">
			<FormBox form={form}>
				<Field
					kind="radio"
					label="hoursWhen"
					value={hours.always ? "always" : "week"}
					onChange={(value) => set({ always: value === "always" })}
					choices={[
						{ value: "always", label: "hoursAlways", hint: "hoursAlwaysHint" },
						{ value: "week", label: "hoursWeek", hint: "hoursWeekHint" },
					]}
				/>
				{!hours.always && (
					<>
						<Field
							kind="select"
							label="zone"
							hint="zoneHint"
							code
							choices={zones.map((value) => ({ value, name: value.replaceAll("_", " ") }))}
							value={hours.zone}
							problem={problemOf(form.problems, "hours.zone")}
							onChange={(zone) => set({ zone: String(zone) })}
						/>
						<div class="week">
							{hours.days.map((spans, day) => (
								<Day
									key={day}
									day={day}
									spans={spans}
									problems={form.problems}
									onChange={(next) => setDay(day, next)}
								/>
							))}
						</div>
						<button
							type="button"
							class="button small fit"
							onClick={() =>
								set({ days: hours.days.map((old, day) => (day < WORKDAYS ? (hours.days[0] ?? []) : old)) })
							}
						>
							{t("hoursLikeMonday")}
						</button>
						<Closed dates={hours.closed} problems={form.problems} onChange={(closed) => set({ closed })} />
					</>
				)}
			</FormBox>
		</Section>
	);
}

type DayProps = { day: number; spans: Span[]; problems: Problems; onChange(spans: Span[]): void };

function Day({ day, spans, problems, onChange }: DayProps) {
	const name = dayName(day);
	const put = (at: number, patch: Partial<Span>) =>
		onChange(spans.map((span, i) => (i === at ? { ...span, ...patch } : span)));
	const last = spans.at(-1);
	const more = last ? { from: last.to, to: last.to < "22:00" ? "22:00" : "23:59" } : usual;
	return (
		<fieldset class="day">
			<legend>{name}</legend>
			{spans.length === 0 && <span class="muted">{t("hoursClosed")}</span>}
			{spans.map((span, i) => (
				<div key={i} class="span">
					{(["from", "to"] as const).map((end) => (
						<Field
							key={end}
							kind="time"
							label={end === "from" ? "hoursFrom" : "hoursTo"}
							title={`${name}: ${t(end === "from" ? "hoursFrom" : "hoursTo")}`}
							quiet
							code
							value={span[end]}
							problem={problemOf(problems, `hours.days[${day}][${i}].${end}`)}
							onChange={(time) => put(i, { [end]: time })}
						/>
					))}
					<button
						type="button"
						class="button icon-only quiet"
						aria-label={`${t("remove")}: ${name} ${span.from}–${span.to}`}
						onClick={() => onChange(spans.filter((_, j) => j !== i))}
					>
						<Icon name="close" size={16} />
					</button>
				</div>
			))}
			<button
				type="button"
				class="button small fit"
				aria-label={`${t("hoursAdd")}: ${name}`}
				onClick={() => onChange([...spans, more])}
			>
				{t("hoursAdd")}
			</button>
		</fieldset>
	);
}

type ClosedProps = { dates: string[]; problems: Problems; onChange(dates: string[]): void };

function Closed({ dates, problems, onChange }: ClosedProps) {
	return (
		<fieldset class="row-field rules">
			<legend>{t("closedDates")}</legend>
			<p class="hint">{t("closedDatesHint")}</p>
			{dates.map((date, i) => (
				<div key={i} class="span">
					<Field
						kind="date"
						label="closedDate"
						quiet
						code
						value={date}
						problem={problemOf(problems, `hours.closed[${i}]`)}
						onChange={(value) => onChange(dates.map((old, j) => (j === i ? String(value) : old)))}
					/>
					<button
						type="button"
						class="button icon-only quiet"
						aria-label={`${t("remove")}: ${date}`}
						onClick={() => onChange(dates.filter((_, j) => j !== i))}
					>
						<Icon name="close" size={16} />
					</button>
				</div>
			))}
			<button type="button" class="button small fit" onClick={() => onChange([...dates, ""])}>
				{t("closedDateAdd")}
			</button>
		</fieldset>
	);
}
