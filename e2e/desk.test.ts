/**
 * The queue as a team meets it, through the real program and in real browsers: who is offered whom, in which order, and
 * what becomes of a visitor when an agent, the office hours or the network go away.
 */
import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { API } from "./support/api.ts";
import { launch, openPage, type Person, signInAt, until, watch } from "./support/browser.ts";
import { startProxy, type Tunnel } from "./support/proxy.ts";
import { admin, startShop, type Visit } from "./support/visits.ts";

const password = "correct horse battery";
/** The server keeps a visitor for an agent who is gone this long, and gives an offer this long, s. */
const SHOW_UP = 15;
const OFFER = 30;

type Agent = { id: string; name: string; api: API; state: NonNullable<BrowserContextOptions["storageState"]> };

let bea: Agent;
let carl: Agent;
let dora: Agent;
/** Windows and visits of the running test. */
let open: Person[] = [];
let line: Tunnel;
/** Its connections to the service go over the line. */
let lined: Browser;

const shop = startShop({
	async ready() {
		const hired: Agent[] = [];
		for (const [name, role] of [
			["Bea", "agent"],
			["Carl", "agent"],
			["Dora", "manager"],
		] as const) {
			const email = `${name.toLowerCase()}@example.com`;
			const { link } = await shop.api.ok("POST", "/invitations", { email, role, teams: [], language: "en" });
			const api = new API(shop.service.console);
			const { id } = await api.ok("POST", "/invitations/accept", { token: link.split("#")[1], name, password });
			const window = await signInAt(shop.browser, shop.service.console, { email, password });
			const state = await window.context.storageState();
			await window.context.close();
			hired.push({ id, name, api, state });
		}
		[bea, carl, dora] = hired as [Agent, Agent, Agent];
		line = await startProxy(shop.service.console);
		lined = await launch({ origin: shop.service.console, port: line.port });
	},
});

after(async () => {
	await lined?.close();
	await line?.close();
});
afterEach(async () => {
	for (const { page } of open) await page.evaluate("window.Alongside?.end?.()").catch(() => {});
	await until("no visitor left over", async () => (await board()).rooms.length === 0);
	for (const { context } of open) await context.close();
	open = [];
	for (const { api } of [bea, carl, dora]) await api.ok("PATCH", "/me", { capacity: 3 });
	for (const { id } of (await shop.api.ok("GET", "/teams")).items) await shop.api.ok("DELETE", `/teams/${id}`);
	line.refuse(false);
});

type Waiting = { room: string; title: string; team: string; position: number; offeredTo: string; front: boolean };
type Board = {
	waiting: Waiting[];
	agents: { id: string; name: string; status: string; active: number; capacity: number }[];
	rooms: { room: string; page: { title: string }; agents: string[]; state: string }[];
};
const board = (): Promise<Board> => shop.api.ok("GET", "/board");

/** An agent's window with the desk. */
async function atDesk({ state }: Agent, browser = shop.browser): Promise<Person> {
	const window = await signInAt(browser, shop.service.console, admin, { storageState: state });
	open.push(window);
	await window.page.getByRole("button", { name: /^My status/ }).waitFor();
	return window;
}

async function setStatus({ api, id }: Agent, status: "available" | "away"): Promise<void> {
	await api.ok("POST", "/desk/status", { status });
	await until(`${id} to be ${status}`, async () =>
		(await board()).agents.some((a) => a.id === id && a.status === status),
	);
}

/** A visitor on a page of the site, who is known by its title; a visit without questions begins at once. */
async function ask(path: string, lang = "en"): Promise<Visit> {
	// Before the widget is there to read it.
	const speak = `new MutationObserver(() => {
		if (document.documentElement) document.documentElement.lang = "${lang}";
	}).observe(document, { childList: true })`;
	const visit = await shop.visit(path, speak);
	open.push(visit);
	await visit.page.locator("alongside-help button.launcher").click();
	// Connected: only then is there a place to tell.
	await told(visit, /You are (next|number)|Sie sind/);
	await until(`${path} to wait`, async () =>
		(await board()).rooms.some(({ page }) => page.title === `Title of ${path}`),
	);
	return visit;
}

const roomOf = async (path: string): Promise<string> =>
	(await board()).rooms.find(({ page }) => page.title === `Title of ${path}`)?.room ?? "";

