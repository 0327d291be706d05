/**
 * A chart of bars: columns over days, or rows of names. Bars of several series stand on each other, or, overlaid, one
 * within the other. Its values are read off with the pointer or the arrow keys, in the line above the bars; the same
 * figures stand in the table of the page.
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useCell } from "../state/cell.ts";
import { language, t } from "../texts/index.ts";
import { type Bar, type ChartProps, columns, rows } from "./layout.tsx";
import { said, sayOr } from "./say.ts";

export function Chart(props: ChartProps) {
	const { title, summary, series, bars, measure, note } = props;
	const code = useCell(language);
	const id = useId();
	const box = useRef<HTMLDivElement>(null);
	const width = useWidth(box);
	const [at, setAt] = useState<number>();
	const current = at === undefined ? undefined : bars[at];
	const rtl = code === "ar";
	const layout = (props.by === "day" ? columns : rows)(props, width, rtl);
	const valuesOf = (bar: Bar): string =>
		[
			...series.flatMap(({ name }, i) => {
				const value = bar.values[i];
				return value === undefined ? [] : [`${name} ${said[measure](value)}`];
			}),
			note?.(bar) ?? "",
		]
			.filter(Boolean)
			.join(", ") || t("chartNoValue");
	const point = (event: { clientX: number; clientY: number; currentTarget: HTMLElement }) => {
		const frame = event.currentTarget.getBoundingClientRect();
		setAt(layout.at(event.clientX - frame.left, event.clientY - frame.top));
	};
	const press = (event: KeyboardEvent) => {
		const forth = props.by === "day" && rtl ? "ArrowLeft" : "ArrowRight";
		const back = forth === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
		const now = at ?? 0;
		const next: Record<string, number> = {
			[forth]: now + 1,
			[back]: now - 1,
			ArrowDown: props.by === "name" ? now + 1 : now - 1,
			ArrowUp: props.by === "name" ? now - 1 : now + 1,
			Home: 0,
			End: bars.length - 1,
		};
		const wanted = next[event.key];
		if (wanted === undefined) return;
		event.preventDefault();
		setAt(Math.max(0, Math.min(bars.length - 1, wanted)));
	};
	return (
		<figure class="card chart" aria-labelledby={`${id}title`}>
			<figcaption>
				<h2 id={`${id}title`}>{title}</h2>
				<p class="hint" id={`${id}summary`}>
					{summary}
				</p>
			</figcaption>
			<div class="legend" data-overlaid={props.overlaid === true}>
				<span class="legend-at">{current ? current.label : ""}</span>
				{series.map(({ name, tone }, i) => (
					<span key={name} class="legend-item">
						<svg width={10} height={10} aria-hidden="true" focusable="false">
							<rect width={10} height={10} rx={2} class="bar" data-tone={tone} />
						</svg>
						<bdi>{name}</bdi>
						{current && <bdi class="strong">{sayOr(measure, current.values[i])}</bdi>}
					</span>
				))}
				{current && note && <span class="muted">{note(current)}</span>}
			</div>
			<div class="chart-scroll" ref={box}>
				<div
					class="chart-read"
					role="slider"
					tabIndex={0}
					aria-label={title}
					aria-describedby={`${id}summary`}
					aria-valuemin={1}
					aria-valuemax={bars.length}
					aria-valuenow={(at ?? 0) + 1}
					aria-valuetext={bars[at ?? 0] ? `${bars[at ?? 0]?.label}: ${valuesOf(bars[at ?? 0] as Bar)}` : ""}
					aria-orientation={props.by === "day" ? "horizontal" : "vertical"}
					onPointerMove={point}
					onPointerDown={point}
					onPointerLeave={() => setAt(undefined)}
					onFocus={(event) => event.currentTarget.matches(":focus-visible") && setAt(at ?? 0)}
					onBlur={() => setAt(undefined)}
					onKeyDown={press}
				>
					<svg
						viewBox={`0 0 ${layout.width} ${layout.height}`}
						width={layout.width}
						height={layout.height}
						aria-hidden="true"
						focusable="false"
						data-direction={rtl ? "rtl" : "ltr"}
					>
						{layout.draw(at)}
					</svg>
				</div>
			</div>
		</figure>
	);
}

/** The width inside of an element, px, as it changes. */
function useWidth(box: { current: HTMLElement | null }): number {
	const [width, setWidth] = useState(0);
	useEffect(() => {
		if (!box.current) return;
		const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
		observer.observe(box.current);
		return () => observer.disconnect();
	}, []);
	return width;
}
