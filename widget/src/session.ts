/**
 * session.js: one visitor's session in one document, from the click (or the page load in the middle of a session) to
 * its end. Wires connection, state, capture and view; each of them knows nothing of the others.
 */
import { type Bye, Close, encodeJSON, type Hello, Kind, type Page, type Welcome } from "../../wire/wire.ts";
import type { Boot, Running, SignedUser } from "./boot.ts";
import { type Entry, EntryClient, EntryError } from "./connection/entry.ts";
import { Link } from "./connection/link.ts";
import type { Phase, Reason } from "./connection/machine.ts";
import { forget, fresh, load, newTab, type Saved, save } from "./connection/saved.ts";
import { Tabs } from "./connection/tabs.ts";
import { describePage } from "./page/page.ts";
import { Teller } from "./page/teller.ts";
import type { Desk } from "./room/desk.ts";
import { hearing } from "./room/hearing.ts";
import { Reception, warnOfSignature } from "./room/reception.ts";
import { screens, summary } from "./room/screens.ts";
import { Sharing } from "./room/sharing.ts";
import { initialState, isPaused, isSeen, next, type State, withMembers, withRoom } from "./room/state.ts";
import { Talk } from "./room/talk.ts";
import { type Speech, speech } from "./texts/texts.ts";
import { type Actions, View } from "./ui/view.ts";

const CLIENT = "widget/1";

export function start(boot: Boot): Running {
	const session = new Session(boot);
	void session.begin();
	return session;
}

