/** The agent sees what the visitor sees: pages by others and the hard cases of docs/fidelity.md, moment by moment. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { cases } from "./fidelity/cases/all.ts";
import { corpus, prose } from "./fidelity/corpus.ts";
import { pathOf, type Trial } from "./fidelity/hand.ts";
import { blocks } from "./fidelity/look.ts";
import { openOurs, startFidelityWorld, type World } from "./fidelity/ours.ts";
import { isLost, type Moment, type Pair, walk } from "./fidelity/pair.ts";
import { until } from "./support/browser.ts";
import { root } from "./support/demo.ts";

/** How long a moment may take to be the same on both sides: pictures are sampled, and this machine is shared. */
const PATIENCE_MS = 20_000;
/** For what is known to be lost, which never becomes the same. */
const LOST_PATIENCE_MS = 1500;
/** Of any 48 hard cases. */
const MAY_BE_LOST = 5 / 48;

let world: World;
let pair: Pair | undefined;
before(async () => {
	world = await startFidelityWorld([...corpus, ...cases, prose]);
});
after(async () => {
	await pair?.close();
	await world?.stop();
});

const describe = (moments: readonly Moment[]): string =>
	moments
		.map(
			({ dom, off, told }, i) =>
				`${i}: ${(100 * dom).toFixed(2)} % of nodes right, ${(100 * off).toFixed(3)} % of pixels off ${told.join("\n")}`,
		)
		.join("\n");

/** Walks through a trial in the session of those before it; one that broke it leaves the next a new one. */
async function tried(trial: Trial): Promise<void> {
	const walking = pair ?? (await openOurs(world, pathOf(trial)));
	pair = undefined;
	try {
		const moments = await walk(walking, trial, trial.lost ? LOST_PATIENCE_MS : PATIENCE_MS);
		pair = walking;
		if (trial.lost) assert(moments.some(isLost), "it is not lost any more: take the mark away");
		else assert(!moments.some(isLost), describe(moments));
	} finally {
		if (!pair) await walking.close();
	}
}

test("every hard case of the documentation is tried", () => {
	const documented = [...readFileSync(`${root}/docs/fidelity.md`, "utf8").matchAll(/^\d+\. \*(.+?)\*/gm)];
	assert.deepEqual(
		cases.map(({ name }) => name),
		documented.map(([, name]) => name?.replaceAll("`", "")),
	);
	const lost = cases.filter(({ lost }) => lost);
	assert(lost.length <= MAY_BE_LOST * cases.length, `lost: ${lost.map(({ name }) => name)}`);
});

test("pages by others", async (t) => {
	for (const trial of corpus) await t.test(trial.name, () => tried(trial));
});

test("hard cases", async (t) => {
	for (const trial of cases) await t.test(trial.name, () => tried(trial));
});

test("masked text keeps the size of its boxes", async () => {
	await pair?.close();
	pair = undefined;
	await world.mode("strict");
	const masked = await openOurs(world, pathOf(prose));
	try {
		for (const trial of [prose, ...corpus.filter(({ name }) => /calendar|admin/.test(name))]) {
			await masked.open(pathOf(trial));
			let sides: readonly [string[], string[]] = [[], []];
			await until(
				`the blocks of "${trial.name}" to be alike`,
				async () => {
					sides = await masked.both(blocks);
					return sides[0].length > 5 && sides[0].join() === sides[1].join();
				},
				PATIENCE_MS,
			).catch(() => assert.deepEqual(sides[1], sides[0], trial.name));
		}
		const [page, mirror] = await masked.both((doc) => doc.querySelector("h2")?.textContent);
		assert(page && mirror && page !== mirror, "the text is masked");
	} finally {
		await masked.close();
		await world.mode("marked-only");
	}
});
