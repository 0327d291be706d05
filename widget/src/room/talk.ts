import {
	decodeTyping,
	type ErrorBody,
	encodeJSON,
	encodeTyping,
	type Frame,
	Kind,
	newChatID,
	type Read,
	readChat,
	readJSON,
	readRead,
	type Welcome,
} from "../../../wire/wire.ts";
import {
	type Chat,
	newest,
	type Unsent,
	withDraft,
	withFailure,
	withMessage,
	withRead,
	withReadByAgent,
	withTyping,
} from "./chat.ts";
import type { Desk } from "./desk.ts";
import { safeName } from "./names.ts";

/** How long an acknowledgement may take before the same message is sent again; doubles up to the second figure. */
const RETRY_MS = 5000;
const MAX_RETRY_MS = 60_000;
/** How often typing is told anew, and after what pause it has stopped. */
const TYPING_EVERY_MS = 3000;
const TYPING_PAUSE_MS = 5000;

/**
 * The visitor's side of the chat. An own message is kept, across page loads too, and sent over every new connection
 * until the room has shown it with its number; the room knows it by its ID, so that it is never there twice.
 */
export class Talk {
	#self = 0;
	#tries = 0;
	#retry: ReturnType<typeof setTimeout> | undefined;
	#typedAt = 0;
	#paused: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly desk: Desk,
		/** Says something to screen readers. */
		private readonly announce: (text: string) => void,
	) {}

	/** What hello says of the messages that need not come again. */
	get held(): number {
		return newest(this.desk.state.chat);
	}

	/** False if the message cannot be taken: it is empty, or too many wait already. */
	say(text: string): boolean {
		const chat = withDraft(this.#chat, newChatID(), text);
		const message = chat.unsent.at(-1);
		if (chat === this.#chat || !message) return false;
		this.#change(chat);
		this.typing(false);
		this.#send(message);
		this.#await();
		return true;
	}

	/** By the visitor's hand, at once. */
	retry(): void {
		this.#tries = 0;
		this.#resend();
	}

	/** The visitor types, or stopped. */
	typing(types: boolean): void {
		clearTimeout(this.#paused);
		const now = performance.now();
		if (types) this.#paused = setTimeout(() => this.typing(false), TYPING_PAUSE_MS);
		if (types ? this.#typedAt > 0 && now - this.#typedAt < TYPING_EVERY_MS : this.#typedAt === 0) return;
		this.#typedAt = types ? now : 0;
		this.desk.send(encodeTyping(types));
	}

	/** The visitor has the conversation before their eyes. */
	look(): void {
		const n = newest(this.#chat);
		if (n <= this.#chat.read) return;
		this.#change(withRead(this.#chat, n));
		this.#tellRead();
	}

	welcomed({ member, reads }: Partial<Welcome>): void {
		this.#self = member ?? 0;
		for (const [who, n] of Object.entries(reads ?? {})) this.#readUpTo(Number(who), n);
		if (this.#chat.read > (reads?.[this.#self] ?? 0)) this.#tellRead();
		this.#tries = 0;
		this.#resend();
	}

	chat(frame: Frame): void {
		const shown = readChat(frame);
		if (!shown) return;
		const { texts } = this.desk.speech;
		if (shown.role === "agent" && shown.n > this.#chat.read)
			this.announce(`${safeName(shown.name, texts.anAgent)}: ${shown.text}`);
		const chat = withMessage(this.#chat, { ...shown, time: frame.time });
		this.#change(shown.role === "agent" ? withTyping(chat, frame.member, false, Date.now()) : chat);
		if (this.#chat.unsent.length === 0) this.stop();
	}

	read(frame: Frame): void {
		this.#readUpTo(frame.member, readRead(frame)?.n);
	}

	typed(frame: Frame): void {
		if (!this.desk.state.agents.has(frame.member)) return;
		this.desk.update({ chat: withTyping(this.#chat, frame.member, decodeTyping(frame.body), Date.now()) });
	}

	/** The room did not take a message: told, and tried again. */
	refused(frame: Frame): void {
		const { kind, id } = readJSON<ErrorBody>(frame) ?? {};
		if (kind !== Kind.chat || typeof id !== "string") return;
		this.#change(withFailure(this.#chat, true, id));
		this.#await();
	}

	stop(): void {
		clearTimeout(this.#retry);
		this.#tries = 0;
	}

	get #chat(): Chat {
		return this.desk.state.chat;
	}

	#change(chat: Chat): void {
		this.desk.keep({ read: chat.read, unsent: chat.unsent });
		this.desk.update({ chat });
	}

	#readUpTo(member: number, n: unknown): void {
		if (typeof n !== "number") return;
		this.#change(member === this.#self ? withRead(this.#chat, n) : withReadByAgent(this.#chat, n));
	}

	#tellRead(): void {
		this.desk.send(encodeJSON(Kind.read, { n: this.#chat.read } satisfies Read));
	}

	#send({ id, text }: Unsent): void {
		this.desk.send(encodeJSON(Kind.chat, { id, text }));
	}

	#resend(): void {
		if (this.#chat.unsent.length === 0 || !this.desk.online) return;
		for (const message of this.#chat.unsent) this.#send(message);
		this.#change(withFailure(this.#chat, false));
		this.#await();
	}

	/** Without an acknowledgement in time all that is unsent goes again. */
	#await(): void {
		clearTimeout(this.#retry);
		const wait = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** this.#tries++);
		this.#retry = setTimeout(() => this.#resend(), wait);
	}
}
