/** What the loader hands to the session module, and what it gets back. */
export type Boot = {
	site: string;
	/** Folder URL of the server, ending in a slash. */
	server: string;
	/** Hash of the bundles, for their immutable URLs. */
	build: string;
	host: HTMLElement;
	root: ShadowRoot;
	launcher: HTMLButtonElement;
	/** How this session begins: by the visitor's click, by a page load in the middle of one, or by another tab's. */
	origin: "click" | "reload" | { room: string; resume: string; paused: boolean };
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
	/** A key pressed inside the widget; the host page never sees it. */
	key(event: KeyboardEvent): void;
}

export const storageKey = (site: string): string => `alongside-${site}`;
