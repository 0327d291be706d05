/** The team's ready replies and wrap-up reasons, looked up when a room is opened. */
import { getReasons, getReplies, type Reason, type Reply } from "../api/chat.ts";
import { Cell } from "./cell.ts";

export const replies = new Cell<readonly Reply[]>([]);
export const reasons = new Cell<readonly Reason[]>([]);

/** Without them there is less to choose from; what was known before stays. */
const load = <T>(cell: Cell<readonly T[]>, get: () => Promise<T[]>): void => {
	get().then(
		(items) => cell.set(items),
		() => {},
	);
};

export const loadReplies = (): void => load(replies, getReplies);
export const loadReasons = (): void => load(reasons, getReasons);
