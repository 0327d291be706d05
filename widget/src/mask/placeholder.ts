/** What stands in for masked text and values. */

const BULLET = "•";
/** A sign that is as wide as a Chinese, Japanese or Korean one and lets lines break around it as they do. */
const WIDE = "〇";
const WIDE_CHARACTERS = /[⺀-鿿가-힯豈-﫿＀-￯]/;

/** Stands in for every masked value, so that not even its length leaves. */
export const VALUE_PLACEHOLDER = BULLET.repeat(6);

/** Lengths are rounded up, to 2 for short words and to 4 for long ones: lines break alike, words cannot be counted out. */
const rounded = (length: number): number => (length > 8 ? Math.ceil(length / 4) * 4 : Math.ceil(length / 2) * 2);

/** Placeholder characters for a text, word by word; white space stays. */
export const placeholder = (text: string): string =>
	text.replace(/\S+/g, (word) =>
		(WIDE_CHARACTERS.test(word) ? WIDE : BULLET).repeat(rounded(Math.min(word.length, 64))),
	);
