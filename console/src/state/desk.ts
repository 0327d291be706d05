/**
 * The agent's desk as the server sees it. The stream is held here, outside of pages: being open is what keeps the
 * agent attending, whichever page is shown.
 */
import { type Desk, type Status, setStatus, watchDesk } from "../api/desk.ts";
import { account, loadAccount } from "./account.ts";
import { Cell } from "./cell.ts";

export const desk = new Cell<Desk | undefined>(undefined);
/** Whether the stream stands. */
export const deskConnected = new Cell(true);
/** The server switched to away by itself: offers went by without an answer. */
export const sentAway = new Cell(false);

/** What this agent chose last, in this window. */
let chosen: Status | undefined;
let following: { person: string; stop(): void } | undefined;

function changed(next: Desk): void {
	const before = desk.value?.me.status;
	const { status } = next.me;
	if (status === "available") sentAway.set(false);
	else if (before === "available" && chosen !== "away") sentAway.set(true);
	if (status === chosen) chosen = undefined;
	desk.set(next);
}

function follow(): void {
	const person = account.value?.id;
	if (person === following?.person) return;
	following?.stop();
	following = undefined;
	desk.set(undefined);
	sentAway.set(false);
	if (person === undefined) return;
	const stop = watchDesk({ changed, connected: (yes) => deskConnected.set(yes) }, loadAccount);
	following = { person, stop };
}

account.subscribe(follow);
follow();

/** Available becomes away, away available; rejects with ApiError. */
export async function switchStatus(): Promise<void> {
	const now = desk.value;
	if (!now) return;
	const status: Status = now.me.status === "available" ? "away" : "available";
	chosen = status;
	await setStatus(status);
	if (desk.value) desk.set({ ...desk.value, me: { ...desk.value.me, status } });
	sentAway.set(false);
}
