/**
 * A page full of plants: every place once or more, each with a canary that nothing else on any page has. What stands
 * around them all, and the mode of the site, make a scene.
 */
import { createHash } from "node:crypto";
import type { Place } from "./place.ts";
import { places } from "./places/all.ts";
import { AROUNDS, type Around, type Expectation, expected, MODES, type Mode } from "./promise.ts";

/** How a place comes by its canary: with the page, put in while it is watched, by its attribute set, by a script or hand. */
type Way = "loaded" | "inserted" | "set" | "done";

export type Plant = {
	id: string;
	place: Place;
	way: Way;
	canary: string;
	expectation: Expectation;
	/** Of what is drawn. */
	picture?: { width: number; height: number };
};
export type Scene = { name: string; mode: Mode; around: Around; plants: readonly Plant[]; controls: readonly string[] };

const LETTERS = "bcdfghjklmnpqrstvwxz";
const digest = (seed: string): Buffer => createHash("sha256").update(seed).digest();
const word = (seed: string): string =>
	[...digest(seed).subarray(0, 16)].map((n) => LETTERS[n % LETTERS.length]).join("");
const digits = (seed: string, count: number): string =>
	String(digest(seed).readBigUInt64BE()).padStart(count, "7").slice(0, count);

/** ISO/IEC 7812: the last digit makes the Luhn sum right. */
function cardNumber(seed: string): string {
	const start = `4${digits(seed, 14)}`;
	const sum = [...start].reduce((total, digit, i) => {
		const n = Number(digit) * (i % 2 === 0 ? 2 : 1);
		return total + (n > 9 ? n - 9 : n);
	}, 0);
	return start + ((10 - (sum % 10)) % 10);
}

const DAY_MS = 86_400_000;
const KINDS: Readonly<Record<NonNullable<Place["kind"]>, (seed: string) => string>> = {
	word,
	picture: word,
	number: (seed) => digits(seed, 12).replace(/^0/, "9"),
	date: (seed) =>
		new Date(Date.UTC(2100, 0, 1) + (digest(seed).readUInt32BE() % 2_000_000) * DAY_MS).toISOString().slice(0, 10),
	card: cardNumber,
};

function waysOf({ html = "", head, setup, act, later, keys, set, location }: Place): readonly Way[] {
	if (head !== undefined || location !== undefined) return ["loaded"];
	if (act || later || keys) return ["done"];
	if (set) return /^[a-z:][\w:.-]*$/.test(set.name) ? ["loaded", "inserted", "set"] : ["loaded", "inserted"];
	return html === "" && setup ? ["loaded"] : ["loaded", "inserted"];
}

export function makeScene(mode: Mode, around: Around, all: readonly Place[] = places): Scene {
	const name = `${mode}-${around}`;
	const plants: Plant[] = [];
	// A picture is known by its size, which no other scene has: the last of what one page sends may come after it.
	const tall = 31 + 16 * (MODES.indexOf(mode) * AROUNDS.length + AROUNDS.indexOf(around));
	for (const place of all) {
		if (place.page && around !== "nothing") continue;
		for (const way of waysOf(place)) {
			const n = plants.length;
			const canary = KINDS[place.kind ?? "word"](`${name} ${place.at} ${way}`);
			const picture = place.kind === "picture" && { width: 101 + (n % 211), height: tall + Math.floor(n / 211) };
			const expectation = expected(place.nature, mode, around);
			plants.push({ id: `p${n}`, place, way, canary, expectation, ...(picture && { picture }) });
		}
	}
	const controls = ["first", "changed", "again", "last"].map((step) => word(`${name} control ${step}`));
	return { name, mode, around, plants, controls };
}

/**
 * Each mode with each marking that changes anything in it, in the mode where it says most. Left out are a mask below
 * `strict`, which masks alike what it masks anyway, an unmask below `marked-only`, where nothing is masked, and an ignored
 * part in more modes than one: it is not walked at all, so the mode that shows most would show a leak first.
 */
const AROUND: Readonly<Record<Mode, readonly Around[]>> = {
	strict: ["nothing", "unmask"],
	inputs: ["nothing", "unmask", "mask"],
	"marked-only": ["nothing", "mask", "ignore"],
};

export const scenes: readonly Scene[] = MODES.flatMap((mode) => AROUND[mode].map((around) => makeScene(mode, around)));

/** The same marking said in three ways: by attribute, by class, by the site's own selector. */
const MARKED: Readonly<Record<Mode, Readonly<Record<Around, string>>>> = {
	strict: {
		nothing: "",
		unmask: 'data-alongside="unmask"',
		mask: 'data-alongside="mask"',
		ignore: 'data-alongside="ignore"',
	},
	inputs: {
		nothing: "",
		unmask: 'class="alongside-unmask"',
		mask: 'class="alongside-mask"',
		ignore: 'class="alongside-ignore"',
	},
	"marked-only": {
		nothing: "",
		unmask: 'class="alongside-unmask"',
		mask: 'class="by-site-mask"',
		ignore: 'class="by-site-ignore"',
	},
};

