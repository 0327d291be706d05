/** Where the console is: the list at `/`, a room at `/rooms/{id}`. */
import type { Join } from "../api/joins.ts";
import { Cell } from "./cell.ts";

export type Route = { page: "list" } | { page: "room"; room: string } | { page: "unknown" };

export function readRoute(path: string): Route {
	if (path === "/") return { page: "list" };
	const room = /^\/rooms\/([^/]+)\/?$/.exec(path)?.[1];
	if (room === undefined) return { page: "unknown" };
	try {
		return { page: "room", room: decodeURIComponent(room) };
	} catch {
		return { page: "unknown" };
	}
}

export const roomPath = (room: string): string => `/rooms/${encodeURIComponent(room)}`;

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