const offerOf = ({ page }: Person, path: string) => page.locator(".offer", { hasText: `Title of ${path}` });
const offeredNow = async (path: string): Promise<string> =>
	(await board()).waiting.find(({ title }) => title === `Title of ${path}`)?.offeredTo ?? "";
const told = ({ page }: Person, words: string | RegExp) =>
	page.locator("alongside-help .wait", { hasText: words }).waitFor({ timeout: 45_000 });

/** Takes a visitor by hand from the list, and is there. */
async function takeByHand({ page }: Person, path: string): Promise<void> {
	await page
		.locator(".queue-row", { hasText: `Title of ${path}` })
		.getByRole("button")
		.click();
	await page.locator(".composer textarea").waitFor();
}

async function team(name: string, members: Agent[], rule?: object): Promise<string> {
	const rules = rule ? [{ sites: [], paths: [], languages: [], ...rule }] : [];
	return (await shop.api.ok("POST", "/teams", { name, members: members.map(({ id }) => id), rules })).id;
}

test("outside office hours a message with reply address is left, found in the history, and wrapped up; hours open meanwhile", async () => {
	const closed = { always: false, zone: "UTC", days: [[], [], [], [], [], [], []], closed: [] };
	const hours = async (next: object) => {
		const { help } = await shop.api.ok("GET", `/sites/${shop.id}`);
		await shop.api.ok("PUT", `/sites/${shop.id}/help`, { ...help, hours: { ...help.hours, ...next } });
	};
	await hours(closed);
	try {
		const late = await shop.visit("/late");
		open.push(late);
		const panel = late.page.locator("alongside-help");
		await panel.locator("button.launcher").click();
		await panel.getByText("We’re away right now").waitFor();
		const email = panel.getByLabel("Your e-mail address");
		await email.fill("nobody");
		await panel.getByLabel("Your message").fill("Do you ship to Chile?");
		await panel.getByRole("button", { name: "Send" }).click();
		await panel.getByText("Please enter an e-mail address").waitFor();
		await email.fill("mia@example.org");
		await panel.getByRole("button", { name: "Send" }).click();
		await panel.getByText("will reply to mia@example.org").waitFor();
		assert.equal((await board()).waiting.length, 0, "who left a message does not wait");

		const [left] = (await dora.api.ok("GET", "/sessions?kind=message&open=true")).items;
		assert.equal(left.kind, "message");
		const kept = await dora.api.ok("GET", `/sessions/${left.id}`);
		assert.deepEqual([kept.email, kept.text], ["mia@example.org", "Do you ship to Chile?"]);
		const window = await atDesk(dora);
		await window.page.goto(`${shop.service.console}/sessions/${left.id}`);
		await window.page.getByText("Do you ship to Chile?").waitFor();
		assert.match(
			(await window.page.getByRole("link", { name: /Reply/ }).getAttribute("href")) ?? "",
			/^mailto:mia@example\.org\?/,
		);
		await window.page.getByLabel("Note").fill("Answered by mail");
		await window.page.getByRole("button", { name: "Save" }).click();
		await until("nothing left to do", async () => {
			return (await dora.api.ok("GET", "/sessions?kind=message&open=true")).items.length === 0;
		});
		assert.equal((await dora.api.ok("GET", `/sessions/${left.id}`)).wrapUp.note, "Answered by mail");

		// Two visitors at the closed door when it opens: one still sends the message, the other asks again and is queued.
		const [writer, caller] = [await shop.visit("/writer"), await shop.visit("/caller")];
		open.push(writer, caller);
		for (const { page } of [writer, caller]) {
			await page.locator("alongside-help button.launcher").click();
			await page.getByText("We’re away right now").waitFor();
		}
		await hours({ always: true });
		await writer.page.getByLabel("Your e-mail address").fill("writer@example.org");
		await writer.page.getByLabel("Your message").fill("Still by mail, please");
		await writer.page.getByRole("button", { name: "Send" }).click();
		await writer.page.getByText("will reply to writer@example.org").waitFor();
		await caller.page.getByRole("button", { name: "Cancel" }).click();
		await caller.page.locator("alongside-help button.launcher").click();
		await told(caller, "You are next");
	} finally {
		await hours({ always: true });
	}
});

