/** A small part of what `make soak` plays (e2e/soak/memory.ts): a page that is captured all day keeps to its memory. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { overgrown, Stage } from "../../../e2e/soak/held.ts";
import { changes, frames, PAGE, type Scene } from "../../../e2e/soak/scenes.ts";
import { type Sheet, useLab } from "./harness.ts";

const lab = useLab();

/** Plays scenes on a page, each so many steps, thrice as many after the first sample as before. */
async function play(scenes: readonly [Scene, steps: number][], isCaptured: boolean) {
	const sheet: Sheet = await lab.page(PAGE);
	if (isCaptured) await sheet.start({ mode: "inputs" });
	const stage = await Stage.on(sheet.page);
	const samples = [];
	for (const share of [0.25, 0.5, 0.25]) {
		for (const [scene, steps] of scenes) await stage.play(scene, steps * share);
		samples.push(await stage.held());
	}
	if (isCaptured) assert.equal(await sheet.page.evaluate("capture.debug().errors"), 0);
	await sheet.close();
	return samples;
}

async function assertFlat(scenes: readonly [Scene, steps: number][]): Promise<void> {
	const captured = await play(scenes, true);
	assert.deepEqual(overgrown(captured, await play(scenes, false)), []);
}

// req 001-02
test("frames that were mounted and unmounted leave nothing behind", () =>
	assertFlat([
		[frames["frames with a document of their own"] as Scene, 20],
		[frames["frames with everything in them"] as Scene, 40],
	]));

// req 001-02
test("twenty thousand changes, all under names that never come again, leave nothing behind", () =>
	assertFlat(Object.values(changes).map((scene) => [scene, 48])));

// req 001-02
test("what comes and goes while nothing can be sent is forgotten", async () => {
	const sheet = await lab.page(PAGE);
	await sheet.start({ mode: "inputs" });
	const stage = await Stage.on(sheet.page);
	const before = await stage.held();
	await sheet.page.evaluate("ready = false");
	const come = `for (let i = 0; i < 20_000; i++) { const made = document.createElement("p"); made.append("text"); document.body.append(made); made.title = "t"; made.remove(); }`;
	await sheet.page.evaluate(come);
	await sheet.page.waitForTimeout(600);
	const after = await stage.held();
	assert.ok(after.nodes < before.nodes + 2_000, `${before.nodes} nodes, then ${after.nodes}`);
	await sheet.page.evaluate(`ready = true; document.body.append("CONTROL")`);
	await sheet.settled();
	assert.ok(sheet.saw("CONTROL"));
	await sheet.close();
});
