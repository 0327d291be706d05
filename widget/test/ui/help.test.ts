import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { Kind } from "../../../wire/wire.ts";
import { askForHelp, bar, beSeen, boot, endChat, launcher, panel, shut, until, visit } from "./harness.ts";

after(shut);

const FORM = [
	{ id: "name", kind: "name", label: "Your name <i>", required: true },
	{ id: "mail", kind: "email", label: "E-mail", required: false },
	{ id: "topic", kind: "choice", label: "Topic", required: false, options: [{ value: "o", label: "Order" }] },
	{ id: "question", kind: "question", label: "Question", required: false },
	{ id: "odd", kind: "hologram", label: "Not understood", required: true },
];
const paths = (server: { calls: [string, unknown][] }) => server.calls.map(([path]) => path);
const seconds = (page: Page) => page.waitForTimeout(450);

test("the site's form comes first; what is wrong is told beside the field, by us or by the server", async () => {
	const { page, server, done } = await visit();
	server.help = { open: true, form: FORM };
	await launcher(page).click();
	const form = page.getByRole("dialog", { name: "Before we begin" });
	await form.waitFor();
	assert.equal(await form.locator("i").count(), 0);
	const labels = await form.locator("label > span").allInnerTexts();
	assert.deepEqual(labels, ["Your name <i> *", "E-mail", "Topic", "Question"]);
	assert.deepEqual(paths(server), ["help"], "nothing is opened before the form is sent");
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	await form.getByLabel("E-mail").fill("nobody");
	await form.getByRole("button", { name: "Start chat" }).click();
	const name = form.getByLabel("Your name");
	assert.equal(await name.getAttribute("aria-invalid"), "true");
	assert.match(await describedBy(page, "Your name"), /Please fill this in/);
	assert.match(await describedBy(page, "E-mail"), /Please enter an e-mail address/);
	assert.equal(await name.evaluate((input) => (input.getRootNode() as ShadowRoot).activeElement === input), true);
	await name.fill("Ada");
	await form.getByLabel("E-mail").fill("ada@example.org");
	await form.getByLabel("Topic").selectOption("Order");
	await form.getByLabel("Question").fill("Where is\nmy plant?");
	server.refuse.rooms = [400, "answers.mail"];
	await form.getByRole("button", { name: "Start chat" }).click();
	await form.getByText("Please check what you entered here").waitFor();
	assert.equal(await name.getAttribute("aria-invalid"), null);
	server.refuse.rooms = [500];
	await form.getByRole("button", { name: "Start chat" }).click();
	await form.getByText("That could not be sent. Please try again.").waitFor();
	assert.equal(await form.getByLabel("Question").inputValue(), "Where is\nmy plant?", "nothing is lost");
	server.refuse = {};
	await form.getByRole("button", { name: "Start chat" }).click();
	await panel(page).locator(".code").waitFor();
	const body = server.calls.findLast(([path]) => path === "rooms")?.[1];
	assert.equal(body?.help, true);
	assert.deepEqual(body?.answers, {
		name: "Ada",
		mail: "ada@example.org",
		topic: "o",
		question: "Where is\nmy plant?",
	});
	await done();
});

const describedBy = (page: Page, label: string) =>
	page.getByLabel(label).evaluate((input) => {
		const id = input.getAttribute("aria-describedby") ?? "none";
		return (input.getRootNode() as ShadowRoot).getElementById(id)?.textContent ?? "";
	});

test("the place in the queue is told with the wait, and makes way for who comes", async () => {
	const { page, server, done } = await visit();
	server.place = { position: 3, waitSeconds: 0 };
	await askForHelp(page, server);
	const status = panel(page).getByRole("status");
	await status.getByText("You are number 3", { exact: true }).waitFor();
	server.queue(2, 170);
	await status.getByText("You are number 2 · about 3 minutes").waitFor();
	server.queue(1, 20);
	await status.getByText("You are next · about 1 minute").waitFor();
	server.join("Mina");
	await status.getByText("Mina is here").waitFor();
	assert.equal(await panel(page).locator(".code").isVisible(), false);
	server.members = server.members.map((each) => ({ ...each, state: "away" }));
	server.all(Kind.members, { members: server.members });
	await status.getByText("Mina will be back in a moment").waitFor();
	await done();
});

