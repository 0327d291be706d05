/**
 * Plays a scene and says what of it left: the page is opened, changed in two turns, written into by the visitor's own
 * hands, and asked for a second snapshot; then every byte that passed the tap, and every byte that the agent got, is
 * looked through for every canary.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Flag, Kind } from "../../wire/wire.ts";
import { until } from "../support/browser.ts";
import type { Driver, Point } from "../support/drivers.ts";
import type { Need } from "./place.ts";
import { focusOf, type Plant, pathOf, type Scene, turns } from "./scene.ts";
import { Search } from "./search.ts";
import type { Stage } from "./stage.ts";
import { joinedText, pictureOf, type Read, TrafficReader } from "./traffic.ts";

/** What a browser, or the driver that we have for it, cannot do; each with its reason. */
export type Lacks = Partial<Record<Need, string>>;

export type Finding = { plant: Plant; where: string[] };
export type Report = {
	scene: Scene;
	leaked: Finding[];
	missing: Plant[];
	/** Plants that could not be planted. */
	failed: string[];
	/** Plants that this browser lacks something for, by reason. */
	skipped: Map<string, number>;
	/** Plants whose expectation was looked into. */
	checked: number;
	sentBytes: number;
};

/** What is looked at now and then, canvases say, has been looked at after this, ms. */
const LOOKED_MS = 700;
const MUST_TIMEOUT_MS = 6000;
const SNAPSHOT_TIMEOUT_MS = 60_000;

export async function runScene(stage: Stage, scene: Scene, lacks: Lacks): Promise<Report> {
	const can = ({ place }: Plant) => !place.needs || lacks[place.needs] === undefined;
	const plants = scene.plants.filter(can);
	const skipped = new Map<string, number>();
	for (const { place } of scene.plants) {
		const why = place.needs && lacks[place.needs];
		if (why !== undefined) skipped.set(why, (skipped.get(why) ?? 0) + 1);
	}
	const [first, changed, again, last] = scene.controls as [string, string, string, string];
	const { driver } = stage;
	stage.clear();
	await stage.visit(pathOf(scene));
	await stage.agentGets(first, Kind.snapshot);
	// A change by itself: it comes as a diff, while what changes a whole page may come as another snapshot.
	await driver.run(`document.getElementById("control").textContent = "${changed}"`);
	await stage.agentGets(changed, Kind.diff);
	const failed = await byHand(driver, plants, 0);
	const [one, two] = turns(scene, can);
	failed.push(...(await driver.run<string[]>(one)));
	await stage.agentGets(again, Kind.diff, Kind.snapshot);
	failed.push(...(await byHand(driver, plants, 1)));
	failed.push(...(await driver.run<string[]>(two)));
	await stage.agentGets(last, Kind.diff, Kind.snapshot);
	await sleep(LOOKED_MS);
	const musts = plants.filter(({ expectation }) => expectation === "must");
	const missing = () => musts.filter((plant) => !arrived(plant, stage.seen));
	await until("all that must be seen", () => missing().length === 0, MUST_TIMEOUT_MS).catch(() => {});
	const before = stage.seen.length;
	stage.refresh();
	await until("a second snapshot", () => hasSnapshot(stage.seen.slice(before), last), SNAPSHOT_TIMEOUT_MS);
	await sleep(LOOKED_MS);
	const leaked = findings(stage, plants);
	return {
		scene,
		leaked,
		missing: missing(),
		failed: failed.map((text) => `${scene.plants.find(({ id }) => text.startsWith(`${id}:`))?.place.at}: ${text}`),
		skipped,
		checked: plants.filter(({ expectation }) => expectation !== "may").length,
		sentBytes: stage.tap.messages().reduce((sum, { up, bytes }) => sum + (up ? bytes.length : 0), 0),
	};
}

/** The visitor's own keyboard and mouse, half of each canary at a time, so that what is sent in between holds a half. */
export async function byHand(driver: Driver, plants: readonly Plant[], half: 0 | 1): Promise<string[]> {
	const failed: string[] = [];
	for (const plant of plants) {
		const { place, canary, id } = plant;
		if (!place.keys) continue;
		const middle = canary.length / 2;
		const text = half === 0 ? canary.slice(0, middle) : canary.slice(middle);
		// What only becomes a field by the first turn is written into whole, after it.
		const whole = place.act !== undefined || place.by === "drop";
		if (whole && half === 0) continue;
		try {
			const write = HANDS[place.by ?? "typing"];
			const written = whole ? canary : text;
			await write(driver, focusOf(plant), written);
			const held = await driver.run<string>(`const f = ${focusOf(plant)}; return String(f.value ?? f.textContent)`);
			if (!held.includes(written)) failed.push(`${id}: ${written} is not in ${JSON.stringify(held)}`);
		} catch (error) {
			failed.push(`${id}: ${error}`);
		}
	}
	if (half === 0) await driver.run("document.activeElement?.blur()");
	return failed;
}

const focus = (target: string) =>
	`const f = ${target}; f.ownerDocument.defaultView.focus(); f.focus();
	if (!("value" in f)) { const s = f.ownerDocument.getSelection(); s.selectAllChildren(f); s.collapseToEnd(); }`;

