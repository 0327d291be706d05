/** CPU time of a process, thread by thread, as Linux's scheduler counts it: ns on a CPU, whatever else runs beside. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Chromium's own recording of traces. */
const NOT_COUNTED = /^Perfetto/;

export type CPU = { totalMS: number; mainMS: number };

/** Adds up what each thread has used, also of those that have ended since they were last looked at. */
export class ProcessClock {
	readonly #pid: number;
	readonly #threads = new Map<string, number>();

	constructor(pid: number) {
		this.#pid = pid;
	}

	/** Since the process began. */
	read(): CPU {
		const tasks = existsSync(`/proc/${this.#pid}/task`) ? readdirSync(`/proc/${this.#pid}/task`) : [];
		for (const thread of tasks) {
			const path = `/proc/${this.#pid}/task/${thread}`;
			try {
				if (NOT_COUNTED.test(readFileSync(`${path}/comm`, "utf8"))) continue;
				// proc(5), schedstat: time on the CPU, time waiting for one, slices.
				const [ns] = readFileSync(`${path}/schedstat`, "utf8").split(" ");
				this.#threads.set(thread, Number(ns) / 1e6);
			} catch {
				// Ended between the two: what it had used before stays.
			}
		}
		let totalMS = 0;
		for (const ms of this.#threads.values()) totalMS += ms;
		return { totalMS, mainMS: this.#threads.get(String(this.#pid)) ?? 0 };
	}
}

export const since = (now: CPU, before: CPU): CPU => ({
	totalMS: now.totalMS - before.totalMS,
	mainMS: now.mainMS - before.mainMS,
});
