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

/**
 * Reads a policy from JSON. An absent field gets its default; an unknown mode, or a selector that is not understood,
 * makes the whole page strict, since nobody can tell what it was meant to hide.
 */
export function readPolicy(value: unknown): Policy {
	if (!isObject(value)) return { ...DEFAULT_POLICY, mode: "strict" };
	const flag = (source: Loose, name: string, absent: boolean): boolean =>
		name in source ? source[name] === true : absent;
	let mode = (value.mode ?? DEFAULT_POLICY.mode) as Mode;
	if (!MODES.includes(mode)) mode = "strict";
	const selectors: PolicySelector[] = [];
	for (const entry of Array.isArray(value.selectors) ? value.selectors : []) {
		if (isObject(entry) && typeof entry.css === "string" && RULES.includes(entry.rule)) {
			const paths = Array.isArray(entry.paths) ? entry.paths.filter((p) => typeof p === "string") : [];
			selectors.push({ css: entry.css, rule: entry.rule as Rule, ...(paths.length ? { paths } : {}) });
		} else {
			mode = "strict";
		}
	}
	const url = isObject(value.url) ? value.url : {};
	return {
		version: Number(value.version) || 0,
		mode,
		selectors,
		url: {
			domain: flag(url, "domain", true),
			path: flag(url, "path", true),
			query: flag(url, "query", false),
			hash: flag(url, "hash", false),
		},
		foreignUnmask: flag(value, "foreignUnmask", false),
		closedRoots: flag(value, "closedRoots", false),
		canvas: flag(value, "canvas", true),
		images: flag(value, "images", true),
	};
}

/** Whether a selector holds on a path. */
export function holdsOn(selector: PolicySelector, path: string): boolean {
	if (!selector.paths?.length) return true;
	return selector.paths.some((pattern) => {
		const source = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
		return new RegExp(`^${source}$`).test(path);
	});
}
