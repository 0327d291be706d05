/** What most files of tests stand on: the program and a browser, started before their tests and ended after them. */
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { launch } from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";

export type World = { demo: Demo; browser: Browser };

/** Call it once, at the top of a file; the fields are there when its tests run. */
export function startWorld(): World {
	const world = {} as World;
	before(async () => {
		[world.demo, world.browser] = await Promise.all([startDemo(), launch()]);
	});
	after(async () => {
		await world.browser?.close();
		await world.demo?.stop();
	});
	return world;
}
