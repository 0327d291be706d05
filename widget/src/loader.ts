/**
 * widget.js: shows the Help button and nothing else. Until the visitor clicks, a session of this site already runs, or
 * the site may list this visit (basis.ts), it makes no request and stores nothing; then it loads the session module and
 * hands over.
 */
import { Basis, onPath, readCollection } from "./basis.ts";
import { type Boot, type Running, type SignedUser, storageKey } from "./boot.ts";
import { createLauncher, type Launcher } from "./launcher.ts";
import { direction, pageLanguage } from "./texts/language.ts";
import { launcherTexts } from "./texts/launcher.ts";

/** Replaced by the server with the hash of the bundles it serves. */
const BUILD = "__ALONGSIDE_BUILD__";
/** Replaced by the server with the site's public settings, percent-encoded JSON. */
const CONFIG = "__ALONGSIDE_CONFIG__";
/** Where the opt-out page leaves its signed word when it sends the visitor back. */
const RETURN = /[#&]alongside-optout=([\w.-]+)/;

type Listener = (state: string) => void;
export interface Api {
	readonly version: string;
	/** Opens help, as a click on the button does. */
	start(): void;
	/** Ends the running session, if any. */
	end(): void;
	/** Calls back with each state: connecting, waiting, asking, live, paused, reconnecting, ended, error. */
	on(event: "state", listener: Listener): () => void;
	/**
	 * Names the visitor: the site's own ID of the user, fields for agents to see, and the signature that the site's server
	 * made of both.
	 */
	identify(id: string, fields: Record<string, string>, signature: string): void;
	/** What the visitor answered to the site's own question about analytics or support; may change at any time. */
	consent(given: boolean): void;
	/** This visitor does not want to be seen, listed or recognised; holds until optIn. */
	optOut(): void;
	optIn(): void;
	/** The visitor is a minor: as an opt-out, for this document, and it cannot be lifted. */
	minor(): void;
	/** The page on which the visitor can opt out, and back in, and that leads back here. */
	optOutURL(): string;
	/** Runs a function at once; before the loader arrives `(window.Alongside ||= []).push(fn)` keeps it for later. */
	push(run: (api: Api) => void): void;
}
declare global {
	interface Window {
		Alongside?: Api | ((api: Api) => void)[];
	}
}

/** How long a new tab listens for an answer of a tab in which a session runs. */
const ASK_MS = 500;
/** How often the address is looked at where nobody tells of its changes. */
const LOOK_MS = 500;

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
	let user: SignedUser | undefined;
	const collection = readCollection(CONFIG);
	const basis = new Basis(site, collection, (no) => {
		if (!no) ask();
		else if (running) running.object();
		else if (stored()) void begin("reload"); // only to end it
	});
	/** Nothing is collected where the site says so, nor where it does not want the widget. */
	const sensitive = () => onPath(collection.sensitive, location.pathname) || !runsHere();
	const mayList = () => collection.visitors === "all" && basis.mayKnow && !sensitive();

	async function begin(origin: Boot["origin"]): Promise<void> {
		if (origin === "click") {
			running?.open();
			wished = !running;
		}
		if (running || loading || !launcher) return;
		loading = true;
		const { host, root, button } = launcher;
		const label = button.lastElementChild as HTMLElement;
		if (wished) button.setAttribute("aria-busy", "true");
		try {
			// import() carries the nonce of this script on (HTML, "descendant script fetch options"). Some browsers
			// remember a failed address, so each new attempt asks at another.
			const again = attempt++ ? `&again=${attempt}` : "";
			const part = (name: string) => import(`${server}widget/${name}.js?v=${BUILD}${again}`);
			// The page's language, its words and the session travel at the same time.
			const [session, words] = (await Promise.all([part("session"), part(`texts-${language}`)])) as [
				typeof import("./session.ts"),
				typeof import("./texts/en.ts"),
			];
			attempt = 0;
			if (origin === "browse" && !mayList()) {
				if (!wished) return;
				origin = "click";
			}
			label.textContent = texts.help;
			running = session.start({
				site,
				server,
				build: BUILD,
				language,
				texts: words.texts,
				host,
				root,
				launcher: button,
				origin,
				person: () => {
					if (!basis.mayShare) return { optedOut: true };
					const visitor = basis.visitor();
					return { ...(visitor && { visitor }), ...(user && { user }) };
				},
				mayList,
				objected: () => basis.objected(),
				mayShare: () => basis.mayShare,
				mayLift: () => basis.mayLift,
				lift: () => basis.optOut(false),
				optOutURL,
				sensitive,
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
			if (wished && origin !== "click") running.open();
		} catch {
			if (wished) label.textContent = texts.failed;
		} finally {
			loading = wished = false;
			button.removeAttribute("aria-busy");
		}
	}

	/** Whether a session of this tab goes on. One that was only listed waits until that is allowed, or ends. */
	function stored(): boolean {
		try {
			const saved = JSON.parse(sessionStorage.getItem(storageKey(site)) ?? "null");
			return saved !== null && (saved.help || saved.helped || basis.objects || sensitive());
		} catch {
			return false; // nothing can be read: then nothing goes on
		}
	}

	/** Lists this visit, where the site does that and may. */
	function browse(): void {
		if (mayList()) void begin("browse");
	}

	/** Whether the site wants the widget on this page. */
	function runsHere(): boolean {
		const { allow, deny } = collection;
		const path = location.pathname;
		return !onPath(deny, path) && (allow.length === 0 || onPath(allow, path));
	}

	/** Client-side navigation may lead to a page with other rules. */
	function moved(): void {
		running?.moved();
		if (running) return;
		if (launcher) launcher.host.hidden = !runsHere();
		ask();
	}

	/** Heeds the word that the opt-out page sent back, once the server has recognised its own signature. */
	async function heedReturn(): Promise<void> {
		const token = RETURN.exec(location.hash)?.[1];
		if (!token) return;
		history.replaceState(history.state, "", location.href.replace(RETURN, "").replace(/#$/, ""));
		const answer = await fetch(`${server}widget/v1/optout`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ site, token }),
			credentials: "omit",
			referrerPolicy: "no-referrer",
		});
		if (!answer.ok) return;
		const { out } = await answer.json();
		// A link may come from anybody: only the visitor takes an opt-out back.
		if (out === true || (out === false && basis.out && confirm(texts.lift))) basis.optOut(out);
	}

	/**
	 * Asks the site's other tabs for a running session; neither a request nor storage, and no channel stays open. Without
	 * an answer the visit may be listed by itself.
	 */
	function ask(): void {
		if (running || loading || document.visibilityState === "hidden" || typeof BroadcastChannel === "undefined") return;
		const channel = new BroadcastChannel(storageKey(site));
		const close = () => {
			clearTimeout(timer);
			channel.close();
		};
		const timer = setTimeout(() => {
			close();
			browse();
		}, ASK_MS);
		channel.onmessage = ({ data }) => {
			if (data?.type !== "room" || typeof data.resume !== "string" || typeof data.room !== "string") return;
			const help = data.help === true;
			if (!help && !mayList()) return;
			close();
			void begin({ room: data.room, resume: data.resume, help, paused: data.paused === true });
		};
		channel.postMessage({ type: "ask" });
	}

	/** Of the page's address only what a link back needs, and of a sensitive page nothing. */
	function optOutURL(): string {
		const back = location.origin + (sensitive() ? "/" : location.pathname);
		return `${server}exclude/${encodeURIComponent(site)}?return=${encodeURIComponent(back)}`;
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
		heedReturn().catch(() => undefined);
		if (stored()) void begin("reload");
		else if (wished) void begin("click");
		else moved();
		document.addEventListener("visibilitychange", ask);
		addEventListener("pageshow", ask);
		watchPath(moved);
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
		identify(id, fields, signature) {
			user = { id: String(id), fields: { ...fields }, signature: String(signature) };
			if (basis.mayShare) running?.identify(user);
		},
		consent: (given) => basis.consent(given === true),
		optOut: () => basis.optOut(true),
		optIn: () => basis.optOut(false),
		minor: () => basis.minor(),
		optOutURL: () => running?.optOutURL() ?? optOutURL(),
		push: (then) => then(api),
	};
	return api;
}

/** Calls back after each change of the page's address; browsers without the Navigation API tell of none, so one looks. */
function watchPath(changed: () => void): void {
	const { navigation } = window as { navigation?: EventTarget };
	if (navigation) {
		navigation.addEventListener("currententrychange", changed);
		return;
	}
	let before = location.pathname;
	setInterval(() => {
		if (before === location.pathname) return;
		before = location.pathname;
		changed();
	}, LOOK_MS);
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
