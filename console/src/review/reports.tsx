/** How the team does: figures over a span of days, as charts and as the table they are drawn from. */
import { useEffect, useState } from "preact/hooks";
import { Field } from "../admin/fields.tsx";
import { useTitle } from "../admin/title.ts";
import { getReport, type Names, type Report, reportFile } from "../api/review.ts";
import { count, percent } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";
import { problemText } from "../ui/problem.ts";
import { type Query, useQuery } from "./address.ts";
import { useNames } from "./names.ts";
import { OWN, periodChoices, periodIn, problemOfSpan, spanIn, zone } from "./period.ts";
import { ReportCharts } from "./report-charts.tsx";
import { type By, byChoices, rowsOf } from "./report-rows.ts";
import { ReportTable } from "./report-table.tsx";
import { said } from "./say.ts";

const USUAL = "30d";
const byIn = ({ by = "" }: Query): By => byChoices.find((one) => one === by) ?? "day";
const byTexts: Record<By, TextKey> = { day: "byDay", team: "byTeam", site: "bySite", agent: "byAgent" };

type Found = { report: Report; by: By; asked: Query };

export function ReportsPage() {
	useTitle("navReports");
	const [query, setQuery] = useQuery();
	const names = useNames();
	const span = spanIn(query, USUAL);
	const wrong = problemOfSpan(span, true);
	const by = byIn(query);
	const asked = { ...span, by, site: query.site ?? "", team: query.team ?? "", zone: zone() };
	const key = JSON.stringify(asked);
	const [found, setFound] = useState<Found>();
	const [problem, setProblem] = useState("");
	const [tries, setTries] = useState(0);
	useEffect(() => {
		if (wrong) return;
		let gone = false;
		setProblem("");
		getReport(asked).then(
			(report) => !gone && setFound({ report, by, asked }),
			(error: unknown) => !gone && setProblem(problemText(error)),
		);
		return () => {
			gone = true;
		};
	}, [key, tries]);
	const fresh = found && JSON.stringify(found.asked) === key;
	const set = (patch: Query) => setQuery({ ...query, ...patch });
	const select = (name: "site" | "team", label: TextKey, any: TextKey) => (
		<Field
			kind="select"
			label={label}
			value={query[name] ?? ""}
			choices={[
				{ value: "", label: any },
				...names[`${name}s`].map(({ id, name }) => ({ value: id, name: name || id })),
			]}
			onChange={(value) => set({ [name]: String(value) })}
		/>
	);
	return (
		<Frame>
			<div class="review reports">
				<header>
					<h1>{t("navReports")}</h1>
					<p class="muted">{t("reportsLead", { zone: zone() })}</p>
				</header>
				<search class="card filters" aria-label={t("filters")}>
					<div class="filter-row">
						<Field
							kind="select"
							label="period"
							value={periodIn(query, USUAL)}
							choices={periodChoices()}
							onChange={(value) =>
								set(value === OWN ? { period: OWN, ...span } : { period: String(value), from: "", to: "" })
							}
						/>
						<Field
							kind="select"
							label="reportBy"
							value={by}
							choices={byChoices.map((value) => ({ value, label: byTexts[value] }))}
							onChange={(value) => set({ by: String(value) })}
						/>
						{select("site", "filterSite", "allSites")}
						{select("team", "filterTeam", "allTeams")}
					</div>
					{periodIn(query, USUAL) === OWN && <OwnDates span={span} onChange={set} />}
				</search>
				{problem && (
					<div class="notice" role="alert">
						<p>{problem}</p>
						<button type="button" class="button small" onClick={() => setTries(tries + 1)}>
							{t("tryAgain")}
						</button>
					</div>
				)}
				{!found && !problem && !wrong && <p class="muted">{t("loading")}</p>}
				{found && !problem && !wrong && (
					<div class="reports-body" aria-busy={!fresh}>
						<Shown found={found} names={names} />
					</div>
				)}
			</div>
		</Frame>
	);
}

function OwnDates({ span, onChange }: { span: { from: string; to: string }; onChange(patch: Query): void }) {
	const [draft, setDraft] = useState(span);
	useEffect(() => setDraft(span), [span.from, span.to]);
	const problem = problemOfSpan(draft, true);
	const change = (name: "from" | "to") => (value: unknown) => {
		const next = { ...draft, [name]: String(value) };
		setDraft(next);
		if (!problemOfSpan(next, true)) onChange({ period: "", ...next });
	};
	return (
		<div class="filter-row">
			<Field kind="date" label="auditFrom" value={draft.from} onChange={change("from")} />
			<Field kind="date" label="auditTo" value={draft.to} onChange={change("to")} problem={problem} />
		</div>
	);
}

function Shown({ found: { report, by, asked }, names }: { found: Found; names: Names }) {
	const { total } = report;
	const rows = rowsOf(report, by, names);
	const nothing = total.sessions === 0 && total.messages === 0 && total.ratings === 0;
	const share = total.sessions > 0 ? percent(total.accepted / total.sessions) : "";
	const timed = (there: number, seconds: number) => (there > 0 ? said.seconds(seconds) : "–");
	return (
		<>
			<dl class="tiles">
				<Tile name="figureSessions" value={count(total.sessions)} />
				<Tile name="figureAccepted" value={count(total.accepted)} also={share} />
				<Tile name="figureAbandoned" value={count(total.abandoned)} />
				<Tile name="figureWaitMedian" value={timed(total.accepted, total.waitMedian)} />
				<Tile name="figureHandle" value={timed(total.handleMedian, total.handleMedian)} />
				<Tile name="figureRating" value={total.ratings > 0 ? said.stars(total.ratingMean) : "–"} />
				<Tile name="figureMessages" value={count(total.messages)} />
			</dl>
			{nothing ? (
				<div class="card nothing">
					<p class="strong">{t("reportEmpty")}</p>
					<p class="muted">{t("reportEmptyHint")}</p>
				</div>
			) : (
				<>
					<ReportCharts rows={rows} total={total} by={by} names={names} />
					<div class="card section">
						<header class="figures-head">
							<h2 id="figures">{t("reportFigures")}</h2>
							<a class="button small" href={reportFile(asked)} download="report.csv">
								{t("downloadAs", { format: "CSV" })}
							</a>
						</header>
						<ReportTable rows={rows} total={total} by={by} names={names} />
					</div>
				</>
			)}
		</>
	);
}

function Tile({ name, value, also = "" }: { name: TextKey; value: string; also?: string }) {
	return (
		<div class="tile">
			<dt>{t(name)}</dt>
			<dd>
				{value} {also && <span class="tile-also">{also}</span>}
			</dd>
		</div>
	);
}
