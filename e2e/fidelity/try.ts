import { cases } from "./cases/all.ts";
import { corpus } from "./corpus.ts";
import { pathOf, type Trial } from "./hand.ts";
import { openOurs, startFidelityWorld } from "./ours.ts";
import { isLost, type Pair, walk } from "./pair.ts";
import { openRrweb } from "./rrweb.ts";

const [who = "ours", filter = "", patience = "3000"] = process.argv.slice(2);
const all = [...corpus, ...cases];
const trials = all.filter(({ name }) => !filter || filter.split(",").some((f) => name.includes(f)));
const world = await startFidelityWorld(all);
const open = (): Promise<Pair> =>
	who === "ours" ? openOurs(world, pathOf(cases[0] as Trial)) : openRrweb(world.browser, world.site);
let lost = 0;
try {
	let pair = await open();
	for (const trial of trials) {
		const start = performance.now();
		try {
			const moments = await walk(pair, trial, Number(patience));
			const bad = moments.some(isLost);
			if (bad) lost++;
			console.log(`${bad ? "LOST" : "ok  "} ${trial.name} (${Math.round(performance.now() - start)} ms)`);
			for (const [i, m] of moments.entries())
				if (isLost(m))
					console.log(
						`     ${i}: dom ${m.dom.toFixed(4)} off ${(m.off * 100).toFixed(3)} % ${m.told.join("\n        ")}`,
					);
		} catch (error) {
			lost++;
			console.log(`FAIL ${trial.name}: ${error}`);
			await Promise.race([pair.close().catch(() => {}), new Promise((r) => setTimeout(r, 3000))]);
			pair = await open();
		}
	}
	await pair.close();
} finally {
	console.log(`${lost} of ${trials.length} lost`);
	await world.stop();
}
