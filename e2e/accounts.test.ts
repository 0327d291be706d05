/**
 * Who may come in, through the real program: second factor, sign-ins and their end, invitations and new passwords by real
 * mail and without, roles that are taken away from people at work, and setting up.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { promisify } from "node:util";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { API } from "./support/api.ts";
import { askForHelp, joinByCode, launch, openPage, type Person, signInAt, until } from "./support/browser.ts";
import { root } from "./support/demo.ts";
import { type Mailbox, startMailbox } from "./support/mailbox.ts";
import { freePort, type Service, startService } from "./support/serve.ts";
import { type Pages, startPages } from "./support/visits.ts";

const ada = { email: "ada@accounts.example", name: "Ada Admin", password: "correct horse battery" };
const german = { locale: "de-DE" };
/** How soon what was taken away has ended. */
const AT_ONCE_MS = 3000;

let browser: Browser;
let mailbox: Mailbox;
let pages: Pages;
let service: Service & { site: string };
let api: API;
let open: Person[] = [];

before(async () => {
	[browser, mailbox, pages] = await Promise.all([
		launch(),
		startMailbox(),
		startPages(() => `<script src="${service.console}/widget.js?site=${service.site}" async></script>`),
	]);
	service = await startService({ tenant: "Example", site: "Shop", origins: [pages.origin], ...ada }, [
		...["--smtp", mailbox.url, "--mail-from", "Example <help@example.com>"],
	]);
	api = await new API(service.console).signIn(ada.email, ada.password);
	const [site] = (await api.ok("GET", "/sites")).items;
	await api.ok("PUT", `/sites/${site.id}/help`, { ...site.help, form: [] });
});
after(async () => {
	await browser?.close();
	await Promise.all([service?.stop(), mailbox?.stop(), pages?.stop()]);
});
afterEach(async () => {
	for (const { context } of open) await context.close();
	open = [];
});

const keep = (person: Person): Person => {
	open.push(person);
	return person;
};
const visit = async (url: string, options?: BrowserContextOptions) => keep(await openPage(browser, url, options));
const signedIn = async (who: { email: string; password: string }, options?: BrowserContextOptions) =>
	keep(await signInAt(browser, service.console, who, options));

/** Somebody of the company, by an invitation taken over the API. */
async function hire(name: string, role: string): Promise<{ id: string; email: string; password: string }> {
	const email = `${name.toLowerCase()}@accounts.example`;
	const { link } = await api.ok("POST", "/invitations", { email, role, teams: [], language: "en" });
	await mailbox.next(email);
	const password = "quiet green teapot";
	const { id } = await new API(service.console).ok("POST", "/invitations/accept", {
		token: link.split("#")[1],
		name,
		password,
	});
	return { id, email, password };
}

async function picture({ page }: Person, name: string): Promise<void> {
	if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
}

const STEP_SECONDS = 30;

/** The code of an authenticator app (RFC 6238: SHA-1, six digits, 30 s), some steps from now. */
function codeOf(secret: string, steps = 0): string {
	const bits = [...secret.replace(/=+$/, "")]
		.map((char) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(char).toString(2).padStart(5, "0"))
		.join("");
	const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_SECONDS) + steps));
	const mac = createHmac("sha1", key).update(counter).digest();
	const at = (mac.at(-1) ?? 0) & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Waits, where needed, for a step with so much left of it that a test's codes mean the same steps throughout. */
async function earlyInStep(): Promise<void> {
	const left = () => STEP_SECONDS - ((Date.now() / 1000) % STEP_SECONDS);
	if (left() < 15) await until("the next step", () => left() > 25, STEP_SECONDS * 1000);
}

async function enterPassword(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
	await page.getByLabel("E-mail").fill(email);
	await page.getByLabel("Password", { exact: true }).fill(password);
	await page.keyboard.press("Enter");
	await page.getByLabel("Code", { exact: true }).waitFor();
}

