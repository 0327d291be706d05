/** The pair that is tried: page, widget, server, console. */
import { type Browser, chromium } from "playwright-core";
import { API } from "../support/api.ts";
import {
	allow,
	askForHelp,
	joinByCode,
	mirroredDocument,
	openPage,
	signInAt,
	waitForPicture,
} from "../support/browser.ts";
import { type Service, startService } from "../support/serve.ts";
import type { Trial } from "./hand.ts";
import { handOf, lookAt, type Pair, pictureOf, VIEWPORT } from "./pair.ts";
import { type Site, startSite } from "./site.ts";

export const admin = { email: "ada@example.com", name: "Ada", password: "correct horse battery" };

/** The program with a site of its own. */
export type Program = {
	site: Site;
	service: Service & { site: string };
	/** Puts another mode of masks in force for pages that open from now on. */
	mode(mode: "inputs" | "strict" | "marked-only"): Promise<void>;
	stop(): Promise<void>;
};
export type World = Program & { browser: Browser };

/** Starts it all; what is drawn on the site may be seen, closed roots included. */
export async function startProgram(trials: readonly Trial[]): Promise<Program> {
	let service: Program["service"];
	const tag = () => `<script src="${service.console}/widget.js?site=${service.site}" async></script>`;
	const site = await startSite(trials, tag);
	service = await startService({ tenant: "Example", site: "Shop", origins: [site.origin], ...admin });
	const api = await new API(service.console).signIn(admin.email, admin.password);
	const [{ id, help }] = (await api.ok("GET", "/sites")).items;
	await api.ok("PUT", `/sites/${id}/help`, { ...help, form: [] });
	const mode: Program["mode"] = async (mode) => {
		const { policy } = await api.ok("GET", `/sites/${id}`);
		await api.ok("PUT", `/sites/${id}/policy`, { ...policy, mode, closedRoots: true });
	};
	await mode("marked-only");
	return { site, service, mode, stop: async () => void (await Promise.all([site.stop(), service.stop()])) };
}

/** The same with Chromium for both sides. */
export async function startFidelityWorld(trials: readonly Trial[]): Promise<World> {
	const [browser, program] = await Promise.all([launchSoftly(), startProgram(trials)]);
	return {
		...program,
		browser,
		async stop() {
			await browser.close();
			await program.stop();
		},
	};
}

/** Chromium that draws WebGL without a graphics card. */
const launchSoftly = (): Promise<Browser> =>
	chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox", "--no-first-run", "--disable-background-networking", "--enable-unsafe-swiftshader"],
	});

/** Lays the mirror at the window's corner, as large as the visitor's viewport and above all else. */
export const UNFRAMED = `
	:has(.device[data-shown="true"] iframe) { transform: none !important; contain: none !important; filter: none !important;
		backdrop-filter: none !important; container-type: normal !important; will-change: auto !important; animation: none !important }
	.device[data-shown="true"] iframe { position: fixed !important; inset: 0 auto auto 0 !important; z-index: 2147483647 !important;
		transform: none !important; max-width: none !important; max-height: none !important; border: 0 !important; border-radius: 0 !important }
	.device[data-shown="true"] iframe ~ * { visibility: hidden !important }`;

/**
 * Makes the widget unseen, but leaves it where the visitor's pointer finds it: else it would raise itself above the page
 * again and again. Runs in the visitor's page.
 */
export function hideWidget(): void {
	const root = document.querySelector("alongside-help")?.shadowRoot;
	const unseen = "* { opacity: 0 !important; }";
	if (!root || root.adoptedStyleSheets.at(-1)?.cssRules[0]?.cssText === unseen) return;
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(unseen);
	root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** A live session that pages can be walked through. */
export async function openOurs({ browser, site, service }: World, path: string): Promise<Pair> {
	const visitor = await openPage(browser, "about:blank", { viewport: VIEWPORT });
	await visitor.page.goto(site.origin + path);
	const agent = await signInAt(browser, service.console, admin);
	await joinByCode(agent, await askForHelp(visitor));
	await allow(visitor);
	await waitForPicture(agent);
	await agent.page.evaluate((css) => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(css);
		document.adoptedStyleSheets.push(sheet);
	}, UNFRAMED);
	return {
		hand: handOf(visitor.page, site.origin),
		open: async (to) => void (await visitor.page.goto(site.origin + to)),
		looks: () =>
			Promise.all([
				visitor.page.evaluate<never>(lookAt("document")),
				agent.page.evaluate<never>(
					`((doc) => doc?.documentElement ? ${lookAt("doc")} : { n: "nothing", b: [], s: "", c: [] })((${mirroredDocument})())`,
				),
			]),
		both: (read) =>
			Promise.all([
				visitor.page.evaluate<never>(`(${read})(document)`),
				agent.page.evaluate<never>(`(${read})((${mirroredDocument})())`),
			]),
		async pictures() {
			await visitor.page.evaluate(hideWidget);
			return Promise.all([pictureOf(visitor.page), pictureOf(agent.page)]);
		},
		async close() {
			await visitor.context.close();
			await agent.context.close();
		},
	};
}
