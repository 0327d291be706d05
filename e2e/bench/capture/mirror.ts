/** What showing a page costs the console: a large snapshot, a usual diff, and many epochs one after another. */
import type { Bench, Lab, Measured } from "./lab.ts";
import { spread } from "./report.ts";
import { type Tool, tools, viewers } from "./tools.ts";

const ROUNDS = 2;
const EPOCHS = 50;

export type MirrorCost = {
	viewer: string;
	/** 60,000 elements. */
	snapshot: Measured;
	/** 500 cells change their text. */
	diff: Measured;
	/** Of one epoch more, once it is warm, after garbage was collected; undefined where there are none. */
	epochBytes: number | undefined;
};

/** What a tool tells of a page: its snapshot, then a change. */
async function recorded(lab: Lab, tool: Tool, path: string, change: string): Promise<[string[], string[]]> {
	const bench = await lab.bench(path, tool);
	try {
		await bench.evaluate("__bench.start()");
		await bench.rest(800);
		const snapshot = await bench.evaluate<string[]>("__bench.messages()");
		await bench.evaluate(change);
		await bench.rest(800);
		return [snapshot, await bench.evaluate<string[]>("__bench.messages()")];
	} finally {
		await bench.close();
	}
}

const load = (bench: Bench, messages: string[]) => bench.evaluate(`__viewer.load(${JSON.stringify(messages)})`);
const show = (bench: Bench) => bench.measure(() => bench.evaluate("__viewer.show()"));

async function epochBytes(bench: Bench): Promise<number> {
	const again = async (times: number) => {
		for (let n = 0; n < times; n++) await bench.evaluate("__viewer.renew(), __viewer.show()");
	};
	await again(10);
	const before = await bench.heapBytes();
	await again(EPOCHS);
	return ((await bench.heapBytes()) - before) / EPOCHS;
}

export async function mirrorCosts(lab: Lab): Promise<MirrorCost[]> {
	const change = `for (const b of [...document.querySelectorAll("section strong")].slice(0, 500)) b.textContent = "changed"`;
	const costs: MirrorCost[] = [];
	for (const viewer of viewers) {
		const tool = tools.find(({ name }) => name === viewer.reads);
		if (!tool) continue;
		const [snapshot, diff] = await recorded(lab, tool, "/60000", change);
		const [small] = await recorded(lab, tool, "/600-css", "0");
		const found: { snapshot: Measured; diff: Measured }[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			const bench = await lab.bench("/viewer", viewer);
			await load(bench, snapshot);
			const first = await show(bench);
			await load(bench, diff);
			found.push({ snapshot: first, diff: await show(bench) });
			await bench.close();
		}
		let bytes: number | undefined;
		if (viewer.name === "mirror") {
			const bench = await lab.bench("/viewer", viewer);
			await load(bench, small);
			bytes = await epochBytes(bench);
			await bench.close();
		}
		const best = (what: "snapshot" | "diff") => {
			const middle = spread(found.map((one) => one[what].totalMS)).low;
			return found.find((one) => one[what].totalMS === middle)?.[what] as Measured;
		};
		costs.push({ viewer: viewer.name, snapshot: best("snapshot"), diff: best("diff"), epochBytes: bytes });
	}
	return costs;
}