class Session implements Running, Desk {
	readonly speech: Speech;
	readonly client: EntryClient;
	readonly tabs: Tabs;
	readonly #link: Link;
	readonly #view: View;
	readonly #sharing: Sharing;
	readonly #talk: Talk;
	readonly #reception: Reception;
	readonly #hear: ReturnType<typeof hearing>;
	readonly #teller = new Teller(
		() => {
			this.moved();
			return this.#describe();
		},
		(page) => this.#link.send(encodeJSON(Kind.page, page)),
	);
	readonly #left = new AbortController();
	#saved: Saved;
	#state: State = initialState;
	/** A room that was opened and is to be connected to. */
	#opened: Entry | undefined;
	#told = "";
	#welcome = false;
	#lifted = false;
	/** Ended from here. */
	#ending = false;
	#over = false;

	constructor(readonly boot: Boot) {
		const { site, server, origin } = boot;
		this.speech = speech(boot.language, boot.texts);
		this.#saved = load(site) ?? fresh();
		const joined = typeof origin === "object";
		if (joined) Object.assign(this.#saved, origin);
		// A page load in the middle of a session shows at once what the page before showed.
		const { paused, seen, minimised, helped, read, unsent, resume } = this.#saved;
		// Whoever clicks begins anew; what was listed before goes.
		if (origin === "click" && this.#saved.resume && !this.#asked) {
			new EntryClient(server, site).object(this.#saved.resume).catch(() => undefined);
			this.#saved = fresh();
		}
		this.#state = {
			...initialState,
			stage: resume ? "room" : "arriving",
			pausedByHand: paused,
			captured: seen,
			minimised: minimised || joined || origin === "browse",
			hidden: boot.sensitive(),
			helped,
			chat: { ...initialState.chat, read, unsent },
		};
		this.client = new EntryClient(server, site);
		this.#link = new Link(this.client, {
			enter: (again) => this.#enter(again),
			hello: () => this.#hello(),
			entry: (entry) => this.#entered(entry),
			welcome: (welcome) => this.#welcomed(welcome),
			frame: (frame) => this.#hear[frame.kind]?.(frame),
			changed: (phase, reason) => this.#changed(phase, reason),
		});
		this.tabs = new Tabs(site, {
			room: () => {
				const { room, resume, help, paused } = this.#saved;
				return resume ? { room, resume, help, paused } : undefined;
			},
			tab: () => this.#saved.tab,
			paused: (paused) => this.#sharing.setPaused(paused),
			shared: (shared) => this.#sharing.shared(shared),
			ended: () => this.#link.stop("ended"),
		});
		this.#sharing = new Sharing(this, () => this.#link.ready());
		this.#view = new View(boot, this.speech, this.#actions(), (id) => this.#sharing.current?.node(id));
		this.#talk = new Talk(this, (text) => this.#view.say(text));
		this.#hear = hearing(this, this.#sharing, this.#talk, this.#view, () => this.#link.stop("ended"));
		this.#reception = new Reception(this, {
			policy: () => this.#sharing.policy,
			entered: (entry) => {
				this.#opened = entry;
				this.#link.start(false);
			},
			failed: (reason) => {
				this.#link.stop(reason);
				// Not connected yet, or not any more: the link has nothing to tell.
				if (this.#state.phase !== "closed") this.#changed("closed", reason);
			},
		});
	}

	async begin(): Promise<void> {
		this.#render();
		this.tabs.open();
		const { signal } = this.#left;
		addEventListener("pagehide", () => this.#suspend(), { signal });
		addEventListener("pageshow", (event) => event.persisted && this.#revive(), { signal });
		addEventListener("online", () => this.#link.hurry(), { signal });
		document.addEventListener("visibilitychange", () => this.#render(), { signal });
		// Read as alive although this document only begins: the storage may be a copy of another tab's.
		// The loader holds the session before that may be over.
		await undefined;
		const goesOn = this.boot.origin === "reload" || this.boot.origin === "browse";
		if (goesOn && this.#saved.resume && this.#saved.alive && (await this.tabs.isTaken(this.#saved.tab)))
			this.#saved.tab = newTab();
		this.#saved.alive = true;
		if (this.#over) return;
		// Listed since a page before, and not to be any more.
		if (this.#saved.resume && !this.#asked && !this.boot.mayList()) this.object();
		else this.#goOn();
	}

	open(): void {
		this.#view.takeFocus();
		this.update({ minimised: false });
		this.#askIfWanted();
	}

	key(event: KeyboardEvent): void {
		this.#view.key(event);
	}

	identify(user: SignedUser): void {
		if (!this.#saved.resume) return;
		this.client.identify(this.#saved.resume, user).catch((error: unknown) => {
			if (error instanceof EntryError && error.status === 403) warnOfSignature();
		});
	}

	object(): void {
		this.#lifted = false;
		const { resume } = this.#saved;
		const { online } = this.#link;
		if (this.#asked) this.#sharing.takeBack();
		else if (resume || this.#state.minimised) this.end();
		else return;
		// What merely browsed is over with the word that it ends, if that could be said.
		if (resume && (this.#asked || !online)) this.client.object(resume).catch(() => undefined);
	}

	moved(): void {
		if (!this.#asked && this.#saved.resume && !this.boot.mayList()) this.object();
		else this.#sharing.look();
	}

	optOutURL(): string {
		const url = new URL(this.boot.optOutURL());
		const session = URL.parse(this.#saved.optOut)?.searchParams.get("s");
		if (session) url.searchParams.set("s", session);
		return url.href;
	}

	/** Whether there is more than a visit that merely browses. */
	get #asked(): boolean {
		return this.#saved.help || this.#saved.helped;
	}

	/**
	 * Capture stops before anything else happens; then the server is told, which ends all other tabs and agents and
	 * writes every consent down as withdrawn.
	 */
	end(): void {
		const silent = !this.#state.helped && !isSeen(this.#state);
		this.#ending = true;
		this.#sharing.halt();
		this.#link.send(encodeJSON(Kind.bye, { code: Close.ended, reason: "visitor" } satisfies Bye));
		this.tabs.tell({ type: "end" });
		this.#link.stop("ended");
		if (silent) this.#close();
	}

	#actions(): Actions {
		const restart = () => {
			this.#close();
			this.boot.launcher.click();
		};
		return {
			minimise: () => this.update({ minimised: true }),
			toggleChat: () => this.#toggleChat(),
			end: () => this.end(),
			// Whoever was only browsing goes on with it.
			cancel: () => (this.#saved.resume ? this.update({ stage: "room", minimised: true }) : this.#close()),
			submit: (answers) => void this.#reception.submit(answers),
			leave: (answers, email, text) => void this.#reception.leave(answers, email, text),
			say: (text) => this.#talk.say(text),
			resend: () => this.#talk.retry(),
			draft: (text) => this.#draft(text),
			drafted: () => this.#saved.draft,
			look: () => this.#talk.look(),
			allow: (member) => this.#sharing.answer("grant", member),
			deny: (member) => this.#sharing.answer("deny", member),
			expire: (member) => this.#sharing.answer("expire", member),
			lift: (member) => this.#lift(member),
			optOutURL: () => this.optOutURL(),
			stopSharing: () => this.#sharing.takeBack(),
			pause: () => this.#sharing.pauseByHand(!isPaused(this.#state)),
			renewCode: () => void this.#reception.renewCode(),
			rate: (score, comment) => void this.#rate(score, comment),
			again: restart,
			retry: () => this.#retry(),
			close: () => this.#close(),
			debug: () => this.#sharing.current?.debug(),
		};
	}

	// What the parts share

	get state(): State {
		return this.#state;
	}

	get saved(): Saved {
		return this.#saved;
	}

	get online(): boolean {
		return this.#link.online;
	}

	get over(): boolean {
		return this.#over;
	}

	update(change: Partial<State>): void {
		this.#state = next(this.#state, change);
		this.#sharing.follow();
		this.#render();
	}

	keep(change: Partial<Saved>): void {
		Object.assign(this.#saved, change);
		if (this.#saved.resume) save(this.boot.site, this.#saved);
	}

	send(frame: Uint8Array<ArrayBuffer>): boolean {
		return this.#link.send(frame);
	}

	// Entering and the life of the connection

	/** Into the room there is, or on the way to one. */
	#goOn(): void {
		if (this.#saved.resume) this.#link.start(true);
		else if (this.boot.origin === "browse" && this.#state.minimised)
			void this.#reception.browse().then(() => this.#askIfWanted());
		else void this.#reception.arrive();
	}

	/** The visitor, merely browsing so far, has opened the panel. */
	#askIfWanted(): void {
		const { stage, room, minimised } = this.#state;
		if (stage === "room" && room === "browsing" && !minimised) void this.#reception.arrive();
	}

	async #enter(again: boolean): Promise<Entry> {
		const { tab, resume } = this.#saved;
		if (again) return this.client.resume(tab, resume, this.boot.person());
		if (!this.#opened) throw new EntryError(0);
		return this.#opened;
	}

	#entered(entry: Entry): void {
		const { room, resume, receipt, optOut = "", help = true } = entry;
		this.keep({ room, resume, help, optOut, ...(receipt && { receipt }) });
		this.#sharing.setPolicy(entry.policy);
		this.#sharing.setSalt(entry.salt);
		if (entry.code && entry.codeExpires) this.update({ code: entry.code, codeUntil: Date.parse(entry.codeExpires) });
	}

	#describe(leaving = false): Page {
		return describePage(this.#sharing.policy, this.#state.hidden, leaving);
	}

	#hello(): Hello & { tab: string } {
		return { client: CLIENT, tab: this.#saved.tab, page: this.#describe(), chat: this.#talk.held };
	}

	#welcomed(welcome: Partial<Welcome>): void {
		this.#welcome = true;
		this.#sharing.setPolicy(welcome.policy);
		this.#sharing.welcomed();
		this.#teller.start();
		const state = { ...this.#state, captured: false, place: welcome.queue };
		this.update(withMembers(withRoom(state, welcome.state), welcome.members));
		this.keep({ helped: this.#state.helped });
		this.#talk.welcomed(welcome);
	}

	#changed(phase: Phase, reason?: Reason): void {
		// Frames may have been lost with the connection: the server asks for a fresh snapshot over the next one.
		if (phase !== "online") this.#sharing.halt();
		if (phase !== "closed") {
			this.update({ phase, reason });
			return;
		}
		const { origin } = this.boot;
		const { minimised, room } = this.#state;
		const hidden = minimised && (room === "browsing" || (origin === "browse" && !this.#saved.resume));
		const rateable = this.#state.helped && this.#saved.receipt !== "" && document.visibilityState === "visible";
		// A merely browsing visit that the server ends is unwanted: by the visitor elsewhere, or by the site.
		if (reason === "ended" && !this.#asked && !this.#ending) this.boot.objected();
		this.update({ phase, reason, asks: [], viewers: new Map(), captured: false, rateable, sending: "" });
		this.#forget(reason);
		// Nothing was shown, or a session that was over before this page began: that is no news.
		if (hidden || (reason === "ended" && !this.#welcome && origin !== "click")) this.#close();
	}

	/** The page is left, for good or into the back/forward cache, which an open socket or channel would rule out. */
	#suspend(): void {
		const seen = isSeen(this.#state);
		if (this.#link.online) this.#link.send(encodeJSON(Kind.page, this.#describe(true)));
		this.#sharing.halt();
		this.#talk.stop();
		const { minimised } = this.#state;
		if (this.#saved.resume) save(this.boot.site, { ...this.#saved, seen, minimised, alive: false });
		this.#link.suspend();
		this.tabs.close();
	}

	#revive(): void {
		this.tabs.open();
		// Not in a room yet: the form is as it was.
		if (!this.#saved.resume) return;
		const saved = load(this.boot.site);
		// Ended meanwhile in a later page of this tab: nothing is left to come back to.
		if (!saved) {
			this.#link.stop("ended");
			return;
		}
		this.#saved = { ...saved, alive: true };
		save(this.boot.site, this.#saved);
		const { read, unsent } = saved;
		this.update({ chat: { ...this.#state.chat, read, unsent } });
		this.#sharing.setPaused(saved.paused);
		this.#link.start(true);
	}

	#retry(): void {
		if (this.#state.reason === "moved") this.#saved.tab = newTab();
		this.tabs.open();
		this.update({ phase: "idle", reason: undefined, minimised: false });
		this.#goOn();
	}

	/** The session is over for this tab: nothing of it stays stored, and the page is as it was. */
	#forget(reason: Reason | undefined): void {
		this.#teller.stop();
		this.#talk.stop();
		this.tabs.close();
		if (reason !== "ended") return;
		// What is left is the receipt, in this document's memory, until the visitor has rated or not.
		this.#saved = { ...fresh(), receipt: this.#saved.receipt };
		forget(this.boot.site);
	}

	#close(): void {
		if (this.#over) return;
		this.#over = this.#ending = true;
		this.#sharing.halt();
		this.#link.stop("ended");
		this.#forget("ended");
		this.#left.abort();
		this.#view.remove();
		this.boot.closed();
	}

	// What the visitor does beside talking and sharing

	#toggleChat(): void {
		if (this.#state.minimised) this.#view.takeFocus();
		this.update({ minimised: !this.#state.minimised });
	}

	#draft(text: string): void {
		this.#talk.typing(text.trim() !== "");
		// Written down with the next change, or as the page is left.
		this.#saved.draft = text;
	}

	/** The opt-out is taken back before the question; where that cannot be, the question is answered with no. */
	#lift(member: number): void {
		this.boot.lift();
		this.#lifted = true;
		if (!this.boot.mayShare()) this.#sharing.answer("deny", member);
		this.update({});
	}

	async #rate(score: number, comment: string): Promise<void> {
		if (this.#state.sending === "sending") return;
		this.update({ sending: "sending" });
		const sent = await this.client.rate(this.#saved.receipt, score, comment).then(
			() => true,
			() => false,
		);
		if (!this.#over) this.update({ sending: sent ? "done" : "failed" });
	}

	// What follows from it

	#render(): void {
		if (this.#over) return;
		const barred = !this.boot.mayShare() || (this.#state.help?.optedOut === true && !this.#lifted);
		if (barred !== this.#state.barred) this.#state = { ...this.#state, barred };
		// Nobody can be asked for what cannot be.
		const [ask] = this.#state.asks;
		if (ask && barred && !this.boot.mayLift()) {
			this.#sharing.answer("deny", ask.member);
			return;
		}
		const shown = screens(this.#state);
		// A code works once and for a while; whoever waits is never without.
		if (shown.panel === "chat" && this.#state.agents.size === 0 && !this.#state.code) void this.#reception.renewCode();
		this.#view.render(shown, this.#state, this.#sharing.policy?.mode ?? "inputs");
		const told = summary(this.#state);
		if (told !== this.#told) this.boot.emit(told);
		this.#told = told;
	}
}
