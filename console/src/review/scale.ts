/** Axes of the charts: where the marks stand and what they say. */
import { scaleLinear } from "d3-scale";

/** What an axis measures. */
export type Measure = "count" | "seconds" | "stars";

export type Axis = {
	/** The axis ends here. */
	top: number;
	ticks: readonly number[];
};

const TICKS = 4;
/** Steps that people read off a clock, seconds. */
const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const MOST_STARS = 5;

/** An axis from 0 to at least `most`. */
export function axisFor(measure: Measure, most: number): Axis {
	if (measure === "stars") return { top: MOST_STARS, ticks: [0, 1, 2, 3, 4, 5] };
	if (measure === "seconds") {
		const step = CLOCK_STEPS.find((one) => most / one <= TICKS) ?? Math.ceil(most / TICKS / 86_400) * 86_400;
		const steps = Math.max(1, Math.ceil(most / step));
		return { top: steps * step, ticks: Array.from({ length: steps + 1 }, (_, i) => i * step) };
	}
	const scale = scaleLinear()
		.domain([0, Math.max(1, most)])
		.nice(TICKS);
	const [, top = 1] = scale.domain();
	return { top, ticks: scale.ticks(TICKS).filter(Number.isInteger) };
}

const DAY_LABEL_PX = 60;
/** Above this many days only months are named. */
const MONTHS_FROM_DAYS = 92;

/** Which of a row of days are named below a chart of this width, px, and how: by day or by month. */
export function dayTicks(days: readonly string[], width: number): { index: number; by: "day" | "month" }[] {
	if (days.length > MONTHS_FROM_DAYS) {
		const firsts = days.flatMap((day, index) => (day.endsWith("-01") ? [index] : []));
		const every = Math.max(1, Math.ceil((firsts.length * DAY_LABEL_PX) / width));
		return firsts.filter((_, i) => i % every === 0).map((index) => ({ index, by: "month" }));
	}
	const every = Math.max(1, Math.ceil((days.length * DAY_LABEL_PX) / width));
	return days.flatMap((_, index) => (index % every === 0 ? [{ index, by: "day" as const }] : []));
}
