/** What every tool is measured through: the same few lines for each, in a page that knows nothing of it. */

export type Message = string | Uint8Array;

export type Adapter = {
	/** Begins to capture. `emit` takes each message as it would be handed to a socket: text or bytes, never objects. */
	start(emit: (message: Message) => void): unknown;
	/** Hands out what the tool keeps for later, as it would do by itself after a while. */
	flush?(): void;
	stop(): void;
};

declare global {
	var __captureAdapter: Adapter | undefined;
}
