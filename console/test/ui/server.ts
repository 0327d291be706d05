/** A server that speaks the contracts of the agents' side, with a test's hand on everything it answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Bundle, bundle } from "./bundle.ts";
import { ChatRoom } from "./chat-room.ts";
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
export const desk = (over: Record<string, unknown> = {}) => ({
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

const MIRROR_CSP =
	"default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data: blob:; media-src blob:; " +
	"form-action 'none'; base-uri 'none'; frame-src 'none'; object-src 'none'; frame-ancestors 'self'";

export class TestServer {
	static async start(): Promise<TestServer> {
		const server = new TestServer(await bundle());
		await new Promise<void>((done) => server.#http.listen(0, "127.0.0.1", done));
		return server;
	}

	readonly #bundle: Bundle;
	readonly #http: Server;
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
	readonly calls: { call: string; body: unknown }[] = [];
	/** Facts of a session; undefined: none are kept. */
	facts: Record<string, unknown> | undefined;
	replies: { id: string; shortcut: string; text: string }[] = [];
	reasons: { id: string; label: string; retired: boolean }[] = [];
	colleagues = { people: [] as unknown[], teams: [] as unknown[] };
	/** By room. */
	chats = new Map<string, ChatRoom>();

	constructor(bundle: Bundle) {
		this.#bundle = bundle;
		this.#http = createServer((request, response) => void this.#answer(request, response));
		this.#http.on("upgrade", (request: IncomingMessage, stream: Duplex) => this.#upgrade(request, stream));
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
	}

	/** Everything as it was at the start, for the next test. */
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

	async stop(): Promise<void> {
		this.cutStreams();
		this.#http.closeAllConnections();
		await new Promise<void>((done) => this.#http.close(() => done()));
	}

	#sendDesk(stream: ServerResponse): void {
		stream.write(`event: desk\ndata: ${JSON.stringify(this.desk)}\n\n`);
	}

	#sendList(stream: ServerResponse): void {
		stream.write(`event: visitors\ndata: ${JSON.stringify({ visitors: this.visitors })}\n\n`);
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { pathname: path, searchParams } = new URL(request.url ?? "/", this.origin);
		const [, room] = /^\/api\/v1\/sessions\/([^/]+)\/messages$/.exec(path) ?? [];
		if (room !== undefined) {
			json(response, { items: this.chat(room).kept(searchParams), next: "" });
			return;
		}
		if (path.startsWith("/api/")) {
			this.#api(`${request.method} ${path}`, await readBody(request), response);
			return;
		}
		if (path === "/mirror") {
			response.setHeader("Content-Security-Policy", MIRROR_CSP);
			response.setHeader("Content-Type", "text/html; charset=utf-8");
			response.end('<!doctype html><html><head><meta charset="utf-8"></head><body></body></html>');
			return;
		}
		const files: Record<string, readonly [string, string]> = {
			"/console.js": ["text/javascript", this.#bundle.script],
			"/console.css": ["text/css", this.#bundle.style],
		};
		const [type, text] = files[path] ?? ["text/html; charset=utf-8", this.#bundle.page];
		response.setHeader(
			"Content-Security-Policy",
			"default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-src 'self'; " +
				`connect-src 'self' ${this.origin.replace("http", "ws")}; base-uri 'none'; object-src 'none'; ` +
				"frame-ancestors 'none'; form-action 'self'",
		);
		response.setHeader("Content-Type", type);
		response.end(text);
	}

	#api(call: string, body: unknown, response: ServerResponse): void {
		const me = {
			id: "p1",
			name: "Ada Lovelace",
			email: "ada@example.com",
			role: this.role,
			tenant: { id: "t1", name: "Green Leaf" },
		};
		if (call === "POST /api/v1/sign-in") {
			this.signedIn = this.signInStatus === 200;
			if (this.signedIn) json(response, me);
			else problem(response, this.signInStatus);
		} else if (!this.signedIn) problem(response, 401);
		else if (call === "GET /api/v1/me") json(response, me);
		else if (call === "POST /api/v1/sign-out") {
			this.signedIn = false;
			response.writeHead(204).end();
		} else if (call === "GET /api/v1/visitors/stream") {
			response.writeHead(200, { "Content-Type": "text/event-stream" });
			this.#streams.add(response);
			response.on("close", () => this.#streams.delete(response));
			this.#sendList(response);
		} else if (call === "GET /api/v1/desk/stream") {
			response.writeHead(200, { "Content-Type": "text/event-stream" });
			this.#desks.add(response);
			response.on("close", () => this.#desks.delete(response));
			this.#sendDesk(response);
		} else if (this.#deskCall(call, body, response)) {
			this.calls.push({ call: call.replace("/api/v1", ""), body });
		} else if (call === "POST /api/v1/joins") {
			this.joins.push(body);
			const room = (body as { room?: string }).room ?? "room-by-code";
			if (this.joinStatus === 200) json(response, join(room));
			else problem(response, this.joinStatus);
		} else problem(response, 404);
	}

	/** Whether the call was one of an agent's daily work. */
	#deskCall(call: string, body: unknown, response: ServerResponse): boolean {
		const { room = "", status = "" } = (body ?? {}) as { room?: string; status?: string };
		const [, session] = /^GET \/api\/v1\/sessions\/([^/?]+)$/.exec(call) ?? [];
		if (session !== undefined) {
			if (this.facts) json(response, { id: session, kind: "help", site, ...this.facts });
			else problem(response, 404);
		} else if (call === "POST /api/v1/desk/status") {
			response.writeHead(204).end();
			this.pushDesk({ me: { ...this.desk.me, status } });
		} else if (call === "POST /api/v1/desk/accept") {
			if (this.acceptCode) problem(response, 409, this.acceptCode);
			else json(response, join(room));
			if (!this.acceptCode) {
				const { waiting: others, mine } = this.desk;
				this.pushDesk({ offer: null, waiting: others.filter((one) => one.room !== room), mine: [...mine, room] });
			}
		} else if (call === "POST /api/v1/desk/decline") {
			response.writeHead(204).end();
			this.pushDesk({ offer: null });
		} else if (call === "GET /api/v1/colleagues") json(response, this.colleagues);
		else if (call === "GET /api/v1/replies") json(response, { items: this.replies });
		else if (call === "GET /api/v1/reasons") json(response, { items: this.reasons });
		else if (/^(PUT|POST) \/api\/v1\/(sessions\/[^/]+\/wrap-up|rooms\/[^/]+\/hand-over)$/.test(call))
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

async function readBody(request: IncomingMessage): Promise<unknown> {
	let text = "";
	for await (const chunk of request) text += chunk;
	return text ? JSON.parse(text) : undefined;
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
