/** The history: sessions that were, narrowed by what the address says. */
import { useEffect, useMemo } from "preact/hooks";
import { useTitle } from "../admin/title.ts";
import type { Names } from "../api/review.ts";
import { useCell } from "../state/cell.ts";
import { count } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Frame, may } from "../ui/frame.tsx";
import { rememberSessions, useQuery } from "./address.ts";
import { asked, filterIn, queryOf } from "./filter.ts";
import { FilterForm } from "./filter-form.tsx";
import { useNames } from "./names.ts";
import { Search } from "./search.ts";
import { SessionTable } from "./session-table.tsx";

export function SessionsPage() {
	useTitle("navHistory");
	const [query, setQuery] = useQuery();
	const names = useNames();
	const filter = filterIn(query);
	const key = JSON.stringify(filter);
	const search = useMemo(() => new Search(asked(filter)), [key]);
	useEffect(() => {
		rememberSessions();
		void search.more();
		return () => search.stop();
	}, [search]);
	const narrowed = Object.values(filter).some((value) => value !== "");
	return (
		<Frame>
			<div class="review">
				<header>
					<h1>{t("navHistory")}</h1>
					<p class="muted">{t(may("manager") ? "historyLead" : "historyOwn")}</p>
				</header>
				<FilterForm filter={filter} names={names} onChange={(next) => setQuery(queryOf(next))} />
				<Results search={search} names={names} words={filter.q !== ""} narrowed={narrowed} />
			</div>
		</Frame>
	);
}

type ResultsProps = { search: Search; names: Names; words: boolean; narrowed: boolean };

function Results({ search, names, words, narrowed }: ResultsProps) {
	const { rows, next, fetching, problem } = useCell(search.found);
	const goOn = () => void search.more();
	return (
		<section class="card results" aria-label={t("historyFound")} aria-busy={fetching}>
			{rows.length > 0 && <SessionTable rows={rows} names={names} />}
			{rows.length === 0 && !fetching && !problem && !next && (
				<div class="nothing">
					<p class="strong">{t(narrowed ? "historyNoMatch" : "historyEmpty")}</p>
					<p class="muted">{t(narrowed ? "historyNoMatchHint" : "historyEmptyHint")}</p>
				</div>
			)}
			<div class="results-foot">
				<p role="status" class="muted">
					{fetching && words && next && t("searchGoesOn", { count: count(rows.length) })}
					{fetching && !(words && next) && t("loading")}
					{!fetching && !problem && words && next && t("searchedPart", { count: count(rows.length) })}
					{!fetching && !problem && rows.length > 0 && !next && t("historyAll", { count: count(rows.length) })}
				</p>
				{problem && (
					<p class="problem" role="alert">
						{problem}
					</p>
				)}
				{fetching && words && next && (
					<button type="button" class="button" onClick={() => search.stop()}>
						{t("searchStop")}
					</button>
				)}
				{!fetching && (problem || next) && (
					<button type="button" class="button" onClick={goOn}>
						{t(problem ? "tryAgain" : words ? "searchOn" : "more")}
					</button>
				)}
			</div>
		</section>
	);
}
