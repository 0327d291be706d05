/** The chat of a room as the server keeps it: numbers messages, knows their IDs, and shows them to every seat. */
import { encodeJSON, type Frame, Kind, readJSON } from "../../../wire/wire.ts";
import type { Seat } from "./seat.ts";

export type Stored = {
	id: string;
	n: number;
	text: string;
	role: "visitor" | "agent";
	name: string;
	member: number;
	time: number;
};

export class ChatRoom {
	readonly stored: Stored[] = [];
	readonly reads: Record<string, number> = {};
	/** Frames of chat that came in, repetitions included. */
	readonly came: { id: string; text: string }[] = [];
	/** Stores, but the answer does not arrive: the line is cut at that moment. */
	cutAfterStoring = false;
	/** Refuses to store, with this code. */
	refuse: string | undefined;
	/** A room shows whoever comes only the messages after this number; the others are in the history. */
	forgotten = 0;
	readonly #seats = new Set<Seat>();

	/** A seat that said hello: gets what it does not hold, and everything from now on. */
	join(seat: Seat, held: number): void {
		this.#seats.add(seat);
		for (const message of this.stored) if (message.n > Math.max(held, this.forgotten)) this.#show(seat, message);
	}

	/** A page of the history, as the API gives it. */
	kept(query: URLSearchParams): object[] {
		const [after, limit] = [Number(query.get("after")), Number(query.get("limit"))];
		return this.stored
			.filter(({ n }) => n > after)
			.slice(0, limit)
			.map(({ member, time, ...message }) => ({
				...message,
				person: message.role === "agent" ? `p${member - 1}` : "",
				at: new Date(time).toISOString(),
			}));
	}

	leave(seat: Seat): void {
		this.#seats.delete(seat);
	}

	/** A chat or read frame of an agent. */
	heard(seat: Seat, frame: Frame, member: number, name: string): void {
		if (frame.kind === Kind.read) {
			this.reads[member] = readJSON<{ n: number }>(frame)?.n ?? 0;
			return;
		}
		const { id = "", text = "" } = readJSON<{ id: string; text: string }>(frame) ?? {};
		const sent = { id, text };
		if (id === "") return;
		this.came.push(sent);
		const known = this.stored.find(({ id }) => id === sent.id);
		if (known) this.#show(seat, known);
		else if (this.refuse) seat.json(Kind.error, { code: this.refuse, kind: Kind.chat, message: "no", id: sent.id });
		else this.add(sent.text, { id: sent.id, role: "agent", member, name });
	}

	/** Somebody wrote; of the visitor unless said otherwise. */
	add(text: string, over: Partial<Stored> = {}): Stored {
		const n = this.stored.length + 1;
		const id = n.toString(16).padStart(32, "0");
		const message: Stored = { id, n, text, role: "visitor", name: "", member: 1, time: Date.now(), ...over };
		this.stored.push(message);
		for (const seat of [...this.#seats]) {
			if (this.cutAfterStoring) seat.socket.cut();
			else this.#show(seat, message);
		}
		return message;
	}

	#show(seat: Seat, { member, time, ...body }: Stored): void {
		seat.socket.send(encodeJSON(Kind.chat, body, { member, time }));
	}
}