test("stopping to share goes back to the chat, in every tab and at once, also without a connection", async () => {
	const { page, server, context, done } = await visit();
	await beSeen(page, server);
	const other = await context.newPage();
	await other.goto(`${server.origin}/second`);
	await bar(other).waitFor();
	await until("the other's picture", () => server.tab.of(Kind.snapshot).length > 0);
	await bar(page).getByRole("button", { name: "Stop sharing" }).click();
	for (const each of [page, other]) {
		await bar(each).waitFor({ state: "detached" });
		await panel(each).getByText("Mina is here").waitFor();
		assert.equal(await each.evaluate(() => (Reflect.get(window, "captureCalls") as string[]).at(-1)), "stop");
	}
	const taken = await until("the withdrawal", () => server.open[0]?.of(Kind.consent).at(-1));
	assert.deepEqual(taken.json, { what: "view", act: "withdraw", member: 0, text: "view/1", lang: "en" });
	await other.close();

	// Asked again and allowed again; then taken back while the line is cut and the page is left.
	server.ask("Mina");
	await page.getByRole("alertdialog").waitFor();
	await seconds(page);
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	await bar(page).waitFor();
	await until("a picture", () => server.tab.of(Kind.snapshot).length > 1);
	server.dropSockets = true;
	server.tab.socket.destroy();
	await bar(page).getByText("Reconnecting").waitFor();
	await bar(page).getByRole("button", { name: "Stop sharing" }).click();
	await page.goto(`${server.origin}/second`);
	server.dropSockets = false;
	const withdrawn = await until("the withdrawal, later", () => server.tabs.at(-1)?.of(Kind.consent)[0]);
	assert.equal(withdrawn.json?.act, "withdraw");
	server.all(Kind.keyframe, { why: "start", have: [] });
	await page.waitForTimeout(200);
	assert.equal(server.tab.of(Kind.snapshot).length, 0, "nothing is captured before the next yes");
	await done();
});

test("outside of office hours a message is left, without a room", async () => {
	const { page, server, done } = await visit();
	server.help = { open: false, opensAt: new Date(Date.now() + 86_400_000).toISOString(), form: FORM };
	await launcher(page).click();
	const form = page.getByRole("dialog", { name: "We’re away right now" });
	await form.getByText(/We’re back on/).waitFor();
	await form.getByRole("button", { name: "Send" }).click();
	assert.match(await describedBy(page, "Your message"), /Please fill this in/);
	await form.getByLabel("Your name").fill("Ada");
	await form.getByLabel("Your e-mail address").fill("ada@example.org");
	await form.getByLabel("Your message").fill("When is the monstera back?");
	server.refuse.messages = [400, "email"];
	await form.getByRole("button", { name: "Send" }).click();
	await form.getByText("Please check what you entered here").waitFor();
	server.refuse.messages = [503];
	await form.getByRole("button", { name: "Send" }).click();
	await form.getByText("That could not be sent. Please try again.").waitFor();
	server.refuse = {};
	await form.getByRole("button", { name: "Send" }).click();
	await page.getByText("We have your message and will reply to ada@example.org.").waitFor();
	const [path, body] = server.calls.at(-1) ?? [];
	assert.equal(path, "messages");
	assert.deepEqual([body?.email, body?.text], ["ada@example.org", "When is the monstera back?"]);
	const answers = { name: "Ada", topic: "", question: "When is the monstera back?", mail: "ada@example.org" };
	assert.deepEqual(body?.answers, answers);
	assert.deepEqual([paths(server).includes("rooms"), server.tabs.length], [false, 0]);
	await page.getByRole("button", { name: "Close" }).click();
	await launcher(page).waitFor();
	await done();
});

test("at the end the visitor rates, by receipt; what fails is said and tried again; a page load keeps the receipt", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	server.join("Mina");
	await page.goto(`${server.origin}/second`);
	await panel(page).getByText("Mina is here").waitFor();
	await panel(page).getByRole("button", { name: "End conversation" }).click();
	await panel(page).getByRole("button", { name: "Go on" }).click();
	assert.equal(server.open.length, 1, "asked before it is done");
	await endChat(page);
	await panel(page).locator(".scores").waitFor();
	const send = panel(page).getByRole("button", { name: "Send" });
	assert.equal(await send.isDisabled(), true);
	await panel(page).getByRole("radio", { name: "Very poor" }).focus();
	await page.keyboard.press("ArrowRight");
	assert.equal(await panel(page).getByRole("radio", { name: "Poor", exact: true }).isChecked(), true);
	await panel(page).getByLabel("Anything you’d like to add? (optional)").fill("thanks");
	server.refuse.rating = [500];
	await send.click();
	await panel(page).getByText("That could not be sent. Please try again.").waitFor();
	server.refuse = {};
	await panel(page).getByRole("button", { name: "Try again" }).click();
	await panel(page).getByText("Thank you for your rating.").waitFor();
	assert.deepEqual(server.calls.at(-1), ["rating", { site: "demo", receipt: "receipt", score: 2, comment: "thanks" }]);
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	await panel(page).getByRole("button", { name: "Start again" }).click();
	await panel(page).locator(".code").waitFor();
	await done();
});

test("a tab that joined another's session can rate it as well", async () => {
	const { page, server, context, done } = await visit();
	await askForHelp(page, server);
	server.join("Mina");
	const other = await context.newPage();
	await other.goto(`${server.origin}/second`);
	await until("two tabs", () => server.open.length === 2);
	await page.close();
	await launcher(other).click();
	await endChat(other);
	await panel(other).getByRole("radio", { name: "Very good" }).check({ force: true });
	await panel(other).getByRole("button", { name: "Send" }).click();
	await panel(other).getByText("Thank you for your rating.").waitFor();
	assert.equal(server.calls.at(-1)?.[1].receipt, "receipt");
	await done();
});

