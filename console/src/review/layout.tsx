/** Where the bars of a chart stand: days next to each other, or names below each other; mirrored where one reads from the right. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { ComponentChildren } from "preact";
import { dayLabel, sayOr, tick } from "./say.ts";
import { axisFor, dayTicks, type Measure } from "./scale.ts";

export type Series = {
	name: string;
	/** Of the class in review.css that colours it. */
	tone: "main" | "soft" | "bad" | "wait";
};
/** A place along the chart, and its value in each series; undefined: none. */
export type Bar = { key: string; label: string; values: readonly (number | undefined)[] };

export type ChartProps = {
	title: string;
	/** The whole in one sentence: for those who do not see the chart, and below its title. */
	summary: string;
	series: readonly Series[];
	bars: readonly Bar[];
	measure: Measure;
	/** Days run across, names downwards. */
	by: "day" | "name";
	overlaid?: boolean;
	/** More about a bar than its values. */
	note?: (bar: Bar) => string;
};

export type Layout = {
	width: number;
	height: number;
	/** The bar at a point, px from the left and the top. */
	at(x: number, y: number): number;
	draw(marked: number | undefined): ComponentChildren;
};

const highest = ({ bars, overlaid }: ChartProps): number =>
	bars.reduce((most, { values }) => {
		const given = values.map((value) => value ?? 0);
		return Math.max(most, overlaid ? Math.max(...given) : given.reduce((sum, value) => sum + value, 0));
	}, 0);

/** Pieces of one bar from its foot: stacked, or all from 0 with the later within the earlier. */
function pieces({ overlaid, series }: ChartProps, { values }: Bar) {
	let foot = 0;
	return series.flatMap(({ tone }, i) => {
		const value = values[i];
		if (value === undefined || value === 0) return [];
		const from = overlaid ? 0 : foot;
		foot = from + value;
		return [{ tone, from, to: foot, share: overlaid ? 1 - i * 0.45 : 1 }];
	});
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));

/** Narrower than this, a chart is not drawn but scrolled. */
const LEAST_PX = 240;

/** Bars thinner than this are as thin within each other as they are. */
const FINE_PX = 4;

const COLUMNS_PX = { height: 190, top: 10, foot: 24, side: 48, end: 10, widest: 48 };

/** Days next to each other; very many run into one silhouette. */
export function columns(props: ChartProps, room: number, rtl: boolean): Layout {
	const { height, top, foot, side, end, widest } = COLUMNS_PX;
	const { bars, measure } = props;
	const width = Math.max(room, LEAST_PX);
	const axis = axisFor(measure, highest(props));
	const up = scaleLinear([0, axis.top], [height - foot, top]);
	const along = scaleBand<number>(
		bars.map((_, i) => i),
		rtl ? [width - side, end] : [side, width - end],
	);
	const step = along.step();
	const thick = Math.min(widest, step > 6 ? step * 0.72 : step > 3 ? step - 1 : step);
	const middle = (i: number): number => (along(i) ?? 0) + step / 2;
	const edge = rtl ? width - side : side;
	const draw = (marked: number | undefined) => (
		<>
			{axis.ticks.map((value) => (
				<g key={value}>
					<line
						class="grid"
						x1={side - side * Number(rtl) + end * Number(rtl)}
						x2={rtl ? width - side : width - end}
						y1={up(value)}
						y2={up(value)}
					/>
					<text
						class="tick"
						x={rtl ? edge + 8 : edge - 8}
						y={up(value)}
						dy="0.32em"
						text-anchor={rtl ? "start" : "end"}
						direction="ltr"
					>
						{tick[measure](value)}
					</text>
				</g>
			))}
			{marked !== undefined && (
				<rect
					class="mark"
					x={middle(marked) - Math.max(step, 2) / 2}
					y={top}
					width={Math.max(step, 2)}
					height={height - foot - top}
				/>
			)}
			{bars.map((bar, i) =>
				pieces(props, bar).map(({ tone, from, to, share }) => (
					<rect
						key={`${bar.key} ${tone}`}
						class="bar"
						data-tone={tone}
						data-key={bar.key}
						x={middle(i) - (thick * (thick < FINE_PX ? 1 : share)) / 2}
						y={up(to)}
						width={thick * (thick < FINE_PX ? 1 : share)}
						height={Math.max(1, up(from) - up(to))}
						rx={thick > 8 ? 2 : 0}
					/>
				)),
			)}
			{dayTicks(
				bars.map(({ key }) => key),
				width - side - end,
			).map(({ index, by }) => (
				<text key={index} class="tick" x={middle(index)} y={height - 6} text-anchor="middle">
					{dayLabel(bars[index]?.key ?? "", by)}
				</text>
			))}
		</>
	);
	return {
		width,
		height,
		at: (x) => clamp(Math.floor((rtl ? width - side - x : x - side) / step), bars.length - 1),
		draw,
	};
}

/** Names get more of a chart that is narrower than this. */
const NARROW_PX = 420;

const ROWS_PX = { row: 26, thick: 14, name: 0.34, narrowName: 0.44, widestName: 200, value: 64, pad: 4 };

/** Names below each other, each with its value at the end of the bar. */
export function rows(props: ChartProps, room: number, rtl: boolean): Layout {
	const { row, thick, widestName, value: valuePx, pad } = ROWS_PX;
	const { bars, measure } = props;
	const width = Math.max(room, LEAST_PX);
	const height = bars.length * row + 2 * pad;
	const namePx = Math.min(widestName, Math.round(width * (width < NARROW_PX ? ROWS_PX.narrowName : ROWS_PX.name)));
	const axis = axisFor(measure, highest(props));
	const far = width - valuePx;
	const along = scaleLinear([0, axis.top], rtl ? [width - namePx, valuePx] : [namePx, far]);
	const draw = (marked: number | undefined) => (
		<>
			{marked !== undefined && <rect class="mark" x={0} y={pad + marked * row} width={width} height={row} rx={4} />}
			{bars.map((bar, i) => {
				const y = pad + i * row + row / 2;
				const all = pieces(props, bar);
				const end = Math.max(0, ...all.map(({ to }) => to));
				const some = bar.values.some((one) => one !== undefined);
				const parts = props.overlaid ? bar.values.map((one) => sayOr(measure, one)).reverse() : [sayOr(measure, end)];
				const total = some ? parts.join(" / ") : "–";
				return (
					<g key={bar.key}>
						<text class="name" x={rtl ? width : 0} y={y} dy="0.32em" text-anchor="start">
							{cut(bar.label, namePx)}
						</text>
						{all.map(({ tone, from, to, share }) => (
							<rect
								key={tone}
								class="bar"
								data-tone={tone}
								data-key={bar.key}
								x={Math.min(along(from), along(to))}
								y={y - (thick * share) / 2}
								width={Math.max(1, Math.abs(along(to) - along(from)))}
								height={thick * share}
								rx={2}
							/>
						))}
						<text class="value" x={along(end) + (rtl ? -6 : 6)} y={y} dy="0.32em" text-anchor="start">
							{total}
						</text>
					</g>
				);
			})}
		</>
	);
	return { width, height, at: (_, y) => clamp(Math.floor((y - pad) / row), bars.length - 1), draw };
}

/** About as many characters as fit; the whole name stands in the line above and in the table. */
const CHARACTER_PX = 7;
const cut = (name: string, px: number): string => {
	const most = Math.max(6, Math.floor(px / CHARACTER_PX));
	const letters = [...name];
	return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : name;
};
