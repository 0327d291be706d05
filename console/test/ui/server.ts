/** A server that speaks the contracts of the agents' side, with a test's hand on everything it answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ChatRoom } from "./chat-room.ts";
import { type Body, type Call, ConsoleServer } from "./console-server.ts";
import { MiniSocket } from "./mini-socket.ts";
import { Seat } from "./seat.ts";

export type Visitor = {
	room: string;
	site: { id: string; name: string };
	state: string;
	since: string;
	page: { url: string; title: string };
	pageSince: string;
	device: { browser: string; os: string; kind: string };
	lang: string;
	agents: string[];
	sources: number;
	name?: string;
	help?: boolean;
};

const site = { id: "s1", name: "Leaf & Stem" };

/** A desk as the stream gives it. */
const desk = (over: Record<string, unknown> = {}) => ({
	me: { status: "available", capacity: 3, active: 0 },
	waiting: [] as Record<string, unknown>[],
	offer: null as Record<string, unknown> | null,
	mine: [] as string[],
	handOvers: [] as Record<string, unknown>[],
	...over,
});
export type Desk = ReturnType<typeof desk>;

const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

export const waiting = (room: string, over: Record<string, unknown> = {}) => ({
	room,
	site,
	name: "",
	page: "https://leaf-and-stem.example/checkout",
	title: "Checkout",
	lang: "en-GB",
	team: "",
	since: soon(-65_000),
	position: 1,
	offeredTo: "",
	front: false,
	...over,
});

export const offer = (room: string, over: Record<string, unknown> = {}) => {
	const { position: _, offeredTo: __, front: ___, ...visit } = waiting(room);
	return { ...visit, note: "", from: "", until: soon(30_000), ...over };
};

export class TestServer extends ConsoleServer {
	readonly #streams = new Set<ServerResponse>();
	readonly #desks = new Set<ServerResponse>();
	readonly #arrivals: Seat[] = [];
	readonly #awaited: ((seat: Seat) => void)[] = [];
	signedIn = true;
	visitors: Visitor[] = [];
	/** What POST /joins answers: 200, or a problem. */
	joinStatus = 200;
	/** Bodies of POST /joins. */
	readonly joins: unknown[] = [];
	signInStatus = 200;
	role = "agent";
	desk: Desk = desk();
	/** What POST /desk/accept answers: 200, or 409 with a code. */
	acceptCode = "";
	/** Calls of the desk, of sessions and hand-overs, with their bodies. */
	readonly calls: { call: string; body: Body }[] = [];
	/** Facts of a session; undefined: none are kept. */
	facts: Record<string, unknown> | undefined;
	replies: { id: string; shortcut: string; text: string }[] = [];
	reasons: { id: string; label: string; retired: boolean }[] = [];
	colleagues = { people: [] as unknown[], teams: [] as unknown[] };
	/** By room. */
	chats = new Map<string, ChatRoom>();

