import { type Consent, encodeJSON, type Frame, type Keyframe, Kind, type Pause, readJSON } from "../../../wire/wire.ts";
import { type Policy, readPolicy } from "../policy.ts";
import { CONSENT_TEXT } from "../texts/texts.ts";
import { Capturing } from "./capturing.ts";
import type { Desk } from "./desk.ts";
import { isPaused, withConsent } from "./state.ts";

const KEY_PATTERN = /^[0-9a-f]{32}$/;

/** What of the page is let out, and to whom: policy, consent, pausing, and the capture that follows from them. */
export class Sharing {
	readonly #capturing: Capturing;
	#policy: Policy | undefined;
	#salt = new Uint8Array(16);

	constructor(
		private readonly desk: Desk,
		/** Whether there is room for more capture on the line. */
		ready: () => boolean,
	) {
		const { server, build, host } = desk.boot;
		this.#capturing = new Capturing({
			// A failed address may be remembered as such, so each further attempt asks at another.
			load: (attempt) => import(`${server}widget/capture.js?v=${build}${attempt ? `&again=${attempt}` : ""}`),
			// The address may have changed a moment ago without anybody being told.
			emit: (frame) => this.look() || this.desk.send(frame),
			ready,
			own: (node) => node === host,
			epoch: () => this.#nextEpoch(),
		});
		this.#capturing.setPaused(desk.saved.paused);
	}

	get policy(): Policy | undefined {
		return this.#policy;
	}

	/** The running capture, to find nodes and counts. */
	get current() {
		return this.#capturing.current;
	}

	/** What is not understood of a policy makes it stricter; without any the last one stays. */
	setPolicy(value: unknown): void {
		if (value === undefined) return;
		const policy = readPolicy(value);
		const changed = JSON.stringify(policy) !== JSON.stringify(this.#policy);
		this.#policy = policy;
		if (changed) this.#capturing.setPolicy(policy);
	}

	setSalt(salt: string): void {
		this.#salt = saltOf(salt) ?? this.#salt;
	}

	/** After each change of the state. */
	follow(): void {
		this.#capturing.setPaused(isPaused(this.desk.state));
	}

	/** A connection is there: what was decided while there was none. */
	welcomed(): void {
		const { takenBack, paused, hidden } = this.desk.saved;
		if (takenBack) this.#withdraw();
		if (paused) this.#sendPause(true);
		if (this.look() && hidden) this.#sendPause(true, "url");
	}

	/** Whether this is a page of which nothing leaves. Sharing pauses there, and goes on after. */
	look(): boolean {
		const { boot, saved, state } = this.desk;
		const hidden = boot.sensitive();
		if (hidden !== state.hidden) this.desk.update({ hidden });
		if (hidden !== saved.hidden && this.desk.online) {
			this.desk.keep({ hidden });
			this.#sendPause(hidden, "url");
		}
		return hidden;
	}

	/** The server asks for the page. */
	wanted(frame: Frame): void {
		const { saved, boot, state } = this.desk;
		if (saved.takenBack || state.barred || !boot.mayShare()) return;
		this.look();
		const have = readJSON<Keyframe>(frame)?.have;
		const keys = Array.isArray(have) ? have.filter((key) => typeof key === "string" && KEY_PATTERN.test(key)) : [];
		this.desk.update({ captured: true });
		if (this.#policy) this.#capturing.want({ policy: this.#policy, salt: this.#salt, have: keys });
	}

	unwanted(): void {
		this.halt();
		this.desk.update({ captured: false });
	}

	answer(act: "grant" | "deny" | "expire", member: number): void {
		const { desk } = this;
		if (!desk.state.asks.some((ask) => ask.member === member)) return;
		if (act === "grant") {
			desk.keep({ takenBack: false });
			desk.tabs.tell({ type: "share", shared: true });
		}
		const consent: Consent = { what: "view", act, member, text: CONSENT_TEXT, lang: desk.speech.language };
		desk.send(encodeJSON(Kind.consent, consent));
		desk.update(withConsent(desk.state, consent, Date.now()));
	}

	/** The visitor takes the view back from everybody, in every tab: capture stops before anything else happens. */
	takeBack(): void {
		this.stopHere();
		this.#withdraw();
		this.desk.tabs.tell({ type: "share", shared: false });
	}

	/** As told by another tab. */
	shared(shared: boolean): void {
		if (shared) this.desk.keep({ takenBack: false });
		else this.stopHere();
	}

	stopHere(): void {
		this.halt();
		this.desk.keep({ takenBack: true });
		this.desk.update({ viewers: new Map(), captured: false, asks: [] });
	}

	pauseByHand(paused: boolean): void {
		this.setPaused(paused);
		this.#sendPause(paused);
		this.desk.tabs.tell({ type: "pause", paused });
	}

	setPaused(paused: boolean): void {
		const { desk } = this;
		desk.keep({ paused });
		// Resumed by hand: what the server still says from before does not hold it up.
		desk.update({ room: !paused && desk.state.room === "paused" ? "live" : desk.state.room, pausedByHand: paused });
	}

	halt(): void {
		const epoch = Math.max(this.desk.saved.epoch, this.#capturing.current?.debug().epoch ?? 0);
		if (epoch > this.desk.saved.epoch) this.desk.keep({ epoch });
		this.#capturing.halt();
	}

	#withdraw(): void {
		const { language } = this.desk.speech;
		const consent: Consent = { what: "view", act: "withdraw", member: 0, text: CONSENT_TEXT, lang: language };
		this.desk.send(encodeJSON(Kind.consent, consent));
	}

	/** By hand it is about all tabs; by the page's address about this one. */
	#sendPause(paused: boolean, why: "hand" | "url" = "hand"): void {
		this.desk.send(encodeJSON(Kind.pause, { paused, why } satisfies Pause));
	}

	#nextEpoch(): number {
		const now = Math.floor(Date.now() / 100) >>> 0;
		const { epoch } = this.desk.saved;
		this.desk.keep({ epoch: now > epoch ? now : epoch + 1 });
		return this.desk.saved.epoch;
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
