/** Measures every tool in every case, in random order, round after round. */
import { type Case, interactions, type Sample, snapshots } from "./cases.ts";
import type { Bench, Lab } from "./lab.ts";
import { grouped } from "./report.ts";
import { type Tool, tools } from "./tools.ts";

/** Parts of names, divided by semicolons. */
export type Selection = { cases?: string | undefined; tools?: string | undefined; rounds?: number | undefined };

const matches = (name: string, wanted: string | undefined): boolean =>
	!wanted || wanted.split(";").some((part) => name.includes(part.trim()));

function shuffled<T>(from: readonly T[]): T[] {
	const rest = [...from];
	return from.map(() => rest.splice(Math.floor(Math.random() * rest.length), 1)[0] as T);
}

/** What all others are measured by. */
const isMeasure = ({ name }: Tool): boolean => name === "page alone" || name.startsWith("floor");

/** Cases that share a page run in one, one after another. */
function plan(selection: Selection): Case[][] {
	const byPage = grouped(
		interactions.filter(({ name }) => matches(name, selection.cases)),
		({ page }) => page,
	);
	const single = snapshots.filter(({ name }) => matches(name, selection.cases)).map((one) => [one]);
	return [...single, ...byPage.values()];
}

async function runIn(bench: Bench, cases: readonly Case[], tool: Tool): Promise<Sample[]> {
	const samples: Sample[] = [];
	const snapshot = await bench.measure(() => bench.evaluate("__bench.start()"));
	for (const one of cases) {
		const { act } = one;
		const measured = act ? await bench.measure(() => act(bench)) : snapshot;
		samples.push({ case: one, tool: tool.name, measured });
	}
	return samples;
}

export async function measureAll(lab: Lab, selection: Selection, tell: (line: string) => void): Promise<Sample[]> {
	const samples: Sample[] = [];
	for (const cases of plan(selection)) {
		const [first] = cases;
		if (!first) continue;
		const taking = tools.filter(
			(tool) => !(first.act && tool.snapshotOnly) && (isMeasure(tool) || matches(tool.name, selection.tools)),
		);
		const rounds = selection.rounds ?? first.rounds;
		// The first page's first round warms up the browser's caches and counts for nothing.
		for (let round = samples.length ? 1 : 0; round <= rounds; round++) {
			for (const tool of shuffled(taking.filter((one) => !one.isPeer || round <= Math.ceil(rounds / 2)))) {
				const began = performance.now();
				const bench = await lab.bench(first.page, tool);
				try {
					const results = await runIn(bench, cases, tool);
					if (round > 0) samples.push(...results);
				} finally {
					await bench.close();
				}
				tell(`${first.page} round ${round} ${tool.name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
			}
		}
	}
	return samples;
}
