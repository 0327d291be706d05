/** A server that speaks the contracts of the agents' side, with a test's hand on everything it answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Bundle, bundle } from "./bundle.ts";
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
	readonly #arrivals: Seat[] = [];
	readonly #awaited: ((seat: Seat) => void)[] = [];
	signedIn = true;
	visitors: Visitor[] = [];
	/** What POST /joins answers: 200, or a problem. */
	joinStatus = 200;
	/** Bodies of POST /joins. */
	readonly joins: unknown[] = [];
	signInStatus = 200;

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
		this.#arrivals.length = 0;
		this.#awaited.length = 0;
	}

	/** Sends the list to everyone who watches. */
	push(visitors: Visitor[]): void {
		this.visitors = visitors;
		for (const stream of this.#streams) this.#sendList(stream);
	}

	/** Cuts all streams, as a restart does. */
	cutStreams(): void {
		for (const stream of this.#streams) stream.destroy();
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

	#sendList(stream: ServerResponse): void {
		stream.write(`event: visitors\ndata: ${JSON.stringify({ visitors: this.visitors })}\n\n`);
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const path = new URL(request.url ?? "/", this.origin).pathname;
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
			role: "agent",
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
		} else if (call === "POST /api/v1/joins") {
			this.joins.push(body);
			const room = (body as { room?: string }).room ?? "room-by-code";
			const site = { id: "s1", name: "Leaf & Stem" };
			if (this.joinStatus === 200) json(response, { room, ticket: "T", socket: "/api/v1/socket", site });
			else problem(response, this.joinStatus);
		} else problem(response, 404);
	}

	#upgrade(request: IncomingMessage, stream: Duplex): void {
		const seat = new Seat(new MiniSocket(request, stream, "alongside.v1"));
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

function problem(response: ServerResponse, status: number): void {
	if (status === 429) response.setHeader("Retry-After", "40");
	response.writeHead(status, { "Content-Type": "application/problem+json" });
	response.end(JSON.stringify({ type: "about:blank", title: "No", status, detail: "No.", code: "no" }));
}
