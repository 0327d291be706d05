/** The board as a manager watches it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { says, useConsole } from "../ui/browser.ts";
import { busyBoard } from "./samples.ts";
import { ReviewServer } from "./server.ts";

const server = new ReviewServer();
const open = useConsole(server);
let page: Page;

async function visit(): Promise<void> {
	page = await open();
	await page.goto(`${server.origin}/board`);
}
const tile = (name: string) => page.locator(".tile", { has: page.getByText(name, { exact: true }) }).locator("dd");
const rows = (title: string) => page.getByRole("region", { name: title }).locator(".board-row");

test("who waits longest stands on top; agents with status and load; only rooms with somebody in them", async () => {
	server.state.board = busyBoard();
	await visit();
	await rows("Waiting").first().waitFor();
	assert.deepEqual(await rows("Waiting").evaluateAll((all) => all.map((row) => row.getAttribute("data-room"))), [
		"w2",
		"w1",
	]);
	await rows("Waiting").getByText("Offered to Grace Hopper").waitFor();
	await says(tile("Longest wait"), /^5:1\d$/);
	await says(tile("Waiting"), "2");
	await says(tile("Available"), "2");
	await says(tile("Away"), "1");
	await says(tile("Being helped"), "2");
	await says(rows("Agents").first(), /^Grace Hopper3 of 3 visitors.*Available$/);
	await says(rows("Agents").last(), /Ada Lovelace.*Away$/);
	const live = rows("Being helped");
	assert.equal(await live.count(), 2);
	await says(live.first(), /Mia Wallner.*Agents: Grace HopperIn session12:3\d/);
});

test("changes show by themselves; a lost server is said, and the last board stays", async () => {
	await visit();
	await page.getByText("Nobody is waiting.").waitFor();
	server.state.board = busyBoard();
	await rows("Waiting").nth(1).waitFor();
	server.state.failing.add("GET /board");
	await page.getByText("Reconnecting…").waitFor();
	assert.equal(await rows("Waiting").count(), 2);
	server.state.failing.clear();
	server.state.board = { ...busyBoard(), waiting: [] };
	await page.getByText("Nobody is waiting.").waitFor();
	assert.equal(await page.locator(".stream").getAttribute("data-on"), "true");
});

test("the board is asked for while it is looked at, and no longer", async () => {
	await visit();
	await page.getByText("Nobody is waiting.").waitFor();
	await page.getByRole("link", { name: "Reports" }).click();
	await page.getByRole("heading", { name: "Reports" }).waitFor();
	const before = server.asked("GET /board").length;
	await page.waitForTimeout(4000);
	assert.equal(server.asked("GET /board").length, before);
});

test("a manager joins a room", async () => {
	server.state.board = busyBoard();
	await visit();
	await page.getByText("When you join, the visitor is told").waitFor();
	await page.getByRole("link", { name: "Join the conversation with Mia Wallner" }).click();
	await page.waitForURL(`${server.origin}/rooms/l1`);
	await assert.doesNotReject(async () => {
		for (let i = 0; i < 40 && server.asked("POST /joins").length === 0; i++) await page.waitForTimeout(50);
		assert.deepEqual(server.calls.find(({ call }) => call === "POST /joins")?.body, { room: "l1" });
	});
});

test("an agent has no board", async () => {
	server.state.role = "agent";
	await visit();
	await page.getByText("There is nothing at this address.").waitFor();
	assert.equal(server.asked("GET /board").length, 0);
});
