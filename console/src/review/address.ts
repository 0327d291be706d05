/** What a page shows is said by the query of its address, so that a link shares it and Back undoes it. */
import { useEffect, useState } from "preact/hooks";
import { pathOf, readRoute, route } from "../state/route.ts";

export type Query = Readonly<Record<string, string>>;

const read = (): Record<string, string> => Object.fromEntries(new URLSearchParams(location.search));

/** The address of the page with a query; empty values are left out. */
function withQuery(path: string, query: Query): string {
	const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "")).toString();
	return given ? `${path}?${given}` : path;
}

/** The query, and the way to another one, which Back leads away from again. */
export function useQuery(): [query: Query, set: (next: Query) => void] {
	const [query, put] = useState(read);
	useEffect(() => {
		const change = () => put(read());
		addEventListener("popstate", change);
		return () => removeEventListener("popstate", change);
	}, []);
	const set = (next: Query) => {
		const address = withQuery(location.pathname, next);
		if (address !== location.pathname + location.search) history.pushState(null, "", address);
		put(read());
	};
	return [query, set];
}

/** How the list of sessions was narrowed last, for the way back to it. */
let lastSessions = "";
export function rememberSessions(): void {
	lastSessions = location.search;
}
export const sessionsAddress = (): string => pathOf("sessions") + lastSessions;

/** Follows a link inside of the console, its query included, unless the person wants a new tab or window. */
export function followWhole(event: MouseEvent & { currentTarget: HTMLAnchorElement }): void {
	if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
	event.preventDefault();
	const { pathname, search } = event.currentTarget;
	history.pushState(null, "", pathname + search);
	route.set(readRoute(pathname));
}
