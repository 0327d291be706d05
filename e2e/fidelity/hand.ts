/** What a page is tried with, and the few things that a person or a script does to it in any browser. */

export type Hand = {
	/** Runs a function in the page. */
	run(act: () => unknown): Promise<void>;
	click(selector: string): Promise<void>;
	hover(selector: string): Promise<void>;
	/** Types into what has the focus. */
	type(text: string): Promise<void>;
	press(key: string): Promise<void>;
	/** Presses the mouse at a point, moves it and lets it go, CSS px in the viewport. */
	drag(from: readonly [number, number], to: readonly [number, number]): Promise<void>;
	/** Goes to another page of the trial. */
	goto(path: string): Promise<void>;
	back(): Promise<void>;
	forward(): Promise<void>;
	/** The visitor's system prefers these colours from now on. */
	prefer(scheme: "light" | "dark"): Promise<void>;
};

export type Step = (hand: Hand) => Promise<void>;

export type File = { type: string; body: string | Buffer };

/** A page and what is done to it; compared before the first step and after each. */
export type Trial = {
	/** For hard cases as in docs/fidelity.md. */
	name: string;
	html: string;
	/** What the page loads, by path below its own. */
	files?: Readonly<Record<string, File>>;
	steps: readonly Step[];
	/** Why the mirror does not show it; the test then holds that it is so. */
	lost?: string;
};

/** A step that is a script of the page. */
export const script =
	(act: () => unknown): Step =>
	(hand) =>
		hand.run(act);

export const click =
	(selector: string): Step =>
	(hand) =>
		hand.click(selector);

/** Where a trial's page is served. */
export const pathOf = ({ name }: { name: string }): string =>
	`/${name
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "")}/`;

/** A page in the common clothes: fonts and margins that leave room, no blinking caret. */
export const page = (content: string, { doctype = "<!doctype html>", html = 'lang="en"' } = {}): string =>
	`${doctype}<html ${html}><meta charset="utf-8"><title>Trial</title><style>
html { caret-color: transparent } body { margin: 20px; font: 16px/1.4 sans-serif }
.box { width: 120px; height: 60px; margin: 8px; background: #cde }
</style>${content}`;
