/** Medians, spreads and ratios of what was measured, as Markdown. */
import type { Case, Sample } from "./cases.ts";
import type { Idle } from "./idle.ts";
import type { Measured } from "./lab.ts";
import type { MirrorCost } from "./mirror.ts";
import type { Size } from "./tools.ts";

const ALONE = "page alone";
const FLOOR = "floor";

export function grouped<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
	const groups = new Map<K, T[]>();
	for (const item of items) {
		const group = groups.get(key(item));
		if (group) group.push(item);
		else groups.set(key(item), [item]);
	}
	return groups;
}

export type Spread = { median: number; low: number; high: number };

export function spread(values: readonly number[]): Spread {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const median = sorted.length % 2 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
	return { median: median ?? 0, low: sorted[0] ?? 0, high: sorted.at(-1) ?? 0 };
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [line(head), line(head.map((_, n) => (n ? "--:" : "---"))), ...rows.map(line)].join("\n");
}

const ms = (value: number): string =>
	Math.abs(value) < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
const range = ({ median, low, high }: Spread): string => `${ms(median)} (${ms(low)}–${ms(high)})`;

/** A tool's cost in a case above that of the page alone. */
export type Cost = { total: Spread; main: Spread; blockMS: number; bytes: number; messages: number };

export function costs(samples: readonly Sample[], one: Case): Map<string, Cost> {
	const byTool = grouped(
		samples.filter((sample) => sample.case === one),
		({ tool }) => tool,
	);
	const of = (tool: string, what: keyof Measured) => (byTool.get(tool) ?? []).map(({ measured }) => measured[what]);
	const alone = { total: spread(of(ALONE, "totalMS")).median, main: spread(of(ALONE, "mainMS")).median };
	const found = new Map<string, Cost>();
	for (const tool of byTool.keys()) {
		found.set(tool, {
			total: spread(of(tool, "totalMS").map((value) => value - (tool === ALONE ? 0 : alone.total))),
			main: spread(of(tool, "mainMS").map((value) => value - (tool === ALONE ? 0 : alone.main))),
			blockMS: spread(of(tool, "blockMS")).median,
			bytes: spread(of(tool, "bytes")).median,
			messages: spread(of(tool, "messages")).median,
		});
	}
	return found;
}

/** What ours should cost at most, and whether it does. */
function goal(one: Case, found: Map<string, Cost>, cost: Cost): string {
	const floor = found.get(FLOOR);
	const css = found.get("floor + CSS") ?? floor;
	if (!floor || !css) return "";
	const limit =
		"timesFloor" in one.goal ? one.goal.timesFloor * floor.total.median : css.total.median + one.goal.aboveCSSFloorMS;
	return `≤ ${ms(limit)} ${cost.total.median <= limit ? "met" : "missed"}`;
}

export function costTable(samples: readonly Sample[], one: Case, order: readonly string[]): string {
	const found = costs(samples, one);
	const floor = found.get(FLOOR)?.total.median ?? 0;
	const rows = order.flatMap((tool) => {
		const cost = found.get(tool);
		if (!cost) return [];
		const isOurs = tool.startsWith("ours");
		return [
			[
				tool,
				range(cost.total),
				range(cost.main),
				tool === ALONE || floor < 0.5 ? "" : `${(cost.total.median / floor).toFixed(1)}×`,
				isOurs ? goal(one, found, cost) : "",
				`${ms(cost.blockMS)}${isOurs && cost.blockMS > 16 ? " (goal 16)" : ""}`,
				Math.round(cost.bytes).toLocaleString("en"),
				String(cost.messages),
			],
		];
	});
	const head = [
		"",
		"CPU ms, all threads",
		"main thread ms",
		"to floor",
		"goal",
		"longest block ms",
		"bytes",
		"messages",
	];
	return `### ${one.name}\n\n${table(head, rows)}\n`;
}

export function sizeTable(all: Record<string, Size>): string {
	const rows = Object.entries(all).map(([tool, { min, gzip, brotli }]) =>
		[tool, min, gzip, brotli].map((cell) => cell.toLocaleString("en")),
	);
	return `### Size, bytes (goal for ours: 15,000 brotli)\n\n${table(["", "minified", "gzip", "brotli"], rows)}\n`;
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

export function heapTable(growth: ReadonlyMap<string, number>): string {
	const alone = growth.get(ALONE) ?? 0;
	const rows = [...growth].map(([tool, bytes]) => [tool, kB(tool === ALONE ? bytes : bytes - alone)]);
	return `### Heap after some 200,000 changes that leave the page as it was\n\n${table(["", "growth above the page alone"], rows)}\n`;
}

export function idleTable(found: readonly Idle[]): string {
	const [alone] = found;
	const rows = found.map(({ page, msPerSecond }) => [
		page,
		msPerSecond.toFixed(2),
		(msPerSecond - (alone?.msPerSecond ?? 0)).toFixed(2),
	]);
	return `### A page that nobody watches (goal: 1 ms a second)\n\n${table(["", "CPU ms a second", "above the page"], rows)}\n`;
}

export function mirrorTable(costs: readonly MirrorCost[]): string {
	const rows = costs.map(({ viewer, snapshot, diff, epochBytes }) => [
		viewer,
		ms(snapshot.totalMS),
		ms(snapshot.taskMS),
		ms(diff.totalMS),
		ms(diff.taskMS),
		epochBytes === undefined ? "" : kB(epochBytes),
	]);
	const head = [
		"",
		"60,000 elements: CPU ms",
		"longest task, laying out included (goal 50)",
		"500 texts changed: CPU ms",
		"longest task (goal 16)",
		"heap an epoch of 600 elements",
	];
	return `### Showing a page\n\n${table(head, rows)}\n`;
}
