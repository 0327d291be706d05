/** Addresses and lists of the admins' API. */
import { type Check, list, or, shape, text, time } from "./checks.ts";
import { call } from "./http.ts";

const BASE = "/api/v1";
export const path = (...parts: string[]): string => [BASE, ...parts.map(encodeURIComponent)].join("/");
export const items = <T>(item: Check<T>) => shape({ items: list(item), next: or(text, "") });
/** A moment that may not have come yet: 0 then. */
export const maybeTime = or(time, 0);

/** Every page of a list, for lists that are short by nature. */
export async function all<T>(name: string, item: Check<T>): Promise<T[]> {
	const out: T[] = [];
	let after = "";
	do {
		const query = after ? `?after=${encodeURIComponent(after)}` : "";
		const page = await call("GET", path(name) + query, items(item));
		out.push(...page.items);
		after = page.next;
	} while (after);
	return out;
}
