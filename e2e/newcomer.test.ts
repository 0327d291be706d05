/** What a newcomer does after `make run`, and what the two sides see of each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	allow,
	askForHelp,
	endConversation,
	inMirror,
	joinByCode,
	liveSession,
	mirrorShows,
	openShop,
	signIn,
	until,
	waitForPicture,
} from "./support/browser.ts";
import { startDemo } from "./support/demo.ts";
import { startWorld } from "./support/world.ts";

const world = startWorld();

// req 001-01 001-02 001-03 001-04 001-05 001-06 001-07
test("from Help to a page on the agent's screen, and back", async () => {
	const visitor = await openShop(world.browser, world.demo);
	const agent = await signIn(world.browser, world.demo);
	assert.notEqual(new URL(world.demo.shop).hostname, new URL(world.demo.console).hostname);

	await joinByCode(agent, await askForHelp(visitor));
	await visitor.page.getByText("Ada would like to see this page").waitFor();
	await agent.page.getByRole("heading", { name: "Waiting for the visitor to agree" }).waitFor();
	const asked = performance.now();
	await allow(visitor);
	await waitForPicture(agent);
	assert.ok(
		performance.now() - asked < 3000 + 500,
		"the page stands on the agent's screen within a second, times three",
	);
	const heading = await visitor.page.locator("h1").innerText();
	await mirrorShows(agent, heading);
	await visitor.page.getByText("Ada sees this page").waitFor();

	// Style sheets of the shop count on the agent's screen.
	const colour = (doc: Document) =>
		(doc.defaultView as Window).getComputedStyle(doc.querySelector("h1") as Element).color;
	const family = await visitor.page.locator("h1").evaluate((h) => getComputedStyle(h).fontFamily);
	await until("the shop's styles", () =>
		inMirror(
			agent,
			(doc, f) => (doc.defaultView as Window).getComputedStyle(doc.querySelector("h1") as Element).fontFamily === f,
			family,
		),
	);
	assert.equal(
		await inMirror(agent, colour),
		await visitor.page.locator("h1").evaluate((h) => getComputedStyle(h).color),
	);

	// Scrolling.
	await visitor.page.mouse.wheel(0, 600);
	await until("the scrolled page", () => inMirror(agent, (doc) => (doc.scrollingElement?.scrollTop ?? 0) > 500));
	await visitor.page.mouse.wheel(0, -600);

	// A dialog.
	await visitor.page
		.getByRole("button", { name: /quick view/i })
		.first()
		.click();
	await until("the open dialog", () => inMirror(agent, (doc) => doc.querySelector("dialog")?.open === true));
	await visitor.page.keyboard.press("Escape");
	await until("the closed dialog", () => inMirror(agent, (doc) => doc.querySelector("dialog")?.open === false));

	// The agent's cursor and click on the visitor's page, by name.
	const stage = agent.page.getByRole("application");
	const box = await stage.boundingBox();
	assert.ok(box);
	await agent.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	await agent.page.mouse.move(box.x + box.width / 3, box.y + box.height / 3);
	const cursor = visitor.page.locator(".cursors .cursor");
	await cursor.filter({ hasText: /^Ada$/ }).waitFor();
	await agent.page.mouse.down();
	await agent.page.mouse.up();
	await visitor.page.locator(".cursors .ring").waitFor();

	// The visitor's cursor on the agent's screen.
	await visitor.page.mouse.move(300, 300);
	await visitor.page.mouse.move(320, 310);
	await agent.page.locator('.cursor[data-role="visitor"]').waitFor();

	// A page change: the same room, the next page.
	await visitor.page.goto(new URL("/account", world.demo.shop).href);
	await visitor.page.getByText("Ada sees this page").waitFor();
	await mirrorShows(agent, await visitor.page.locator("h1").innerText());

	// Typing is seen, but not what is typed.
	const email = visitor.page.locator('input[type="email"]').first();
	await email.fill("someone@example.org");
	await until("the masked value", () =>
		inMirror(agent, (doc) => {
			const field = doc.querySelector<HTMLInputElement>('input[type="email"]');
			return field !== null && field.value.length > 0 && !field.value.includes("someone");
		}),
	);

	// The visitor ends it.
	await visitor.page.getByRole("button", { name: "Stop sharing" }).click();
	await agent.page.getByRole("heading", { name: "The visitor stopped sharing" }).waitFor();
	await endConversation(visitor);
	await agent.page.getByText("The session has ended").waitFor();
	assert.deepEqual(visitor.errors, []);
	assert.deepEqual(agent.errors, []);
	await visitor.context.close();
	await agent.context.close();
});

test("by click from the list; the agent ends it", async () => {
	const agent = await signIn(world.browser, world.demo);
	const visitor = await openShop(world.browser, world.demo, "/products");
	await askForHelp(visitor);
	const join = agent.page
		.getByRole("button", { name: /^Join: / })
		.or(agent.page.getByRole("link", { name: /^Join: / }));
	await join.first().click();
	await agent.page.getByRole("button", { name: "Ask to see the page" }).click();
	await allow(visitor);
	await waitForPicture(agent);
	await agent.page.getByRole("button", { name: "End session" }).click();
	await agent.page.getByRole("dialog").getByRole("button", { name: "End session" }).click();
	await visitor.page.getByText("Session ended").waitFor();
	assert.deepEqual(visitor.errors, []);
	await visitor.context.close();
	await agent.context.close();
});

test("a visitor who says no is not seen", async () => {
	const agent = await signIn(world.browser, world.demo);
	const visitor = await openShop(world.browser, world.demo);
	await joinByCode(agent, await askForHelp(visitor));
	await visitor.page.getByRole("button", { name: "Don’t allow" }).waitFor();
	await new Promise((resolve) => setTimeout(resolve, 500));
	await visitor.page.getByRole("button", { name: "Don’t allow" }).click();
	await agent.page.getByRole("heading", { name: "The visitor said no" }).waitFor();
	const page = new Set([0x10, 0x11, 0x12, 0x20, 0x21, 0x22]);
	assert.equal(visitor.frames.filter(({ sent, bytes }) => sent && page.has(bytes[0] as number)).length, 0);
	await visitor.context.close();
	await agent.context.close();
});

test("the page's own views and every kind of page arrive", async () => {
	const { visitor, agent } = await liveSession(world.browser, world.browser, world.demo, "/care");
	await visitor.page.locator('a[href="/care/light"]').first().click();
	await mirrorShows(agent, await visitor.page.locator("main h2, main h1").last().innerText());
	await visitor.page.goBack();
	for (const path of ["/products", "/report", "/checkout"]) {
		await visitor.page.goto(new URL(path, world.demo.shop).href);
		await mirrorShows(agent, await visitor.page.locator("h1").innerText());
	}
	await visitor.page.goto(new URL("/report", world.demo.shop).href);
	await until("the iframe's content", () =>
		inMirror(agent, (doc) => (doc.querySelector("iframe")?.contentDocument?.body?.innerText.length ?? 0) > 10),
	);
	await until("the canvas's picture", () =>
		inMirror(agent, (doc) => doc.querySelector("canvas, img[data-canvas]") !== null),
	);
	await visitor.page.goto(new URL("/product/swiss-cheese-plant", world.demo.shop).href);
	await mirrorShows(agent, "Monstera deliciosa");
	assert.deepEqual(agent.errors, []);
	await visitor.context.close();
	await agent.context.close();
});

test("the agent sees the colours that the visitor sees, whatever either prefers", async () => {
	const { visitor, agent } = await liveSession(world.browser, world.browser, world.demo, "/", { colorScheme: "dark" });
	const ground = () => visitor.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const mirrored = () =>
		inMirror(agent, (doc) => (doc.defaultView as Window).getComputedStyle(doc.body).backgroundColor);
	const dark = await ground();
	await until("a dark page on a light console", async () => (await mirrored()) === dark);
	await visitor.page.emulateMedia({ colorScheme: "light" });
	const light = await ground();
	assert.notEqual(light, dark);
	await until("the light page", async () => (await mirrored()) === light);
	await visitor.context.close();
	await agent.context.close();
});

test("a second tab of the visitor is in the same room, and the agent follows it", async () => {
	const { visitor, agent } = await liveSession(world.browser, world.browser, world.demo);
	const tab = await visitor.context.newPage();
	await tab.goto(new URL("/checkout", world.demo.shop).href);
	await tab.getByText("Ada sees this page").waitFor();
	assert.equal(await tab.getByRole("button", { name: "Allow", exact: true }).count(), 0);
	await mirrorShows(agent, "Payment");
	await tab.close();
	await visitor.page.bringToFront();
	await mirrorShows(agent, await visitor.page.locator("h1").innerText());
	await visitor.context.close();
	await agent.context.close();
});

test("stopping the program tells clients to come back, and it ends in time", async () => {
	const own = await startDemo();
	const { visitor, agent } = await liveSession(world.browser, world.browser, own);
	const closed = performance.now();
	await own.stop();
	assert.ok(performance.now() - closed < 10_000);
	assert.equal(own.process.exitCode, 0, own.log());
	await visitor.page.getByText("Connection lost").waitFor();
	await visitor.context.close();
	await agent.context.close();
});
