/**
 * No canary leaves: a page full of them, in every mode of a site and below every marking, through the real program, read
 * off the visitor's real line. What is planted is in `leaks/places`, what is promised of it in `leaks/promise.ts`.
 */
import { after, before, test } from "node:test";
import { judge } from "./leaks/judge.ts";
import { runScene } from "./leaks/run.ts";
import { scenes } from "./leaks/scene.ts";
import { Stage } from "./leaks/stage.ts";
import { chromium } from "./support/drivers.ts";

let stage: Stage;
before(async () => {
	stage = await Stage.open(scenes, chromium);
});
after(() => stage?.close());

for (const scene of scenes) {
	// req 000-29 000-30 001-08 001-11 001-12 001-13 001-14 001-15 001-16 001-48
	test(`no canary leaves in ${scene.mode}, ${scene.around === "nothing" ? "unmarked" : `below ${scene.around}`}`, async (t) => {
		if (scene.around === "nothing") await stage.setMode(scene.mode);
		judge(await runScene(stage, scene, {}), (text) => t.diagnostic(text));
	});
}
