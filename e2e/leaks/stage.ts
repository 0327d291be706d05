/**
 * The real program with a site, a visitor in a real browser behind a tap, and an agent of our own on a real socket: one
 * conversation, in which the visitor walks from scene to scene while the agent watches.
 */
import { encodeFrame, encodeJSON, Kind, SUBPROTOCOL, TICKET_PREFIX } from "../../wire/wire.ts";
import { API } from "../support/api.ts";
import { until } from "../support/browser.ts";
import type { Driver } from "../support/drivers.ts";
import { type Service, startService } from "../support/serve.ts";
import { clickOn, find } from "../support/steps.ts";
import { admin } from "../support/visits.ts";
import { SITE_SELECTORS } from "./places/markings.ts";
import type { Mode } from "./promise.ts";
import { pageOf, type Scene } from "./scene.ts";
import { type Site, startSite } from "./site.ts";
import { startTap, type Tap } from "./tap.ts";
import { type Read, TrafficReader } from "./traffic.ts";
import { type Client, connect } from "./websocket.ts";

/** A question does not take a click before it has been there for a moment, ms. */
const SETTLE_MS = 600;
const TIMEOUT_MS = 60_000;

export class Stage {
	readonly #site: Site;
	readonly #service: Service;
	readonly #api: API;
	readonly #id: string;
	readonly tap: Tap;
	readonly driver: Driver;
	#agent: Client | undefined;
	#reader = new TrafficReader();
	/** What came to the agent since the last `clear`. */
	#raw: Buffer[] = [];
	#seen: Read[] = [];

	private constructor(site: Site, service: Service, tap: Tap, driver: Driver, api: API, id: string) {
		this.#site = site;
		this.#service = service;
		this.tap = tap;
		this.driver = driver;
		this.#api = api;
		this.#id = id;
	}

	/** Starts all of it; the visitor has said yes when this is done. */
	static async open(scenes: readonly Scene[], make: () => Promise<Driver>): Promise<Stage> {
		let service: (Service & { site: string }) | undefined;
		const tap = await startTap(() => service?.console ?? "");
		const tag = () => `<script src="${tap.origin}/widget.js?site=${service?.site}" async></script>`;
		const site = await startSite({
			"/": () => `<!doctype html><title>Blank</title><p>blank</p>${tag()}`,
			...Object.fromEntries(scenes.map((scene) => [`/scene/${scene.name}`, () => pageOf(scene, tag())])),
		});
		const company = { tenant: "Example", site: "Shop", origins: [site.origin], ...admin };
		const [started, driver] = await Promise.all([startService(company), make()]);
		service = started;
		const api = await new API(service.console).signIn(admin.email, admin.password);
		const [{ id, help }] = (await api.ok("GET", "/sites")).items;
		await api.ok("PUT", `/sites/${id}/help`, { ...help, form: [] });
		const stage = new Stage(site, service, tap, driver, api, id);
		try {
			await stage.#begin();
		} catch (error) {
			await stage.close();
			throw error;
		}
		return stage;
	}

	/** Puts a mode in force, by the console's own way. The visitor is somewhere else meanwhile. */
	async setMode(mode: Mode): Promise<void> {
		await this.visit("/");
		const { policy } = await this.#api.ok("GET", `/sites/${this.#id}`);
		await this.#api.ok("PUT", `/sites/${this.#id}/policy`, { ...policy, mode, selectors: SITE_SELECTORS });
	}

	visit(path: string): Promise<void> {
		return this.driver.open(this.#site.origin + path);
	}

	/** Forgets all that was sent so far. */
	clear(): void {
		this.tap.clear();
		this.#raw = [];
		this.#seen = [];
	}

	get seen(): readonly Read[] {
		return this.#seen;
	}

	get agentBytes(): Buffer {
		return Buffer.concat(this.#raw);
	}

	/** Waits until the agent was sent a text, by a frame of one of the kinds. */
	async agentGets(text: string, ...kinds: number[]): Promise<void> {
		await until(
			`${text} at the agent, by a frame of kind ${kinds.join(" or ")}`,
			() => this.#seen.some((frame) => kinds.includes(frame.kind) && frame.body.includes(text)),
			TIMEOUT_MS,
		);
	}

	/** The agent asks for a snapshot, as one does who has lost the thread. */
	refresh(): void {
		this.#agent?.send(encodeJSON(Kind.keyframe, { why: "gap", have: [] }));
	}

	async close(): Promise<void> {
		this.#agent?.close();
		await this.driver.close().catch(() => {});
		await this.tap.close();
		await Promise.all([this.#service.stop(), this.#site.stop()]);
	}

	async #begin(): Promise<void> {
		await this.visit("/");
		await clickOn(this.driver, "button", "Help");
		let code = "";
		await until(
			"a code to join by",
			async () => {
				code = (await this.driver.run<string>(`${find(".panel .code")} return found?.textContent ?? ""`)).replace(
					/\D/g,
					"",
				);
				return code.length === 6;
			},
			TIMEOUT_MS,
		);
		const { ticket, socket } = await this.#api.ok("POST", "/joins", { code });
		const origin = this.#service.console;
		const url = new URL(socket, origin).href;
		this.#agent = await connect(url, origin, [SUBPROTOCOL, TICKET_PREFIX + ticket], (message) => this.#take(message));
		this.#agent.send(encodeJSON(Kind.hello, { client: "leaks" }));
		await clickOn(this.driver, "button", "Allow", SETTLE_MS);
		await this.agentGets("blank", Kind.snapshot);
	}

	#take(message: Buffer): void {
		this.#raw.push(message);
		const frame = this.#reader.read(message);
		if (frame?.kind === Kind.ping) this.#agent?.send(encodeFrame(Kind.pong, new Uint8Array(frame.body)));
		else if (frame) this.#seen.push(frame);
	}
}
