/** Starts the real binary as `alongside serve` on a data folder of its own, empty or set up, and ends it again. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "./browser.ts";
import { root } from "./demo.ts";

const program = `${root}/bin/alongside`;

export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	assert(typeof address === "object" && address);
	return address.port;
}

export type Service = {
	/** Origin of console and API. */
	console: string;
	/** Origin of the visitors' side, as pages name it. */
	data: string;
	process: ChildProcess;
	/** What it printed for its operator. */
	printed(): string;
	log(): string;
	stop(): Promise<void>;
};

export type Company = {
	tenant: string;
	site: string;
	origins: string[];
	email: string;
	name: string;
	password: string;
};

/**
 * Serves from an empty data folder, or one that `alongside setup` has prepared. Returns the key of the first company's
 * site then.
 */
export async function startService(
	company?: Company,
	args: string[] = [],
	others: Company[] = [],
): Promise<Service & { site: string }> {
	const data = await mkdtemp(join(tmpdir(), "alongside-e2e-"));
	let site = "";
	for (const each of company ? [company, ...others] : []) {
		const { tenant, site: name, origins, email, name: who, password } = each;
		const { stdout } = await promisify(execFile)(
			program,
			["setup", "--data", data, "--tenant", tenant, "--site", name, "--origins", origins.join(",")].concat([
				...["--email", email, "--name", who],
			]),
			{ env: { ...process.env, ALONGSIDE_PASSWORD: password } },
		);
		site ||= /\bsite_\w+/.exec(stdout)?.[0] ?? "";
		assert(site, `setup names the site's key in:\n${stdout}`);
	}
	const port = await freePort();
	const child = spawn(program, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, ...args], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let log = "";
	let printed = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		log += text;
	});
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		printed += text;
	});
	const origin = `http://127.0.0.1:${port}`;
	await until("the service to answer", async () => {
		assert(child.exitCode === null, log);
		return (await fetch(`${origin}/healthz`)).ok;
	});
	return {
		console: origin,
		data,
		site,
		process: child,
		printed: () => printed,
		log: () => log,
		async stop() {
			if (child.exitCode === null) {
				child.kill("SIGTERM");
				const kill = setTimeout(() => child.kill("SIGKILL"), 15_000);
				await once(child, "exit");
				clearTimeout(kill);
			}
			await rm(data, { recursive: true, force: true });
		},
	};
}

/** All bytes in the data folder, but for the master key. */
export async function storedBytes({ data }: Service): Promise<Buffer> {
	const files = (await readdir(data, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
	const kept = files.filter(({ name }) => name !== "master.key");
	return Buffer.concat(await Promise.all(kept.map((file) => readFile(join(file.parentPath, file.name)))));
}
