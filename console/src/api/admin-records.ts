/** Replies, reasons, API keys, the audit log, and what is kept of a person. */
import { all, items, maybeTime, path } from "./admin-paths.ts";
import { flag, list, number, or, type Shaped, shape, text, time } from "./checks.ts";
import { call, nothing } from "./http.ts";

const reply = { id: or(text, ""), shortcut: text, text };
const reason = { id: or(text, ""), label: text, retired: or(flag, false) };
export type Reply = Shaped<typeof reply>;
export type Reason = Shaped<typeof reason>;
const replies = shape({ items: list(shape(reply)) });
const reasons = shape({ items: list(shape(reason)) });
export const getReplies = () => call("GET", path("replies"), replies);
export const saveReplies = (next: { items: Reply[] }) => call("PUT", path("replies"), replies, next);
export const getReasons = () => call("GET", path("reasons"), reasons);
export const saveReasons = (next: { items: Reason[] }) => call("PUT", path("reasons"), reasons, next);

const apiKey = shape({
	id: text,
	name: text,
	role: or(text, "agent"),
	created: time,
	lastUsed: maybeTime,
	secret: or(text, ""),
});
export type APIKey = ReturnType<typeof apiKey>;
export const getAPIKeys = () => all("api-keys", apiKey);
/** The answer holds the secret, which is never shown again. */
export const addAPIKey = (name: string, role: string) => call("POST", path("api-keys"), apiKey, { name, role });
export const removeAPIKey = (id: string) => call("DELETE", path("api-keys", id), nothing);

const entry = shape({
	n: number,
	at: time,
	actor: or(text, ""),
	actorName: or(text, ""),
	act: text,
	object: or(text, ""),
	objectId: or(text, ""),
	details: (value: unknown): Record<string, string> =>
		Object.fromEntries(Object.entries(value ?? {}).map(([name, one]) => [name, String(one)])),
});
export type AuditEntry = ReturnType<typeof entry>;
export type AuditFilter = { actor: string; act: string; object: string; from: string; to: string };
export const getAudit = (filter: AuditFilter, after: string) =>
	call("GET", `${path("audit")}?${query({ ...filter, after, limit: "50" })}`, items(entry));

export const handles = ["user", "visitor", "email", "receipt"] as const;
export type Handle = (typeof handles)[number];
/** One way to name a person. */
export type Who = { by: Handle; value: string };
const session = shape({
	id: text,
	kind: or(text, "help"),
	opened: time,
	site: or(shape({ name: text }), { name: "" }),
	name: or(text, ""),
	messages: or(number, 0),
	page: or(text, ""),
});
const found = shape({ sessions: list(session), count: number });
export type Found = ReturnType<typeof found>;
export const findPerson = ({ by, value }: Who) => call("GET", `${path("persons")}?${query({ [by]: value })}`, found);
/** Where the export is fetched; the answer names its own file. */
export const exportPath = ({ by, value }: Who, format: "json" | "csv") =>
	`${path("persons", "export")}?${query({ [by]: value, format })}`;
const erased = shape({ sessions: number, messages: number });
export const erasePerson = ({ by, value }: Who, mode: "delete" | "strip") =>
	call("POST", path("persons", "erase"), erased, { [by]: value, mode });

/** A query string of what is not empty. */
function query(parts: Readonly<Record<string, string>>): string {
	return new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== "")).toString();
}
