/** Starts the real binary as `alongside demo --json` on free ports and ends it again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, readlink } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export type Demo = {
	shop: string;
	console: string;
	agent: { email: string; password: string };
	/** A second agent of the same company. */
	colleague: { email: string; password: string };
	process: ChildProcess;
	/** What the program wrote to its log so far. */
	log(): string;
	stop(): Promise<void>;
};

export async function startDemo(args: string[] = []): Promise<Demo> {
	const child = spawn(`${root}/bin/alongside`, ["demo", "--json", "--listen", "127.0.0.1:0", ...args], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let log = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		log += text;
	});
	const line = await new Promise<string>((resolve, reject) => {
		createInterface({ input: child.stdout }).once("line", resolve);
		child.once("exit", (code) => reject(new Error(`alongside demo ended with ${code}:\n${log}`)));
	});
	const ready = JSON.parse(line) as Pick<Demo, "shop" | "console" | "agent" | "colleague">;
	return {
		...ready,
		process: child,
		log: () => log,
		async stop() {
			if (child.exitCode !== null) return;
			child.kill("SIGTERM");
			const kill = setTimeout(() => child.kill("SIGKILL"), 15_000);
			await once(child, "exit");
			clearTimeout(kill);
		},
	};
}

/** All bytes that the program has on disk now. */
export async function dataBytes(demo: Demo): Promise<Buffer> {
	const open = await readdir(`/proc/${demo.process.pid}/fd`);
	const files = await Promise.all(open.map((fd) => readlink(`/proc/${demo.process.pid}/fd/${fd}`).catch(() => "")));
	const database = files.find((file) => file.endsWith(".db"));
	if (!database) throw new Error("no database is open");
	const folder = dirname(database);
	return Buffer.concat(await Promise.all((await readdir(folder)).map((file) => readFile(`${folder}/${file}`))));
}
