/**
 * Random pages, random changes, random markings: after every step the mirror shows what the rules say, and no text
 * leaves that they hide. `SEED=` plays one seed (`,` for several), `STEPS=` so many steps of each, `SEEDS=` so many
 * seeds that were never played. One that fails is cut down to the operations that matter.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Playground } from "./harness.ts";
import { generate } from "./operations.ts";

const { SEED, SEEDS, STEPS, SHRINK_SECONDS } = process.env;
const steps = Number(STEPS ?? 150);
const first = SEEDS ? Date.now() % 1_000_000_000 : 1;
const seeds = SEED ? SEED.split(",").map(Number) : Array.from({ length: Number(SEEDS ?? 10) }, (_, i) => first + i);
const shrinkMs = 1000 * Number(SHRINK_SECONDS ?? 120);

let playground: Playground;
/** Texts that left because they may: without any, that none of the others did would say nothing. */
let found = 0;
before(async () => {
	playground = await Playground.open();
});
after(async () => {
	await playground?.close();
	assert.ok(found > 0, "texts that may leave did");
});

for (const seed of seeds) {
	// req 001-02
	test(`a random page is mirrored exactly and keeps its secrets, seed ${seed}`, async () => {
		const run = { operations: generate(seed, steps), isHasty: seed % 2 === 1, patienceMs: 2500 };
		const outcome = await playground.play(run);
		if (process.env.TALK) console.log(seed, { ...outcome, expected: 0, mirrored: 0 }, playground.talk.splice(0));
		if (outcome.failure !== undefined)
			assert.fail(`SEED=${seed} STEPS=${steps}: ${await playground.explain(run, outcome, shrinkMs)}`);
		assert.equal(outcome.steps, steps);
		assert.ok(outcome.lines > 10 * steps, "a run that shows next to nothing proves nothing");
		found += outcome.canaries;
	});
}
