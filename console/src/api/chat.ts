/** What an agent needs beside the chat: facts about the visitor, ready replies, and the wrap-up. */
import { type Check, flag, list, Mismatch, or, shape, text } from "./checks.ts";
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

const reply = shape({ id: text, shortcut: text, text });
export type Reply = ReturnType<typeof reply>;
const reason = shape({ id: text, label: text, retired: or(flag, false) });
export type Reason = ReturnType<typeof reason>;

const replies = shape({ items: list(reply) });
const reasons = shape({ items: list(reason) });

export const getReplies = () => call("GET", "/api/v1/replies", (value) => replies(value).items);
export const getReasons = () => call("GET", "/api/v1/reasons", (value) => reasons(value).items);
