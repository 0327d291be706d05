import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Kind } from "../../../wire/wire.ts";
import { askForHelp, bar, launcher, open, panel, shop, shut, visit } from "./harness.ts";
import { look, variants } from "./look.ts";

after(shut);

for (const [name, { lang, ...rest }] of Object.entries(variants)) {
	test(`every state is accessible and fits: ${name}`, async () => {
		const { audited = false, ...options } = { audited: false, ...rest };
		const { server } = await open();
		server.pages.set(`/${lang}`, { html: shop(server, "", "", lang) });
		const { page, done } = await visit(`/${lang}`, options);
		await launcher(page).waitFor();
		await look(page, `${name}-1-launcher`, audited);
		await askForHelp(page, server);
		await look(page, `${name}-2-code`, audited);
		server.ask(name === "arabic" ? "ليلى حداد" : "Alexandra Konstantinopoulou-Featherstonehaugh");
		await page.getByRole("alertdialog").waitFor();
		await look(page, `${name}-3-question`, audited);
		await page.waitForTimeout(250);
		await panel(page).locator("button.main").click();
		await bar(page).waitFor();
		server.point(2, 7, 0, 0);
		await page.locator(".cursor").waitFor();
		await look(page, `${name}-4-bar`, audited);
		await page.locator("button.what").click();
		await look(page, `${name}-5-hidden`, audited);
		await page.keyboard.press("Escape");
		await page.locator("button.pause").click();
		await look(page, `${name}-6-paused`, audited);
		server.dropSockets = true;
		server.tab.socket.destroy();
		await page.locator(".bar.reconnecting").waitFor();
		await look(page, `${name}-7-reconnecting`, audited);
		server.dropSockets = false;
		await page.locator(".bar.paused").waitFor();
		await page.locator("button.talk").click();
		server.say("Would you like to see https://example.org/monstera?");
		await look(page, `${name}-8-bar-and-chat`, audited);
		await page.locator("button.talk").click();
		await bar(page).locator("button.stop").click();
		await page.locator(".bar").waitFor({ state: "hidden" });
		await look(page, `${name}-9-chat`, audited);
		await page.locator("button.leave").click();
		await look(page, `${name}-10-sure`, audited);
		await page.locator("button.main.stop").click();
		await page.locator(".scores").waitFor();
		await page.locator(".scores label").nth(3).click();
		await look(page, `${name}-11-rating`, audited);
		await panel(page).locator("button.main").click();
		await page.locator(".scores").waitFor({ state: "detached" });
		await look(page, `${name}-12-rated`, audited);
		server.failEntries = 500;
		await panel(page).locator("button.main").click();
		await page.waitForFunction(() => !document.querySelector("alongside-help")?.shadowRoot?.querySelector(".wait"));
		await look(page, `${name}-13-unreachable`, audited);
		await done();
	});
}

test("the keyboard alone reaches everything in the order it is seen", async () => {
	const { page, server, done } = await visit();
	await launcher(page).focus();
	await page.keyboard.press("Enter");
	await panel(page).locator(".code").waitFor();
	await askForHelpConnected(server);
	server.ask("Mina");
	await page.getByRole("alertdialog").waitFor();
	await page.waitForTimeout(450);
	const focused = () =>
		page.evaluate(() => document.querySelector("alongside-help")?.shadowRoot?.activeElement?.textContent);
	const met: unknown[] = [];
	for (let i = 0; i < 2; i++) {
		await page.keyboard.press("Tab");
		met.push(await focused());
	}
	assert.deepEqual(met, ["Don’t allow", "Allow"]);
	await page.keyboard.press("Enter");
	await bar(page).waitFor();
	assert.equal(server.tab.of(Kind.consent)[0]?.json?.act, "grant");
	await done();
});

async function askForHelpConnected(server: { open: { hello: unknown }[] }): Promise<void> {
	while (!server.open[0]?.hello) await new Promise((resolve) => setTimeout(resolve, 15));
}