async function enterCode(page: Page, code: string): Promise<void> {
	await page.getByLabel("Code", { exact: true }).fill(code);
	await page.keyboard.press("Enter");
}

/** Signed in, at whichever page. */
const inside = (page: Page) => page.locator(".frame").waitFor();
const desk = (page: Page) => page.getByLabel("6-digit code").waitFor();

async function signOut(page: Page, name: string): Promise<void> {
	await page.getByRole("button", { name }).click();
	await page.getByRole("button", { name: "Sign out", exact: true }).click();
	await page.getByLabel("E-mail").waitFor();
}

// req 004-05
test("a second factor: set up with a code, asked for, codes used once, recovery codes too, removed with the password", async () => {
	const bea = await hire("Bea", "agent");
	const person = await signedIn(bea);
	const { page } = person;
	await page.goto(`${service.console}/account`);
	await page.getByRole("button", { name: "Set up" }).click();
	const secret = (await page.locator(".scan code").textContent()) ?? "";
	assert.match(secret, /^[A-Z2-7]{32}$/);
	await picture(person, "account-qr");
	const qr = page.getByRole("img", { name: /QR code/ });
	assert.match((await qr.getAttribute("src")) ?? "", /^data:image\/png;base64,/);
	assert.ok(await qr.evaluate((node) => (node as HTMLImageElement).naturalWidth > 20), "the picture can be drawn");
	const code = page.getByLabel("Code", { exact: true });
	await earlyInStep();
	await code.fill(codeOf(secret) === "000000" ? "000001" : "000000");
	await page.getByRole("button", { name: "Confirm" }).click();
	await page.getByText("is not the one that the app shows now").waitFor();
	await code.fill(codeOf(secret, -1));
	await page.getByRole("button", { name: "Confirm" }).click();
	const recovery = page.locator(".recovery code");
	await recovery.first().waitFor();
	const codes = await recovery.allTextContents();
	assert.equal(new Set(codes).size, 10);
	await picture(person, "account-recovery");
	await page.getByRole("button", { name: "I have kept them" }).click();
	await page.getByText("Second factor on").waitFor();

	await signOut(page, "Bea");
	await enterPassword(page, bea);
	await enterCode(page, codeOf(secret, -1));
	await page.getByText("This code does not fit").waitFor();
	const now = codeOf(secret);
	await enterCode(page, `${now.slice(0, 3)} ${now.slice(3)}`);
	await inside(page);

	await signOut(page, "Bea");
	await enterPassword(page, bea);
	await enterCode(page, now);
	await page.getByText("This code does not fit").waitFor();
	await enterCode(page, codes[0] ?? "");
	await inside(page);

	await signOut(page, "Bea");
	await enterPassword(page, bea);
	await enterCode(page, codes[0] ?? "");
	await page.getByText("This code does not fit").waitFor();
	await enterCode(page, (codes[1] ?? "").toUpperCase().replaceAll("-", " "));
	await inside(page);

	await page.goto(`${service.console}/account`);
	await page.getByText("Second factor on").waitFor();
	const remove = page.locator("form", { hasText: "Enter your password to remove it." });
	await remove.getByLabel("Password", { exact: true }).fill("not the password");
	await remove.getByRole("button", { name: "Remove second factor" }).click();
	await remove.locator('[aria-invalid="true"]').waitFor();
	await remove.getByLabel("Password", { exact: true }).fill(bea.password);
	await remove.getByRole("button", { name: "Remove second factor" }).click();
	await page.getByRole("button", { name: "Set up" }).waitFor();
	await signOut(page, "Bea");
	await page.getByLabel("E-mail").fill(bea.email);
	await page.getByLabel("Password", { exact: true }).fill(bea.password);
	await page.keyboard.press("Enter");
	await inside(page);
});