	constructor() {
		super();
		this.http.on("upgrade", (request: IncomingMessage, stream: Duplex) => this.#upgrade(request, stream));
	}

	reset(): void {
		this.signedIn = true;
		this.visitors = [];
		this.joinStatus = 200;
		this.signInStatus = 200;
		this.joins.length = 0;
		this.role = "agent";
		this.desk = desk();
		this.acceptCode = "";
		this.calls.length = 0;
		this.facts = undefined;
		this.replies = [];
		this.reasons = [];
		this.colleagues = { people: [], teams: [] };
		this.chats = new Map();
		this.#arrivals.length = 0;
		this.#awaited.length = 0;
	}

	/** Sends the list to everyone who watches. */
	push(visitors: Visitor[]): void {
		this.visitors = visitors;
		for (const stream of this.#streams) this.#sendList(stream);
	}

	/** Sends the desk to everyone who watches. */
	pushDesk(over: Partial<Desk>): void {
		this.desk = { ...this.desk, ...over };
		for (const stream of this.#desks) this.#sendDesk(stream);
	}

	/** How many consoles attend. */
	get attending(): number {
		return this.#desks.size;
	}

	/** The chat of a room. */
	chat(room: string): ChatRoom {
		const chat = this.chats.get(room) ?? new ChatRoom();
		this.chats.set(room, chat);
		return chat;
	}

	/** Cuts all streams, as a restart does. */
	cutStreams(): void {
		for (const stream of [...this.#streams, ...this.#desks]) stream.destroy();
	}

	/** The next agent's connection. */
	seat(): Promise<Seat> {
		const seat = this.#arrivals.shift();
		return seat ? Promise.resolve(seat) : new Promise((done) => this.#awaited.push(done));
	}

	override async stop(): Promise<void> {
		this.cutStreams();
		await super.stop();
	}

	#sendDesk(stream: ServerResponse): void {
		stream.write(`event: desk\ndata: ${JSON.stringify(this.desk)}\n\n`);
	}

	#sendList(stream: ServerResponse): void {
		stream.write(`event: visitors\ndata: ${JSON.stringify({ visitors: this.visitors })}\n\n`);
	}

	protected answer({ call, query, body }: Call, response: ServerResponse): void {
		const [, room] = /^GET \/sessions\/([^/]+)\/messages$/.exec(call) ?? [];
		if (room !== undefined) {
			json(response, { items: this.chat(room).kept(query), next: "" });
			return;
		}
		const me = {
			id: "p1",
			name: "Ada Lovelace",
			email: "ada@example.com",
			role: this.role,
			tenant: { id: "t1", name: "Green Leaf" },
		};
		if (call === "POST /sign-in") {
			this.signedIn = this.signInStatus === 200;
			if (this.signedIn) json(response, me);
			else problem(response, this.signInStatus);
		} else if (!this.signedIn) problem(response, 401);
		else if (call === "GET /me") json(response, me);
		else if (call === "POST /sign-out") {
			this.signedIn = false;
			response.writeHead(204).end();
		} else if (call === "GET /visitors/stream") {
			response.writeHead(200, { "Content-Type": "text/event-stream" });
			this.#streams.add(response);
			response.on("close", () => this.#streams.delete(response));
			this.#sendList(response);
		} else if (call === "GET /desk/stream") {
			response.writeHead(200, { "Content-Type": "text/event-stream" });
			this.#desks.add(response);
			response.on("close", () => this.#desks.delete(response));
			this.#sendDesk(response);
		} else if (this.#deskCall(call, body, response)) {
			this.calls.push({ call, body });
		} else if (call === "POST /joins") {
			this.joins.push(body);
			const room = (body as { room?: string }).room ?? "room-by-code";
			if (this.joinStatus === 200) json(response, join(room));
			else problem(response, this.joinStatus);
		} else problem(response, 404);
	}

	/** Whether the call was one of an agent's daily work. */
	#deskCall(call: string, body: Body, response: ServerResponse): boolean {
		const { room = "", status = "" } = body as { room?: string; status?: string };
		const [, session] = /^GET \/sessions\/([^/?]+)$/.exec(call) ?? [];
		if (session !== undefined) {
			if (this.facts) json(response, { id: session, kind: "help", site, ...this.facts });
			else problem(response, 404);
		} else if (call === "POST /desk/status") {
			response.writeHead(204).end();
			this.pushDesk({ me: { ...this.desk.me, status } });
		} else if (call === "POST /desk/accept") {
			if (this.acceptCode) problem(response, 409, this.acceptCode);
			else json(response, join(room));
			if (!this.acceptCode) {
				const { waiting: others, mine } = this.desk;
				this.pushDesk({ offer: null, waiting: others.filter((one) => one.room !== room), mine: [...mine, room] });
			}
		} else if (call === "POST /desk/decline") {
			response.writeHead(204).end();
			this.pushDesk({ offer: null });
		} else if (call === "GET /colleagues") json(response, this.colleagues);
		else if (call === "GET /replies") json(response, { items: this.replies });
		else if (call === "GET /reasons") json(response, { items: this.reasons });
		else if (/^(PUT|POST) \/(sessions\/[^/]+\/wrap-up|rooms\/[^/]+\/hand-over)$/.test(call))
			response.writeHead(204).end();
		else return false;
		return true;
	}

	#upgrade(request: IncomingMessage, stream: Duplex): void {
		// The ticket names the room here; the real one is a secret.
		const ticket = /ticket\.([^,\s]+)/.exec(request.headers["sec-websocket-protocol"] ?? "")?.[1] ?? "";
		const room = Buffer.from(ticket, "base64url").toString();
		const seat = new Seat(new MiniSocket(request, stream, "alongside.v1"), this.chat(room));
		const awaited = this.#awaited.shift();
		if (awaited) awaited(seat);
		else this.#arrivals.push(seat);
	}
}

function json(response: ServerResponse, value: unknown): void {
	response.setHeader("Content-Type", "application/json");
	response.end(JSON.stringify(value));
}

const join = (room: string) => ({
	room,
	ticket: Buffer.from(room).toString("base64url"),
	socket: "/api/v1/socket",
	site,
});

function problem(response: ServerResponse, status: number, code = "no"): void {
	if (status === 429) response.setHeader("Retry-After", "40");
	response.writeHead(status, { "Content-Type": "application/problem+json" });
	response.end(JSON.stringify({ type: "about:blank", title: "No", status, detail: "No.", code }));
}
