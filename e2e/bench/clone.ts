/** From `git clone` to a page on the agent's screen, with empty caches of Go and npm. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { launch, liveSession } from "../support/browser.ts";
import { type Demo, root } from "../support/demo.ts";

export async function clone(): Promise<{ builtSeconds: number; shownSeconds: number }> {
	const folder = mkdtempSync(`${tmpdir()}/alongside-clone-`);
	const env = {
		...process.env,
		GOCACHE: `${folder}/go-build`,
		GOMODCACHE: `${folder}/go-mod`,
		GOFLAGS: `${process.env.GOFLAGS ?? ""} -modcacherw`.trim(),
		npm_config_cache: `${folder}/npm`,
	};
	const start = performance.now();
	const seconds = () => Math.round((performance.now() - start) / 100) / 10;
	execFileSync("git", ["clone", "-q", root, `${folder}/alongside`]);
	execFileSync("make", ["build"], { cwd: `${folder}/alongside`, env, stdio: "ignore" });
	const child = spawn("bin/alongside", ["demo", "--json", "--listen", "127.0.0.1:0"], {
		cwd: `${folder}/alongside`,
		stdio: ["ignore", "pipe", "ignore"],
	});
	const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
	const builtSeconds = seconds();
	const browser = await launch();
	try {
		await liveSession(browser, browser, { ...JSON.parse(line), process: child } as Demo);
		return { builtSeconds, shownSeconds: seconds() };
	} finally {
		await browser.close();
		child.kill();
		await rm(folder, { recursive: true, force: true });
	}
}
