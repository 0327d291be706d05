/**
 * The rooms this window is in. They stay open while the agent looks at other pages, and are entered again after a
 * reload; leaving is said, never a side effect of looking elsewhere.
 */
import type { Join } from "../api/joins.ts";
import { account } from "../state/account.ts";
import { Cell } from "../state/cell.ts";
import { desk } from "../state/desk.ts";
import { forgetHere, recallHere, rememberHere } from "../state/kept.ts";
import { route } from "../state/route.ts";
import { over } from "./room.ts";
import { LiveSession } from "./session.ts";

export const openRooms = new Cell<readonly LiveSession[]>([]);
/** Messages not seen, of all rooms. */
export const unread = new Cell(0);

const STORE = "rooms";
const stops = new Map<LiveSession, () => void>();

/** The session of a room, new unless it is open; a ticket at hand is always used, for it may ask to see the page. */
export function enter(room: string, join?: Join): LiveSession {
	const open = openRooms.value.find(({ id }) => id === room);
	if (open && !join && !(over.has(open.scene.value) && open.scene.value !== "ended")) return open;
	if (open) drop(open);
	const session = new LiveSession(room);
	const stopUnread = session.chat.unread.subscribe(count);
	const stopScene = session.scene.subscribe(() => settle(session));
	stops.set(session, () => {
		stopUnread();
		stopScene();
	});
	set([...openRooms.value, session]);
	tellHandOver(session);
	session.start(join);
	return session;
}

/** Leaves, if that did not happen yet, and forgets the room. */
export function drop(session: LiveSession): void {
	session.dispose();
	stops.get(session)?.();
	stops.delete(session);
	set(openRooms.value.filter((one) => one !== session));
}

/** What the desk said last of each room's hand-over: only news count, so that a refusal once read stays read. */
const told = new WeakMap<LiveSession, string>();

function tellHandOver(session: LiveSession): void {
	const handOver = desk.value?.handOvers.find(({ room }) => room === session.id);
	const news = JSON.stringify(handOver ?? null);
	if (news === (told.get(session) ?? "null")) return;
	told.set(session, news);
	session.handing.set(handOver);
}

desk.subscribe(() => openRooms.value.forEach(tellHandOver));

/** A room that was lost while nobody looked needs no page; one that ended still wants its wrap-up. */
function settle(session: LiveSession): void {
	keep();
	const scene = session.scene.value;
	const looking = route.value.page === "room" && route.value.id === session.id;
	if (over.has(scene) && scene !== "ended" && !looking) queueMicrotask(() => drop(session));
}

function set(sessions: readonly LiveSession[]): void {
	openRooms.set(sessions);
	count();
	keep();
}

function count(): void {
	unread.set(openRooms.value.reduce((sum, { chat }) => sum + chat.unread.value, 0));
}

function keep(): void {
	const rooms = openRooms.value.filter(({ scene }) => !over.has(scene.value)).map(({ id }) => id);
	rememberHere(STORE, rooms.length > 0 ? rooms : undefined);
}

let person: string | undefined;

/** Somebody signed in: back to the rooms of before a reload. Nobody is: nothing stays. */
function follow(): void {
	const next = account.value === undefined ? person : account.value?.id;
	if (next === person) return;
	person = next;
	if (person !== undefined) {
		const rooms = recallHere(STORE);
		for (const room of Array.isArray(rooms) ? rooms : []) if (typeof room === "string") enter(room);
		return;
	}
	for (const session of openRooms.value) drop(session);
	forgetHere();
}

account.subscribe(follow);
follow();
