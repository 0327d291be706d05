/** Sites and everything that is set for one. */
import { all, path } from "./admin-paths.ts";
import { type Check, flag, list, number, oneOf, or, shape, text, time } from "./checks.ts";
import { call, nothing } from "./http.ts";

export const modes = ["inputs", "strict", "marked-only"] as const;
export const rules = ["mask", "ignore", "unmask", "no-control"] as const;
const selector = shape({ css: text, rule: oneOf(...rules), paths: or(list(text), []) });
const policy = shape({
	version: number,
	mode: oneOf(...modes),
	selectors: list(selector),
	url: shape({ domain: flag, path: flag, query: flag, hash: flag }),
	foreignUnmask: or(flag, false),
	closedRoots: or(flag, false),
	canvas: or(flag, true),
	images: or(flag, true),
});
export type Selector = ReturnType<typeof selector>;
export type Policy = ReturnType<typeof policy>;

const bases = ["interest", "consent"] as const;
const visitorLists = ["help", "all"] as const;
const addressModes = ["none", "truncated", "full"] as const;
const collection = shape({
	version: number,
	basis: oneOf(...bases),
	visitors: oneOf(...visitorLists),
	returningId: flag,
	doNotTrack: flag,
	consentMode: flag,
	consentEvent: or(text, ""),
	allow: list(text),
	deny: list(text),
	sensitive: list(text),
	ip: oneOf(...addressModes),
	ipAcknowledged: or(flag, false),
	blocked: list(text),
	minors: or(flag, false),
});
export type Collection = ReturnType<typeof collection>;

const labels: Check<Record<string, string>> = (value) =>
	Object.fromEntries(
		Object.entries(typeof value === "object" && value !== null ? value : {}).map(([code, words]) => [
			code,
			text(words),
		]),
	);
export type Labels = Record<string, string>;
export const questionKinds = ["question", "name", "text", "long", "choice", "email"] as const;
const question = shape({
	id: text,
	kind: oneOf(...questionKinds),
	label: labels,
	required: or(flag, false),
	options: or(list(shape({ value: text, label: labels })), []),
});
export type Question = ReturnType<typeof question>;
const span = shape({ from: text, to: text });
export type Span = ReturnType<typeof span>;
const hours = shape({ always: flag, zone: or(text, ""), days: or(list(list(span)), []), closed: or(list(text), []) });
export type Hours = ReturnType<typeof hours>;
const help = shape({ version: number, form: list(question), hours });
export type Help = ReturnType<typeof help>;

const retention = shape({ sessionDays: number, chatDays: number, auditDays: number });
export type Retention = ReturnType<typeof retention>;

export const site = shape({
	id: text,
	key: text,
	name: text,
	origins: list(text),
	snippet: text,
	policy,
	collection,
	help,
	retention,
	created: or(time, 0),
});
export type Site = ReturnType<typeof site>;

export const getSites = () => all("sites", site);
export const getSite = (id: string) => call("GET", path("sites", id), site);
export const addSite = (name: string, origins: string[]) => call("POST", path("sites"), site, { name, origins });
export const changeSite = (id: string, change: { name?: string; origins?: string[] }) =>
	call("PATCH", path("sites", id), site, change);
export const removeSite = (id: string) => call("DELETE", path("sites", id), nothing);
export const savePolicy = (id: string, next: Policy) => call("PUT", path("sites", id, "policy"), policy, next);
export const saveCollection = (id: string, next: Collection) =>
	call("PUT", path("sites", id, "collection"), collection, next);
export const saveHelp = (id: string, next: Help) => call("PUT", path("sites", id, "help"), help, next);
export const saveRetention = (id: string, next: Retention) =>
	call("PUT", path("sites", id, "retention"), retention, next);

const seen = shape({ loaded: or(shape({ at: time, origin: or(text, "") }), undefined), rooms: or(number, 0) });
export type Seen = ReturnType<typeof seen>;
export const getSeen = (id: string) => call("GET", path("sites", id, "seen"), seen);

const secret = shape({ secret: text });
export const getIdentitySecret = (id: string) => call("GET", path("sites", id, "identity-secret"), secret);
export const rotateIdentitySecret = (id: string) => call("POST", path("sites", id, "identity-secret"), secret);
