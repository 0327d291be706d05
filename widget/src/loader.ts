/**
 * widget.js: shows the Help button and nothing else. Until the visitor clicks, or a session of this site already runs,
 * it makes no request and stores nothing; then it loads the session module and hands over.
 */
import { type Boot, type Running, storageKey } from "./boot.ts";
import { createLauncher, type Launcher } from "./launcher.ts";
import { direction, pageLanguage } from "./texts/language.ts";
import { launcherTexts } from "./texts/launcher.ts";

/** Replaced by the server with the hash of the bundles it serves. */
const BUILD = "__ALONGSIDE_BUILD__";

type Listener = (state: string) => void;
export interface Api {
	readonly version: string;
	/** Opens help, as a click on the button does. */
	start(): void;
	/** Ends the running session, if any. */
	end(): void;
	/** Calls back with each state: connecting, waiting, asking, live, paused, reconnecting, ended, error. */
	on(event: "state", listener: Listener): () => void;
	/** Runs a function at once; before the loader arrives `(window.Alongside ||= []).push(fn)` keeps it for later. */
	push(run: (api: Api) => void): void;
}
declare global {
	interface Window {
		Alongside?: Api | ((api: Api) => void)[];
	}
}

/** How long a new tab listens for an answer of a tab in which a session runs. */
const ASK_MS = 1000;

const script =
	document.currentScript instanceof HTMLScriptElement
		? document.currentScript
		: document.querySelector<HTMLScriptElement>('script[src*="/widget.js"]');

function run(source: URL, site: string): Api {
	const server = new URL(".", source).href;
	const language = pageLanguage();
	const texts = launcherTexts[language];
	const listeners = new Set<Listener>();
	let launcher: Launcher | undefined;
	let running: Running | undefined;
	let loading = false;
	let attempt = 0;
	let wished = false;

	async function begin(origin: Boot["origin"]): Promise<void> {
		running?.open();
		wished ||= !launcher;
		if (running || loading || !launcher) return;
		loading = true;
		const { host, root, button } = launcher;
		const label = button.lastElementChild as HTMLElement;
		button.setAttribute("aria-busy", "true");
		try {
			// import() carries the nonce of this script on (HTML, "descendant script fetch options"). Some browsers
			// remember a failed address, so each new attempt asks at another.
			const again = attempt++ ? `&again=${attempt}` : "";
			const session = (await import(`${server}widget/session.js?v=${BUILD}${again}`)) as typeof import("./session.ts");
			attempt = 0;
			label.textContent = texts.help;
			running = session.start({
				site,
				server,
				build: BUILD,
				host,
				root,
				launcher: button,
				origin,
				emit: (state) => {
					for (const listener of listeners) {
						try {
							listener(state);
						} catch (error) {
							reportError(error);
						}
					}
				},
				closed: () => {
					running = undefined;
				},
			});
		} catch {
			if (origin === "click") label.textContent = texts.failed;
		} finally {
			loading = false;
			button.removeAttribute("aria-busy");
		}
	}

	function stored(): boolean {
		try {
			return sessionStorage.getItem(storageKey(site)) !== null;
		} catch {
			return false;
		}
	}

	/** Asks the site's other tabs for a running session; neither a request nor storage, and no channel stays open. */
	function ask(): void {
		if (running || loading || document.visibilityState === "hidden" || typeof BroadcastChannel === "undefined") return;
		const channel = new BroadcastChannel(storageKey(site));
		const timer = setTimeout(() => channel.close(), ASK_MS);
		channel.onmessage = ({ data }) => {
			if (data?.type !== "room" || typeof data.resume !== "string" || typeof data.room !== "string") return;
			clearTimeout(timer);
			channel.close();
			void begin({ room: data.room, resume: data.resume, paused: data.paused === true });
		};
		channel.postMessage({ type: "ask" });
	}

	function show(): void {
		launcher = createLauncher(texts.help, language, direction(language), () => void begin("click"));
		const { host } = launcher;
		for (const type of ["keydown", "keypress", "keyup"] as const) {
			const swallow = (event: KeyboardEvent) => {
				if (!event.composedPath().includes(host)) return;
				event.stopImmediatePropagation();
				if (type === "keydown") running?.key(event);
			};
			addEventListener(type, swallow, true);
		}
		if (stored()) void begin("reload");
		else if (wished) void begin("click");
		else ask();
		document.addEventListener("visibilitychange", ask);
		addEventListener("pageshow", ask);
	}

	if (document.body) show();
	else document.addEventListener("DOMContentLoaded", show, { once: true });

	const api: Api = {
		version: "1",
		start: () => void begin("click"),
		end: () => running?.end(),
		on(_event, listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		push: (then) => then(api),
	};
	return api;
}

/** A same-origin frame of a page that has the widget shows no second button. */
function inFrameOfOurs(): boolean {
	try {
		return window.parent !== window && window.parent.Alongside !== undefined;
	} catch {
		return false;
	}
}

const before = window.Alongside;
if (script?.src && (before === undefined || Array.isArray(before)) && !inFrameOfOurs()) {
	const source = new URL(script.src);
	const site = script.dataset.site || source.searchParams.get("site");
	if (site) {
		const api = run(source, site);
		window.Alongside = api;
		for (const queued of before ?? []) api.push(queued);
	} else console.warn("Alongside: the script tag names no site");
}
