/** Spans of days on the person's own clock: "last 30 days", or two dates. */
import { type TextKey, t } from "../texts/index.ts";
import type { Query } from "./address.ts";

/** Whole days, "2026-11-22"; both belong to it. Empty: no limit. */
export type Span = { from: string; to: string };

export const dateOf = (at: Date): string =>
	[String(at.getFullYear()).padStart(4, "0"), two(at.getMonth() + 1), two(at.getDate())].join("-");
const two = (value: number): string => String(value).padStart(2, "0");

const inDays = (from: Date, days: number): Date => new Date(from.getFullYear(), from.getMonth(), from.getDate() + days);
const lastDays = (days: number) => (now: Date) => ({ from: dateOf(inDays(now, 1 - days)), to: dateOf(now) });

export const presets = {
	today: { text: "today", span: lastDays(1) },
	yesterday: {
		text: "yesterday",
		span: (now: Date) => ({ from: dateOf(inDays(now, -1)), to: dateOf(inDays(now, -1)) }),
	},
	"7d": { text: "last7Days", span: lastDays(7) },
	"30d": { text: "last30Days", span: lastDays(30) },
	month: {
		text: "thisMonth",
		span: (now: Date) => ({ from: dateOf(new Date(now.getFullYear(), now.getMonth(), 1)), to: dateOf(now) }),
	},
	lastMonth: {
		text: "lastMonth",
		span: (now: Date) => ({
			from: dateOf(new Date(now.getFullYear(), now.getMonth() - 1, 1)),
			to: dateOf(new Date(now.getFullYear(), now.getMonth(), 0)),
		}),
	},
	year: { text: "last365Days", span: lastDays(365) },
} as const satisfies Record<string, { text: TextKey; span(now: Date): Span }>;

export const OWN = "own";
const isPreset = (period: string): period is keyof typeof presets => Object.hasOwn(presets, period);

/** What a query says: `period` names a preset, or `from` and `to` are dates. */
export function periodIn({ period = "", from = "", to = "" }: Query, usual: string): string {
	if (isPreset(period)) return period;
	return from || to || period === OWN ? OWN : usual;
}

export function spanIn(query: Query, usual: string, now = new Date()): Span {
	const period = periodIn(query, usual);
	return isPreset(period) ? presets[period].span(now) : { from: query.from ?? "", to: query.to ?? "" };
}

/** The choices of a field; `any` is what no choice at all is called, where there may be none. */
export const periodChoices = (any?: TextKey) => [
	...(any ? [{ value: "", label: any }] : []),
	...Object.entries(presets).map(([value, { text }]) => ({ value, label: text })),
	{ value: OWN, label: "ownDates" as const },
];

/** A year before it is a date being typed. */
const FIRST_YEAR = 2000;
/** As many as the server reports by day. */
const MOST_DAYS = 1000;
const DAY_MS = 86_400_000;
const isDay = (day: string): boolean =>
	/^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) && Number(day.slice(0, 4)) >= FIRST_YEAR;

/** What is wrong with two dates; `needed` says that neither may be missing. */
export function problemOfSpan({ from, to }: Span, needed: boolean): string {
	if ([from, to].some((day) => (day ? !isDay(day) : needed))) return t("periodMissing");
	if (from && to && from > to) return t("periodOrder");
	if (needed && Date.parse(to) - Date.parse(from) >= MOST_DAYS * DAY_MS) return t("periodLong");
	return "";
}

/** A span as moments, "to" with the whole of its day: what the history is asked with. */
export function momentsOf({ from, to }: Span): { from: string; to: string } {
	const at = (day: string, later: number): string => {
		if (!isDay(day)) return "";
		const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
		return new Date(year, month - 1, date + later).toISOString();
	};
	return { from: at(from, 0), to: at(to, 1) };
}

/** The browser's time zone, "Europe/Berlin". */
export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
