/** The texts of history, board and reports: every language its own, with the same places to fill in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ar, de, en, es, fr } from "../../src/texts/review/index.ts";

/** Shorter words may be the same in two languages. */
const LONG = 18;
type Texts = Record<string, string>;
const marks = (text = "") => [...text.matchAll(/\{\w+\}/g)].map(([mark]) => mark).sort();

for (const [language, words] of Object.entries({ es, de, fr, ar }))
	test(`${language}: the same places to fill in, and words of its own`, () => {
		const texts: Texts = words;
		for (const [key, english] of Object.entries<string>(en)) assert.deepEqual(marks(texts[key]), marks(english), key);
		const borrowed = Object.entries<string>(en).filter(
			([key, english]) => english.length > LONG && texts[key] === english,
		);
		assert.deepEqual(borrowed, []);
	});