/** Notes in the window when its streams and sockets end. */
async function noteEnds({ context, page }: Person): Promise<void> {
	await context.addInitScript(() => {
		const ends: string[] = [];
		Object.assign(globalThis, { ends });
		const { WebSocket: Socket, EventSource: Stream } = globalThis;
		globalThis.WebSocket = class extends Socket {
			constructor(...args: ConstructorParameters<typeof Socket>) {
				super(...args);
				this.addEventListener("close", ({ code }) => ends.push(`socket ${code}`));
			}
		};
		globalThis.EventSource = class extends Stream {
			constructor(...args: ConstructorParameters<typeof Stream>) {
				super(...args);
				this.addEventListener("error", () => ends.push(`stream ${new URL(this.url).pathname.slice("/api/v1".length)}`));
			}
		};
	});
	await page.reload();
	await desk(page);
}
const ends = ({ page }: Person): Promise<string[]> => page.evaluate("globalThis.ends") as Promise<string[]>;

test("own sign-ins: listed, and one ended from another browser is out at once", async () => {
	const carl = await hire("Carl", "agent");
	const left = await signedIn(carl);
	await noteEnds(left);
	const right = await signedIn(carl);
	await right.page.goto(`${service.console}/account`);
	await right.page.getByText("This browser", { exact: true }).waitFor();
	const others = right.page.getByRole("button", { name: /^Sign out there/ });
	// One is of the invitation, which signs in; the newer one is the left window's.
	assert.equal(await others.count(), 2);
	await picture(right, "account-sign-ins");
	for (const _ of [0, 1]) {
		const before = await others.count();
		await others.first().click();
		await until("the sign-in to be off the list", async () => (await others.count()) < before);
	}
	await left.page.getByText("You have been signed out. Please sign in again.").waitFor({ timeout: AT_ONCE_MS });
	assert((await ends(left)).includes("stream /desk/stream"));
	await right.page.reload();
	await right.page.getByText("This browser", { exact: true }).waitFor();
	assert.equal(await others.count(), 0);
});

/** The person in a room with a visitor, whose ends are noted. */
async function atWork(who: { email: string; password: string }): Promise<Person> {
	const person = await signedIn(who);
	await noteEnds(person);
	const visitor = await visit(`${pages.origin}/shop`);
	await joinByCode(person, await askForHelp(visitor));
	await person.page.getByRole("textbox", { name: /message/i }).waitFor();
	return person;
}

// req 002-16
test("a role that is taken away ends the room's socket and the streams at once, and the console says so", async () => {
	const dora = await hire("Dora", "manager");
	const person = await atWork(dora);
	await api.ok("PATCH", `/people/${dora.id}`, { role: "agent" });
	await until("socket and stream to end", async () => (await ends(person)).includes("socket 4403"), AT_ONCE_MS);
	await until("the stream to end", async () => (await ends(person)).includes("stream /desk/stream"), AT_ONCE_MS);
	await person.page.getByText("Your role is now: Agent.").waitFor({ timeout: AT_ONCE_MS });
	await person.page.getByText("Your access was taken away").waitFor();
	await picture(person, "role-taken");
	await person.page.goBack();
	await desk(person.page);
	assert.equal(await person.page.getByRole("link", { name: "Board" }).count(), 0);
});

// req 002-16
test("somebody who is removed is out of the room and signed out at once", async () => {
	const eve = await hire("Eve", "agent");
	const person = await atWork(eve);
	await api.ok("DELETE", `/people/${eve.id}`);
	await until("the socket to end", async () => (await ends(person)).includes("socket 4403"), AT_ONCE_MS);
	await until("the stream to end", async () => (await ends(person)).includes("stream /desk/stream"), AT_ONCE_MS);
	await person.page.getByText("You have been signed out. Please sign in again.").waitFor({ timeout: AT_ONCE_MS });
	await picture(person, "removed");
	await person.page.getByLabel("E-mail").fill(eve.email);
	await person.page.getByLabel("Password", { exact: true }).fill(eve.password);
	await person.page.keyboard.press("Enter");
	await person.page.getByText("do not match").waitFor();
});

const linkIn = (text: string): string => /http\S+/.exec(text)?.[0] ?? "";

