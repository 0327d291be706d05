/**
 * Whether this visit may be known of before the visitor asks for help: by the site's lawful basis, what a consent
 * platform said, the browser's own signals, and what the visitor chose. Nothing here makes a request.
 */

/** What the server wrote into the loader of this site; without it everything that could be left out is left out. */
export type Collection = {
	basis: "consent" | "interest";
	visitors: "help" | "all";
	returningId: boolean;
	doNotTrack: boolean;
	consentMode: boolean;
	consentEvent: string;
	allow: string[];
	deny: string[];
	sensitive: string[];
	minors: boolean;
};

const NOTHING: Collection = {
	basis: "consent",
	visitors: "help",
	returningId: false,
	doNotTrack: true,
	consentMode: false,
	consentEvent: "",
	allow: [],
	deny: [],
	sensitive: [],
	minors: false,
};

/** Reads the percent-encoded JSON of the server; what cannot be read allows nothing. */
export function readCollection(encoded: string): Collection {
	try {
		return { ...NOTHING, ...JSON.parse(decodeURIComponent(encoded)).collection };
	} catch {
		return NOTHING;
	}
}

/** Whether a path matches one of the patterns, in which `*` stands for any characters. */
export const onPath = (patterns: readonly string[], path: string): boolean =>
	patterns.some((pattern) =>
		new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(path),
	);

const OUT = "1";

function kept<T>(act: (storage: Storage) => T): T | undefined {
	try {
		return act(localStorage);
	} catch {
		return undefined; // storage is switched off
	}
}

export class Basis {
	readonly #outKey: string;
	readonly #noKey: string;
	readonly #visitorKey: string;
	/** What the site or its consent platform said last; undefined: nothing yet. */
	#given: boolean | undefined;
	/** An opt-out of this document, for browsers that keep nothing. */
	#out = false;
	#minor: boolean;

	constructor(
		site: string,
		private readonly collection: Collection,
		/** Called after each change, with whether it was a no. */
		private readonly changed: (no: boolean) => void,
	) {
		this.#outKey = `alongside-out-${site}`;
		this.#noKey = `alongside-no-${site}`;
		this.#visitorKey = `alongside-visitor-${site}`;
		this.#minor = collection.minors;
		const { consentEvent, consentMode } = collection;
		if (consentEvent) addEventListener(consentEvent, (event) => this.consent(saysYes(event)));
		if (consentMode) watchConsentMode((granted) => this.consent(granted));
		addEventListener("storage", ({ key, newValue }) => {
			if (key === this.#noKey && newValue) this.#given = false;
			else if (key !== this.#outKey) return;
			this.#settle(newValue !== null);
		});
	}

	/** Whether the visitor said no, in whatever way. */
	get objects(): boolean {
		return !this.mayShare || this.#given === false;
	}

	/** Whether this browser keeps an opt-out for the site. */
	get out(): boolean {
		return this.#out || kept((storage) => storage.getItem(this.#outKey)) === OUT;
	}

	/** Whether the visit may be listed and recognised. */
	get mayKnow(): boolean {
		const { doNotTrack, basis } = this.collection;
		const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean };
		if (this.objects || globalPrivacyControl) return false;
		if (doNotTrack && navigator.doNotTrack === "1") return false;
		return basis === "interest" || this.#given === true;
	}

	/** Whether the page may be shown to anybody at all, if the visitor says so. */
	get mayShare(): boolean {
		return !this.#minor && !this.out;
	}

	/** Whether an opt-out can be taken back; a minor's cannot. */
	get mayLift(): boolean {
		return !this.#minor;
	}

	/** The random ID of this browser on this site: made, kept and given only where that is allowed. */
	visitor(): string | undefined {
		if (!this.collection.returningId || !this.mayKnow) return undefined;
		return kept((storage) => {
			const id =
				storage.getItem(this.#visitorKey) ??
				Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
			storage.setItem(this.#visitorKey, id);
			return id;
		});
	}

	consent(given: boolean): void {
		// The other tabs hear of it, but only where something may be kept at all; nothing stays.
		const tell = !given && this.mayKnow;
		this.#given = given;
		if (tell) {
			kept((storage) => {
				storage.setItem(this.#noKey, OUT);
				storage.removeItem(this.#noKey);
			});
		}
		this.#settle(!given);
	}

	/** The server knows of an objection. Nothing tells the visitor from others any more, unless there is a new yes. */
	objected(): void {
		this.#given = false;
		this.#forget();
	}

	optOut(out: boolean): void {
		this.#out = out;
		kept((storage) => (out ? storage.setItem(this.#outKey, OUT) : storage.removeItem(this.#outKey)));
		this.#settle(out);
	}

	minor(): void {
		this.#minor = true;
		this.#settle(true);
	}

	#settle(no: boolean): void {
		if (!this.mayKnow) this.#forget();
		this.changed(no);
	}

	#forget(): void {
		kept((storage) => storage.removeItem(this.#visitorKey));
	}
}

/** A consent event means yes, unless its detail says no: `false`, or an object whose `granted` is false. */
function saysYes(event: Event): boolean {
	const detail: unknown = (event as CustomEvent).detail;
	return detail !== false && (detail as { granted?: unknown } | null | undefined)?.granted !== false;
}

/**
 * Google Consent Mode: `gtag("consent", "default" | "update", {analytics_storage})` only pushes its arguments to
 * `dataLayer`, so what was pushed is read and what will be is watched; the push itself stays as it was.
 */
function watchConsentMode(told: (granted: boolean) => void): void {
	const page = window as { dataLayer?: unknown[] };
	page.dataLayer ??= [];
	const layer = page.dataLayer;
	const read = (entry: unknown) => {
		const [command, verb, settings] = Array.from((entry ?? []) as ArrayLike<unknown>);
		const storage = (settings as { analytics_storage?: unknown } | undefined)?.analytics_storage;
		if (command === "consent" && /^(default|update)$/.test(String(verb)) && storage !== undefined)
			told(storage === "granted");
	};
	layer.forEach(read);
	const push = layer.push;
	layer.push = function (this: unknown[], ...entries: unknown[]) {
		const length = push.apply(this, entries);
		try {
			entries.forEach(read);
		} catch {
			// What the page pushes is the page's business.
		}
		return length;
	};
}
