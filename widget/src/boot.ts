import type { Texts } from "./texts/en.ts";
import type { Language } from "./texts/language.ts";

/** What the loader hands to the session module, and what it gets back. */
export type Boot = {
	site: string;
	/** Folder URL of the server, ending in a slash. */
	server: string;
	/** Hash of the bundles, for their immutable URLs. */
	build: string;
	language: Language;
	/** The words of that language. */
	texts: Texts;
	host: HTMLElement;
	root: ShadowRoot;
	launcher: HTMLButtonElement;
	/**
	 * How this session begins: by the visitor's click, by a page load in the middle of one, by another tab's, or by the
	 * site's wish to list all visitors, of which nothing is shown.
	 */
	origin: "click" | "reload" | "browse" | { room: string; resume: string; help: boolean; paused: boolean };
	/** Who the visitor is, as far as the site says and the visitor lets it. */
	person(): Person;
	/** Whether a visit that merely browses may be listed, on this page and now. */
	mayList(): boolean;
	/** The server knows of an objection that this page did not: nothing tells the visitor from others any more. */
	objected(): void;
	/** False after an opt-out, and for minors: the page is not shown to anybody then. */
	mayShare(): boolean;
	/** Whether the visitor can take that back. */
	mayLift(): boolean;
	/** The visitor takes the opt-out back. */
	lift(): void;
	/** The page on which the visitor can opt out, and that leads back here. */
	optOutURL(): string;
	/** Whether this is a page of which nothing leaves, neither content nor address: as the site says, at any time. */
	sensitive(): boolean;
	/** Tells the host page's listeners. */
	emit(state: string): void;
	/** The session is over and has forgotten everything; the launcher may start another. */
	closed(): void;
};

export interface Running {
	/** Brings the panel back, as a click on the launcher does. */
	open(): void;
	/** Ends the session for every tab and agent. */
	end(): void;
	/** The site has said who the visitor is. */
	identify(user: SignedUser): void;
	/** The visitor objects: sharing is withdrawn at once in every tab and browsing ends, while a chat goes on. */
	object(): void;
	/** The page's address changed. */
	moved(): void;
	/** As the boot's, and opting out there ends this session's sharing at once. */
	optOutURL(): string;
	/** A key pressed inside the widget; the host page never sees it. */
	key(event: KeyboardEvent): void;
}

/** A user as the site's own server vouches for: `signature` is over ID and fields, by its identity secret. */
export type SignedUser = { id: string; fields: Record<string, string>; signature: string };
/**
 * `visitor` is the long-term ID of a returning visitor, where the site keeps one; `optedOut` is said where this browser
 * keeps an opt-out for the site, which the server cannot read.
 */
export type Person = { visitor?: string; user?: SignedUser; optedOut?: true };

export const storageKey = (site: string): string => `alongside-${site}`;
