/**
 * An agent's end of a room's chat: sends what was written until the room shows it, and says what was read and that one
 * types. Messages go one after the other, each waiting for the one before, so that they keep their order even when the
 * server could not store one; the same ID every time keeps them from showing twice.
 */
import { encodeJSON, encodeTyping, type Frame, Kind, newChatID, readJSON } from "../../../wire/wire.ts";
import { getOlder } from "../api/chat.ts";
import { Cell } from "../state/cell.ts";
import { recallHere, rememberHere } from "../state/kept.ts";
import { applyChat, type Chat, highest, keep, readKept, restore, type Unsent, unreadOf, withOlder } from "./chat.ts";

/** How long an acknowledgement is waited for before the message goes out again, ms. */
const ACKNOWLEDGE_MS = 8000;
/** The server could not store it: pause before the next try, ms. */
const UNAVAILABLE_MS = 2000;
/** Typing is said again this often while it goes on, ms; others forget it after 6 s. */
const TYPING_EVERY_MS = 3000;

/** The visitor's member number in every room. */
const VISITOR = 1;

/** Refusals that pass: the same message is tried again. */
const passing: ReadonlySet<string> = new Set(["unavailable", "too-many", "rate"]);

/** Without what the server takes for malformed and lays out nothing: control characters, halves of a pair. */
const clean = (text: string): string =>
	text
		.replace(/\r\n?/g, "\n")
		.replace(/[^\P{Cc}\n\t]/gu, "")
		.trim()
		.toWellFormed();

type Send = (bytes: Uint8Array<ArrayBuffer>, lane?: "ordered" | "latest") => boolean;

export class ChatLine {
	readonly chat: Cell<Chat>;
	/** Messages of others that this agent has not seen. */
	readonly unread = new Cell(0);
	/** There may be messages before those held: a room keeps only the newest at hand. */
	readonly earlier = new Cell(false);
	readonly #room: string;
	readonly #store: string;
	readonly #send: Send;
	#draft: string;
	#me = 0;
	#allHeld = false;
	/** The message on its way, or waiting for its next try. */
	#current: string | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#typedAt = Number.NEGATIVE_INFINITY;

