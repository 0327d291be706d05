/** What an agent needs beside the chat: facts about the visitor, ready replies, and the wrap-up. */
import { type Check, flag, list, Mismatch, number, or, shape, text, time } from "./checks.ts";
import { call, nothing } from "./http.ts";

/** An object of texts by name; values that are no text are left out. */
const texts: Check<Record<string, string>> = (value) => {
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Mismatch("expected an object");
	return Object.fromEntries(Object.entries(value).filter((one): one is [string, string] => typeof one[1] === "string"));
};

const wrapUp = shape({ reason: or(text, ""), note: or(text, ""), ticket: or(text, "") });
export type WrapUp = ReturnType<typeof wrapUp>;

const facts = shape({
	name: or(text, ""),
	user: or(text, ""),
	visitor: or(text, ""),
	email: or(text, ""),
	fields: or(texts, {}),
	answers: or(list(shape({ field: text, label: or(text, ""), value: text })), []),
	page: or(text, ""),
	title: or(text, ""),
	lang: or(text, ""),
	browser: or(text, ""),
	os: or(text, ""),
	device: or(text, ""),
	address: or(text, ""),
	wrapUp: or<WrapUp | null>(wrapUp, null),
});
export type Facts = ReturnType<typeof facts>;

const sessionPath = (room: string) => `/api/v1/sessions/${encodeURIComponent(room)}`;

export const getFacts = (room: string) => call("GET", sessionPath(room), facts);
export const putWrapUp = (room: string, filled: WrapUp) => call("PUT", `${sessionPath(room)}/wrap-up`, nothing, filled);

const written = shape({ id: text, n: number, role: text, person: or(text, ""), name: or(text, ""), text, at: time });
export type Written = ReturnType<typeof written>;
const writtens = shape({ items: list(written) });

/** As many messages as are asked for at once. */
const PAGE = 100;

/** The messages that were kept right before a number, oldest first; none: there are no older ones. */
export async function getOlder(room: string, before: number): Promise<Written[]> {
	const after = Math.max(0, before - 1 - PAGE);
	const { items } = await call("GET", `${sessionPath(room)}/messages?after=${after}&limit=${PAGE}`, writtens);
	const older = items.filter(({ n }) => n < before);
	// Numbers may be left out, though hardly a page of them.
	return older.length === 0 && after > 0 ? getOlder(room, after + 1) : older;
}

const reply = shape({ id: text, shortcut: text, text });
export type Reply = ReturnType<typeof reply>;
const reason = shape({ id: text, label: text, retired: or(flag, false) });
export type Reason = ReturnType<typeof reason>;

const replies = shape({ items: list(reply) });
const reasons = shape({ items: list(reason) });

export const getReplies = () => call("GET", "/api/v1/replies", (value) => replies(value).items);
export const getReasons = () => call("GET", "/api/v1/reasons", (value) => reasons(value).items);
