/** What IDs stand for: sites, teams, people and reasons, looked up once a visit of a page. */
import { useEffect } from "preact/hooks";
import { getNames, type Named, type Names } from "../api/review.ts";
import { account } from "../state/account.ts";
import { Cell, useCell } from "../state/cell.ts";
import { type TextKey, t } from "../texts/index.ts";

const none: Names = { sites: [], teams: [], people: [], reasons: [] };
const names = new Cell(none);

// The next person at this machine may be of another company.
account.subscribe(() => {
	if (account.value === null) names.set(none);
});

/** Without them filters offer less and IDs stay unnamed; what was known before stays. */
export function useNames(): Names {
	const known = useCell(names);
	useEffect(() => {
		getNames().then(
			(found) => names.set(found),
			() => {},
		);
	}, []);
	return known;
}

/** The name of an ID; what is not among those that were looked up is gone. */
export const nameOf = (all: readonly Named[], id: string, gone: TextKey = "removedName"): string =>
	all.find((one) => one.id === id)?.name || (names.value === none ? "…" : t(gone));
export const personName = ({ name }: Named): string => name || t("removedPerson");
/** All agents of a list in one line. */
export const nameList = (people: readonly Named[]): string => people.map(personName).join(", ");