test("who has opted out is asked to lift that first, by hand; a minor's page stays unseen", async () => {
	const { page, server, done } = await visit("/plain");
	const loader = () => page.evaluate(() => Reflect.get(window, "loader") as { lifts: number });
	await boot(page, server, { mayShare: false });
	await panel(page).locator(".code").waitFor();
	await until("a connection", () => server.open[0]?.hello);
	server.all(Kind.keyframe, { why: "start", have: [] });
	server.ask("Mina");
	const lift = page.getByRole("button", { name: "Lift opt-out" });
	await lift.waitFor();
	assert.equal(await page.getByRole("button", { name: "Allow", exact: true }).count(), 0);
	await seconds(page);
	await lift.evaluate((button: HTMLElement) => button.click());
	assert.equal((await loader()).lifts, 0);
	await lift.click();
	await page.getByRole("button", { name: "Allow", exact: true }).waitFor();
	assert.equal((await loader()).lifts, 1);
	assert.deepEqual(server.tab.of(Kind.consent), [], "to lift it is no yes");
	await page.keyboard.press("Escape");
	assert.deepEqual(await page.evaluate(() => Reflect.get(window, "captureCalls") ?? []), []);

	server.reset();
	await boot(page, server, { mayShare: false, liftable: false });
	await until("a connection", () => server.open[0]?.hello);
	server.ask("Mina");
	await lift.waitFor();
	await seconds(page);
	await lift.click();
	assert.equal((await until("the answer", () => server.tab.of(Kind.consent)[0])).json?.act, "deny");
	await panel(page).getByText("Mina is here").waitFor();
	await done();
});

test("a browsing visitor is shown nothing, asks for help in the same room, and an objection ends it", async () => {
	const { page, server, done } = await visit("/plain");
	const user = { id: "7", fields: { plan: "pro" }, signature: "ab" };
	await boot(page, server, { origin: "browse", person: { visitor: "v1", user } });
	await until("a connection", () => server.open[0]?.hello);
	await page.waitForTimeout(150);
	assert.equal(await panel(page).count(), 0);
	assert.deepEqual(paths(server), ["rooms"]);
	const { help, visitor, user: told } = server.calls[0]?.[1] ?? {};
	assert.deepEqual({ help, visitor, told }, { help: false, visitor: "v1", told: user });
	server.help = { open: true, form: FORM.slice(0, 1) };
	await launcher(page).click();
	await panel(page).getByRole("button", { name: "Cancel" }).click();
	assert.equal(await panel(page).count(), 0);
	assert.equal(server.open.length, 1, "goes on browsing");
	await launcher(page).click();
	await panel(page).getByLabel("Your name").fill("Ada");
	await panel(page).getByRole("button", { name: "Start chat" }).click();
	await panel(page).locator(".code").waitFor();
	const asked = server.calls.find(([path]) => path === "rooms/ask")?.[1];
	assert.deepEqual(asked?.answers, { name: "Ada" });
	assert.equal(server.tabs.length, 1);
	await page.evaluate((user) => (Reflect.get(window, "session") as { identify(u: object): void }).identify(user), user);
	await until("the name", () => paths(server).includes("rooms/identify"));

	const receipt = () => page.evaluate(() => JSON.parse(sessionStorage.getItem("alongside-demo") ?? "{}").receipt);
	assert.equal(await receipt(), "receipt", "given only to who has asked for help");

	// Once help was asked for, an objection takes back the view and no more.
	server.ask("Mina");
	await page.getByRole("alertdialog").waitFor();
	await seconds(page);
	await page.getByRole("button", { name: "Allow", exact: true }).click();
	await bar(page).waitFor();
	const object = () => page.evaluate(() => (Reflect.get(window, "session") as { object(): void }).object());
	await object();
	await panel(page).getByText("Mina is here").waitFor();
	assert.equal((await until("it", () => server.tab.of(Kind.consent).at(-1))).json?.act, "withdraw");

	server.reset();
	await boot(page, server, { origin: "browse" });
	await until("a connection", () => server.open[0]?.hello);
	await until("the welcome", () => server.tab.of(Kind.ping).length > 0);
	await object();
	await until("the end", () => server.tabs[0]?.of(Kind.bye).length === 1);
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	await done();
});

test("where visitors who only browse are not listed, that is no error that anybody sees", async () => {
	const { page, server, done } = await visit("/plain");
	server.refuse.rooms = [403];
	await boot(page, server, { origin: "browse" });
	await page.waitForFunction(() => (Reflect.get(window, "loader") as { closed: number }).closed === 1);
	assert.equal(await panel(page).count(), 0);
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	await done();
});
