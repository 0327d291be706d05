import { type ChatShown, MAX_CHAT_CHARACTERS, TYPING_FORGOTTEN_MS } from "../../../wire/wire.ts";

/** A message that the room holds; `time` is the server's, ms since 1970. */
export type Message = ChatShown & { time: number };
/** An own message that the room has not acknowledged. It keeps its ID, so that sent again it is the same message. */
export type Unsent = { id: string; text: string; failed?: boolean };

/** The conversation as this tab knows it; pure, like all of the state. */
export type Chat = {
	/** In the room's order. */
	messages: readonly Message[];
	unsent: readonly Unsent[];
	/** How far the visitor, in any tab, has read. */
	read: number;
	/** How far any agent has read. */
	readByAgents: number;
	/** Until when each agent counts as typing, ms since 1970. */
	typing: ReadonlyMap<number, number>;
};

export const noChat: Chat = { messages: [], unsent: [], read: 0, readByAgents: 0, typing: new Map() };

/** As many as the room keeps (contract of the hello frame's `chat`). */
const MAX_MESSAGES = 1000;
/** Unsent messages kept while the connection is lost. */
export const MAX_UNSENT = 32;

export const newest = (chat: Chat): number => chat.messages.at(-1)?.n ?? 0;

/** Takes a message of the room in, once; an own one is no longer unsent. */
export function withMessage(chat: Chat, message: Message): Chat {
	const unsent = chat.unsent.filter(({ id }) => id !== message.id);
	if (chat.messages.some(({ n, id }) => n === message.n || id === message.id)) return { ...chat, unsent };
	const at = chat.messages.findLastIndex(({ n }) => n < message.n) + 1;
	const messages = chat.messages.toSpliced(at, 0, { ...message, text: message.text.slice(0, MAX_CHAT_CHARACTERS) });
	return { ...chat, unsent, messages: messages.slice(-MAX_MESSAGES) };
}

/** Without the characters that lay out nothing, which the server takes for malformed. */
const clean = (text: string): string => text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "");

/** Adds an own message; the same chat if it is empty or too many wait. */
export function withDraft(chat: Chat, id: string, draft: string): Chat {
	const text = clean(draft).trim().slice(0, MAX_CHAT_CHARACTERS).toWellFormed();
	if (text === "" || chat.unsent.length >= MAX_UNSENT) return chat;
	return { ...chat, unsent: [...chat.unsent, { id, text }] };
}

export const withFailure = (chat: Chat, failed: boolean, id?: string): Chat => ({
	...chat,
	unsent: chat.unsent.map((each) => (id === undefined || each.id === id ? { ...each, failed } : each)),
});

export const withRead = (chat: Chat, n: number): Chat => (n > chat.read ? { ...chat, read: n } : chat);

export const withReadByAgent = (chat: Chat, n: number): Chat =>
	n > chat.readByAgents ? { ...chat, readByAgents: n } : chat;

export function withTyping(chat: Chat, member: number, types: boolean, now: number): Chat {
	const typing = new Map([...chat.typing].filter(([who, until]) => who !== member && until > now));
	if (types) typing.set(member, now + TYPING_FORGOTTEN_MS);
	return { ...chat, typing };
}

/** Messages of agents that the visitor has not seen. */
export const unread = ({ messages, read }: Chat): number =>
	messages.reduce((sum, { role, n }) => sum + (role === "agent" && n > read ? 1 : 0), 0);
