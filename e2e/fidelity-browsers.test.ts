/**
 * The corpus and the hard cases in Firefox and WebKitGTK, on both sides: what differs between engines is how a page is
 * read and how it is built again. FIDELITY=all tries all of the cases, FIDELITY="part of a
 * name, another" only those.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cases } from "./fidelity/cases/all.ts";
import { corpus } from "./fidelity/corpus.ts";
import { type Engine, openDriven } from "./fidelity/driven.ts";
import { pathOf, type Trial } from "./fidelity/hand.ts";
import { startProgram } from "./fidelity/ours.ts";
import { isLost, type Moment, type Pair, walk } from "./fidelity/pair.ts";
import { firefox, webkit } from "./support/drivers.ts";

/** How long a moment may take to be the same on both sides. */
const PATIENCE_MS = 20_000;

/** By name of a trial: why it cannot be compared. */
type Except = Readonly<Record<string, string>>;
const NO_COLOURS = { "dark mode": "its driver cannot say which colours the system prefers" };
const BROWSERS: readonly (Engine & { except: Except })[] = [
	{
		name: "Firefox",
		start: firefox,
		except: {
			...NO_COLOURS,
			WebGL: "it has none without a graphics card",
			"content-visibility":
				"which parts it lays out far below the window depends on the window; what is seen is the same",
		},
	},
	{
		name: "WebKitGTK",
		start: webkit,
		hasStaleStyles: true,
		// It smooths the edges of text otherwise where it draws in layers, and which layers it makes changes with time.
		mayDiffer: 0.003,
		except: {
			...NO_COLOURS,
			video: "it records no WebM, of which the trial makes its video",
			"frames in frames": "lost: the mirror does not show the inner frame",
			"background pictures": "lost: 0.8 % of its pixels differ, the cause is open",
			focus: "it focuses no button by a click",
			"custom highlights": "it does not draw anew when a highlight is taken away",
			selection: "it draws a selection grey in a window that has not the focus",
		},
	},
];

/** All that we did not write, and of our own cases every third: all of them take longer than a test may. */
const some: readonly Trial[] = [...corpus, ...cases.filter((_, i) => i % 3 === 0)];
const all: readonly Trial[] = [...corpus, ...cases];
const asked = process.env.FIDELITY;
const trials = !asked
	? some
	: all.filter(({ name }) => asked === "all" || asked.split(/, ?/).some((part) => name.includes(part)));

const describe = (moments: readonly Moment[]): string =>
	moments
		.map(
			({ dom, off, told }, i) => `${i}: ${100 * dom} % of nodes right, ${100 * off} % of pixels off ${told.join("\n")}`,
		)
		.join("\n");

for (const engine of BROWSERS) {
	test(`the agent sees what the visitor sees in ${engine.name}`, async (t) => {
		const program = await startProgram(all);
		let pair: Pair | undefined;
		try {
			for (const trial of trials) {
				await t.test(trial.name, { skip: engine.except[trial.name] }, async () => {
					const walking = pair ?? (await openDriven(program, engine, pathOf(trial)));
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