test("places count down, the longest waiting first; capacity 1 and away are kept to", async () => {
	const window = await atDesk(bea);
	await bea.api.ok("PATCH", "/me", { capacity: 1 });
	await setStatus(bea, "away");
	const [first, second, third] = [await ask("/one"), await ask("/two"), await ask("/three")];
	await told(first, "You are next");
	await told(second, "You are number 2");
	await told(third, "You are number 3");
	await sleep(1000);
	assert.deepEqual(
		(await board()).waiting.map(({ offeredTo }) => offeredTo),
		["", "", ""],
		"away: offered nobody",
	);
	await window.page.getByRole("button", { name: /^My status/ }).click();
	await offerOf(window, "/one").waitFor();
	await window.page.keyboard.press("a");
	await told(first, "Bea is here");
	await told(second, "You are next");
	await told(third, "You are number 2");
	await sleep(1000);
	assert.equal(await offeredNow("/two"), "", "capacity 1: none beside the one");
	await window.page.goto(shop.service.console);
	await window.page.locator(".queue-row", { hasText: "Title of /two" }).getByRole("button").click();
	await window.page.getByText("You are already helping as many visitors as you can").waitFor();
	await first.page.evaluate("window.Alongside.end()");
	await offerOf(window, "/two").waitFor();
});

test("an offer that is declined or passes goes to the next agent, and not back while others remain", async () => {
	const windows = { [bea.id]: await atDesk(bea), [carl.id]: await atDesk(carl), [dora.id]: await atDesk(dora) };
	const visitor = await ask("/passing");
	const seen: string[] = [];
	for (let i = 0; i < 3; i++) {
		await until(
			"the next offer",
			async () => {
				const to = await offeredNow("/passing");
				return to !== "" && to !== seen.at(-1);
			},
			(OFFER + 10) * 1000,
		);
		const to = await offeredNow("/passing");
		assert(!seen.includes(to), "nobody is asked twice while others remain");
		seen.push(to);
		const window = windows[to] as Person;
		await offerOf(window, "/passing").waitFor();
		for (const other of Object.values(windows))
			if (other !== window) assert(!(await offerOf(other, "/passing").isVisible()), "offered to one at a time");
		// The first one is let pass by the clock, the second by hand.
		if (i === 1) await window.page.getByRole("button", { name: "Decline" }).click();
		if (i === 2) await window.page.keyboard.press("a");
	}
	await told(visitor, "is here");
});

test("of two agents who accept at the same moment exactly one gets the visitor, twenty times", async () => {
	await atDesk(bea);
	await atDesk(carl);
	const wins = { [bea.id]: 0, [carl.id]: 0 };
	for (let i = 0; i < 20; i++) {
		const path = `/race-${i}`;
		const visitor = await ask(path);
		const room = await roomOf(path);
		const rivals = i % 2 ? [bea, carl] : [carl, bea];
		const answers = await Promise.all(rivals.map(({ api }) => api.call("POST", "/desk/accept", { room })));
		const [won, lost] = answers[0]?.status === 200 ? answers : [...answers].reverse();
		assert.deepEqual([won?.status, lost?.status, lost?.body.code], [200, 409, "taken"]);
		assert.equal(won?.body.room, room);
		const winner = rivals[answers.indexOf(won as never)] as Agent;
		wins[winner.id] = (wins[winner.id] ?? 0) + 1;
		const active = (await board()).agents.filter((one) => one.active > 0);
		assert.deepEqual(
			active.map(({ id, active }) => [id, active]),
			[[winner.id, 1]],
		);
		await visitor.page.evaluate("window.Alongside.end()");
		await until("the room to end", async () => (await board()).rooms.length === 0);
		open.pop();
		await visitor.context.close();
	}
});

