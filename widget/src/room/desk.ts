import type { Boot } from "../boot.ts";
import type { EntryClient } from "../connection/entry.ts";
import type { Saved } from "../connection/saved.ts";
import type { Tabs } from "../connection/tabs.ts";
import type { Speech } from "../texts/texts.ts";
import type { State } from "./state.ts";

/** What the parts of one session share; each changes state and memory only through it. */
export interface Desk {
	readonly boot: Boot;
	readonly speech: Speech;
	readonly client: EntryClient;
	readonly tabs: Tabs;
	readonly state: State;
	/** What this tab keeps across page loads. */
	readonly saved: Saved;
	readonly online: boolean;
	/** The session is over for this tab; whatever is still under way has no effect any more. */
	readonly over: boolean;
	update(change: Partial<State>): void;
	/** Changes what is kept; written down once there is a room. */
	keep(change: Partial<Saved>): void;
	send(frame: Uint8Array<ArrayBuffer>): boolean;
}
