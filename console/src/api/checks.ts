/** Checks for what comes from outside: nothing of the server's JSON is used before its shape has been looked at. */

/** The value has not the shape that was agreed. */
export class Mismatch extends Error {}

/** Returns the value typed, or throws Mismatch. */
export type Check<T> = (value: unknown) => T;

const must = <T>(what: string, test: (value: unknown) => value is T): Check<T> => {
	return (value) => {
		if (!test(value)) throw new Mismatch(`expected ${what}`);
		return value;
	};
};

export const text = must("text", (v): v is string => typeof v === "string");
export const number = must("a number", (v): v is number => typeof v === "number" && Number.isFinite(v));
export const flag = must("true or false", (v): v is boolean => typeof v === "boolean");

/** RFC 3339 → ms since 1970. */
export const time: Check<number> = (value) => {
	const ms = Date.parse(text(value));
	if (Number.isNaN(ms)) throw new Mismatch("expected a time");
	return ms;
};

export const oneOf =
	<const T extends string>(...allowed: readonly T[]): Check<T> =>
	(value) => {
		const known = allowed.find((one) => one === value);
		if (known === undefined) throw new Mismatch(`expected one of ${allowed.join(", ")}`);
		return known;
	};

/** Go writes an empty slice as null. */
export const list =
	<T>(item: Check<T>): Check<T[]> =>
	(value) => {
		if (value === null) return [];
		if (!Array.isArray(value)) throw new Mismatch("expected a list");
		return value.map(item);
	};

/** Absent, null or of the wrong shape: the fallback. */
export const or =
	<T>(check: Check<T>, fallback: T): Check<T> =>
	(value) => {
		try {
			return check(value);
		} catch {
			return fallback;
		}
	};

type Shape = Record<string, Check<unknown>>;
export type Shaped<S extends Shape> = { [K in keyof S]: ReturnType<S[K]> };

/** An object with at least these fields; others are left out. */
export const shape =
	<S extends Shape>(fields: S): Check<Shaped<S>> =>
	(value) => {
		if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Mismatch("expected an object");
		const found = value as Record<string, unknown>;
		const out: Record<string, unknown> = {};
		for (const [name, check] of Object.entries(fields)) {
			try {
				out[name] = check(found[name]);
			} catch (error) {
				throw new Mismatch(`${name}: ${error instanceof Error ? error.message : "unreadable"}`);
			}
		}
		return out as Shaped<S>;
	};
