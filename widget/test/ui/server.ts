import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket as NetSocket } from "node:net";
import { build } from "esbuild";
import { decodeFrame, encodeFrame, encodeJSON, encodePointer, type Frame, Kind, readJSON } from "../../../wire/wire.ts";
import { LANGUAGES } from "../../src/texts/language.ts";
import { ServerSocket } from "./websocket.ts";

export type Seen = Frame & { json: Record<string, unknown> | undefined };

class Tab {
	readonly frames: Seen[] = [];
	hello: Seen | undefined;
	open = true;
	constructor(
		readonly tab: string,
		readonly socket: ServerSocket,
	) {}

	send(kind: number, body: object, member = 0): void {
		this.socket.send(encodeJSON(kind, body, { member }));
	}
	of(kind: number): Seen[] {
		return this.frames.filter((frame) => frame.kind === kind);
	}
}

export type Shown = { id: string; n: number; text: string; role: "visitor" | "agent"; name: string; time: number };
type Member = { member: number; role: string; name: string; state: string };

/**
 * A server that speaks the visitor's side of the protocol for one room, and lets a test play the agent. What it is
 * told stays readable: requests, tabs, frames.
 */
export class TestServer {
	readonly requests: string[] = [];
	readonly bodies: Record<string, unknown>[] = [];
	readonly calls: [path: string, body: Record<string, unknown>][] = [];
	readonly tabs: Tab[] = [];
	members: Member[] = [];
	state = "waiting";
	policy: object = { version: 1, mode: "inputs", url: { domain: true, path: true, query: false, hash: false } };
	limits: object = {};
	/** HTTP status for the next entries; 0 answers as usual. */
	failEntries = 0;
	/** Accept sockets only to drop them. */
	dropSockets = false;
	pages = new Map<string, { html: string; headers?: Record<string, string> }>();
	codes = 0;
	/** What the help call answers; a test sets what differs. */
	help: Record<string, unknown> = { open: true, agents: true, form: [], optedOut: false };
	/** Paths under /widget/v1/ that answer otherwise: a status and a field. */
	refuse: Record<string, [status: number, field?: string]> = {};
	place: { position: number; waitSeconds: number } | undefined;
	chat: Shown[] = [];
	/** Refuse to keep what is said, as when the disk is full. */
	chatFails = false;
	/** Take messages but let no acknowledgement out. */
	swallowAcks = false;
	reads: Record<string, number> = {};
	/** Say nothing more, as when a network swallows everything. */
	mute = false;
	#alive = true;
	#resume = "";
	#server: Server;
	#sockets = new Set<NetSocket>();

