/** Where the console is: which page an address stands for. */
import type { Join } from "../api/joins.ts";
import { Cell } from "./cell.ts";

/** Path patterns of the pages; `:id` stands for one part. The server answers all of them with the same document. */
const patterns = {
	desk: "/",
	room: "/rooms/:id",
	sessions: "/sessions",
	session: "/sessions/:id",
	board: "/board",
	reports: "/reports",
	settings: "/settings",
	section: "/settings/:id",
	site: "/settings/sites/:id",
	account: "/account",
	setup: "/setup",
	invitation: "/invitation",
	reset: "/reset",
} as const;

export type Page = keyof typeof patterns;
/** `id` is empty where the address names none. */
export type Route = { page: Page | "unknown"; id: string };

export function readRoute(path: string): Route {
	const parts = path.replace(/(?<=.)\/$/, "").split("/");
	for (const [page, pattern] of Object.entries(patterns) as [Page, string][]) {
		const wanted = pattern.split("/");
		if (wanted.length !== parts.length) continue;
		const id = parts[wanted.indexOf(":id")] ?? "";
		if (!wanted.every((part, at) => part === parts[at] || (part === ":id" && id !== ""))) continue;
		try {
			return { page, id: decodeURIComponent(id) };
		} catch {
			break;
		}
	}
	return { page: "unknown", id: "" };
}

export const pathOf = (page: Page, id = ""): string => patterns[page].replace(":id", encodeURIComponent(id));
export const roomPath = (room: string): string => pathOf("room", room);

export const route = new Cell<Route>(readRoute(location.pathname));

addEventListener("popstate", () => route.set(readRoute(location.pathname)));

export function go(path: string): void {
	if (path !== location.pathname) history.pushState(null, "", path);
	route.set(readRoute(path));
}

/** Follows a link inside of the page unless the person wants a new tab or window. */
export function follow(event: MouseEvent & { currentTarget: HTMLAnchorElement }): void {
	if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
	event.preventDefault();
	go(event.currentTarget.pathname);
}

let handed: Join | undefined;

/** Gives the ticket of a join by code to the room's page, which is about to open. */
export function handOver(join: Join): void {
	handed = join;
	go(roomPath(join.room));
}

/** Takes the handed ticket, once. */
export function takeHandedOver(room: string): Join | undefined {
	const join = handed?.room === room ? handed : undefined;
	handed = undefined;
	return join;
}
