/** The texts of the console's areas: every language its own, no area over another's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as admin from "../../src/texts/admin/index.ts";
import * as core from "../../src/texts/core/index.ts";
import * as desk from "../../src/texts/desk/index.ts";
import * as frame from "../../src/texts/frame/index.ts";
import * as review from "../../src/texts/review/index.ts";

const { es, de, fr, ar } = admin;
/** Shorter words may be the same in two languages. */
const LONG = 18;
type Texts = Record<string, string>;
const marks = (text = "") => [...text.matchAll(/\{\w+\}/g)].map(([mark]) => mark).sort();

test("no two areas use the same key", () => {
	const keys = [core, frame, desk, admin, review].flatMap(({ en }) => Object.keys(en));
	assert.deepEqual(
		keys.filter((key, i) => keys.indexOf(key) !== i),
		[],
	);
});

for (const [language, words] of Object.entries({ es, de, fr, ar }))
	test(`${language}: the same places to fill in, and words of its own`, () => {
		const texts: Texts = words;
		for (const [key, english] of Object.entries<string>(admin.en))
			assert.deepEqual(marks(texts[key]), marks(english), key);
		const borrowed = Object.entries<string>(admin.en).filter(
			([key, english]) => english.length > LONG && texts[key] === english,
		);
		assert.deepEqual(borrowed, []);
	});
