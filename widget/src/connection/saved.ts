import { storageKey } from "../boot.ts";

/** What one tab keeps of its session, in sessionStorage, from the visitor's click to the session's end. */
export type Saved = {
	/** This tab's own random ID, 32 hexadecimal digits. */
	tab: string;
	room: string;
	resume: string;
	/** The largest epoch this tab has used. */
	epoch: number;
	paused: boolean;
	/** Whether the page was seen, and the panel folded away, when this was written. */
	seen: boolean;
	minimised: boolean;
	/** True while a document of this tab is shown: a copy that reads true may come from another, living tab. */
	alive: boolean;
};

export const newTab = (): string =>
	Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const fresh = (): Saved => ({
	tab: newTab(),
	room: "",
	resume: "",
	epoch: 0,
	paused: false,
	seen: false,
	minimised: false,
	alive: true,
});

export function load(site: string): Saved | undefined {
	try {
		const value = JSON.parse(sessionStorage.getItem(storageKey(site)) ?? "null") as Partial<Saved> | null;
		if (!value || typeof value.resume !== "string" || !/^[0-9a-f]{32}$/.test(value.tab ?? "")) return undefined;
		return { ...fresh(), ...value };
	} catch {
		return undefined;
	}
}

export function save(site: string, saved: Saved): void {
	try {
		sessionStorage.setItem(storageKey(site), JSON.stringify(saved));
	} catch {
		// Storage switched off: the session then lives as long as this document.
	}
}

export function forget(site: string): void {
	try {
		sessionStorage.removeItem(storageKey(site));
	} catch {
		// As above.
	}
}
