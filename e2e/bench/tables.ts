/** Prints what leaves under each tool's masking, and what ours and rrweb show exactly: the tables of docs, in one run. */
import { corpus } from "../fidelity/corpus.ts";
import { fidelityTable, lostOf } from "../fidelity/table.ts";
import { leakTable } from "../leaks/peers.ts";

const began = performance.now();
console.log(`canaries that left, ${new Date().toISOString().slice(0, 10)}`);
console.table(await leakTable());
const rows = await fidelityTable();
console.table(rows);
const [pages, hard] = [rows.slice(0, corpus.length), rows.slice(corpus.length)].map((some) => ({
	of: some.length,
	...lostOf(some),
}));
console.log("lost of the pages by others:", pages, "of the hard cases:", hard);
console.log(`${Math.round((performance.now() - began) / 1000)} s`);
