/**
 * No canary leaves: a page full of them, in every mode of a site and below the markings, through the real program, read
 * off the visitor's real line. What is planted is in `leaks/places`, what is promised of it in `leaks/promise.ts`.
 */
import { after, before, describe, test } from "node:test";
import { judge } from "./leaks/judge.ts";
import { MODES } from "./leaks/promise.ts";
import { runScene } from "./leaks/run.ts";
import { scenes } from "./leaks/scene.ts";
import { Stage } from "./leaks/stage.ts";
import { chromium } from "./support/drivers.ts";

// A scene waits for the line as long as it computes, so two modes at once take little longer than one.
describe("no canary leaves", { concurrency: 2 }, () => {
	for (const mode of MODES) {
		describe(`in ${mode}`, { concurrency: 1 }, () => {
			const played = scenes.filter((scene) => scene.mode === mode);
			let stage: Stage;
			before(async () => {
				stage = await Stage.open(played, chromium);
				await stage.setMode(mode);
			});
			after(() => stage?.close());
			for (const scene of played) {
				// req 000-29 000-30 001-08 001-11 001-12 001-13 001-14 001-15 001-16 001-48
				test(scene.around === "nothing" ? "unmarked" : `below ${scene.around}`, async (t) => {
					judge(await runScene(stage, scene, {}), (text) => t.diagnostic(text));
				});
			}
		});
	}
});
