import { leakTable } from "./peers.ts";

const t = performance.now();
console.table(await leakTable(process.argv[2]));
console.log(performance.now() - t);