	constructor(room: string, send: Send) {
		this.#room = room;
		this.#store = `chat.${room}`;
		this.#send = send;
		const kept = readKept(recallHere(this.#store));
		this.#draft = kept.draft;
		this.chat = new Cell(restore(kept));
	}

	/** The number the server goes on from. */
	get highest(): number {
		return highest(this.chat.value);
	}

	/** What stands in the field, not sent yet. */
	get draft(): string {
		return this.#draft;
	}

	/** A frame of the room; `me` is this agent's member number. */
	frame(frame: Frame, me: number, now: number): void {
		this.#me = me;
		if (frame.kind === Kind.error) this.#refused(frame);
		this.#set(applyChat(this.chat.value, frame, now));
		if (this.#current !== undefined && !this.#find(this.#current)) this.#next();
	}

	/** The connection stands, or was lost. */
	connected(yes: boolean): void {
		clearTimeout(this.#timer);
		this.#current = undefined;
		if (yes) this.#next();
	}

	say(words: string): void {
		const text = clean(words);
		if (text === "") return;
		const message: Unsent = { id: newChatID(), text, at: Date.now(), failed: false };
		this.#draft = "";
		this.#set({ ...this.chat.value, outbox: [...this.chat.value.outbox, message] });
		this.typing(false);
		if (this.#current === undefined) this.#next();
	}

	/** Tries a refused message once more. */
	again(id: string): void {
		const { outbox } = this.chat.value;
		this.#set({ ...this.chat.value, outbox: outbox.map((one) => (one.id === id ? { ...one, failed: false } : one)) });
		if (this.#current === undefined) this.#next();
	}

	/** Gives up a refused message. */
	discard(id: string): void {
		this.#set({ ...this.chat.value, outbox: this.chat.value.outbox.filter((one) => one.id !== id) });
	}

	/** Fetches the messages before those held, of this person's own by `person`; rejects with ApiError. */
	async older(person: string): Promise<void> {
		const first = this.chat.value.messages[0]?.n ?? 0;
		const found = await getOlder(this.#room, first);
		if (found.length === 0) {
			this.#allHeld = true;
			this.earlier.set(false);
			return;
		}
		// Numbers of members are of the room's present; of what lies back, only one's own is known.
		const memberOf = (role: string, of: string) => (role === "visitor" ? VISITOR : of === person ? this.#me : 0);
		this.#set(
			withOlder(
				this.chat.value,
				found.map(({ person: of, role, ...message }) => ({
					...message,
					role: role === "visitor" ? "visitor" : "agent",
					member: memberOf(role, of),
				})),
			),
		);
	}

	/** The field's text changed. */
	wrote(draft: string): void {
		this.#draft = draft;
		this.#keep();
		this.typing(draft !== "");
	}

	/** Says that this agent types or stopped; as often as others need to know. */
	typing(on: boolean): void {
		const now = Date.now();
		if (on ? now - this.#typedAt < TYPING_EVERY_MS : this.#typedAt === Number.NEGATIVE_INFINITY) return;
		this.#typedAt = on ? now : Number.NEGATIVE_INFINITY;
		this.#send(encodeTyping(on), "latest");
	}

	/** All messages held are before this agent's eyes. */
	seen(): void {
		const n = this.highest;
		if (n <= this.chat.value.seen || !this.#send(encodeJSON(Kind.read, { n }), "latest")) return;
		this.#set({ ...this.chat.value, seen: n });
	}

	/** The room is over: what could not be sent never will be. */
	close(): void {
		clearTimeout(this.#timer);
		this.#current = undefined;
		const { outbox } = this.chat.value;
		if (outbox.some(({ failed }) => !failed))
			this.#set({ ...this.chat.value, outbox: outbox.map((one) => ({ ...one, failed: true })) });
		rememberHere(this.#store, undefined);
	}

	#find(id: string): Unsent | undefined {
		return this.chat.value.outbox.find((one) => one.id === id);
	}

	/** Sends the first message that may go out. */
	#next(): void {
		clearTimeout(this.#timer);
		const message = this.chat.value.outbox.find(({ failed }) => !failed);
		this.#current = undefined;
		if (!message || !this.#send(encodeJSON(Kind.chat, { id: message.id, text: message.text }))) return;
		this.#current = message.id;
		this.#timer = setTimeout(() => this.#next(), ACKNOWLEDGE_MS);
	}

	#refused(frame: Frame): void {
		const body = readJSON<{ code?: unknown; kind?: unknown; id?: unknown }>(frame);
		if (body?.kind !== Kind.chat) return;
		const id = typeof body.id === "string" && body.id !== "" ? body.id : this.#current;
		if (id === undefined || !this.#find(id)) return;
		if (typeof body.code === "string" && passing.has(body.code)) {
			clearTimeout(this.#timer);
			this.#timer = setTimeout(() => this.#next(), UNAVAILABLE_MS);
			return;
		}
		const { outbox } = this.chat.value;
		this.#set({ ...this.chat.value, outbox: outbox.map((one) => (one.id === id ? { ...one, failed: true } : one)) });
		if (this.#current === id) this.#next();
	}

	#set(chat: Chat): void {
		if (chat === this.chat.value) return;
		const before = this.chat.value;
		this.chat.set(chat);
		this.unread.set(unreadOf(chat, this.#me));
		this.earlier.set(!this.#allHeld && (chat.messages[0]?.n ?? 1) > 1);
		if (chat.outbox !== before.outbox || chat.seen !== before.seen) this.#keep();
	}

	#keep(): void {
		const kept = keep(this.chat.value, this.#draft);
		rememberHere(this.#store, kept);
	}
}
