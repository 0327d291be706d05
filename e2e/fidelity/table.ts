/**
 * Ours beside rrweb, trial by trial. `node --import tsx e2e/fidelity/table.ts [ours|rrweb|both] [part of a name]…` prints
 * the table and what differs; with FIDELITY_PICTURES set to a folder, the pictures are kept there.
 */
import { cases } from "./cases/all.ts";
import { corpus } from "./corpus.ts";
import { pathOf, type Trial } from "./hand.ts";
import { openOurs, startFidelityWorld } from "./ours.ts";
import { isLost, type Moment, type Pair, PIXELS_OFF, walk } from "./pair.ts";
import { openRrweb } from "./rrweb.ts";

/** The worst moment of each trial; NaN where a side was not asked, 0 % right where it broke. */
export type Row = {
	name: string;
	/** % of nodes right. */
	oursDOM: number;
	/** % of pixels off. */
	oursPixels: number;
	rrwebDOM: number;
	rrwebPixels: number;
};

type Side = { dom: number; off: number };

const PATIENCE_MS = 5000;
const trials: readonly Trial[] = [...corpus, ...cases];

export async function fidelityTable(who = "both", names: readonly string[] = []): Promise<Row[]> {
	const chosen = trials.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
	const world = await startFidelityWorld(trials);
	try {
		// Both wait more than they compute: for the line, and for what never becomes alike.
		const [ours, theirs] = await Promise.all([
			side(who !== "rrweb", chosen, (trial) => openOurs(world, pathOf(trial))),
			side(who !== "ours", chosen, () => openRrweb(world.browser, world.site)),
		]);
		return chosen.map(({ name }, i) => ({
			name,
			oursDOM: percent(ours[i]?.dom),
			oursPixels: percent(ours[i]?.off),
			rrwebDOM: percent(theirs[i]?.dom),
			rrwebPixels: percent(theirs[i]?.off),
		}));
	} finally {
		await world.stop();
	}
}

const percent = (share = Number.NaN): number => Math.floor(share * 100_000) / 1000;

async function side(asked: boolean, chosen: readonly Trial[], open: (trial: Trial) => Promise<Pair>): Promise<Side[]> {
	if (!asked) return [];
	const sides: Side[] = [];
	let pair: Pair | undefined;
	for (const trial of chosen) {
		pair ??= await open(trial);
		try {
			const moments = await walk(pair, trial, PATIENCE_MS);
			tell(trial, moments);
			sides.push({ dom: Math.min(...moments.map(({ dom }) => dom)), off: Math.max(...moments.map(({ off }) => off)) });
		} catch (error) {
			console.error(`${trial.name}: ${error}`);
			sides.push({ dom: 0, off: 1 });
			await pair.close();
			pair = undefined;
		}
	}
	await pair?.close();
	return sides;
}

function tell({ name }: Trial, moments: readonly Moment[]): void {
	for (const [i, moment] of moments.entries()) {
		if (!isLost(moment)) continue;
		const { dom, off, told } = moment;
		console.error(`${name}, ${i}: ${percent(dom)} % right, ${percent(off)} % off\n  ${told.join("\n  ")}`);
	}
}

/** How many rows each side lost. */
export function lostOf(rows: readonly Row[]): { ours: number; rrweb: number } {
	const lost = (dom: keyof Row, pixels: keyof Row) =>
		rows.filter((row) => Number(row[dom]) < 100 || Number(row[pixels]) > 100 * PIXELS_OFF).length;
	return { ours: lost("oursDOM", "oursPixels"), rrweb: lost("rrwebDOM", "rrwebPixels") };
}

if (process.argv[1] === import.meta.filename) {
	const [, , who, ...names] = process.argv;
	const rows = await fidelityTable(who, names);
	console.table(rows);
	const { ours, rrweb } = lostOf(rows);
	console.log(`of ${rows.length}, lost by ours: ${ours}, by rrweb: ${rrweb}`);
}
