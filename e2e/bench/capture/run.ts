/**
 * `make bench-capture`: ours beside rrweb, Clarity, OpenReplay and the floor, in one run in one browser.
 * ONLY="snapshot, 600;sorts" (parts of cases' names; also heap, mirror, idle), TOOLS="ours;rrweb" and ROUNDS=2 narrow it, VERBOSE=1 tells how far
 * it is. Only ratios within a run count.
 */
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { interactions, snapshots } from "./cases.ts";
import { heapGrowth } from "./heap.ts";
import { idle } from "./idle.ts";
import { canMeasure, Lab } from "./lab.ts";
import { mirrorCosts } from "./mirror.ts";
import { costTable, heapTable, idleTable, mirrorTable, sizeTable } from "./report.ts";
import { measureAll } from "./rounds.ts";
import { sizes, tools } from "./tools.ts";

const { ONLY: cases, TOOLS: wanted, ROUNDS } = process.env;

if (!canMeasure()) throw new Error("costs are read from Linux's scheduler (/proc/PID/schedstat), which is not here");
const load = () => loadavg().map((value) => value.toFixed(1));
console.log(`load average ${load().join(" ")}\n`);
console.log(sizeTable(await sizes()));
const lab = await Lab.open();
/** Whether a part that is no case of its own is asked for. */
const isWanted = (part: string) => !cases || cases.includes(part);
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
	const isAmong = (tool: string) =>
		!wanted || tool === "page alone" || wanted.split(";").some((part) => tool.includes(part));
	if (isWanted("heap")) console.log(heapTable(await heapGrowth(lab, isAmong)));
	if (isWanted("mirror")) console.log(mirrorTable(await mirrorCosts(lab)));
} finally {
	await lab.close();
}
// The other two tables of a whole run, where they are.
for (const [path, make] of [
	["../../leaks/peers.ts", "leakTable"],
	["../../fidelity/table.ts", "fidelityTable"],
] as const) {
	if (cases || !existsSync(new URL(path, import.meta.url))) continue;
	const { [make]: print } = (await import(path)) as Record<string, () => Promise<unknown>>;
	console.log(await print?.());
}
if (isWanted("idle")) console.log(idleTable(await idle()));
console.log(`load average ${load().join(" ")}`);
