/**
 * The corpus and the hard cases in Firefox and WebKitGTK, on both sides: what differs between engines is how a page is
 * read and how it is built again. FIDELITY="part of a name, another" narrows the trials.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cases } from "./fidelity/cases/all.ts";
import { corpus } from "./fidelity/corpus.ts";
import { openDriven } from "./fidelity/driven.ts";
import { pathOf, type Trial } from "./fidelity/hand.ts";
import { startProgram } from "./fidelity/ours.ts";
import { isLost, type Moment, type Pair, walk } from "./fidelity/pair.ts";
import { type Driver, firefox, webkit } from "./support/drivers.ts";

/** How long a moment may take to be the same on both sides. */
const PATIENCE_MS = Number(process.env.PATIENCE ?? 20_000);

const BROWSERS: readonly { name: string; start: () => Promise<Driver>; except: Readonly<Record<string, string>> }[] = [
	{ name: "Firefox", start: firefox, except: {} },
	{ name: "WebKitGTK", start: webkit, except: {} },
];

const asked = process.env.FIDELITY?.split(/, ?/);
const trials: readonly Trial[] = [...corpus, ...cases];

const describe = (moments: readonly Moment[]): string =>
	moments
		.map(
			({ dom, off, told }, i) => `${i}: ${100 * dom} % of nodes right, ${100 * off} % of pixels off ${told.join("\n")}`,
		)
		.join("\n");

for (const { name: browser, start, except } of BROWSERS) {
	test(`the agent sees what the visitor sees in ${browser}`, async (t) => {
		const program = await startProgram(trials);
		let pair: Pair | undefined;
		try {
			for (const trial of trials) {
				if (asked && !asked.some((part) => trial.name.includes(part))) continue;
				await t.test(trial.name, { skip: except[trial.name] }, async () => {
					const walking = pair ?? (await openDriven(program, start, pathOf(trial), true));
					pair = undefined;
					try {
						const moments = await walk(walking, trial, PATIENCE_MS);
						pair = walking;
						assert(!moments.some(isLost), describe(moments));
					} finally {
						if (!pair) await walking.close();
					}
				});
			}
		} finally {
			await pair?.close();
			await program.stop();
		}
	});
}
