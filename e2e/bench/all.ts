/** Prints the figures of docs/benchmarks.md that need browsers. `all.ts clone` measures a fresh clone as well. */
import { bytes } from "./bytes.ts";
import { chat } from "./chat.ts";
import { clone } from "./clone.ts";
import { latency } from "./latency.ts";

console.table(bytes());
const { median, p99, ownFrame } = await latency();
console.log(
	`DOM change to the agent's pixels: median ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; ` +
		`a change to the page's own pixels: median ${ownFrame.toFixed(1)} ms, so ${(median / ownFrame).toFixed(2)} times that`,
);
const message = await chat();
console.log(
	`a message from Enter to the agent's page, stored on the way: median ${message.median.toFixed(1)} ms, p99 ${message.p99.toFixed(1)} ms`,
);
if (process.argv.includes("clone")) {
	const { builtSeconds, shownSeconds } = await clone();
	console.log(
		`git clone with empty caches: demo ready after ${builtSeconds} s, page on the agent's screen after ${shownSeconds} s`,
	);
}
