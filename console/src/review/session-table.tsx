/** Sessions as rows; on a narrow screen each row is a card. */
import type { ComponentChildren } from "preact";
import type { Names, SessionRow } from "../api/review.ts";
import { pathOf } from "../state/route.ts";
import { count, duration, isoDuration } from "../texts/format.ts";
import { language, type TextKey, t } from "../texts/index.ts";
import { Url } from "../ui/url.tsx";
import { followWhole } from "./address.ts";
import { nameList, nameOf } from "./names.ts";

const columns: readonly { name: TextKey; show(row: SessionRow, names: Names): ComponentChildren }[] = [
	{ name: "columnWho", show: (row) => <Who row={row} /> },
	{ name: "columnWhen", show: ({ opened }) => <When at={opened} /> },
	{ name: "columnPage", show: (row) => <Where row={row} /> },
	{ name: "columnWait", show: (row) => Wait({ row }) },
	{ name: "columnDuration", show: (row) => Handling({ row }) },
	{ name: "factAgents", show: ({ agents }) => agents.length > 0 && <bdi>{nameList(agents)}</bdi> },
	{
		name: "wrapReason",
		show: ({ wrapUp }, { reasons }) => wrapUp?.reason && <bdi>{nameOf(reasons, wrapUp.reason)}</bdi>,
	},
	{ name: "rating", show: ({ rating }) => rating && <Stars score={rating.score} /> },
];

export function SessionTable({ rows, names }: { rows: readonly SessionRow[]; names: Names }) {
	return (
		<table class="table session-table">
			<thead>
				<tr>
					{columns.map(({ name }) => (
						<th key={name} scope="col">
							{t(name)}
						</th>
					))}
				</tr>
			</thead>
			<tbody>
				{rows.map((row) => (
					<tr key={row.id} data-session={row.id}>
						{columns.map(({ name, show }) => (
							<td key={name} data-column={name} data-label={t(name)}>
								{show(row, names) || <span class="none">–</span>}
							</td>
						))}
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** How a visitor is called: by name, by what else is known, or as anybody. */
export const visitorName = ({ name, user, email, stripped }: SessionRow): string =>
	name || user || email || t(stripped ? "erasedVisitor" : "visitor");

function Who({ row }: { row: SessionRow }) {
	const { id, name, user, email, kind, wrapUp } = row;
	const also = name ? user || email : "";
	return (
		<div class="cell">
			<a class="row-link" href={pathOf("session", id)} onClick={followWhole}>
				<bdi>{visitorName(row)}</bdi>
			</a>
			{also && (
				<bdi class="hint" title={also}>
					{also}
				</bdi>
			)}
			{kind === "message" && (
				<span class="tag" data-kind={wrapUp ? undefined : "front"}>
					{t(wrapUp ? "kindMessage" : "messageOpen")}
				</span>
			)}
		</div>
	);
}

function When({ at }: { at: number }) {
	const form = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language.value, options).format(at);
	return (
		<time class="cell" dateTime={new Date(at).toISOString()}>
			<span>{form({ dateStyle: "medium" })}</span>
			<span class="hint">{form({ timeStyle: "short" })}</span>
		</time>
	);
}

function Where({ row: { site, page, title } }: { row: SessionRow }) {
	return (
		<div class="cell">
			<bdi>{site.name || t("removedName")}</bdi>
			{(title || page) && (
				<span class="hint" title={page}>
					{title ? <bdi>{title}</bdi> : <Url url={page} most={40} />}
				</span>
			)}
		</div>
	);
}

/** What lasts longer was not seen to end, because the server stopped; reports draw the same line, ms. */
const LONGEST_MS = 24 * 3600_000;
export const goesOn = ({ kind, opened, ended }: SessionRow): boolean =>
	kind === "help" && !ended && Date.now() - opened < LONGEST_MS;

/** From asking to the first agent; nobody came, or somebody still waits. */
export function Wait({ row }: { row: SessionRow }) {
	const { kind, opened, accepted } = row;
	if (kind === "message") return null;
	if (accepted) return <Span ms={accepted - opened} />;
	const waits = goesOn(row);
	return (
		<span class="tag" data-kind={waits ? "front" : "lost"}>
			{t(waits ? "stateWaiting" : "nobodyCame")}
		</span>
	);
}

/** From the first agent to the end. */
export function Handling({ row }: { row: SessionRow }) {
	const { accepted, ended } = row;
	if (!accepted) return null;
	if (ended) return <Span ms={ended - accepted} />;
	if (!goesOn(row)) return null;
	return (
		<span class="tag" data-kind="live">
			{t("stillOn")}
		</span>
	);
}

function Span({ ms }: { ms: number }) {
	return <time dateTime={isoDuration(ms)}>{duration(ms)}</time>;
}

export function Stars({ score }: { score: number }) {
	return (
		<span class="stars" data-score={score}>
			<span aria-hidden="true">{count(score)}</span>
			<svg width={14} height={14} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
				<path d="m12 2.500 2.900 6.200 6.600.900-4.800 4.700 1.200 6.800L12 17.800l-5.900 3.300 1.200-6.800-4.800-4.700 6.600-.900z" />
			</svg>
			<span class="hidden">{t("ratingOf", { score: count(score), most: count(MOST_STARS) })}</span>
		</span>
	);
}
const MOST_STARS = 5;
