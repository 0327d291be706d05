import type { Figures, Names } from "../api/review.ts";
import { count, percent, wait } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Chart } from "./chart.tsx";
import { nameOf } from "./names.ts";
import { type By, type NamedFigures, reasonsOf } from "./report-rows.ts";
import { said } from "./say.ts";

type Props = { rows: readonly NamedFigures[]; total: Figures; by: By; names: Names };

/** So many days need the whole width. */
const WIDE_FROM_DAYS = 62;

/** What is asked of every row; a row without an answer has none, not 0. */
const only = (there: boolean, value: number): number | undefined => (there ? value : undefined);

export function ReportCharts({ rows, total, by, names }: Props) {
	const along = by === "day" ? "day" : "name";
	const open = ({ sessions, accepted, abandoned }: Figures) => sessions - accepted - abandoned;
	const waits = open(total) > 0;
	const reasons = reasonsOf(total);
	const wrapped = reasons.reduce((sum, [, times]) => sum + times, 0);
	return (
		<div class="charts" data-wide={by === "day" && rows.length > WIDE_FROM_DAYS}>
			<Chart
				title={t(by === "day" ? "chartSessionsByDay" : "chartSessions")}
				summary={t("chartSessionsSummary", {
					sessions: count(total.sessions),
					accepted: count(total.accepted),
					abandoned: count(total.abandoned),
				})}
				series={[
					{ name: t("figureAccepted"), tone: "main" },
					{ name: t("figureAbandoned"), tone: "bad" },
					...(waits ? [{ name: t("stateWaiting"), tone: "wait" as const }] : []),
				]}
				bars={rows.map((row) => ({
					key: row.key,
					label: row.label,
					values: [row.accepted, row.abandoned, ...(waits ? [open(row)] : [])],
				}))}
				measure="count"
				by={along}
			/>
			<Chart
				title={t("chartWait")}
				summary={
					total.accepted > 0
						? t("chartWaitSummary", { median: wait(total.waitMedian * 1000), p90: wait(total.waitP90 * 1000) })
						: t("chartWaitNone")
				}
				series={[
					{ name: t("figureWaitP90"), tone: "soft" },
					{ name: t("figureWaitMedian"), tone: "main" },
				]}
				bars={rows.map((row) => ({
					key: row.key,
					label: row.label,
					values: [only(row.accepted > 0, row.waitP90), only(row.accepted > 0, row.waitMedian)],
				}))}
				measure="seconds"
				by={along}
				overlaid
			/>
			<Chart
				title={t("chartRatings")}
				summary={
					total.ratings > 0
						? t("chartRatingsSummary", { mean: said.stars(total.ratingMean), count: count(total.ratings) })
						: t("chartRatingsNone")
				}
				series={[{ name: t("figureRating"), tone: "main" }]}
				bars={rows.map((row) => ({
					key: row.key,
					label: row.label,
					values: [only(row.ratings > 0, row.ratingMean)],
				}))}
				measure="stars"
				by={along}
				note={({ key }) => t("chartRatingsCount", { count: count(rows.find((row) => row.key === key)?.ratings ?? 0) })}
			/>
			{reasons.length > 0 && (
				<Chart
					title={t("chartReasons")}
					summary={t("chartReasonsSummary", {
						count: count(wrapped),
						first: `\u2068${nameOf(names.reasons, reasons[0]?.[0] ?? "")}\u2069`,
						share: percent((reasons[0]?.[1] ?? 0) / wrapped),
					})}
					series={[{ name: t("reasonTimes"), tone: "main" }]}
					bars={reasons.map(([id, times]) => ({ key: id, label: nameOf(names.reasons, id), values: [times] }))}
					measure="count"
					by="name"
					note={({ values: [times = 0] }) => percent(times / wrapped)}
				/>
			)}
		</div>
	);
}
