/** A visitor's page and its mirror side by side, whoever does the mirroring, and the walk through a trial. */
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { type Hand, pathOf, type Trial } from "./hand.ts";
import { compare, look, rest, type Seen } from "./look.ts";
import { type Pixels, pixelsOff } from "./pixels.ts";

export const VIEWPORT = { width: 1000, height: 700 };

export type Pair = {
	hand: Hand;
	/** Opens a page of the site. */
	open(path: string): Promise<void>;
	/** What both documents show now, the visitor's first. */
	looks(): Promise<readonly [Seen, Seen]>;
	/** A function of both documents, the visitor's first. */
	both<T>(read: (doc: Document) => T): Promise<readonly [T, T]>;
	/** Both as pictures of the viewport. */
	pictures(): Promise<readonly [Buffer, Buffer]>;
	/** How many pixels of 1 may differ besides, where a browser does not draw the same page the same twice. */
	mayDiffer?: number;
	close(): Promise<void>;
};

/** How one moment of a trial compares. */
export type Moment = {
	/** How many nodes of 1 are as they should be. */
	dom: number;
	/** How many pixels of 1 are not. */
	off: number;
	told: string[];
};

/** How long the later moments of a lost trial may take. */
const LOST_MS = 500;
/** How long what is to be clicked may take to be there. */
const HAND_MS = 20_000;

export const PIXELS_OFF = 0.001;
export const isLost = ({ dom, off }: Moment): boolean => dom < 1 || off > PIXELS_OFF;

/** Reads a document at rest, as an expression for a page; `document` is an expression too. */
export const lookAt = (document: string): string =>
	`((doc) => { (${rest})(doc); return (${look})(doc); })(${document})`;

/**
 * Goes through a trial and compares the sides before the first step and after each. A moment is given `patienceMs` to
 * become equal, less once the trial is lost anyway. Throws where a step changes nothing on the visitor's own side: it would prove nothing.
 */
export async function walk(pair: Pair, trial: Trial, patienceMs: number): Promise<Moment[]> {
	await pair.open(pathOf(trial));
	const moments: Moment[] = [];
	let before = "";
	for (const [i, step] of [async () => {}, ...trial.steps].entries()) {
		await step(pair.hand);
		const { moment, page } = await agree(
			pair,
			moments.some(isLost) ? LOST_MS : patienceMs,
			`${pathOf(trial).slice(1, -1)}-${i}`,
		);
		if (page === before) throw new Error(`step ${i} of "${trial.name}" changes nothing to see`);
		before = page;
		moments.push(moment);
	}
	return moments;
}

async function agree(pair: Pair, patienceMs: number, name: string): Promise<{ moment: Moment; page: string }> {
	const end = performance.now() + patienceMs;
	for (;;) {
		const [page, mirror] = await pair.looks();
		const { nodes, wrong, told } = compare(page, mirror);
		const isLast = performance.now() > end;
		if (wrong > 0 && !isLast) {
			await sleep(60);
			continue;
		}
		const pictures = await pair.pictures();
		const pixels = pixelsOff(...pictures);
		const moment = {
			dom: Math.max(0, 1 - wrong / nodes),
			off: Math.max(0, pixels.share - (pair.mayDiffer ?? 0)),
			told,
		};
		if (isLost(moment) && !isLast) {
			await sleep(150);
			continue;
		}
		keep(name, pictures, pixels);
		return { moment, page: JSON.stringify(page) + pictures[0].toString("base64") };
	}
}

/** Keeps the pictures for people to look at, where FIDELITY_PICTURES names a folder. */
function keep(name: string, pictures: readonly [Buffer, Buffer], pixels: Pixels): void {
	const folder = process.env.FIDELITY_PICTURES;
	if (!folder) return;
	mkdirSync(folder, { recursive: true });
	for (const [side, picture] of Object.entries({ page: pictures[0], mirror: pictures[1], diff: pixels.picture() }))
		writeFileSync(`${folder}/${name}-${side}.png`, picture);
}

/** A visitor's hand in Chromium. */
export function handOf(page: Page, origin: string): Hand {
	const { mouse } = page;
	return {
		run: async (act) => void (await page.evaluate(`(async () => void (await (${act})()))()`)),
		click: (selector) => page.click(selector, { timeout: HAND_MS }),
		hover: (selector) => page.hover(selector, { timeout: HAND_MS }),
		type: (text) => page.keyboard.type(text),
		press: (key) => page.keyboard.press(key),
		async drag(from, to) {
			await mouse.move(...from);
			await mouse.down();
			await mouse.move(...to, { steps: 3 });
			await mouse.up();
		},
		goto: async (path) => void (await page.goto(origin + path)),
		back: async () => void (await page.goBack()),
		forward: async () => void (await page.goForward()),
		prefer: (colorScheme) => page.emulateMedia({ colorScheme }),
	};
}

/** A picture of the viewport, taken without touching the page. */
export const pictureOf = (page: Page): Promise<Buffer> =>
	page.screenshot({ caret: "initial", animations: "allow", clip: { x: 0, y: 0, ...VIEWPORT } });
