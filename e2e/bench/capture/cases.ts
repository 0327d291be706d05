/** What is measured: a page, what is done in it, and the goal for ours. */
import type { Bench, Measured } from "./lab.ts";

export type Case = {
	name: string;
	page: string;
	/** Undefined: the snapshot itself. */
	act?: (bench: Bench) => Promise<unknown>;
	/** Times the floor that ours may cost; or what it may cost above it, ms. */
	goal: { timesFloor: number } | { aboveCSSFloorMS: number };
	/** Fewer for large pages, which take long and vary little. */
	rounds: number;
};

const step = (name: string) => (bench: Bench) => bench.evaluate(`__bench.run("${name}")`);

const TYPED = "where is my order number 1234 it should have come yesterday";

/** Into a field, an area and an editor, key by key. */
async function type(bench: Bench): Promise<void> {
	for (const id of ["input", "area", "editor"]) {
		await bench.evaluate(`document.getElementById("${id}").focus()`);
		for (const text of TYPED) {
			await bench.session.send("Input.dispatchKeyEvent", { type: "keyDown", text, key: text });
			await bench.session.send("Input.dispatchKeyEvent", { type: "keyUp", key: text });
		}
	}
}

const large = { timesFloor: 3 };

export const snapshots: Case[] = [
	{ name: "snapshot, 600 elements", page: "/600", goal: { aboveCSSFloorMS: 5 }, rounds: 5 },
	{ name: "snapshot, 600 elements, Bootstrap-sized CSS", page: "/600-css", goal: { aboveCSSFloorMS: 5 }, rounds: 5 },
	{ name: "snapshot, 20,000 elements", page: "/20000", goal: { timesFloor: 2 }, rounds: 3 },
	{ name: "snapshot, 60,000 elements", page: "/60000", goal: { timesFloor: 2 }, rounds: 2 },
];

/** In this order in one page each; the tool has taken its snapshot before. */
export const interactions: Case[] = [
	{ name: "three sorts of 10,000 rows", page: "/table", act: step("sorts"), goal: large, rounds: 3 },
	{ name: "10,000 rows rendered again, twice", page: "/table", act: step("rerender"), goal: large, rounds: 3 },
	{ name: "500 nodes moved, 10 times", page: "/app", act: step("moves"), goal: large, rounds: 3 },
	{ name: "typing 177 characters", page: "/app", act: type, goal: large, rounds: 3 },
	{ name: "attribute storm", page: "/app", act: step("attributes"), goal: large, rounds: 3 },
	{ name: "text storm", page: "/app", act: step("texts"), goal: large, rounds: 3 },
	{ name: "added and removed again", page: "/app", act: step("nothing"), goal: large, rounds: 3 },
];

export type Sample = { case: Case; tool: string; measured: Measured };
