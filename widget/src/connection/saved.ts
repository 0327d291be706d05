import { newChatID } from "../../../wire/wire.ts";
import { storageKey } from "../boot.ts";
import { MAX_UNSENT, type Unsent } from "../room/chat.ts";

/** What one tab keeps of its session, in sessionStorage, from the visitor's click to the session's end. */
export type Saved = {
	/** This tab's own random ID, 32 hexadecimal digits. */
	tab: string;
	room: string;
	resume: string;
	/** The largest epoch this tab has used. */
	epoch: number;
	paused: boolean;
	/** The visitor took the view back; until the next yes nothing is captured, whatever the server still says. */
	takenBack: boolean;
	/** The server was told that this tab is on a page of which nothing leaves. */
	hidden: boolean;
	/** Whether help was asked for; else the visit merely browses. */
	help: boolean;
	/** Whether an agent was ever here. */
	helped: boolean;
	/** With it the session is rated afterwards. */
	receipt: string;
	/** Names the session to the opt-out page. */
	optOut: string;
	/** How far the chat was read, what was not acknowledged, and what is being written. */
	read: number;
	unsent: readonly Unsent[];
	draft: string;
	/** Whether the page was seen, and the panel folded away, when this was written. */
	seen: boolean;
	minimised: boolean;
	/** True while a document of this tab is shown: a copy that reads true may come from another, living tab. */
	alive: boolean;
};

/** 32 random hexadecimal digits. */
export const newTab = newChatID;

export const fresh = (): Saved => ({
	tab: newTab(),
	room: "",
	resume: "",
	epoch: 0,
	paused: false,
	takenBack: false,
	hidden: false,
	help: false,
	helped: false,
	receipt: "",
	optOut: "",
	read: 0,
	unsent: [],
	draft: "",
	seen: false,
	minimised: false,
	alive: true,
});

export function load(site: string): Saved | undefined {
	try {
		const value = JSON.parse(sessionStorage.getItem(storageKey(site)) ?? "null") as Partial<Saved> | null;
		if (!value || typeof value.resume !== "string" || !/^[0-9a-f]{32}$/.test(value.tab ?? "")) return undefined;
		const unsent = Array.isArray(value.unsent) ? value.unsent.filter(isUnsent).slice(0, MAX_UNSENT) : [];
		return { ...fresh(), ...value, unsent };
	} catch {
		return undefined;
	}
}

const isUnsent = (value: Partial<Unsent> | null): value is Unsent =>
	typeof value?.id === "string" && typeof value.text === "string";

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
