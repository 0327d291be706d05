/** Times, durations and names as the current language writes them. */
import { language } from "./index.ts";

/** 7 s → "0:07", 65 min → "1:05:00", 2 days → "2 days". */
export function duration(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const days = Math.floor(seconds / 86_400);
	if (days > 0) return unit(days, "day", "long");
	const digits = (value: number, least: number) =>
		new Intl.NumberFormat(language.value, { minimumIntegerDigits: least }).format(value);
	const hours = Math.floor(seconds / 3600);
	const minutes = Math.floor((seconds % 3600) / 60);
	const tail = `${digits(minutes, hours > 0 ? 2 : 1)}:${digits(seconds % 60, 2)}`;
	return hours > 0 ? `${digits(hours, 1)}:${tail}` : tail;
}

/** The machine's form of a duration for `<time datetime>`: PT65M. */
export const isoDuration = (ms: number): string => `PT${Math.max(0, Math.floor(ms / 1000))}S`;

type Unit = "millisecond" | "second" | "minute" | "day";

export const unit = (value: number, of: Unit, unitDisplay: "short" | "long" = "short"): string =>
	new Intl.NumberFormat(language.value, { style: "unit", unit: of, unitDisplay, maximumFractionDigits: 0 }).format(
		value,
	);

/** A span to be waited for, rounded up: "40 sec", "3 min". */
export const wait = (ms: number): string =>
	ms < 90_000 ? unit(Math.max(1, Math.ceil(ms / 1000)), "second") : unit(Math.ceil(ms / 60_000), "minute");

export const count = (value: number): string => new Intl.NumberFormat(language.value).format(value);
export const percent = (value: number): string =>
	new Intl.NumberFormat(language.value, { style: "percent" }).format(value);

/** The clock time of a moment, for tooltips. */
export const moment = (ms: number): string =>
	new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "short" }).format(ms);

/** "de-AT" → "German (Austria)"; an unreadable tag stays as it is. */
export function languageName(tag: string): string {
	try {
		return new Intl.DisplayNames(language.value, { type: "language" }).of(tag) ?? tag;
	} catch {
		return tag;
	}
}

/** Cuts a URL in the middle, so that its site and its last part both stay readable. */
export function cutMiddle(url: string, most = 64): string {
	const shown = url.replace(/^https?:\/\//, "");
	if (shown.length <= most) return shown;
	const tail = Math.floor((most - 1) / 2);
	return `${shown.slice(0, most - 1 - tail)}…${shown.slice(-tail)}`;
}
