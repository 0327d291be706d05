/** Figures and days in words. */
import { count, duration } from "../texts/format.ts";
import { language } from "../texts/index.ts";
import type { Measure } from "./scale.ts";

const oneDecimal = (value: number): string =>
	new Intl.NumberFormat(language.value, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
/** A value with its measure, as the table writes it too. */
export const said: Record<Measure, (value: number) => string> = {
	count,
	seconds: (seconds) => duration(Math.round(seconds) * 1000),
	stars: oneDecimal,
};
/** The same on an axis, where whole numbers stand. */
export const tick: Record<Measure, (value: number) => string> = { ...said, stars: count };

export const sayOr = (measure: Measure, value: number | undefined): string =>
	value === undefined ? "–" : said[measure](value);

/** "2026-11-22" as "22 Nov", or as its month: "Nov", in January with the year. */
export function dayLabel(day: string, by: "day" | "month" | "whole"): string {
	const at = Date.parse(`${day}T12:00:00Z`);
	if (Number.isNaN(at)) return day;
	const forms: Record<typeof by, Intl.DateTimeFormatOptions> = {
		day: { day: "numeric", month: "short" },
		month: day.slice(5, 7) === "01" ? { month: "short", year: "numeric" } : { month: "short" },
		whole: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
	};
	return new Intl.DateTimeFormat(language.value, { ...forms[by], timeZone: "UTC" }).format(at);
}
