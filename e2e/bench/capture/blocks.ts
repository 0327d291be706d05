/**
 * The longest a tool holds the page's thread at a stretch, from Chromium's trace: in each task the calls into the tool's
 * scripts and the microtasks, in thread time (so that another process on the CPU does not count).
 */

/** Scripts under this path are a tool's. */
export const TOOL_PATH = "/tool/";
export const TRACE_CATEGORIES = ["-*", "devtools.timeline", "toplevel"];

type Event = {
	name: string;
	ph: string;
	pid: number;
	tid: number;
	ts: number;
	dur?: number;
	tdur?: number;
	args?: { data?: { url?: string } };
};

export type Blocks = {
	/** A tool's, ms. */
	blockMS: number;
	/** Of the page's thread, whoever it was, laying out and drawing included, ms. */
	taskMS: number;
};

export function longestBlocks(trace: Buffer, pid: number): Blocks {
	const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: Event[] };
	const events = traceEvents.filter((event) => event.ph === "X" && event.pid === pid && event.tid === pid);
	// Outer events first where both begin at once.
	events.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
	const longest: Blocks = { blockMS: 0, taskMS: 0 };
	let inTask = 0;
	let taskEnd = 0;
	let countedEnd = 0;
	for (const { name, ts, dur = 0, tdur = 0, args } of events) {
		if (name.endsWith("RunTask") && ts >= taskEnd) {
			taskEnd = ts + dur;
			inTask = 0;
			longest.taskMS = Math.max(longest.taskMS, tdur / 1000);
		}
		const isTools = name === "FunctionCall" && args?.data?.url?.includes(TOOL_PATH) === true;
		if (!(isTools || name === "RunMicrotasks") || ts < countedEnd) continue;
		countedEnd = ts + dur;
		inTask += tdur / 1000;
		longest.blockMS = Math.max(longest.blockMS, inTask);
	}
	return longest;
}
