/** Turns what a scene gave into a verdict, in words that say where to look. */
import assert from "node:assert/strict";
import type { Report } from "./run.ts";
import type { Plant } from "./scene.ts";

const named = ({ place, way }: Plant): string => `${place.at} [${place.nature}, ${way}]`;

export function judge(report: Report, tell: (text: string) => void): void {
	const { scene, leaked, missing, failed, skipped, checked, sentBytes } = report;
	tell(
		`${scene.plants.length} plants, ${checked} of them promised something, ${Math.round(sentBytes / 1024)} KiB sent`,
	);
	for (const [why, count] of skipped) tell(`${count} plants are left out: ${why}`);
	const known = leaked.filter(({ plant }) => plant.place.known);
	for (const { plant } of known) tell(`known leak: ${named(plant)}: ${plant.place.known}`);
	const fresh = leaked.filter(({ plant }) => !plant.place.known);
	assert.deepEqual(
		{
			failed,
			leaked: fresh.map(({ plant, where }) => `${named(plant)}: ${where.join("; ")}`),
			missing: missing.map(named),
		},
		{ failed: [], leaked: [], missing: [] },
		`${fresh.length} canaries left, ${missing.length} did not arrive, ${failed.length} could not be planted`,
	);
}