	private constructor(private readonly bundles: Map<string, string>) {
		this.#server = createServer((request, response) => void this.#http(request, response));
		this.#server.on("connection", (socket) => {
			this.#sockets.add(socket);
			socket.on("close", () => this.#sockets.delete(socket));
		});
		this.#server.on("upgrade", (request, stream) => this.#upgrade(request, stream as NetSocket));
	}

	static async start(port = 0): Promise<TestServer> {
		const server = new TestServer(await bundles());
		await new Promise<void>((resolve) => server.#server.listen(port, "127.0.0.1", resolve));
		return server;
	}

	get origin(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** A new room, as if nothing had happened. */
	reset(): void {
		for (const tab of this.tabs) tab.socket.destroy();
		this.tabs.length = this.requests.length = this.bodies.length = this.calls.length = 0;
		Object.assign(this, {
			members: [],
			state: "waiting",
			limits: {},
			failEntries: 0,
			dropSockets: false,
			codes: 0,
			mute: false,
			help: { open: true, agents: true, form: [], optedOut: false },
			refuse: {},
			place: undefined,
			chat: [],
			chatFails: false,
			swallowAcks: false,
			reads: {},
		});
		this.policy = { version: 1, mode: "inputs", url: { domain: true, path: true, query: false, hash: false } };
		this.#alive = true;
		this.#resume = "";
	}

	/** The newest open tab. */
	get tab(): Tab {
		const tab = this.tabs.findLast((each) => each.open);
		if (!tab) throw new Error("no tab is connected");
		return tab;
	}
	get open(): Tab[] {
		return this.tabs.filter((tab) => tab.open);
	}

	all(kind: number, body: object, member = 0): void {
		for (const tab of this.open) tab.send(kind, body, member);
	}

	// The agent, as the server tells of him

	/** An agent takes the visitor up, to talk. */
	join(name: string, member = 2): void {
		this.members.push({ member, role: "agent", name, state: "helping" });
		this.#tellMembers();
		this.#room("helping");
	}

	say(text: string, member = 2, name = "Mina"): void {
		this.#show({ id: randomBytes(16).toString("hex"), text, role: "agent", name }, member);
	}

	tell(kind: number, body: object | Uint8Array, member: number): void {
		for (const tab of this.open)
			if (body instanceof Uint8Array) tab.socket.send(encodeFrame(kind, body, { member }));
			else tab.send(kind, body, member);
	}

	queue(position: number, waitSeconds: number): void {
		this.place = { position, waitSeconds };
		this.all(Kind.queue, this.place);
	}

	#show(said: Omit<Shown, "n" | "time">, member: number): void {
		const shown = { ...said, n: this.chat.length + 1, time: Date.now() };
		this.chat.push(shown);
		if (!this.swallowAcks) for (const tab of this.open) this.#chatTo(tab, shown, member);
	}

	#chatTo(tab: Tab, { time, ...shown }: Shown, member = shown.role === "visitor" ? 1 : 2): void {
		tab.socket.send(encodeJSON(Kind.chat, shown, { member, time }));
	}

	ask(name: string, member = 2): void {
		const known = this.members.find((each) => each.member === member);
		if (known) known.state = "asking";
		else this.members.push({ member, role: "agent", name, state: "asking" });
		this.#tellMembers();
		this.#room("asking");
		this.all(Kind.consent, { what: "view", act: "ask", member, name });
	}

	/** The session's time is up while nobody is connected. */
	end(): void {
		this.#alive = false;
	}

	point(member: number, node: number, x: number, y: number, button?: number): void {
		const body = encodePointer({ node, fx: 0.5, fy: 0.5, x, y }, button);
		for (const tab of this.open)
			tab.socket.send(encodeFrame(button === undefined ? Kind.pointer : Kind.click, body, { member }));
	}

	#tellMembers(): void {
		this.all(Kind.members, { members: this.members });
	}
	#room(state: string): void {
		this.state = state;
		this.all(Kind.room, { state });
	}

	#received(tab: Tab, frame: Seen): void {
		tab.frames.push(frame);
		switch (frame.kind) {
			case Kind.ping:
				if (this.mute) break;
				tab.socket.send(encodeFrame(Kind.pong, frame.body));
				break;
			case Kind.hello:
				tab.hello = frame;
				tab.send(Kind.welcome, {
					member: 1,
					source: this.tabs.indexOf(tab) + 1,
					room: "room",
					state: this.state,
					salt: "AAAAAAAAAAAAAAAAAAAAAA",
					policy: this.policy,
					members: this.members,
					sources: [],
					limits: this.limits,
					reads: this.reads,
					queue: this.place,
				});
				for (const shown of this.chat) if (shown.n > Number(frame.json?.chat ?? 0)) this.#chatTo(tab, shown);
				for (const { member, name, state } of this.members)
					if (state === "asking") tab.send(Kind.consent, { what: "view", act: "ask", member, name });
				if (this.state === "live") tab.send(Kind.keyframe, { why: "start", have: [] });
				break;
			case Kind.consent:
				this.#consent(frame.json ?? {});
				break;
			case Kind.pause:
				this.#room(frame.json?.paused ? "paused" : "live");
				break;
			case Kind.chat: {
				const { id, text } = frame.json as { id: string; text: string };
				const known = this.chat.find((shown) => shown.id === id);
				if (this.chatFails) tab.send(Kind.error, { code: "unavailable", kind: Kind.chat, message: "try again", id });
				else if (!known) this.#show({ id, text, role: "visitor", name: "" }, 1);
				else if (!this.swallowAcks) this.#chatTo(tab, known);
				break;
			}
			case Kind.read:
				this.reads[1] = Number(frame.json?.n);
				for (const other of this.open) if (other !== tab) other.send(Kind.read, { n: this.reads[1] }, 1);
				break;
			case Kind.bye:
				this.#alive = false;
				for (const each of this.open) each.socket.close(4410);
				break;
		}
	}

	#consent({ act, member }: { act?: unknown; member?: unknown }): void {
		if (act === "grant") {
			for (const each of this.members) if (each.member === member) each.state = "viewing";
			this.#tellMembers();
			this.#room("live");
			this.all(Kind.keyframe, { why: "start", have: [] });
		} else {
			// A no takes nobody out: whoever asked stays to talk.
			for (const each of this.members) if (member === 0 || each.member === member) each.state = "helping";
			this.#tellMembers();
			this.#room(this.members.length > 0 ? "helping" : "waiting");
			this.all(Kind.halt, {});
			if (member === 0) {
				for (const each of this.members) this.all(Kind.consent, { what: "view", act: "withdraw", member: each.member });
				return;
			}
		}
		this.all(Kind.consent, { what: "view", act, member });
	}

	#upgrade(request: IncomingMessage, stream: NetSocket): void {
		this.requests.push(`SOCKET ${request.url}`);
		const offered = String(request.headers["sec-websocket-protocol"]).split(/,\s*/);
		const tabID = offered.find((each) => each.startsWith("ticket."))?.slice("ticket.".length) ?? "";
		if (this.dropSockets) {
			stream.destroy();
			return;
		}
		const socket = new ServerSocket(request, stream, "alongside.v1");
		const tab = new Tab(tabID.split("-")[0] ?? "", socket);
		this.tabs.push(tab);
		socket.onclose = () => {
			tab.open = false;
		};
		socket.onmessage = (data) => {
			const frame = decodeFrame(data);
			if (frame) this.#received(tab, { ...frame, json: readJSON<Record<string, unknown>>(frame) });
		};
	}

	async #http(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? "/", "http://localhost");
		this.requests.push(`${request.method} ${url.pathname}`);
		const cors = {
			"Access-Control-Allow-Origin": request.headers.origin ?? "*",
			"Access-Control-Allow-Headers": "content-type",
			...(request.headers.origin && { "Access-Control-Allow-Credentials": "true" }),
		};
		const answer = (status: number, body: string, type: string, headers = {}) =>
			response.writeHead(status, { "Content-Type": type, ...cors, ...headers }).end(body);
		const bundle = this.bundles.get(url.pathname);
		const page = this.pages.get(url.pathname);
		if (request.method === "OPTIONS") answer(204, "", "text/plain");
		else if (bundle !== undefined) answer(200, bundle, "text/javascript; charset=utf-8");
		else if (page) answer(200, page.html, "text/html; charset=utf-8", page.headers);
		else if (url.pathname.startsWith("/widget/v1/")) {
			const chunks: Buffer[] = [];
			for await (const chunk of request) chunks.push(chunk as Buffer);
			const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
			this.bodies.push(body);
			this.calls.push([url.pathname.slice("/widget/v1/".length), body]);
			const [status, value] = this.#api(url.pathname, body);
			answer(status, status === 204 ? "" : JSON.stringify(value), "application/json");
		} else answer(404, "", "text/plain");
	}

	#api(path: string, body: Record<string, unknown>): [number, object] {
		if (this.failEntries) return [this.failEntries, {}];
		const code = () => ({
			code: String(482913 + this.codes++),
			codeExpires: new Date(Date.now() + 20 * 60_000).toISOString(),
		});
		const name = path.slice("/widget/v1/".length);
		const refused = this.refuse[name];
		if (refused) return [refused[0], { code: "invalid", field: refused[1] }];
		switch (name) {
			case "help":
				return [200, this.help];
			case "rooms/code":
				return [200, code()];
			case "rooms/ask":
				this.#room("waiting");
				return [204, {}];
			case "rooms/identify":
			case "rooms/object":
			case "rating":
				return [204, {}];
			case "messages":
				return [201, { receipt: "receipt-of-message" }];
		}
		const resuming = path.endsWith("/resume");
		if (resuming && (!this.#alive || body.resume !== this.#resume)) return [404, {}];
		if (!resuming) {
			this.#alive = true;
			this.members = [];
			this.chat = [];
			this.reads = {};
			this.state = body.help === false ? "browsing" : "waiting";
			this.#resume = `resume-${Math.random()}`;
		}
		const entry = {
			room: "room",
			resume: this.#resume,
			tab: body.tab,
			ticket: `${body.tab}-${Math.random()}`,
			socket: "/widget/v1/socket",
			salt: "AAAAAAAAAAAAAAAAAAAAAA",
			policy: this.policy,
			state: this.state,
			help: this.state !== "browsing",
			...(this.state !== "browsing" && { receipt: "receipt" }),
		};
		return [resuming ? 200 : 201, resuming ? entry : { ...entry, ...code() }];
	}
}

async function bundles(): Promise<Map<string, string>> {
	const source = new URL("../../src/", import.meta.url).pathname;
	const bundle = async (name: string, format: "iife" | "esm") => {
		const result = await build({
			entryPoints: [`${source}${name}.ts`],
			bundle: true,
			minify: true,
			target: "es2022",
			format,
			write: false,
		});
		return result.outputFiles[0]?.text ?? "";
	};
	const words = LANGUAGES.map(
		async (code) => [`/widget/texts-${code}.js`, await bundle(`texts/${code}`, "esm")] as const,
	);
	return new Map([
		...(await Promise.all(words)),
		["/widget.js", (await bundle("loader", "iife")).replace("__ALONGSIDE_BUILD__", "abc123")],
		["/widget/session.js", await bundle("session", "esm")],
		["/widget/capture-engine.js", await bundle("capture", "esm")],
		["/widget/capture.js", await readFile(new URL("./capture-stub.js", import.meta.url), "utf8")],
	]);
}
