/**
 * `make bench-capture`: ours beside rrweb, Clarity, OpenReplay and the floor, in one run in one browser.
 * ONLY="snapshot, 600;sorts" (parts of cases' names), TOOLS="ours;rrweb" and ROUNDS=2 narrow it, VERBOSE=1 tells how far
 * it is. Only ratios within a run count.
 */
import { loadavg } from "node:os";
import { interactions, snapshots } from "./cases.ts";
import { canMeasure, Lab } from "./lab.ts";
import { costTable, sizeTable } from "./report.ts";
import { measureAll } from "./rounds.ts";
import { sizes, tools } from "./tools.ts";

const { ONLY: cases, TOOLS: wanted, ROUNDS } = process.env;

if (!canMeasure()) throw new Error("costs are read from Linux's scheduler (/proc/PID/schedstat), which is not here");
const load = () => loadavg().map((value) => value.toFixed(1));
console.log(`load average ${load().join(" ")}\n`);
console.log(sizeTable(await sizes()));
const lab = await Lab.open();
try {
	const samples = await measureAll(
		lab,
		{ cases, tools: wanted, rounds: ROUNDS ? Number(ROUNDS) : undefined },
		(line) => {
			if (process.env.VERBOSE) console.error(line);
		},
	);
	const order = tools.map(({ name }) => name);
	for (const one of [...snapshots, ...interactions])
		if (samples.some((sample) => sample.case === one)) console.log(costTable(samples, one, order));
} finally {
	await lab.close();
}
console.log(`load average ${load().join(" ")}`);