test("an invitation comes by mail in the language of the browser, and its link works once", async () => {
	const admin = await signedIn(ada).then(({ context }) => context.storageState());
	const { page } = await visit(`${service.console}/settings/people`, { ...german, storageState: admin });
	await page.getByLabel("E-Mail").fill("frida@accounts.example");
	await page.locator("form .primary").click();
	await page.locator('.outcome [data-state="live"]').waitFor();
	const letter = await mailbox.next("frida@accounts.example");
	assert.equal(letter.from, "help@example.com");
	assert.equal(letter.subject, "Example lädt Sie zu Alongside ein");
	assert.match(letter.text, /^Guten Tag,/);
	assert.equal(letter.headers["auto-submitted"], "auto-generated");
	const guest = await visit(linkIn(letter.text), german);
	await guest.page.getByText("frida@accounts.example").waitFor();
	await picture(guest, "invitation-de");
	assert.equal(new URL(guest.page.url()).hash, "", "the address has forgotten the token");
	await guest.page.locator('[autocomplete="name"]').fill("Frida");
	await guest.page.locator('[autocomplete="new-password"]').fill("drei leise Teekannen");
	await guest.page.keyboard.press("Enter");
	await guest.page.locator(".frame").waitFor();
	const late = await visit(linkIn(letter.text));
	await late.page.getByText("This invitation has been used, has expired or was withdrawn.").waitFor();

	const { id } = await api.ok("POST", "/invitations", {
		...{ email: "gone@accounts.example", role: "agent", teams: [], language: "fr" },
	});
	const french = await mailbox.next("gone@accounts.example");
	assert.match(french.text, /^Bonjour,/);
	await api.ok("DELETE", `/invitations/${id}`);
	const withdrawn = await visit(linkIn(french.text));
	await withdrawn.page.getByText("This invitation has been used, has expired or was withdrawn.").waitFor();
});

test("a new password by mail: the same answer for strangers, a link that works once and ends every sign-in", async () => {
	const gus = await hire("Gus", "agent");
	const window = await signedIn(gus);
	await noteEnds(window);
	const { page } = await visit(service.console, german);
	const ask = async (email: string) => {
		await page.goto(service.console);
		await page.getByLabel("E-Mail").fill(email);
		await page.getByRole("button", { name: "Passwort vergessen?" }).click();
		await page.locator("form .primary").click();
		return (await page.getByRole("status").filter({ hasText: /\S/ }).first().textContent()) ?? "";
	};
	const known = await ask(gus.email);
	assert.equal(await ask("stranger@accounts.example"), known);
	const letter = await mailbox.next(gus.email);
	assert.match(letter.text, /^Guten Tag,/);
	assert.equal(mailbox.letters.length, 0, "strangers get no letter");
	const link = linkIn(letter.text);
	await page.goto(link);
	await page.locator('[autocomplete="new-password"]').fill("kurz");
	await page.keyboard.press("Enter");
	await page.locator('[aria-invalid="true"]').waitFor();
	await page.locator('[autocomplete="new-password"]').fill("vier blaue Teekannen");
	await page.keyboard.press("Enter");
	await page.getByLabel("E-Mail").waitFor();
	await window.page.getByText("You have been signed out. Please sign in again.").waitFor({ timeout: AT_ONCE_MS });
	await signedIn({ email: gus.email, password: "vier blaue Teekannen" });
	const { email, password } = gus;
	const old = await new API(service.console).call("POST", "/sign-in", { email, password });
	assert.equal(old.status, 401);
	const late = await visit(link);
	await late.page.getByLabel("New password").fill("five red teapots");
	await late.page.keyboard.press("Enter");
	await late.page.getByText("This link has been used or has expired. Ask for a new one.").waitFor();
});

