import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page } from "playwright-core";
import { askForHelp, bar, beSeen, launcher, open, panel, shop, shut, until, visit } from "./harness.ts";

after(shut);

/** What the page itself looks like, element by element. */
const looks = (page: Page) =>
	page.evaluate(() =>
		[...document.body.querySelectorAll("*"), document.body].map((element) => {
			const { x, y, width, height } = element.getBoundingClientRect();
			const { color, font, outline, display, letterSpacing } = getComputedStyle(element);
			return [element.localName, x, y, width, height, color, font, outline, display, letterSpacing].join(" ");
		}),
	);

test("the page looks the same without the widget, with the button and while seen; nor does the page reach the widget", async () => {
	const { server } = await open();
	server.pages.set("/bare", { html: shop(server).replace(/<script.*<\/script>/, "") });
	server.pages.set("/with", { html: shop(server) });
	const { page, done } = await visit("/bare");
	const bare = await looks(page);
	await page.goto(`${server.origin}/with`);
	await launcher(page).waitFor();
	assert.deepEqual(await looks(page), bare);
	const { color, backgroundColor, textTransform, letterSpacing } = await launcher(page).evaluate((button) => {
		const { color, backgroundColor, textTransform, letterSpacing } = getComputedStyle(button);
		return { color, backgroundColor, textTransform, letterSpacing };
	});
	assert.deepEqual(
		{ color, backgroundColor, textTransform, letterSpacing },
		{
			color: "rgb(255, 255, 255)",
			backgroundColor: "rgb(11, 101, 98)",
			textTransform: "none",
			letterSpacing: "normal",
		},
	);
	await beSeen(page, server);
	assert.deepEqual(await looks(page), bare);
	await page.addStyleTag({ content: "body *, alongside-help { display: none !important; opacity: 0 !important }" });
	assert.equal(await bar(page).isVisible(), true);
	assert.equal(
		await page.evaluate(() => getComputedStyle(document.querySelector("alongside-help") as Element).opacity),
		"1",
	);
	await done();
});

test("a page's modal dialog does not cover or disable the bar, and closing it brings the widget home", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	await page.evaluate(() => document.querySelector<HTMLDialogElement>("#modal")?.showModal());
	await bar(page).getByRole("button", { name: "Pause" }).click({ timeout: 3000 });
	await bar(page).getByText("Paused").waitFor();
	await page.evaluate(() => document.querySelector<HTMLDialogElement>("#modal")?.close());
	await page.waitForFunction(() => document.querySelector("alongside-help")?.parentNode === document.documentElement);
	await bar(page).getByRole("button", { name: "Resume" }).click();

	await page.evaluate(() => {
		const host = document.body.appendChild(document.createElement("x-dialog"));
		const root = host.attachShadow({ mode: "open" });
		const dialog = root.appendChild(document.createElement("dialog"));
		dialog.textContent = "In a shadow tree";
		dialog.showModal();
	});
	await bar(page).getByRole("button", { name: "Pause" }).click({ timeout: 4000 });
	await done();
});

test("a question asked while the page shows a modal dialog can be answered there", async () => {
	const { page, server, done } = await visit();
	await askForHelp(page, server);
	await page.evaluate(() => document.querySelector<HTMLDialogElement>("#modal")?.showModal());
	server.ask("Mina");
	await page.getByRole("alertdialog").waitFor();
	await page.waitForTimeout(450);
	await page.getByRole("button", { name: "Allow", exact: true }).click({ timeout: 3000 });
	await bar(page).waitFor();
	await done();
});

test("a popover or full-screen element of the page goes below the bar", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	await page.evaluate(() => {
		const cover = document.body.appendChild(document.createElement("section"));
		cover.popover = "manual";
		cover.style.cssText = "position:fixed;inset:0;width:100%;height:100%;background:#fff";
		cover.showPopover();
	});
	await bar(page).getByRole("button", { name: "Pause" }).click({ timeout: 3000 });
	await page.evaluate(() => document.querySelector("main")?.requestFullscreen());
	await bar(page).getByRole("button", { name: "Resume" }).click({ timeout: 3000 });
	await done();
});

test("a page that throws its whole content away keeps the bar", async () => {
	const { page, server, done } = await visit();
	await beSeen(page, server);
	await page.evaluate(() => {
		document.body.replaceWith(document.createElement("body"));
		document.querySelector("alongside-help")?.remove();
	});
	await bar(page).getByRole("button", { name: "Pause" }).click({ timeout: 4000 });
	await done();
});

test("a strict content security policy with a nonce lets all of it run, and reports nothing", async () => {
	const { server } = await open();
	const policy = `default-src 'none'; script-src 'nonce-r4nd0m'; connect-src ${server.origin} ${server.origin.replace("http", "ws")}; base-uri 'none'`;
	const html = shop(server)
		.replace(/<style>[\s\S]*<\/style>/, "")
		.replace("<script ", '<script nonce="r4nd0m" ');
	const headers = { "Content-Security-Policy": policy };
	server.pages.set("/strict", { html, headers });
	const trusted = { "Content-Security-Policy": `${policy}; require-trusted-types-for 'script'; trusted-types 'none'` };
	server.pages.set("/trusted", { html, headers: trusted });
	for (const path of ["/strict", "/trusted"]) {
		const { page, done } = await visit(path);
		const refused: string[] = [];
		page.on("console", (message) => {
			if (/Content Security|TrustedScript/.test(message.text())) refused.push(message.text());
		});
		await beSeen(page, server);
		assert.deepEqual(
			refused.filter((line) => !line.includes("favicon")),
			[],
		);
		await done();
	}
});

test("included twice, by either kind of tag and with a queue, there is one widget", async () => {
	const { server } = await open();
	const queue =
		"<script>(window.Alongside ||= []).push((api) => { window.early = api.version; api.start(); })</script>";
	const second = `<script src="${server.origin}/widget.js" data-site="demo"></script>`;
	server.pages.set("/twice", { html: shop(server, second, queue) });
	const { page, done } = await visit("/twice");
	await panel(page).locator(".code").waitFor();
	assert.equal(await page.locator("alongside-help").count(), 1);
	assert.equal(await page.evaluate(() => Reflect.get(window, "early")), "1");
	await until("one room", () => server.requests.filter((request) => request === "POST /widget/v1/rooms").length === 1);
	await done();
});

test("a page's focus trap and click-outside handlers do not hear of the widget", async () => {
	const { page, server, done } = await visit();
	await page.evaluate(() => {
		Reflect.set(window, "heard", []);
		for (const type of ["click", "pointerdown", "mousedown", "focusin"])
			document.addEventListener(type, () => (Reflect.get(window, "heard") as string[]).push(type));
	});
	await beSeen(page, server);
	await page.evaluate(() => Reflect.set(window, "heard", []));
	await bar(page).getByRole("button", { name: "Pause" }).click();
	assert.deepEqual(await page.evaluate(() => Reflect.get(window, "heard")), []);
	await done();
});
