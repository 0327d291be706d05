/** What a site lets out: the policy as the server sends it, read so that whatever is missing or wrong turns stricter. */

export type Rule = "ignore" | "mask" | "unmask" | "no-control";
export type Mode = "inputs" | "strict" | "marked-only";
/** A site's own marking; without paths it holds everywhere. In a path `*` stands for any characters. */
export type PolicySelector = { css: string; rule: Rule; paths?: readonly string[] };
export type Policy = {
	version: number;
	/** inputs: fields are masked; strict: all text is; marked-only: only what is marked. */
	mode: Mode;
	selectors: readonly PolicySelector[];
	url: { domain: boolean; path: boolean; query: boolean; hash: boolean };
	/** Whether another tool's whitelist class counts as unmask. */
	foreignUnmask: boolean;
	closedRoots: boolean;
	canvas: boolean;
	images: boolean;
};

export const DEFAULT_POLICY: Policy = {
	version: 0,
	mode: "inputs",
	selectors: [],
	url: { domain: true, path: true, query: false, hash: false },
	foreignUnmask: false,
	closedRoots: false,
	canvas: true,
	images: true,
};

const MODES: readonly unknown[] = ["inputs", "strict", "marked-only"];
const RULES: readonly unknown[] = ["ignore", "mask", "unmask", "no-control"];

type Loose = Record<string, unknown>;
const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null;
const isString = (value: unknown): value is string => typeof value === "string";

/** The defaults with those of their switches that a source has: on by `true` alone. */
function switched<T extends object>(defaults: T, source: Loose): T {
	const set = Object.entries(defaults).filter(([name, usual]) => typeof usual === "boolean" && name in source);
	return { ...defaults, ...Object.fromEntries(set.map(([name]) => [name, source[name] === true])) };
}

/**
 * Reads a policy from JSON. An absent field gets its default; an unknown mode, or a selector that is not understood,
 * makes the whole page strict, since nobody can tell what it was meant to hide.
 */
export function readPolicy(value: unknown): Policy {
	if (!isObject(value)) return { ...DEFAULT_POLICY, mode: "strict" };
	let mode = (value.mode ?? DEFAULT_POLICY.mode) as Mode;
	if (!MODES.includes(mode)) mode = "strict";
	const selectors: PolicySelector[] = [];
	const entries = value.selectors ?? [];
	for (const entry of Array.isArray(entries) ? entries : [entries]) {
		const { css, rule, paths } = isObject(entry) ? entry : {};
		const where = paths ?? [];
		if (typeof css === "string" && RULES.includes(rule) && Array.isArray(where) && where.every(isString)) {
			selectors.push({ css, rule: rule as Rule, ...(where.length ? { paths: where } : {}) });
		} else {
			mode = "strict";
		}
	}
	const url = switched(DEFAULT_POLICY.url, isObject(value.url) ? value.url : {});
	return { ...switched(DEFAULT_POLICY, value), version: Number(value.version) || 0, mode, selectors, url };
}

/** Whether a selector holds on a path. */
export function holdsOn(selector: PolicySelector, path: string): boolean {
	if (!selector.paths?.length) return true;
	return selector.paths.some((pattern) => {
		const source = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
		return new RegExp(`^${source}$`).test(path);
	});
}