test("where no letter can be sent the admin has the links", async () => {
	mailbox.refuse(true);
	try {
		const { link, mailed } = await api.ok("POST", "/invitations", {
			...{ email: "hal@accounts.example", role: "agent", teams: [], language: "en" },
		});
		assert.equal(mailed, false);
		await new API(service.console).ok("POST", "/invitations/accept", {
			...{ token: link.split("#")[1], name: "Hal", password: "quiet green teapot" },
		});
		await new API(service.console).ok("POST", "/password-reset", { email: "hal@accounts.example", language: "en" });
		const admin = await signedIn(ada);
		await admin.page.goto(`${service.console}/settings/people`);
		await until("the wish to be seen", async () => {
			await admin.page.reload();
			await admin.page.getByText("Hal", { exact: true }).waitFor();
			return admin.page.getByText("asks for a new password").isVisible();
		});
		await admin.page.getByRole("button", { name: "Reset link: Hal" }).click();
		const reset = (await admin.page.locator(".row-more code").textContent()) ?? "";
		await picture(admin, "people-reset-wanted");
		const hal = await visit(reset);
		await hal.page.getByLabel("New password").fill("six calm teapots");
		await hal.page.keyboard.press("Enter");
		await hal.page.getByText("Your new password is set.").waitFor();
		await signedIn({ email: "hal@accounts.example", password: "six calm teapots" });
		await admin.page.reload();
		await admin.page.getByText("Hal", { exact: true }).waitFor();
		assert.equal(await admin.page.getByText("asks for a new password").count(), 0);
	} finally {
		mailbox.refuse(false);
	}
});

test("setup twice changes nothing, and the printed link is gone", async () => {
	const data = await mkdtemp(join(tmpdir(), "alongside-e2e-"));
	const origin = `http://127.0.0.1:${await freePort()}`;
	const serve = async (): Promise<{ printed(): string; stop(): Promise<void> }> => {
		let printed = "";
		const child = spawn(`${root}/bin/alongside`, ["serve", "--data", data, "--listen", new URL(origin).host], {
			stdio: ["ignore", "pipe", "ignore"],
		});
		child.stdout.setEncoding("utf8").on("data", (text: string) => {
			printed += text;
		});
		await until("the service to answer", async () => (await fetch(`${origin}/healthz`)).ok);
		return {
			printed: () => printed,
			async stop() {
				child.kill("SIGTERM");
				if (child.exitCode === null) await once(child, "exit");
			},
		};
	};
	const setup = async (name: string) => {
		const args = ["setup", "--data", data, "--tenant", name, "--site", "Shop", "--origins", pages.origin];
		const { stdout } = await promisify(execFile)(
			`${root}/bin/alongside`,
			[...args, "--email", ada.email, "--name", ada.name],
			{ env: { ...process.env, ALONGSIDE_PASSWORD: ada.password } },
		);
		return stdout;
	};
	const check = (token: string) => new API(origin).call("POST", "/setup/check", { token });
	let running = await serve();
	try {
		const link = /http\S+\/setup#\S+/.exec(running.printed())?.[0] ?? "";
		const token = link.split("#")[1] ?? "";
		assert.equal((await check(token)).status, 204, `a link in:\n${running.printed()}`);
		const first = await setup("First Ltd");
		assert.match(first, /First Ltd is ready/);
		const second = await setup("First Ltd");
		assert.match(second, /was there already; nothing changed/);
		assert.equal(/site_\w+/.exec(second)?.[0], /site_\w+/.exec(first)?.[0]);
		assert.equal((await check(token)).status, 404, "the link is gone with the set-up, the program running or not");
		const page = await visit(link);
		await page.page.getByText("This set-up link has been used").waitFor();
		const members = await new API(origin).signIn(ada.email, ada.password);
		assert.equal((await members.ok("GET", "/sites")).items.length, 1);
		assert.equal((await members.ok("GET", "/people")).items.length, 1);
		await running.stop();
		running = await serve();
		assert.doesNotMatch(running.printed(), /setup#/);
		assert.equal((await check(token)).status, 404);
	} finally {
		await running.stop();
		await rm(data, { recursive: true, force: true });
	}
});
