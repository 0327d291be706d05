/** What IDs stand for: sites, teams, people and reasons, looked up once a visit of a page. */
import { useEffect } from "preact/hooks";
import { getNames, type Named, type Names } from "../api/review.ts";
import { account } from "../state/account.ts";
import { Cell, useCell } from "../state/cell.ts";
import { t } from "../texts/index.ts";

const names = new Cell<Names>({ sites: [], teams: [], people: [], reasons: [] });

// The next person at this machine may be of another company.
account.subscribe(() => {
	if (account.value === null) names.set({ sites: [], teams: [], people: [], reasons: [] });
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

/** The name of an ID, or the words for one that is gone. */
export const nameOf = (all: readonly Named[], id: string): string =>
	all.find((one) => one.id === id)?.name || t("removedName");
export const personName = ({ name }: Named): string => name || t("removedPerson");
/** All agents of a list in one line. */
export const nameList = (people: readonly Named[]): string => people.map(personName).join(", ");
