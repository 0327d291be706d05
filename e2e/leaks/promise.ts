/**
 * What is promised of a text, by what it is and what the page and its site say about it. This table is all that the suite
 * knows about masking: it imports nothing of the program, so an error there cannot hide here.
 */

export type Mode = "strict" | "inputs" | "marked-only";
export const MODES: readonly Mode[] = ["strict", "inputs", "marked-only"];

/** What stands around the places of a page: nothing, or one marking above them all. */
export type Around = "nothing" | "unmask" | "mask" | "ignore";
export const AROUNDS: readonly Around[] = ["nothing", "unmask", "mask", "ignore"];

/**
 * `never`: no byte of it leaves the page. `may`: nobody is promised anything. `must`: the agent has to see it, or the
 * mirror would show another page than the visitor's.
 */
export type Expectation = "never" | "may" | "must";

type Promised = {
	strict: Expectation;
	inputs: Expectation;
	"marked-only": Expectation;
	/** Below an unmask marking, whatever the mode. */
	unmask: Expectation;
	/** Below a mask or an ignore marking, whatever the mode. */
	hidden: Expectation;
};

const always = (expectation: Expectation): Promised => ({
	strict: expectation,
	inputs: expectation,
	"marked-only": expectation,
	unmask: expectation,
	hidden: expectation,
});

const PROMISES = {
	/** What the page shows to be read. */
	text: { strict: "never", inputs: "must", "marked-only": "must", unmask: "must", hidden: "never" },
	/** Text that describes or is not seen at first: other attributes that a person reads, closed parts, fallbacks. */
	described: { strict: "never", inputs: "may", "marked-only": "may", unmask: "may", hidden: "never" },
	/** Text that style sheets show. */
	styled: { strict: "never", inputs: "must", "marked-only": "must", unmask: "may", hidden: "never" },
	/** Text that style sheets keep without showing it, custom properties say. */
	kept: { strict: "never", inputs: "may", "marked-only": "may", unmask: "may", hidden: "never" },
	/** What a picture shows. */
	picture: { strict: "never", inputs: "must", "marked-only": "must", unmask: "may", hidden: "never" },
	/** What a field holds, whoever put it there: the visitor, the browser, the page. */
	entered: { strict: "never", inputs: "never", "marked-only": "must", unmask: "must", hidden: "never" },
	/** The same where no mirror needs it: a choice that is not made, a field that shows nothing. */
	offered: { strict: "never", inputs: "may", "marked-only": "may", unmask: "may", hidden: "never" },
	/** Names that a style sheet of the page selects by: without them the mirror could not lay the page out. */
	selected: { strict: "may", inputs: "must", "marked-only": "must", unmask: "may", hidden: "may" },
	/** Names that a style sheet gives to things of its own. */
	named: always("may"),
	/** Attributes that lay out, with something in them that no layout understands. */
	instruction: { strict: "never", inputs: "may", "marked-only": "may", unmask: "may", hidden: "never" },
	/** What nobody sees and no style sheet selects by: attributes, comments, data, code, templates. */
	unseen: always("never"),
	/** Addresses of what a page loads, links to, or sends its forms to. */
	address: always("never"),
	/** What a page does beside its document: console, errors, storage, messages, clipboard. */
	offPage: always("never"),
	/** Passwords, payment cards, one-time codes. */
	excluded: always("never"),
	/** Below a mask or ignore marking of its own, or gone into one before it could be sent. */
	marked: always("never"),
} as const satisfies Record<string, Promised>;

export type Nature = keyof typeof PROMISES;

export function expected(nature: Nature, mode: Mode, around: Around): Expectation {
	const promised: Promised = PROMISES[nature];
	if (around === "mask" || around === "ignore") return promised.hidden;
	return around === "unmask" ? promised.unmask : promised[mode];
}
