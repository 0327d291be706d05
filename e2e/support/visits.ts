/** A site of plain pages, the settings of its collection, and what the browser itself says that a visit did. */
import { createServer } from "node:http";
import { after, before } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { API } from "./api.ts";
import { launch, openPage, type Person, until, watch } from "./browser.ts";
import { type Company, type Service, startService } from "./serve.ts";

export const admin = { email: "ada@example.com", name: "Ada", password: "correct horse battery" };

export type Pages = { origin: string; stop(): Promise<void> };

/** Serves the same page at every path; `head` gives what stands before the tag, by the page's query. */
export async function startPages(tag: () => string, head: (name: string) => string = () => ""): Promise<Pages> {
	const server = createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
		if (pathname === "/favicon.ico") {
			response.writeHead(204).end();
			return;
		}
		response.setHeader("Content-Type", "text/html; charset=utf-8");
		response.end(
			`<!doctype html><html lang="en"><meta charset="utf-8"><title>Title of ${pathname}</title>` +
				`${head(searchParams.get("head") ?? "")}<body><h1>At ${pathname}</h1><input id="name">${tag()}`,
		);
	});
	await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		origin: `http://localhost:${address.port}`,
		stop: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

/** A visitor as agents' lists have it. */
export type Listed = {
	room: string;
	state: string;
	name: string;
	user: string;
	help: boolean;
	page: { url: string; title: string };
	sources: number;
};

export type Shop = {
	browser: Browser;
	pages: Pages;
	/** Origin of the same pages on the host of our server: to browsers the same site, while `pages` is another. */
	near: string;
	service: Service & { site: string };
	api: API;
	/** ID of the site. */
	id: string;
	/** Sets the site's collection: the defaults, but for what is given. */
	collect(change: object): Promise<void>;
	listed(): Promise<Listed[]>;
	/** Opens a page in a browser profile of its own; what `before` says runs in each of its pages first. */
	visit(path: string, before?: string, options?: BrowserContextOptions, browser?: Browser): Promise<Visit>;
};

/**
 * A visit, the paths on our server that its pages asked for, and what they sent with it, as the browser's own debugger
 * tells.
 */
export type Visit = Person & { asked: string[]; sent: string[] };

type ShopOptions = {
	/** What stands before the tag, by the page's query `head`. */
	head?: (name: string) => string;
	/** Further companies in the same service. */
	others?: Company[];
	/** What is to be done once the shop is open. */
	ready?: () => Promise<void>;
};

/** Call it once, at the top of a file; the fields are there when its tests run. */
export function startShop({ head, others = [], ready }: ShopOptions = {}): Shop {
	const shop = {} as Shop;
	before(async () => {
		shop.browser = await launch();
		const tag = () => `<script src="${shop.service.console}/widget.js?site=${shop.service.site}" async></script>`;
		shop.pages = await startPages(tag, head);
		shop.near = shop.pages.origin.replace("localhost", "127.0.0.1");
		const company = { tenant: "Example", site: "Shop", origins: [shop.pages.origin, shop.near], ...admin };
		shop.service = await startService(company, [], others);
		shop.api = await new API(shop.service.console).signIn(admin.email, admin.password);
		const [site] = (await shop.api.ok("GET", "/sites")).items;
		shop.id = site.id;
		await shop.api.ok("PUT", `/sites/${site.id}/help`, { ...site.help, form: [] });
		const defaults = site.collection;
		shop.collect = async (change) => {
			const { version } = (await shop.api.ok("GET", `/sites/${site.id}`)).collection;
			await shop.api.ok("PUT", `/sites/${site.id}/collection`, { ...defaults, ...change, version });
		};
		shop.listed = async () => (await shop.api.ok("GET", "/visitors")).visitors;
		shop.visit = async (path, before, options, browser = shop.browser) => {
			const person = await openPage(browser, "about:blank", options);
			if (before) await person.context.addInitScript(before);
			const log = await follow(person.page, shop.service.console);
			await person.page.goto(new URL(path, shop.pages.origin).href);
			return { ...person, ...log };
		};
		await ready?.();
	});
	after(async () => {
		await shop.browser?.close();
		await Promise.all([shop.service?.stop(), shop.pages?.stop()]);
	});
	return shop;
}

async function follow(page: Page, server: string): Promise<{ asked: string[]; sent: string[] }> {
	const debug = await page.context().newCDPSession(page);
	const asked: string[] = [];
	const sent: string[] = [];
	const note = (url: string, body = "") => {
		const { host, pathname } = new URL(url);
		if (host !== new URL(server).host) return;
		asked.push(pathname);
		sent.push(url + body);
	};
	debug.on("Network.requestWillBeSent", ({ request }) => note(request.url, request.postData));
	debug.on("Network.webSocketCreated", ({ url }) => note(url));
	await debug.send("Network.enable");
	return { asked, sent };
}

/** Another tab of the same visitor. */
export async function tab(shop: Shop, visit: Visit, path: string): Promise<Visit> {
	const page = await visit.context.newPage();
	const log = await follow(page, shop.service.console);
	const seen = watch(page);
	await page.goto(new URL(path, shop.pages.origin).href);
	return { context: visit.context, page, ...seen, ...log };
}

export type Traces = {
	requests: string[];
	cookies: string[];
	local: string[];
	session: string[];
	databases: string[];
	caches: string[];
	workers: number;
};

/** What the browser's own lists hold of a visit. Of the requests, those to our server. */
export async function traces({ page, context }: Person, server: string): Promise<Traces> {
	const inPage = await page.evaluate(async () => ({
		all: performance.getEntriesByType("resource").map(({ name }) => name),
		local: Object.keys(localStorage),
		session: Object.keys(sessionStorage),
		databases: (await indexedDB.databases()).map(({ name = "" }) => name),
		caches: await caches.keys(),
		workers: (await navigator.serviceWorker.getRegistrations()).length,
	}));
	const { all, ...kept } = inPage;
	const requests = all.filter((name) => name.startsWith(server)).map((name) => new URL(name).pathname);
	return { ...kept, requests, cookies: (await context.cookies()).map(({ name }) => name) };
}

/** What a visit leaves that was only given the button. */
export const nothing: Traces = {
	requests: ["/widget.js"],
	cookies: [],
	local: [],
	session: [],
	databases: [],
	caches: [],
	workers: 0,
};

export const button = ({ page }: Person) => page.locator("alongside-help button.launcher");

/** Calls the page's own `Alongside` once it is there. */
export const call = ({ page }: Person, code: string): Promise<void> =>
	page.evaluate(`new Promise((done) => (window.Alongside ||= []).push((a) => { ${code}; done(); }))`);

/** Client-side navigation. */
export const route = ({ page }: Person, path: string): Promise<void> =>
	page.evaluate((to) => {
		history.pushState(null, "", to);
		document.title = `Title of ${to}`;
	}, path);

/** Waits until exactly these paths are in the agents' list. */
export const listedPaths = (shop: Shop, paths: string[], what: string, timeoutMs?: number): Promise<void> =>
	until(
		what,
		async () => {
			const now = (await shop.listed()).map(({ page }) => (page.url ? new URL(page.url).pathname : ""));
			if (JSON.stringify(now.sort()) === JSON.stringify([...paths].sort())) return true;
			throw new Error(`the list holds ${JSON.stringify(now)}`);
		},
		timeoutMs,
	);