const svg = (text: string): string =>
	`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="9"><text y="8">${text}</text></svg>`;

function fill({ id, canary, picture }: Plant, text = ""): string {
	return text
		.replaceAll("BASE64-SVG", () => Buffer.from(svg(canary)).toString("base64"))
		.replaceAll("ESCAPED", () => [...canary].map((c) => `\\${c.charCodeAt(0).toString(16)} `).join(""))
		.replaceAll("CANARY", canary)
		.replaceAll("UNIQUE", `u-${id}`)
		.replaceAll("WIDTH", String(picture?.width))
		.replaceAll("HEIGHT", String(picture?.height));
}

const quoted = (text: string): string => `"${text.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;

/** The markup of a plant: with its attribute, unless that comes later. */
function markupOf(plant: Plant): string {
	const { place, way } = plant;
	const { set, html } = place;
	const attribute = set ? `data-at${way === "set" ? "" : ` ${set.name}=${quoted(fill(plant, set.value))}`}` : "";
	return fill(
		plant,
		html?.replace("ATTRIBUTE", () => attribute),
	);
}

/** A call in the page that runs a plant's script on its place and notes what goes wrong. */
const step = ({ id }: Plant, script: string): string => `plant(${JSON.stringify(id)}, (at, el) => { ${script} });`;

/** What the scripts of a page stand on. `failures` are plants that could not be planted: the run proves nothing then. */
const PLANT = `globalThis.failures ??= [];
globalThis.plant ??= (id, run) => {
	const at = document.getElementById(id) ?? document.body;
	try { run(at, at.firstElementChild); } catch (error) { failures.push(id + ": " + error); }
};`;

/** The page of a scene; `tag` is the widget's own script element, `marking` what is said of the part with the plants. */
export function pageOf(scene: Scene, tag: string, marking = MARKED[scene.mode][scene.around]): string {
	const { plants, controls } = scene;
	const head = plants.map((plant) => fill(plant, plant.place.head)).join("\n");
	const body = plants
		.filter(({ place }) => !place.page)
		.map((plant) => `<div id="${plant.id}">${plant.way === "inserted" ? "" : markupOf(plant)}</div>`)
		.join("\n");
	const setup = plants
		.filter(({ way, place }) => place.setup && way !== "inserted")
		.map((plant) => step(plant, fill(plant, plant.place.setup)))
		.join("\n");
	return `<!doctype html><html lang="en"><head><meta charset="utf-8">${head}<title>Page</title></head>
<body><p class="alongside-unmask" id="control">${controls[0]}</p>
<div style="position:fixed;top:0;left:0;width:300px;height:30px"><div class="armed"><p class="by-ancestor" id="source"></p></div><textarea class="alongside-ignore" id="copied"></textarea></div>
<section ${marking}>${body}</section>
<script>${PLANT}\n${setup}</script>${tag}</body></html>`;
}

/** Where the page of a scene lies on its site. */
export const pathOf = ({ name, plants }: Scene): string =>
	`/scene/${name}${plants
		.flatMap((plant) => (plant.place.location ? [fill(plant, plant.place.location)] : []))
		.sort((a, b) => b.charCodeAt(0) - a.charCodeAt(0))
		.join("")}`;

/** What the page does while it is watched, in two turns: the body of a function that returns what failed. */
export function turns({ plants, controls }: Scene, can: (plant: Plant) => boolean): [string, string] {
	const first: string[] = [];
	const second: string[] = [];
	for (const plant of plants.filter(can)) {
		const { way, place } = plant;
		if (way === "inserted") {
			const html = `at.innerHTML = ${JSON.stringify(markupOf(plant))};`;
			first.push(step(plant, `${html} el = at.firstElementChild; ${fill(plant, place.setup)}`));
		} else if (way === "set" && place.set) {
			const { name, value } = place.set;
			const call = `at.querySelector("[data-at]").setAttribute(${JSON.stringify(name)}, ${JSON.stringify(fill(plant, value))})`;
			first.push(step(plant, call));
		} else if (place.act) first.push(step(plant, fill(plant, place.act)));
		if (place.later) second.push(step(plant, fill(plant, place.later)));
	}
	const tell = (control: string | undefined) =>
		`document.getElementById("control").textContent = ${JSON.stringify(control)}; return failures.splice(0);`;
	return [`${PLANT}\n${first.join("\n")}\n${tell(controls[2])}`, `${second.join("\n")}\n${tell(controls[3])}`];
}

/** An expression for what a plant's keys go to. */
export const focusOf = (plant: Plant): string =>
	`((at) => { const el = at.firstElementChild; return ${fill(plant, plant.place.keys)}; })(document.getElementById("${plant.id}"))`;
