/** A server that speaks the part of the console's API that looks back and looks over, as a test sets it. */
import type { ServerResponse } from "node:http";
import { type Body, type Call, ConsoleServer } from "../ui/console-server.ts";

const nothing = { items: [], next: "" };
const list = (items: unknown[]) => ({ items, next: "" });

/** As the server writes a session; see SessionRow in console/sessions.go. */
export const session = (id: string, change: Body = {}): Body => ({
	id,
	kind: "help",
	site: { id: "s1", name: "Leaf & Stem" },
	team: "t1",
	opened: "2026-11-20T09:00:00Z",
	accepted: "2026-11-20T09:00:42Z",
	ended: "2026-11-20T09:12:05Z",
	why: "the visitor ended the session",
	agents: [{ id: "p2", name: "Grace Hopper" }],
	handler: "p2",
	page: "https://leaf-and-stem.example/checkout/address",
	title: "Checkout: your address",
	lang: "de-AT",
	browser: "Firefox 143",
	os: "Windows",
	device: "desktop",
	messages: 3,
	visitor: "",
	user: "",
	name: "Mia Wallner",
	email: "",
	wrapUp: null,
	rating: null,
	stripped: false,
	...change,
});

export const figures = (key: string, change: Body = {}): Body => ({
	key,
	sessions: 0,
	accepted: 0,
	abandoned: 0,
	messages: 0,
	waitMedian: 0,
	waitP90: 0,
	handleMedian: 0,
	ratings: 0,
	ratingMean: 0,
	reasons: {},
	...change,
});

const start = () => ({
	role: "manager",
	/** Answers to GET /sessions, by `after`. */
	sessions: {} as Record<string, { items: Body[]; next: string }>,
	session: {} as Record<string, Body>,
	messages: {} as Record<string, { items: Body[]; next: string }>,
	board: { waiting: [] as Body[], agents: [] as Body[], rooms: [] as Body[] },
	report: { rows: [] as Body[], total: figures("") },
	sites: [
		{ id: "s1", name: "Leaf & Stem" },
		{ id: "s2", name: "Garden Club" },
	],
	teams: [
		{ id: "t1", name: "Orders" },
		{ id: "t2", name: "Billing" },
	],
	people: [
		{ id: "p1", name: "Ada Lovelace" },
		{ id: "p2", name: "Grace Hopper" },
		{ id: "p3", name: "Katherine Johnson" },
	],
	reasons: [
		{ id: "r1", label: "Delivery", retired: false },
		{ id: "r2", label: "Payment", retired: false },
		{ id: "r3", label: "Returns", retired: true },
	],
	/** Calls that fail until they are taken out. */
	failing: new Set<string>(),
	/** Answers wait this long, ms. */
	slow: 0,
});

export class ReviewServer extends ConsoleServer {
	state = start();
	calls: Call[] = [];

	reset(): void {
		this.state = start();
		this.calls = [];
	}

	/** The queries of a call, in order. */
	asked(call: string): Record<string, string>[] {
		return this.calls.filter((one) => one.call === call).map(({ query }) => Object.fromEntries(query));
	}

	protected async answer(asked: Call, response: ServerResponse): Promise<void> {
		const { call, query, body } = asked;
		this.calls.push(asked);
		if (call === "GET /desk/stream") {
			response.setHeader("Content-Type", "text/event-stream");
			const desk = { me: { status: "available", capacity: 3, active: 0 }, waiting: [], offer: null, mine: [] };
			response.write(`event: desk\ndata: ${JSON.stringify(desk)}\n\n`);
			return;
		}
		if (this.state.slow > 0) await new Promise((later) => setTimeout(later, this.state.slow));
		if (this.state.failing.has(call)) return send(response, 500, { status: 500, code: "internal" });
		const found = this.#find(call, query, body);
		if (found === undefined) return send(response, 404, { status: 404, code: "not-found" });
		send(response, found === null ? 204 : 200, found);
	}

	/** undefined: not found; null: done. */
	#find(call: string, query: URLSearchParams, body: Body): unknown {
		const { state } = this;
		const [, id = "", part = ""] = /^\w+ \/sessions\/([^/]+)(\/.*)?$/.exec(call) ?? [];
		if (id && call === `GET /sessions/${id}`) return state.session[decodeURIComponent(id)];
		if (part === "/messages") return state.messages[query.get("after") ?? ""] ?? nothing;
		if (part === "/wrap-up") {
			const wrapUp = { ...body, by: { id: "p1", name: "Ada Lovelace" }, at: "2026-11-21T10:00:00Z" };
			Object.assign(state.session[id] ?? {}, { wrapUp });
			return null;
		}
		const answers: Record<string, () => unknown> = {
			"GET /me": () => ({
				id: "p1",
				name: "Ada Lovelace",
				email: "ada@example.com",
				role: state.role,
				secondFactor: false,
				capacity: 3,
				mail: false,
				tenant: { id: "t1", name: "Green Leaf" },
			}),
			"GET /sites": () => list(state.sites),
			"GET /teams": () => list(state.teams),
			"GET /people": () => list(state.people),
			"GET /reasons": () => list(state.reasons),
			"GET /replies": () => list([]),
			"GET /sessions": () => state.sessions[query.get("after") ?? ""] ?? nothing,
			"GET /board": () => state.board,
			"GET /reports": () => state.report,
			"GET /reports.csv": () => "key,sessions\r\ntotal,0\r\n",
			"POST /joins": () => ({
				room: body.room,
				ticket: "T",
				socket: "/api/v1/socket",
				site: { id: "s1", name: "Leaf & Stem" },
			}),
		};
		return answers[call]?.();
	}
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.statusCode = status;
	if (typeof body === "string") {
		response.setHeader("Content-Type", "text/csv; charset=utf-8");
		response.setHeader("Content-Disposition", 'attachment; filename="report.csv"');
		response.end(body);
		return;
	}
	response.setHeader("Content-Type", "application/json");
	response.end(body === null ? undefined : JSON.stringify(body));
}
