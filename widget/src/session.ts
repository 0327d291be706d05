/**
 * session.js: one visitor's session in one document, from the click (or the page load in the middle of a session) to
 * its end. Wires connection, state, capture and view; each of them knows nothing of the others.
 */
import {
	type Bye,
	Close,
	type Consent,
	decodePointer,
	encodeJSON,
	type Frame,
	type Keyframe,
	Kind,
	type Member,
	type Pause,
	readJSON,
	type Welcome,
} from "../../wire/wire.ts";
import type { Boot, Running } from "./boot.ts";
import { type Entry, EntryClient, EntryError } from "./connection/entry.ts";
import { Link } from "./connection/link.ts";
import type { Phase, Reason } from "./connection/machine.ts";
import { forget, fresh, load, newTab, type Saved, save } from "./connection/saved.ts";
import { Tabs } from "./connection/tabs.ts";
import { describePage, watchPage } from "./page/page.ts";
import { type Policy, readPolicy } from "./policy.ts";
import { Capturing } from "./room/capturing.ts";
import { safeName } from "./room/names.ts";
import { screens, summary } from "./room/screens.ts";
import { initialState, isPaused, isSeen, type State, withConsent, withMembers, withRoom } from "./room/state.ts";
import { CONSENT_TEXT, speech } from "./texts/texts.ts";
import { View } from "./ui/view.ts";

const CLIENT = "widget/1";
const KEY_PATTERN = /^[0-9a-f]{32}$/;
const MAX_LABEL_CHARACTERS = 60;

export function start(boot: Boot): Running {
	const session = new Session(boot);
	void session.begin();
	return session;
}

class Session implements Running {
	readonly #speech = speech();
	readonly #client: EntryClient;
	readonly #link: Link;
	readonly #tabs: Tabs;
	readonly #view: View;
	readonly #capturing: Capturing;
	readonly #left = new AbortController();
	#unwatch: (() => void) | undefined;
	#saved: Saved;
	#state: State = initialState;
	#policy: Policy | undefined;
	#salt = new Uint8Array(16);
	#page = "";
	#told = "";
	#renewing = false;
	#welcome = false;
	#over = false;

