/** Every documented way of putting the widget on a page, in small apps built as their users build them. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { API } from "./support/api.ts";
import {
	allow,
	askForHelp,
	joinByCode,
	launch,
	mirrorShows,
	openPage,
	type Person,
	signInAt,
	until,
	waitForPicture,
} from "./support/browser.ts";
import { type InstallSite, installs, startInstallSite } from "./support/install-site.ts";
import { type Service, startService } from "./support/serve.ts";

const admin = { email: "ada@example.com", name: "Ada", password: "correct horse battery" };
let browser: Browser;
let site: InstallSite;
let service: Service & { site: string };
let agent: Person;

before(async () => {
	browser = await launch();
	site = await startInstallSite(() => ({ server: service.console, site: service.site }));
	service = await startService({ tenant: "Example", site: "Shop", origins: [site.origin], ...admin });
	const api = await new API(service.console).signIn(admin.email, admin.password);
	const [shop] = (await api.ok("GET", "/sites")).items;
	await api.ok("PUT", `/sites/${shop.id}/help`, { ...shop.help, form: [] });
	agent = await signInAt(browser, service.console, admin);
});

after(async () => {
	await browser?.close();
	await Promise.all([service?.stop(), site?.stop()]);
});

/** Where the page's own elements are. */
const layout = ({ page }: Person) =>
	page.evaluate(() =>
		[...document.querySelectorAll("h1, #more, #count")]
			.map((e) => JSON.stringify(e.getBoundingClientRect()))
			.join("\n"),
	);

for (const path of installs) {
	test(`${path}: from the tag to the page on the agent's screen`, async () => {
		const visitor = await openPage(browser, `${site.origin}/${path}`);
		await visitor.page.locator("#count").waitFor();
		const before = await layout(visitor);
		if (path === "worker") {
			// Now the worker answers for the page.
			await visitor.page.waitForFunction(() => navigator.serviceWorker.controller);
			await visitor.page.reload();
		}
		await joinByCode(agent, await askForHelp(visitor));
		await allow(visitor);
		await waitForPicture(agent);
		await mirrorShows(agent, "count is 0");
		await visitor.page.locator("#more").click();
		await mirrorShows(agent, "count is 1");
		await visitor.page.evaluate(() => (window as { Alongside?: { end(): void } }).Alongside?.end());
		assert.equal(
			(await layout(visitor)).replaceAll("count is 1", "count is 0"),
			before,
			"the page looks as without us",
		);
		assert.deepEqual(visitor.errors, []);
		await visitor.context.close();
		await agent.page.goto(service.console);
	});
}

test("a page whose policy forbids us works, and hears nothing but the browser's own report", async () => {
	const visitor = await openPage(browser, `${site.origin}/blocked`);
	await visitor.page.locator("#more").click();
	await visitor.page.locator("#count", { hasText: /^count is 1$/ }).waitFor();
	assert.equal(await visitor.page.locator("alongside-help").count(), 0);
	assert.deepEqual(
		visitor.errors.filter((error) => !error.includes("Content Security Policy")),
		[],
	);
	await visitor.context.close();
});

test("a blocker that lets the loader through and stops the rest breaks nothing", async () => {
	const visitor = await openPage(browser, "about:blank");
	await visitor.context.route(/\/widget\//, (route) => route.abort("blockedbyclient"));
	await visitor.page.goto(`${site.origin}/plain`);
	const button = visitor.page.locator("alongside-help button");
	await button.click();
	await until("the button to say that help cannot be reached", async () => (await button.textContent()) !== "Help");
	await visitor.page.locator("#more").click();
	await visitor.page.locator("#count", { hasText: /^count is 1$/ }).waitFor();
	assert.deepEqual(
		visitor.errors.filter((error) => !error.includes("ERR_BLOCKED_BY_CLIENT")),
		[],
	);
	await visitor.context.close();
});
