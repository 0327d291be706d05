/** What the object model tells of sheets and rules, and what of it is remembered from one epoch to the next. */

import { plain } from "../mask/plain.ts";
import type { Root } from "./tree.ts";

/** Rules by place; undefined: one that is not, or no longer, as it stands there. */
export type Rules = (CSSRule | undefined)[];
/** A text, and the rules that the browser has for it; `rest`: those whose words are still to come into the text. */
export type Source = { text: string; rules: Rules; rest: CSSRule[] };
/** What is known of the page's sheets from one epoch to the next. */
export class StylePast {
	readonly sources = new WeakMap<CSSStyleSheet, Source>();
	/** Sheets that were changed by the object model, or looked at closely: their number of rules proves nothing. */
	readonly touched = new WeakSet<CSSStyleSheet>();
	/** By owner: text from the network, or as a script gave it; null: asked for, in vain so far. */
	readonly fetched = new WeakMap<object, string | null>();
	/** The words in which a script gave a rule. */
	readonly given = new WeakMap<CSSRule, string>();
	/** Rules whose declarations a script got hold of: it may change them at any time. Weak, or frames would never go. */
	readonly handed = new Set<WeakRef<CSSRule>>();
	/** Their text as last seen. */
	readonly seen = new WeakMap<CSSRule, string>();
	/** Links that a script has switched on. */
	readonly enabled = new WeakSet<Element>();
	/** By document: what scripts declared without a sheet. */
	readonly declared = new WeakMap<Document, Map<unknown, string>>();
}

/** Where so many rules and more than this share of them differ from the source, a new one is put together. */
const ANEW_FROM = 8;
const ANEW_FROM_SHARE = 0.5;

/** What a rule's members are patched of. */
export const RULES =
	"CSSStyleRule CSSGroupingRule CSSMediaRule CSSKeyframesRule CSSKeyframeRule CSSFontFaceRule CSSPageRule CSSNestedDeclarations CSSCounterStyleRule CSSPositionTryRule".split(
		" ",
	);
export const faces = new WeakMap<FontFace, string>();
/** As it was before anybody patched it. */
export const REPLACE = globalThis.CSSStyleSheet?.prototype.replaceSync;

export const fontFace = (face: FontFace, source: string): string => {
	const { family, style, weight, stretch, unicodeRange, featureSettings } = face;
	const name = JSON.stringify(family.replace(/^["']|["']$/g, ""));
	return `@font-face{font-family:${name};src:${source};font-style:${style};font-weight:${weight};font-stretch:${stretch};unicode-range:${unicodeRange};font-feature-settings:${featureSettings}}`;
};

export function outermost(rule: CSSRule): CSSRule {
	let outer = rule;
	while (outer.parentRule) outer = outer.parentRule;
	return outer;
}

export const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
	a.length === b.length && a.every((each, i) => each === b[i]);

/** Whether so much differs that a sheet is better told anew. */
export function differ(before: Rules, now: readonly CSSRule[]): boolean {
	const alive = new Set<CSSRule | undefined>(now);
	const kept = before.reduce((sum, rule) => sum + (alive.has(rule) ? 1 : 0), 0);
	const changes = before.length + now.length - 2 * kept;
	return changes > ANEW_FROM && changes > (before.length + now.length) * ANEW_FROM_SHARE;
}

/** The rules of a sheet; undefined for one of another origin, or one that is still loading. */
export function rulesOf(sheet: CSSStyleSheet): CSSRule[] | undefined {
	try {
		return [...sheet.cssRules];
	} catch {
		return undefined;
	}
}

export function ruleCount(sheet: CSSStyleSheet): number {
	try {
		return sheet.cssRules.length;
	} catch {
		return 0;
	}
}

export function sheetsOf(root: Root): CSSStyleSheet[] {
	const { styleSheets, adoptedStyleSheets } = plain(root);
	return [...(styleSheets ?? []), ...(adoptedStyleSheets ?? [])];
}
