/**
 * The chat of a room as one agent has it: a pure function of the frames so far and of what was written here.
 *
 * Invariant: a message stands in `messages` once, by its ID, and in `outbox` only until the room has shown it.
 */
import {
	type ChatShown,
	decodeTyping,
	type Frame,
	Kind,
	readChat,
	readJSON,
	readRead,
	TYPING_FORGOTTEN_MS,
} from "../../../wire/wire.ts";
import { type Check, list, number, or, shape, text } from "../api/checks.ts";

export type Message = ChatShown & {
	/** Who wrote it. */
	member: number;
	/** Server's clock, ms. */
	at: number;
};

/** Written here and not yet shown by the room; `failed`: the server will not take it as it is. */
export type Unsent = { id: string; text: string; at: number; failed: boolean };

export type Chat = {
	/** By number. */
	messages: readonly Message[];
	/** In the order of writing. */
	outbox: readonly Unsent[];
	/** By member: until when one is shown as typing, ms. */
	typing: Readonly<Record<string, number>>;
	/** By member: up to which message one has read. */
	reads: Readonly<Record<string, number>>;
	/** Members who are or were agents. */
	agents: ReadonlySet<number>;
	/** Up to which message this agent has read. */
	seen: number;
};

export const emptyChat: Chat = { messages: [], outbox: [], typing: {}, reads: {}, agents: new Set(), seen: 0 };

/** The chat after a frame; the same object if the frame changes nothing. */
export function applyChat(chat: Chat, frame: Frame, now: number): Chat {
	switch (frame.kind) {
		case Kind.welcome:
		case Kind.members:
			return greeted(chat, frame);
		case Kind.chat: {
			const shown = readChat(frame);
			return shown ? received(chat, { ...shown, member: frame.member, at: frame.time }) : chat;
		}
		case Kind.typing: {
			const { [frame.member]: _, ...others } = chat.typing;
			const typing = decodeTyping(frame.body) ? { ...others, [frame.member]: now + TYPING_FORGOTTEN_MS } : others;
			return { ...chat, typing };
		}
		case Kind.read: {
			const n = readRead(frame)?.n ?? 0;
			if (n <= (chat.reads[frame.member] ?? 0)) return chat;
			return { ...chat, reads: { ...chat.reads, [frame.member]: n } };
		}
		default:
			return chat;
	}
}

function greeted(chat: Chat, frame: Frame): Chat {
	const body = readJSON<{ members?: unknown; reads?: unknown; member?: unknown }>(frame);
	if (!body) return chat;
	const members = or(list(shape({ member: number, role: text })), [])(body.members);
	const agents = new Set(chat.agents);
	for (const { member, role } of members) if (role === "agent") agents.add(member);
	const reads = { ...chat.reads };
	let { seen } = chat;
	if (frame.kind === Kind.welcome && typeof body.reads === "object" && body.reads !== null) {
		for (const [member, n] of Object.entries(body.reads)) {
			if (typeof n !== "number") continue;
			reads[member] = Math.max(n, reads[member] ?? 0);
			if (Number(member) === body.member) seen = Math.max(seen, n);
		}
	}
	return { ...chat, agents, reads, seen };
}

function received(chat: Chat, message: Message): Chat {
	const outbox = chat.outbox.filter(({ id }) => id !== message.id);
	const kept = outbox.length === chat.outbox.length ? chat.outbox : outbox;
	if (chat.messages.some(({ id, n }) => id === message.id || n === message.n))
		return kept === chat.outbox ? chat : { ...chat, outbox: kept };
	const messages = [...chat.messages, message].sort((a, b) => a.n - b.n);
	const { [message.member]: _, ...typing } = chat.typing;
	const agents = message.role === "agent" ? new Set(chat.agents).add(message.member) : chat.agents;
	return { ...chat, messages, outbox: kept, typing, agents };
}

/** The chat with older messages before those that it holds. */
export function withOlder(chat: Chat, older: readonly Message[]): Chat {
	const first = chat.messages[0]?.n ?? Number.POSITIVE_INFINITY;
	const agents = new Set(chat.agents);
	for (const { role, member } of older) if (role === "agent") agents.add(member);
	return { ...chat, agents, messages: [...older.filter(({ n }) => n < first), ...chat.messages] };
}

/** The highest number held: the server goes on from there. */
export const highest = (chat: Chat): number => chat.messages.at(-1)?.n ?? 0;

/** How many messages of others came after the last one read. */
export const unreadOf = (chat: Chat, me: number): number =>
	chat.messages.filter(({ n, member }) => n > chat.seen && member !== me).length;

/** Up to which message the visitor has read; members change their number, so that everyone but agents counts. */
export function readByVisitor(chat: Chat): number {
	const others = Object.entries(chat.reads).filter(([member]) => !chat.agents.has(Number(member)));
	return Math.max(0, ...others.map(([, n]) => n));
}

/** Who types at this moment, by member. */
export const typists = (chat: Chat, now: number, me: number): number[] =>
	Object.entries(chat.typing)
		.filter(([member, until]) => until > now && Number(member) !== me)
		.map(([member]) => Number(member));

const unsent = shape({ id: text, text, at: number });
const kept = shape({ outbox: list(unsent), seen: number, draft: or(text, "") });
export type Kept = ReturnType<typeof kept>;

/** What a reload may not lose; nothing of what others wrote. */
export const keep = (chat: Chat, draft: string): Kept => ({
	outbox: chat.outbox.map(({ id, text, at }) => ({ id, text, at })),
	seen: chat.seen,
	draft,
});

export const readKept: Check<Kept> = or(kept, { outbox: [], seen: 0, draft: "" });

/** The chat with what was kept. */
export const restore = ({ outbox, seen }: Kept): Chat => ({
	...emptyChat,
	outbox: outbox.map((one) => ({ ...one, failed: false })),
	seen,
});
