/**
 * docs/requirements.md lists, for every requirement row, the tests that name it (`// req 001-13`). This test holds the
 * list fresh; `UPDATE=1 npx tsx --test e2e/requirements.test.ts` writes it anew.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { root } from "./support/demo.ts";

const FILE = "docs/requirements.md";
const HEAD = `# Requirements and the tests that prove them

A row is done when a test that names it passes against the real program. Rows not listed are not done yet. This list is
written from the tests by \`UPDATE=1 npx tsx --test e2e/requirements.test.ts\`, and \`make test\` fails when it is stale.

| row | tests |
|---|---|
`;

test("docs/requirements.md is fresh", () => {
	const tests = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*_test.go", "*.test.ts"], { cwd: root })
		.toString()
		.trim()
		.split("\n");
	const rows = new Map<string, Set<string>>();
	for (const file of tests)
		for (const [, list] of readFileSync(`${root}/${file}`, "utf8").matchAll(/\/\/ req ((?:\d{3}-\d{2}[ ,]*)+)/gm))
			for (const row of list?.match(/\d{3}-\d{2}/g) ?? []) rows.set(row, (rows.get(row) ?? new Set()).add(file));
	const lines = [...rows].sort().map(
		([row, files]) =>
			`| ${row} | ${[...files]
				.sort()
				.map((f) => `\`${f}\``)
				.join(", ")} |\n`,
	);
	const fresh = HEAD + lines.join("");
	if (process.env.UPDATE) writeFileSync(`${root}/${FILE}`, fresh);
	assert.equal(readFileSync(`${root}/${FILE}`, "utf8"), fresh);
});