const HANDS = {
	async typing(driver: Driver, target: string, text: string) {
		await driver.run(focus(target));
		await driver.type(text);
	},
	async paste(driver: Driver, target: string, text: string) {
		await driver.run(
			`const c = document.getElementById("copied"); c.value = ${JSON.stringify(text)}; c.focus(); c.select();`,
		);
		await driver.press("Control+c");
		await driver.run(focus(target));
		await driver.press("Control+v");
	},
	async drop(driver: Driver, target: string, text: string) {
		const [from, to] = await driver.run<[Point, Point]>(`
			const source = document.getElementById("source");
			source.textContent = ${JSON.stringify(text)};
			getSelection().selectAllChildren(source);
			const f = ${target};
			f.scrollIntoView({ block: "center" });
			const range = getSelection().getRangeAt(0).getBoundingClientRect();
			const box = f.getBoundingClientRect();
			// Near its beginning: a popover or dialog of another plant may stand over the middle of the window.
			const begin = (r) => ({ x: r.x + Math.min(r.width / 2, 20), y: r.y + r.height / 2 });
			return [begin(range), begin(box)];`);
		await driver.drag(from, to);
		await driver.run("getSelection().removeAllRanges()");
	},
};

/**
 * Whether there is a whole snapshot after which a page holds a text, be it by a diff: an agent may first be sent one again
 * that is older, and no diff with that text follows it.
 */
function hasSnapshot(frames: readonly Read[], text: string): boolean {
	let isWhole = false;
	let holds = false;
	for (const { kind, flags, body } of frames) {
		if (kind !== Kind.snapshot && kind !== Kind.diff) continue;
		if (kind === Kind.snapshot && flags & Flag.first) isWhole = holds = false;
		holds ||= body.includes(text);
		if (kind === Kind.snapshot && flags & Flag.last) isWhole = true;
		if (isWhole && holds) return true;
	}
	return false;
}

function arrived({ canary, picture, place }: Plant, seen: readonly Read[]): boolean {
	if (picture && place.kind === "picture") return seen.some((frame) => sameSize(pictureOf(frame), picture));
	return seen.some(({ body }) => body.includes(canary));
}

const sameSize = (a: Plant["picture"], b: Plant["picture"]): boolean =>
	a !== undefined && a.width === b?.width && a.height === b.height;

/** Every canary that must not have left, and where it stands. */
function findings(stage: Stage, plants: readonly Plant[]): Finding[] {
	const { tap } = stage;
	const messages = tap.messages();
	const reader = new TrafficReader();
	const sent = messages.filter(({ up }) => up).flatMap(({ bytes }) => reader.read(bytes) ?? []);
	const toVisitor = messages.filter(({ up }) => !up).map(({ bytes }) => bytes);
	const http = tap.http();
	const streams: Record<string, Buffer> = {
		"sent by the visitor, as it was": Buffer.concat(messages.filter(({ up }) => up).map(({ bytes }) => bytes)),
		"sent by the visitor, inflated": Buffer.concat(sent.map(({ body }) => body)),
		"sent by the visitor, texts joined": Buffer.from(joinedText(sent)),
		"sent by the visitor, strings joined": Buffer.from(
			sent.flatMap(({ operations }) => operations.flatMap(({ strings }) => strings)).join(""),
		),
		"requested by the visitor": http.up,
		"answered to the visitor": http.down,
		"sent to the visitor": Buffer.concat(toVisitor),
		"sent to the agent, as it was": stage.agentBytes,
		"sent to the agent, inflated": Buffer.concat(stage.seen.map(({ body }) => body)),
	};
	const never = plants.filter(({ expectation }) => expectation === "never");
	const search = new Search(never.map(({ canary }) => canary));
	const where = new Map<string, string[]>();
	for (const [name, bytes] of Object.entries(streams)) {
		for (const [canary, forms] of search.find(bytes))
			where.set(canary, [...(where.get(canary) ?? []), `${name} (${[...forms].join(", ")})`]);
	}
	return never.flatMap((plant): Finding[] => {
		const places = where.get(plant.canary) ?? [];
		if (plant.picture && sent.some((frame) => sameSize(pictureOf(frame), plant.picture))) places.push("as a picture");
		if (places.length === 0) return [];
		return [{ plant, where: [...carriers(sent, plant.canary), ...places] }];
	});
}

/** The operations that carry a canary or a half of it, for whoever looks for the reason. */
function carriers(sent: readonly Read[], canary: string): string[] {
	const half = canary.length / 2;
	const holds = (text: string) => text.includes(canary.slice(0, half)) || text.includes(canary.slice(half));
	const found = new Set<string>();
	for (const { kind, operations, body } of sent) {
		for (const { name, strings } of operations) {
			for (const [i, string] of strings.entries())
				if (holds(string))
					found.add(`${kind === Kind.snapshot ? "snapshot" : "diff"} ${name}[${i}] ${string.slice(0, 80)}`);
		}
		if (operations.length === 0 && holds(body.toString("latin1"))) found.add(`frame of kind ${kind.toString(16)}`);
	}
	return [...found].slice(0, 3);
}