for (const how of ["closes the window", "loses the network"] as const)
	test(`an agent who ${how} gives the visitor back to the front, before those who waited longer`, async () => {
		const window = await atDesk(bea, lined);
		await setStatus(bea, "away");
		const longer = await ask("/longer");
		const helped = await ask("/helped");
		await takeByHand(window, "/helped");
		await told(helped, "Bea is here");
		await told(longer, "You are next");
		if (how === "closes the window") {
			open = open.filter((one) => one !== window);
			await window.context.close();
		} else {
			line.refuse(true);
			line.cut();
		}
		await told(helped, "Bea will be back in a moment");
		const since = performance.now();
		await told(helped, "You are next");
		const took = (performance.now() - since) / 1000;
		assert(took < SHOW_UP * 3, `the visitor is told after ${took} s`);
		await told(longer, "You are number 2");
		const { waiting } = await board();
		assert.deepEqual(
			waiting.map(({ title, front }) => [title, front]),
			[
				["Title of /helped", true],
				["Title of /longer", false],
			],
		);
		const other = await atDesk(carl);
		await offerOf(other, "/helped").waitFor();
		await other.page.keyboard.press("a");
		await told(helped, "Carl is here");
		if (how === "loses the network") {
			line.refuse(false);
			await until("Bea's window to be back", async () => (await board()).agents.some(({ id }) => id === bea.id));
		}
	});

test("a visitor handed to a person who declines stays, and the giver is told; to a team, one of it takes over with the note", async () => {
	const [giver, other] = [await atDesk(bea), await atDesk(carl)];
	await setStatus(carl, "away");
	const visitor = await ask("/handed");
	await offerOf(giver, "/handed").waitFor();
	await giver.page.keyboard.press("a");
	await told(visitor, "Bea is here");
	await setStatus(carl, "available");
	const returns = await team("Returns", [carl]);
	const room = await roomOf("/handed");
	const giveTo = async (to: string, note: string) => {
		await giver.page.getByRole("button", { name: "Hand over" }).click();
		const dialog = giver.page.getByRole("dialog");
		await dialog.getByLabel("To whom").selectOption(to);
		await dialog.getByLabel("Note").fill(note);
		await dialog.getByRole("button", { name: "Hand over" }).click();
	};

	// Dora's window, in which she signed in, is held for 15 s.
	await until("Dora to be gone", async () => !(await board()).agents.some(({ id }) => id === dora.id), 45_000);
	// Somebody without an open console, or who is no colleague at all, cannot be given anybody.
	for (const person of [dora.id, "per_unknown"]) {
		const offline = await bea.api.call("POST", `/rooms/${room}/hand-over`, { person, note: "" });
		assert.equal(offline.status, 409, offline.text);
	}
	const foreign = await carl.api.call("POST", `/rooms/${room}/hand-over`, { person: bea.id, note: "" });
	assert.equal(foreign.status, 404, "only who helps hands over");

	await giveTo(`person:${carl.id}`, "Please look at this");
	await giver.page.getByText("Handed over to Carl.").waitFor();
	const offer = offerOf(other, "/handed");
	await offer.getByText("Bea hands a visitor over to you").waitFor();
	await offer.getByText("Please look at this").waitFor();
	await offer.getByRole("button", { name: "Decline" }).click();
	await giver.page.locator(".handing", { hasText: "Carl did not take over. The visitor stays with you." }).waitFor();
	await told(visitor, "Bea is here");
	await giver.page.getByRole("link", { name: "Back to visitors" }).click();
	await giver.page.locator(".mine-row", { hasText: "Not taken over" }).waitFor();
	await giver.page.locator(".mine-link").click();
	await giver.page.locator(".handing").getByRole("button", { name: "Close" }).click();
	await giver.page.locator(".handing").waitFor({ state: "detached" });

	// Taken back before anybody answers.
	await giveTo(`team:${returns}`, "Never mind");
	await offer.waitFor();
	await giver.page.locator(".handing").getByRole("button", { name: "Take back" }).click();
	await offer.waitFor({ state: "detached" });
	await giver.page.locator(".handing").waitFor({ state: "detached" });

	await giveTo(`team:${returns}`, "A broken pot");
	await giver.page.getByText("Handed over to Returns.").waitFor();
	await offer.getByText("A broken pot").waitFor();
	await other.page.keyboard.press("a");
	await giver.page.getByRole("heading", { name: "Handed over" }).waitFor();
	await told(visitor, /^Carl is here$/);
});

