import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Flag, inflate, Kind } from "../../../wire/wire.ts";
import { askForHelp, bar, beSeen, endChat, launcher, panel, shut, until, visit } from "./harness.ts";

after(shut);

test("nothing is requested, stored or sent before the visitor asks for help", async () => {
	const { page, server, context, done } = await visit();
	await launcher(page).waitFor();
	await page.waitForTimeout(1300);
	assert.deepEqual(
		server.requests.filter((request) => !request.endsWith("/favicon.ico")),
		["GET /", "GET /widget.js"],
	);
	const stored = await page.evaluate(async () => ({
		local: localStorage.length,
		session: sessionStorage.length,
		databases: (await indexedDB.databases()).length,
		caches: (await caches.keys()).length,
		workers: (await navigator.serviceWorker.getRegistrations()).length,
		cookie: document.cookie,
	}));
	assert.deepEqual(stored, { local: 0, session: 0, databases: 0, caches: 0, workers: 0, cookie: "" });
	assert.deepEqual(await context.cookies(), []);
	await done();
});

test("from the click to the code, the question, the bar and the end", async () => {
	const { page, server, done } = await visit();
	const states = page.evaluate(
		() =>
			new Promise<string[]>((resolve) => {
				const states: string[] = [];
				const api = window.Alongside;
				if (!api || Array.isArray(api)) throw new Error("no widget");
				api.on("state", (state) => {
					states.push(state);
					if (state === "ended") resolve(states);
				});
			}),
	);
	await askForHelp(page, server);
	assert.equal(
		await panel(page)
			.locator(".code")
			.textContent()
			.then((text) => text?.replace(/\s/g, "")),
		"482913",
	);
	assert.match((await panel(page).locator(".life").textContent()) ?? "", /20 minutes/);
	// req 001-25: until the policy is known, the server learns nothing of the page but its origin.
	const entry = server.calls.find(([path]) => path === "rooms")?.[1];
	assert.deepEqual(entry?.page, { url: `${server.origin}/`, title: "", visible: true, focused: true });

	server.ask("Mina");
	const question = page.getByRole("alertdialog", { name: "Mina would like to see this page" });
	await question.waitFor();
	assert.equal(await question.evaluate((node) => (node.getRootNode() as ShadowRoot).activeElement === node), true);
	await page.keyboard.press("Enter");
	await page.keyboard.press("Space");
	assert.deepEqual(server.tab.of(Kind.consent), []);
	await page.waitForTimeout(450);
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	const grant = await until("a grant", () => server.tab.of(Kind.consent)[0]);
	assert.deepEqual(grant.json, { what: "view", act: "grant", member: 2, text: "view/1", lang: "en" });
	await bar(page).getByText("Mina sees this page").waitFor();
	await until("a snapshot", () => server.tab.of(Kind.snapshot).length === 1);

	await endChat(page);
	await page.getByRole("dialog", { name: "Session ended" }).waitFor();
	const acts = await until("the last words", () => server.tabs.find((tab) => tab.of(Kind.bye).length > 0));
	assert.equal(acts.of(Kind.bye)[0]?.json?.code, 4410);
	assert.deepEqual(await states, ["connecting", "waiting", "asking", "live", "ended"]);
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	assert.deepEqual(await page.evaluate(() => Reflect.get(window, "captureCalls")), ["start", "stop"]);
	await page.getByRole("button", { name: "Skip" }).click();
	await launcher(page).waitFor();
	await done();
});

test("the real capture engine sends the page, and nothing of the widget", async () => {
	const { page, server, done } = await visit();
	await page.route("**/widget/capture.js*", async (route) => {
		const response = await fetch(`${server.origin}/widget/capture-engine.js`);
		await route.fulfill({ contentType: "text/javascript", body: await response.text() });
	});
	await beSeen(page, server, "Wilhelmina");
	await until("a whole snapshot", () => server.tab.of(Kind.snapshot).some((frame) => frame.flags & Flag.last));
	await page.evaluate(() => document.querySelector("main")?.append("A cactus, too"));
	await until("a diff", () => server.tab.of(Kind.diff).length > 0);
	await page.waitForTimeout(300);
	const frames = server.tab.frames.filter(({ kind }) => kind === Kind.snapshot || kind === Kind.diff);
	const bodies = frames.map(async (frame) => Buffer.from(await inflate(frame)));
	const sent = Buffer.concat(await Promise.all(bodies)).toString();
	for (const shown of ["House plants", "A cactus, too"]) assert.ok(sent.includes(shown), shown);
	for (const own of ["Wilhelmina", "alongside-help", "Pause", "482913"]) assert.ok(!sent.includes(own), own);
	await bar(page).getByRole("button", { name: "What is hidden?" }).click();
	assert.equal((await page.locator(".info dd").allInnerTexts()).length, 3);
	await done();
});
