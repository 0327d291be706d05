import type { Texts } from "./en.ts";
import type { Language } from "./language.ts";

export type { Texts };

/** Version of the consent texts, logged with each answer; to be raised whenever their meaning changes. */
export const CONSENT_TEXT = "view/1";

export type Speech = {
	language: Language;
	texts: Texts;
	span(seconds: number): string;
	minutes(count: number): string;
	number(value: number): string;
	/** The hour, with the day unless it is today's. */
	time(ms: number): string;
	/** Weekday, date and hour. */
	day(ms: number): string;
};

export function speech(language: Language, texts: Texts): Speech {
	const unit = (unit: string) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" });
	const minutes = unit("minute");
	const seconds = unit("second");
	const number = new Intl.NumberFormat(language);
	const clock = { hour: "numeric", minute: "2-digit" } as const;
	const hour = new Intl.DateTimeFormat(language, clock);
	const dated = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...clock });
	const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", ...clock });
	return {
		language,
		texts,
		minutes: (count) => minutes.format(count),
		number: (value) => number.format(value),
		time: (ms) => (new Date(ms).toDateString() === new Date().toDateString() ? hour : dated).format(ms),
		day: (ms) => day.format(ms),
		span: (s) => (s > 60 ? minutes.format(Math.round(s / 60)) : seconds.format(Math.max(0, Math.ceil(s)))),
	};
}