test("visitors go to the team of their page and language, and to nobody else", async () => {
	await team("Orders", [bea], { paths: ["/orders*"] });
	await team("Deutsch", [carl], { languages: ["de"] });
	const windows = [await atDesk(bea), await atDesk(carl), await atDesk(dora)] as const;
	await ask("/orders/7");
	await ask("/deutsch", "de-AT");
	await offerOf(windows[0], "/orders/7").waitFor();
	const { waiting } = await board();
	const of = (path: string) => waiting.find(({ title }) => title === `Title of ${path}`)?.offeredTo;
	assert.equal(of("/orders/7"), bea.id);
	await sleep(500);
	assert(!(await windows[2].page.locator(".queue-row", { hasText: "/orders/7" }).isVisible()), "not in others' queue");
	const mine = await carl.api.call("POST", "/desk/accept", { room: await roomOf("/orders/7") });
	assert.equal(mine.status, 404, "who may not take a visitor does not find one");
	assert.equal(of("/deutsch"), carl.id);
	// Nobody's page: anybody's visitor.
	await ask("/other");
	await offerOf(windows[2], "/other").waitFor();
});

test("two desks of one agent are one agent; either may close; a reload in a talk keeps the talk", async () => {
	const first = await atDesk(bea);
	const tab = await first.context.newPage();
	const second: Person = { context: first.context, page: tab, ...watch(tab) };
	await tab.goto(shop.service.console);
	const visitor = await ask("/twice");
	await Promise.all([offerOf(first, "/twice").waitFor(), offerOf(second, "/twice").waitFor()]);
	await tab.bringToFront();
	await tab.keyboard.press("a");
	await tab.locator(".composer textarea").waitFor();
	await offerOf(first, "/twice").waitFor({ state: "detached" });
	await told(visitor, "Bea is here");
	await first.page.locator(".mine-row", { hasText: "Title of /twice" }).waitFor();
	const { agents } = await board();
	assert.deepEqual(
		agents.filter(({ id }) => id === bea.id).map(({ active }) => active),
		[1],
	);
	await first.page.close();
	await tab.locator(".composer textarea").fill("Hello, I am Bea");
	await tab.locator(".composer textarea").press("Enter");
	await visitor.page.locator("alongside-help .log p", { hasText: "Hello, I am Bea" }).waitFor();
	await visitor.page.locator("alongside-help textarea").fill("Good to see you");
	await visitor.page.locator("alongside-help textarea").press("Enter");
	await tab.locator(".bubble", { hasText: "Good to see you" }).waitFor();
	await tab.reload();
	await tab.locator(".bubble", { hasText: "Good to see you" }).waitFor();
	await tab.locator(".bubble", { hasText: "Hello, I am Bea" }).waitFor();
	await told(visitor, "Bea is here");
	await sleep((SHOW_UP + 2) * 1000);
	assert.deepEqual((await board()).waiting, [], "after a reload nobody goes back to the queue");
	await tab.locator(".composer textarea").fill("Still here");
	await tab.locator(".composer textarea").press("Enter");
	await visitor.page.locator("alongside-help .log p", { hasText: "Still here" }).waitFor();
});

test("the manager's board shows who waits, who works, and which rooms are open", async () => {
	const window = await atDesk(bea);
	await ask("/board-a");
	await offerOf(window, "/board-a").waitFor();
	await window.page.keyboard.press("a");
	await window.page.locator(".composer textarea").waitFor();
	await setStatus(bea, "away");
	await ask("/board-b");
	const seen: Board = await dora.api.ok("GET", "/board");
	assert.deepEqual(
		seen.waiting.map(({ title, position }) => [title, position]),
		[["Title of /board-b", 1]],
	);
	assert.deepEqual(
		seen.agents.find(({ id }) => id === bea.id),
		{
			id: bea.id,
			name: "Bea",
			status: "away",
			active: 1,
			capacity: 3,
		},
	);
	const rooms = seen.rooms.map(({ page, agents, state }) => [page.title, state, agents]).sort();
	assert.deepEqual(rooms, [
		["Title of /board-a", "helping", ["Bea"]],
		["Title of /board-b", "waiting", []],
	]);
	assert.equal((await bea.api.call("GET", "/board")).status, 403, "agents have no board");
	const manager = await openPage(shop.browser, `${shop.service.console}/board`, { storageState: dora.state });
	open.push(manager);
	await manager.page.getByText("Title of /board-b").first().waitFor();
	assert.deepEqual(manager.errors, []);
});
