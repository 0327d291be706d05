/** How the history is narrowed: as the address says it, and as the server is asked. */

import type { FieldSpec } from "../admin/fields.tsx";
import type { Names } from "../api/review.ts";
import { languageName } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import type { Query } from "./address.ts";
import { nameOf } from "./names.ts";
import { dateOf, momentsOf, OWN, periodChoices, periodIn, presets, problemOfSpan, spanIn } from "./period.ts";

const filterNames = [
	"q",
	"period",
	"from",
	"to",
	"site",
	"kind",
	"team",
	"agent",
	"reason",
	"rating",
	"path",
	"lang",
	"user",
	"visitor",
	"ticket",
] as const;
export type FilterName = (typeof filterNames)[number];
export type Filter = Record<FilterName, string>;

const kinds: Record<string, TextKey> = { help: "kindsHelp", message: "kindsMessage", open: "kindsOpen" };
/** Least and most stars. */
const ratings: Record<string, TextKey> = {
	"1-2": "ratingsBad",
	"3-3": "ratingsMiddling",
	"4-5": "ratingsGood",
	"1-5": "ratingsAny",
};

export const filterIn = (query: Query): Filter => {
	const filter = Object.fromEntries(filterNames.map((name) => [name, (query[name] ?? "").trim()])) as Filter;
	return { ...filter, period: periodIn(query, "") };
};

/** As the address says it: nothing that has no effect. */
export const queryOf = (filter: Filter): Query => {
	const own = filter.period === OWN;
	const rest = own ? { ...filter, period: "" } : { ...filter, from: "", to: "" };
	return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value.trim()]));
};

export const problemOfFilter = (filter: Filter): string => (filter.period === OWN ? problemOfSpan(filter, false) : "");

/** What the server is asked. */
export function asked({ q, period, rating, kind, ...rest }: Filter): Query {
	const [minScore = "", maxScore = ""] = Object.hasOwn(ratings, rating) ? rating.split("-") : [];
	return {
		...rest,
		...momentsOf(spanIn({ ...rest, period }, "")),
		q,
		kind: kind === "open" ? "" : kind,
		open: kind === "open" ? "true" : "",
		minScore,
		maxScore,
	};
}

type Spec = FieldSpec & { name: FilterName; managers?: boolean };

/** The fields: the first stand open, the rest behind "more filters". */
export function fieldsOf(names: Names): { first: Spec[]; more: Spec[] } {
	const some = (any: TextKey, all: readonly { id: string; name: string }[]) => ({
		kind: "select" as const,
		choices: [{ value: "", label: any }, ...all.map(({ id, name }) => ({ value: id, name: name || id }))],
	});
	const known = (any: TextKey, all: Record<string, TextKey>) => ({
		kind: "select" as const,
		choices: [{ value: "", label: any }, ...Object.entries(all).map(([value, label]) => ({ value, label }))],
	});
	return {
		first: [
			{ name: "q", label: "filterWords" },
			{ name: "period", kind: "select", label: "period", choices: periodChoices("anyTime") },
			{ name: "site", label: "filterSite", ...some("allSites", names.sites) },
			{ name: "kind", label: "filterKind", ...known("allKinds", kinds) },
		],
		more: [
			{ name: "team", label: "filterTeam", ...some("allTeams", names.teams) },
			{ name: "agent", label: "agent", managers: true, ...some("allAgents", names.people) },
			{ name: "reason", label: "wrapReason", ...some("allReasons", names.reasons) },
			{ name: "rating", label: "rating", ...known("allRatings", ratings) },
			{ name: "path", label: "filterPath", hint: "filterPathHint", code: true },
			{ name: "lang", label: "factLanguage", hint: "filterLangHint", code: true },
			{ name: "user", label: "filterUser", hint: "filterExact", code: true },
			{ name: "visitor", label: "byVisitor", hint: "filterExact", code: true },
			{ name: "ticket", label: "wrapTicket", hint: "filterExact", code: true },
		],
	};
}

/** What narrows the list now, each in words and what is left without it. */
export function chips(filter: Filter, names: Names): { label: string; value: string; without: Filter }[] {
	const { first, more } = fieldsOf(names);
	return [...first, ...more]
		.filter(({ name }) => filter[name] !== "")
		.map(({ name, label }) => ({
			label: t(label),
			value: said(name, filter, names),
			without: { ...filter, [name]: "", ...(name === "period" ? { from: "", to: "" } : {}) },
		}));
}

const lists: Partial<Record<FilterName, keyof Names>> = {
	site: "sites",
	team: "teams",
	agent: "people",
	reason: "reasons",
};
const words: Partial<Record<FilterName, Record<string, TextKey>>> = { kind: kinds, rating: ratings };

function said(name: FilterName, filter: Filter, names: Names): string {
	const value = filter[name];
	const list = lists[name];
	if (list) return nameOf(names[list], value);
	const known = words[name]?.[value];
	if (known) return t(known);
	if (name === "lang") return languageName(value);
	if (name !== "period") return value;
	const preset = Object.entries(presets).find(([id]) => id === value)?.[1];
	return preset ? t(preset.text) : `${filter.from || "…"} – ${filter.to || dateOf(new Date())}`;
}
