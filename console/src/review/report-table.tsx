/** The figures that the charts are drawn from. */
import type { Figures, Names } from "../api/review.ts";
import { count } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { nameOf } from "./names.ts";
import { type By, type NamedFigures, reasonsOf } from "./report-rows.ts";
import { said } from "./say.ts";

type Props = { rows: readonly NamedFigures[]; total: Figures; by: By; names: Names };

const none = "–";
const columns: readonly { name: TextKey; show(row: Figures): string }[] = [
	{ name: "figureSessions", show: ({ sessions }) => count(sessions) },
	{ name: "figureAccepted", show: ({ accepted }) => count(accepted) },
	{ name: "figureAbandoned", show: ({ abandoned }) => count(abandoned) },
	{ name: "figureMessages", show: ({ messages }) => count(messages) },
	{ name: "figureWaitMedian", show: (row) => (row.accepted ? said.seconds(row.waitMedian) : none) },
	{ name: "figureWaitP90", show: (row) => (row.accepted ? said.seconds(row.waitP90) : none) },
	{ name: "figureHandle", show: (row) => (row.handleMedian ? said.seconds(row.handleMedian) : none) },
	{ name: "figureRatings", show: ({ ratings }) => count(ratings) },
	{ name: "figureRating", show: (row) => (row.ratings ? said.stars(row.ratingMean) : none) },
];
const firstColumn: Record<By, TextKey> = { day: "columnDay", team: "filterTeam", site: "filterSite", agent: "agent" };

export function ReportTable({ rows, total, by, names }: Props) {
	const reasons = reasonsOf(total).map(([id]) => id);
	const cells = (row: Figures) => [
		...columns.map(({ name, show }) => <td key={name}>{show(row)}</td>),
		...reasons.map((id) => <td key={id}>{count(row.reasons[id] ?? 0)}</td>),
	];
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
		<section class="scroll figures" tabIndex={0} aria-labelledby="figures">
			<table class="table figures-table">
				<thead>
					<tr>
						<th scope="col">{t(firstColumn[by])}</th>
						{columns.map(({ name }) => (
							<th key={name} scope="col">
								{t(name)}
							</th>
						))}
						{reasons.map((id) => (
							<th key={id} scope="col">
								{t("wrapReason")}: <bdi>{nameOf(names.reasons, id)}</bdi>
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{rows.map((row) => (
						<tr key={row.key} data-key={row.key}>
							<th scope="row">
								<bdi>{row.label}</bdi>
							</th>
							{cells(row)}
						</tr>
					))}
				</tbody>
				<tfoot>
					<tr>
						<th scope="row">{t("rowTotal")}</th>
						{cells(total)}
					</tr>
				</tfoot>
			</table>
		</section>
	);
}
