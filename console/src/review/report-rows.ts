/** The rows of a report under the names people know, in the order they are looked for. */
import type { Figures, Names, Report } from "../api/review.ts";
import { t } from "../texts/index.ts";
import { nameOf } from "./names.ts";
import { dayLabel } from "./say.ts";

export const byChoices = ["day", "team", "site", "agent"] as const;
export type By = (typeof byChoices)[number];
export type NamedFigures = Figures & { label: string };

const lists = { team: "teams", site: "sites", agent: "people" } as const;

function label(key: string, by: By, names: Names): string {
	if (by === "day") return dayLabel(key, "whole");
	if (key === "") return t(by === "agent" ? "rowNobody" : "rowNoTeam");
	return nameOf(names[lists[by]], key, by === "agent" ? "removedPerson" : "removedName");
}

/** Days as they come; others with the most sessions first, those without name last. */
export function rowsOf({ rows }: Report, by: By, names: Names): NamedFigures[] {
	const named = rows.map((row) => ({ ...row, label: label(row.key, by, names) }));
	if (by === "day") return named;
	return named.sort(
		(a, b) => Number(a.key === "") - Number(b.key === "") || b.sessions - a.sessions || a.label.localeCompare(b.label),
	);
}

/** The reasons that occur, the most frequent first. */
export const reasonsOf = (total: Figures): [id: string, times: number][] =>
	Object.entries(total.reasons)
		.filter(([, times]) => times > 0)
		.sort(([, a], [, b]) => b - a);
