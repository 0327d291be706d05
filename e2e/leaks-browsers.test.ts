/**
 * The same canaries in Firefox and WebKitGTK. The line is tapped outside the browser, so what is read is the same; a scene
 * of each kind is enough, since what differs between engines is how a page is read and not what the modes mean.
 */
import { test } from "node:test";
import { judge } from "./leaks/judge.ts";
import { type Lacks, runScene } from "./leaks/run.ts";
import { scenes } from "./leaks/scene.ts";
import { Stage } from "./leaks/stage.ts";
import { type Driver, firefox, webkit } from "./support/drivers.ts";

const SCENES = ["strict-nothing", "inputs-nothing", "inputs-mask"];
const BROWSERS: readonly { name: string; start: () => Promise<Driver>; lacks: Lacks }[] = [
	{
		name: "Firefox",
		start: firefox,
		lacks: {
			drag: "its driver cannot drag text from one element into another",
			userModify: "Firefox has no user-modify any more",
		},
	},
	{
		name: "WebKitGTK",
		start: webkit,
		lacks: { drag: "its driver cannot drag text from one element into another" },
	},
];

for (const { name: browser, start, lacks } of BROWSERS) {
	// req 000-29 000-30 001-08 001-12 001-13 001-14 001-16 001-48
	test(`no canary leaves in ${browser}`, async (t) => {
		const stage = await Stage.open(scenes, start);
		try {
			let mode = "";
			for (const name of SCENES) {
				const scene = scenes.find((each) => each.name === name);
				if (!scene) throw new Error(`there is no scene ${name}`);
				if (scene.mode !== mode) await stage.setMode(scene.mode);
				mode = scene.mode;
				judge(await runScene(stage, scene, lacks), (text) => t.diagnostic(`${name}: ${text}`));
			}
		} finally {
			await stage.close();
		}
	});
}
