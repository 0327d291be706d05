/** The names that the build shortens: none that the platform or an embedder knows. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { shortened } from "../../../properties.mjs";
import { useLab } from "./harness.ts";

const lab = useLab();

test("no name that the build shortens is one of the browser's", async () => {
	const { mangleProps } = await shortened("widget/src/capture.ts");
	const { page } = await lab.page("<p>");
	const known = (await page.evaluate(`(() => {
		const names = new Set();
		for (const global of Object.getOwnPropertyNames(globalThis)) {
			names.add(global);
			const value = globalThis[global];
			for (const owner of [value, value?.prototype])
				if (owner instanceof Object) for (const name of Object.getOwnPropertyNames(owner)) names.add(name);
		}
		return [...names];
	})()`)) as string[];
	assert(known.includes("getBoundingClientRect"), "members of prototypes are among them");
	assert.deepEqual(
		known.filter((name) => mangleProps.test(name)),
		[],
	);
});

test("what embedders and the server name keeps its name; much of what is ours alone does not", async () => {
	const { mangleProps } = await shortened("widget/src/capture.ts");
	for (const file of ["capture.ts", "policy.ts"]) {
		const source = await readFile(new URL(`../../src/${file}`, import.meta.url), "utf8");
		for (const [, name = ""] of source.matchAll(/^\t(\w+)\??[:(]/gm)) assert(!mangleProps.test(name), name);
	}
	for (const table of ["ignore", "mask", "unmask", "hidden", "redact", "textbox"])
		assert(!mangleProps.test(table), table);
	for (const ours of ["rememberPassword", "touchAttribute", "masks"]) assert(mangleProps.test(ours), ours);
});