	constructor(private readonly boot: Boot) {
		const { site, server, build, host, origin } = boot;
		this.#saved = load(site) ?? fresh();
		const joined = typeof origin === "object";
		if (joined) Object.assign(this.#saved, origin);
		this.#client = new EntryClient(server, site);
		this.#link = new Link(this.#client, {
			enter: (resume) => this.#enter(resume),
			hello: () => ({ client: CLIENT, tab: this.#saved.tab, page: describePage(this.#policy) }),
			entry: (entry) => this.#entered(entry),
			welcome: (welcome) => this.#welcomed(welcome),
			frame: (frame) => this.#received(frame),
			changed: (phase, reason) => this.#changed(phase, reason),
		});
		this.#tabs = new Tabs(site, {
			room: () => {
				const { room, resume, paused } = this.#saved;
				return resume ? { room, resume, paused } : undefined;
			},
			tab: () => this.#saved.tab,
			paused: (paused) => this.#setPaused(paused),
			ended: () => this.#link.stop("ended"),
		});
		this.#capturing = new Capturing({
			// A failed address may be remembered as such, so each further attempt asks at another.
			load: (attempt) => import(`${server}widget/capture.js?v=${build}${attempt ? `&again=${attempt}` : ""}`),
			emit: (frame) => this.#link.send(frame),
			ready: () => this.#link.ready(),
			own: (node) => node === host,
			epoch: () => this.#nextEpoch(),
		});
		this.#view = new View(boot, this.#speech, this.#actions(), (id) => this.#capturing.current?.node(id));
		// A page load in the middle of a session shows at once what the page before showed.
		const { paused, seen, minimised } = this.#saved;
		this.#state = { ...this.#state, pausedByHand: paused, captured: seen, minimised: minimised || joined };
		this.#capturing.setPaused(this.#saved.paused);
	}

	async begin(): Promise<void> {
		this.#render();
		this.#tabs.open();
		const { signal } = this.#left;
		addEventListener("pagehide", () => this.#suspend(), { signal });
		addEventListener("pageshow", (event) => event.persisted && this.#revive(), { signal });
		addEventListener("online", () => this.#link.hurry(), { signal });
		// Read as alive although this document only begins: the storage may be a copy of another tab's.
		if (this.boot.origin === "reload" && this.#saved.alive && (await this.#tabs.isTaken(this.#saved.tab)))
			this.#saved.tab = newTab();
		this.#saved.alive = true;
		if (!this.#over) this.#link.start(this.#saved.resume !== "");
	}

	open(): void {
		this.#view.takeFocus();
		this.#update({ ...this.#state, minimised: false });
	}

	key(event: KeyboardEvent): void {
		this.#view.key(event);
	}

	/**
	 * Capture stops before anything else happens; then the server is told, which ends all other tabs and agents and
	 * writes every consent down as withdrawn.
	 */
	end(): void {
		const wasSeen = isSeen(this.#state);
		this.#capturing.halt();
		this.#link.send(encodeJSON(Kind.bye, { code: Close.ended, reason: "visitor" } satisfies Bye));
		this.#tabs.tell({ type: "end" });
		this.#link.stop("ended");
		if (!wasSeen) this.#close();
	}

	#actions() {
		const restart = () => {
			this.#close();
			this.boot.launcher.click();
		};
		return {
			minimise: () => this.#update({ ...this.#state, minimised: true }),
			end: () => this.end(),
			allow: (member: number) => this.#answer("grant", member),
			deny: (member: number) => this.#answer("deny", member),
			expire: (member: number) => this.#answer("expire", member),
			pause: () => this.#pauseByHand(!isPaused(this.#state)),
			renewCode: () => void this.#renewCode(),
			again: restart,
			retry: () => this.#retry(),
			close: () => this.#close(),
			debug: () => this.#capturing.current?.debug(),
		};
	}

	// Entering and the life of the connection

	#enter(resume: boolean): Promise<Entry> {
		const { tab, resume: token } = this.#saved;
		return resume
			? this.#client.resume(tab, token)
			: this.#client.create(tab, this.#speech.language, describePage(undefined));
	}

	#entered(entry: Entry): void {
		Object.assign(this.#saved, { room: entry.room, resume: entry.resume });
		save(this.boot.site, this.#saved);
		this.#setPolicy(entry.policy);
		this.#salt = saltOf(entry.salt) ?? this.#salt;
		if (entry.code && entry.codeExpires)
			this.#update({ ...this.#state, code: entry.code, codeUntil: Date.parse(entry.codeExpires) });
	}

	#welcomed(welcome: Partial<Welcome>): void {
		this.#welcome = true;
		this.#setPolicy(welcome.policy);
		if (this.#saved.paused) this.#sendPause(true);
		this.#page = "";
		this.#unwatch ??= watchPage(() => this.#tellPage());
		const state = { ...this.#state, captured: false };
		this.#update(withMembers(withRoom(state, welcome.state), welcome.members));
	}

	#changed(phase: Phase, reason?: Reason): void {
		// Frames may have been lost with the connection: the server asks for a fresh snapshot over the next one.
		if (phase !== "online") this.#halt();
		const gone = phase === "closed" ? { asks: [], viewers: new Map(), captured: false } : {};
		this.#update({ ...this.#state, ...gone, phase, reason });
		if (phase !== "closed") return;
		this.#forget(reason);
		// A session that was over before this page began is no news.
		if (reason === "ended" && !this.#welcome && this.boot.origin !== "click") this.#close();
	}

	/** The page is left, for good or into the back/forward cache, which an open socket or channel would rule out. */
	#suspend(): void {
		const seen = isSeen(this.#state);
		if (this.#link.online) this.#link.send(encodeJSON(Kind.page, describePage(this.#policy, true)));
		this.#halt();
		const { minimised } = this.#state;
		if (this.#saved.resume) save(this.boot.site, { ...this.#saved, seen, minimised, alive: false });
		this.#link.suspend();
		this.#tabs.close();
	}

	#revive(): void {
		this.#tabs.open();
		const saved = load(this.boot.site);
		// Ended meanwhile in a later page of this tab: nothing is left to come back to.
		if (!saved) {
			this.#link.stop("ended");
			return;
		}
		this.#saved = { ...saved, alive: true };
		save(this.boot.site, this.#saved);
		this.#setPaused(saved.paused);
		this.#link.start(true);
	}

	#retry(): void {
		if (this.#state.reason === "moved") this.#saved.tab = newTab();
		this.#tabs.open();
		this.#link.start(this.#saved.resume !== "");
	}

	/** The session is over for this tab: nothing of it stays stored, and the page is as it was. */
	#forget(reason: Reason | undefined): void {
		this.#unwatch?.();
		this.#unwatch = undefined;
		this.#tabs.close();
		if (reason === "ended") {
			this.#saved = fresh();
			forget(this.boot.site);
		}
	}

	#close(): void {
		if (this.#over) return;
		this.#over = true;
		this.#capturing.halt();
		this.#link.stop("ended");
		this.#forget("ended");
		this.#left.abort();
		this.#view.remove();
		this.boot.closed();
	}

	// What the server says

	#received(frame: Frame): void {
		this.#handlers[frame.kind]?.(frame);
	}

	readonly #handlers: Partial<Record<number, (frame: Frame) => void>> = {
		[Kind.room]: (frame) => this.#update(withRoom(this.#state, readJSON<{ state: string }>(frame)?.state)),
		[Kind.members]: (frame) => this.#update(withMembers(this.#state, readJSON<{ members: Member[] }>(frame)?.members)),
		[Kind.consent]: (frame) => {
			const consent = readJSON<Consent>(frame) ?? {};
			// A code works once: whoever comes next needs another.
			if (consent.what === "view" && consent.act === "ask") this.#state = { ...this.#state, code: "", codeUntil: 0 };
			this.#update(withConsent(this.#state, consent, Date.now()));
		},
		[Kind.policy]: (frame) => this.#setPolicy(readJSON<Policy>(frame)),
		[Kind.keyframe]: (frame) => {
			const have = readJSON<Keyframe>(frame)?.have;
			const keys = Array.isArray(have) ? have.filter((key) => typeof key === "string" && KEY_PATTERN.test(key)) : [];
			this.#update({ ...this.#state, captured: true });
			if (this.#policy) this.#capturing.want({ policy: this.#policy, salt: this.#salt, have: keys });
		},
		[Kind.halt]: () => {
			this.#halt();
			this.#update({ ...this.#state, captured: false });
		},
		[Kind.pointer]: (frame) => {
			const pointer = decodePointer(frame.body);
			if (pointer && this.#state.viewers.has(frame.member))
				this.#view.cursors.move(frame.member, this.#nameOf(frame.member), pointer);
		},
		[Kind.click]: (frame) => {
			const pointer = decodePointer(frame.body);
			if (!pointer || !this.#state.viewers.has(frame.member)) return;
			this.#view.cursors.click(frame.member, pointer);
			const label = labelOf(this.#capturing.current?.node(pointer.node));
			this.#view.announce(this.#speech.texts.pointed(this.#nameOf(frame.member), label));
		},
		[Kind.bye]: (frame) => {
			if (readJSON<Bye>(frame)?.code === Close.ended) this.#link.stop("ended");
		},
	};

	#nameOf(member: number): string {
		return safeName(this.#state.viewers.get(member), this.#speech.texts.anAgent);
	}

	/** What is not understood of a policy makes it stricter; without any the last one stays. */
	#setPolicy(value: unknown): void {
		if (value === undefined) return;
		const policy = readPolicy(value);
		const changed = JSON.stringify(policy) !== JSON.stringify(this.#policy);
		this.#policy = policy;
		if (changed) this.#capturing.setPolicy(policy);
	}

	// What the visitor says

	#answer(act: "grant" | "deny" | "expire", member: number): void {
		if (!this.#state.asks.some((ask) => ask.member === member)) return;
		const consent: Consent = { what: "view", act, member, text: CONSENT_TEXT, lang: this.#speech.language };
		this.#link.send(encodeJSON(Kind.consent, consent));
		this.#update(withConsent(this.#state, consent, Date.now()));
	}

	#pauseByHand(paused: boolean): void {
		this.#setPaused(paused);
		this.#sendPause(paused);
		this.#tabs.tell({ type: "pause", paused });
	}

	#sendPause(paused: boolean): void {
		this.#link.send(encodeJSON(Kind.pause, { paused, why: "hand" } satisfies Pause));
	}

	#setPaused(paused: boolean): void {
		this.#saved.paused = paused;
		if (this.#saved.resume) save(this.boot.site, this.#saved);
		// Resumed by hand: what the server still says from before does not hold it up.
		const room = !paused && this.#state.room === "paused" ? "live" : this.#state.room;
		this.#update({ ...this.#state, room, pausedByHand: paused });
	}

	async #renewCode(): Promise<void> {
		if (this.#renewing || !this.#saved.resume || !this.#link.online) return;
		this.#renewing = true;
		try {
			const { code, codeExpires } = await this.#client.code(this.#saved.resume);
			this.#update({ ...this.#state, code, codeUntil: Date.parse(codeExpires) });
		} catch (error) {
			if (!(error instanceof EntryError)) throw error;
			// Asked too often, or offline: the next look at the panel asks again.
		} finally {
			this.#renewing = false;
		}
	}

	// What follows from it

	#update(state: State): void {
		this.#state = state;
		this.#capturing.setPaused(isPaused(state));
		this.#render();
	}

	#render(): void {
		if (this.#over) return;
		// A code works once and for a while; whoever waits is never without.
		if (screens(this.#state).panel === "connecting") void this.#renewCode();
		this.#view.render(screens(this.#state), this.#state, this.#policy?.mode ?? "inputs");
		const told = summary(this.#state);
		if (told !== this.#told) this.boot.emit(told);
		this.#told = told;
	}

	#tellPage(): void {
		const page = describePage(this.#policy);
		const key = JSON.stringify(page);
		if (key === this.#page) return;
		this.#page = key;
		this.#link.send(encodeJSON(Kind.page, page));
	}

	#halt(): void {
		this.#saved.epoch = Math.max(this.#saved.epoch, this.#capturing.current?.debug().epoch ?? 0);
		this.#capturing.halt();
	}

	#nextEpoch(): number {
		const now = Math.floor(Date.now() / 100) >>> 0;
		this.#saved.epoch = now > this.#saved.epoch ? now : this.#saved.epoch + 1;
		save(this.boot.site, this.#saved);
		return this.#saved.epoch;
	}
}

/** base64url, 16 bytes. */
function saltOf(salt: string): Uint8Array<ArrayBuffer> | undefined {
	try {
		const bytes = Uint8Array.from(atob(salt.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
		return bytes.length === 16 ? bytes : undefined;
	} catch {
		return undefined;
	}
}

/** How the visitor's own page names what an agent points at. */
function labelOf(node: Node | undefined): string {
	const element = node?.nodeType === Node.ELEMENT_NODE ? (node as Element) : node?.parentElement;
	const text = element?.getAttribute("aria-label") ?? element?.textContent ?? "";
	return text.replace(/\s+/g, " ").trim().slice(0, MAX_LABEL_CHARACTERS);
}
