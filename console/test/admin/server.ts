/** A server that speaks the admins' part of the console's API, keeps what it is told, and refuses what a test wants. */
import type { ServerResponse } from "node:http";
import type { Collection, Help, Policy, Site } from "../../src/api/admin-sites.ts";
import { type Body, type Call, ConsoleServer } from "../ui/console-server.ts";

type Problem = { status: number; code?: string; detail?: string; errors?: { field: string; detail: string }[] };
type Answer = unknown | Problem;
type Route = (call: Call, id: string) => Answer;

const NOW = "2026-11-22T09:00:00Z";
const PIXEL =
	"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

class Refusal {
	constructor(readonly problem: Problem) {}
}
const notFound = new Refusal({ status: 404, code: "not-found" });
/** An answer without a body. */
const done = undefined;

const newSite = (id: string, name: string, origins: string[], server: string) => ({
	id,
	key: `key-${id}`,
	name,
	origins,
	snippet: `<script src="${server}/widget.js?site=key-${id}" async></script>`,
	policy: {
		version: 1,
		mode: "inputs",
		selectors: [],
		url: { domain: true, path: true, query: false, hash: false },
		foreignUnmask: false,
		closedRoots: false,
		canvas: true,
		images: true,
	} as Policy,
	collection: {
		version: 1,
		basis: "interest",
		visitors: "help",
		returningId: false,
		doNotTrack: false,
		consentMode: false,
		consentEvent: "",
		allow: [],
		deny: [],
		sensitive: [],
		ip: "none",
		ipAcknowledged: false,
		blocked: [],
		minors: false,
	} as Collection,
	help: {
		version: 1,
		form: [
			{ id: "name", kind: "name", label: { en: "Your name", de: "Ihr Name" }, required: false, options: [] },
			{ id: "question", kind: "question", label: { en: "How can we help?" }, required: false, options: [] },
		],
		hours: { always: true, zone: "Europe/Berlin", days: [[], [], [], [], [], [], []], closed: [] },
	} as Help,
	retention: { sessionDays: 425, chatDays: 90, auditDays: 730 },
	created: NOW,
});

const start = (server: string) => ({
	signedIn: true,
	role: "admin",
	secondFactor: false,
	password: "correct horse",
	mail: false,
	setup: true,
	capacity: 3,
	loaded: null as { at: string; origin: string } | null,
	sites: [newSite("s1", "Leaf & Stem", ["https://leaf-and-stem.example"], server)],
	people: [
		{ id: "p1", name: "Ada Lovelace", email: "ada@example.com", role: "admin", teams: ["t1"], secondFactor: true },
		{
			id: "p2",
			name: "Grace Hopper",
			email: "grace@example.com",
			role: "agent",
			teams: [],
			secondFactor: true,
			resetWanted: true,
		},
	] as Body[],
	teams: [
		{ id: "t1", name: "Orders", members: ["p1"], rules: [{ sites: ["s1"], paths: ["/checkout*"], languages: [] }] },
	] as Body[],
	invitations: [] as Body[],
	replies: { items: [{ id: "r1", shortcut: "hello", text: "Hello {visitor}, I am {agent}." }] } as Body,
	reasons: { items: [{ id: "c1", label: "Delivery", retired: false }] } as Body,
	keys: [{ id: "k0", name: "CRM", role: "agent", created: NOW, lastUsed: NOW }] as Body[],
	signIns: [
		{ id: "i1", device: "Chrome on Linux", created: NOW, lastUsed: NOW, current: true },
		{ id: "i2", device: "Safari on iPhone", created: NOW, lastUsed: NOW, current: false },
	],
	sessions: [{ id: "x1", kind: "help", opened: NOW, site: { id: "s1", name: "Leaf & Stem" }, name: "Jo", messages: 4 }],
});

export class AdminServer extends ConsoleServer {
	readonly #refusals = new Map<string, Problem>();
	state = start("");
	/** Every call of the API since the last reset. */
	calls: Call[] = [];

	reset(): void {
		this.state = start(this.origin);
		this.calls = [];
		this.urls = [];
		this.#refusals.clear();
	}

	/** Refuses the next such call. */
	refuse(call: string, problem: Problem): void {
		this.#refusals.set(call, problem);
	}

	/** The bodies sent with a call, in order. */
	sent(call: string): Body[] {
		return this.calls.filter((one) => one.call === call).map(({ body }) => body);
	}

	protected answer(call: Call, response: ServerResponse): void {
		this.calls.push(call);
		const refused = this.#refusals.get(call.call);
		this.#refusals.delete(call.call);
		const answer = refused ? new Refusal(refused) : this.#route(call);
		if (answer instanceof Refusal) {
			const { status, code = "no", detail = "No.", errors = [] } = answer.problem;
			response.writeHead(status, { "Content-Type": "application/problem+json" });
			response.end(
				JSON.stringify({ type: "about:blank", title: "No", status, code, detail, field: errors[0]?.field, errors }),
			);
		} else if (answer === done) response.writeHead(204).end();
		else {
			response.setHeader("Content-Type", "application/json");
			response.end(JSON.stringify(answer));
		}
	}

	#route(call: Call): Answer {
		const open = /^POST \/(sign-in|setup|invitations\/(look|accept)|password-reset)/.test(call.call);
		if (!this.state.signedIn && !open) return new Refusal({ status: 401, code: "signed-out" });
		for (const [pattern, route] of Object.entries(this.#routes)) {
			const wanted = pattern.split("/");
			const parts = call.call.split("/");
			if (wanted.length !== parts.length || !wanted.every((part, i) => part === parts[i] || part === "{id}")) continue;
			return route(call, decodeURIComponent(parts[wanted.indexOf("{id}")] ?? ""));
		}
		return notFound;
	}

	#me() {
		const { role, secondFactor, capacity, mail } = this.state;
		const [{ name } = { name: "" }] = this.state.people;
		return {
			id: "p1",
			name,
			email: "ada@example.com",
			role,
			secondFactor,
			capacity,
			mail,
			tenant: { id: "t1", name: "Green Leaf" },
		};
	}

	#signIn() {
		this.state.signedIn = true;
		return this.#me();
	}

	#site(id: string): ReturnType<typeof newSite> | undefined {
		return this.state.sites.find((site) => site.id === id);
	}

	/** Keeps a part of a site that has a version, or refuses it as the server does. */
	#put = (part: "policy" | "collection" | "help"): Route => {
		return ({ body }, id) => {
			const site = this.#site(id);
			if (!site) return notFound;
			if (body.version !== site[part].version) return new Refusal({ status: 409, code: "conflict" });
			Object.assign(site, { [part]: { ...body, version: site[part].version + 1 } });
			return site[part];
		};
	};

	readonly #routes: Record<string, Route> = {
		"POST /sign-in": ({ body }) => {
			if (body.password !== this.state.password) return new Refusal({ status: 401, code: "credentials" });
			if (this.state.secondFactor && body.code !== "123456") return new Refusal({ status: 401, code: "second-factor" });
			return this.#signIn();
		},
		"POST /setup/check": ({ body }) => (this.state.setup && body.token === "SETUP" ? done : notFound),
		"POST /setup": ({ body }) => {
			if (body.token !== "SETUP") return notFound;
			this.state.setup = false;
			Object.assign(this.state.people[0] ?? {}, { name: body.adminName });
			const site = newSite("s2", String(body.siteName), body.origins as string[], this.origin);
			this.state.sites = [site];
			return { me: this.#signIn(), site };
		},
		"POST /invitations/look": ({ body }) =>
			body.token === "INVITED" ? { tenant: "Green Leaf", email: "new@example.com", role: "manager" } : notFound,
		"POST /invitations/accept": () => this.#signIn(),
		"POST /password-reset": () => done,
		"POST /password-reset/accept": ({ body }) => {
			this.state.password = String(body.password);
			this.state.signedIn = false;
			return done;
		},
		"GET /me": () => this.#me(),
		"PATCH /me": ({ body }) => {
			if (typeof body.capacity === "number") this.state.capacity = body.capacity;
			Object.assign(this.state.people[0] ?? {}, { name: body.name });
			return this.#me();
		},
		"POST /me/password": ({ body }) => {
			if (body.old === this.state.password) {
				this.state.signedIn = false;
				return done;
			}
			return new Refusal({ status: 400, code: "field", errors: [{ field: "old", detail: "is not the password" }] });
		},
		"POST /me/second-factor": () => ({ secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/x", qr: PIXEL }),
		"POST /me/second-factor/confirm": ({ body }) => {
			if (body.code !== "123456")
				return new Refusal({ status: 400, code: "field", errors: [{ field: "code", detail: "does not fit" }] });
			this.state.secondFactor = true;
			return { recovery: ["aaaa-1111", "bbbb-2222", "cccc-3333", "dddd-4444"] };
		},
		"POST /me/second-factor/remove": () => {
			this.state.secondFactor = false;
			return done;
		},
		"GET /me/sign-ins": () => ({ items: this.state.signIns, next: "" }),
		"DELETE /me/sign-ins/{id}": (_, id) => {
			this.state.signIns = this.state.signIns.filter((one) => one.id !== id);
			return done;
		},
		"GET /people": () => ({ items: this.state.people.map((one) => ({ capacity: 3, ...one })), next: "" }),
		"PATCH /people/{id}": ({ body }, id) => Object.assign(this.state.people.find((one) => one.id === id) ?? {}, body),
		"DELETE /people/{id}": (_, id) => {
			this.state.people = this.state.people.filter((one) => one.id !== id);
			return done;
		},
		"DELETE /people/{id}/second-factor": (_, id) => {
			Object.assign(this.state.people.find((one) => one.id === id) ?? {}, { secondFactor: false });
			return done;
		},
		"POST /people/{id}/reset-link": () => ({ link: `${this.origin}/reset#RESET` }),
		"GET /invitations": () => ({ items: this.state.invitations, next: "" }),
		"POST /invitations": ({ body }) => {
			const made = { id: `i${this.state.invitations.length}`, ...body, expires: "2026-11-29T09:00:00Z" };
			this.state.invitations.push(made);
			return { ...made, link: `${this.origin}/invitation#INVITED`, mailed: this.state.mail };
		},
		"DELETE /invitations/{id}": (_, id) => {
			this.state.invitations = this.state.invitations.filter((one) => one.id !== id);
			return done;
		},
		"GET /teams": () => ({ items: this.state.teams, next: "" }),
		"POST /teams": ({ body }) => {
			const made = { id: "t2", ...body };
			this.state.teams.push(made);
			return made;
		},
		"PUT /teams/{id}": ({ body }, id) => Object.assign(this.state.teams.find((one) => one.id === id) ?? {}, body),
		"DELETE /teams/{id}": (_, id) => {
			this.state.teams = this.state.teams.filter((one) => one.id !== id);
			return done;
		},
		"GET /sites": () => ({ items: this.state.sites, next: "" }),
		"POST /sites": ({ body }) => {
			const made = newSite("s3", String(body.name), body.origins as string[], this.origin);
			this.state.sites.push(made);
			return made;
		},
		"GET /sites/{id}": (_, id) => this.#site(id) ?? notFound,
		"PATCH /sites/{id}": ({ body }, id) => Object.assign(this.#site(id) as Site | object, body),
		"DELETE /sites/{id}": (_, id) => {
			this.state.sites = this.state.sites.filter((one) => one.id !== id);
			return done;
		},
		"PUT /sites/{id}/policy": this.#put("policy"),
		"PUT /sites/{id}/collection": this.#put("collection"),
		"PUT /sites/{id}/help": this.#put("help"),
		"PUT /sites/{id}/retention": ({ body }) => body,
		"GET /sites/{id}/seen": () => ({ loaded: this.state.loaded, rooms: 0 }),
		"GET /sites/{id}/identity-secret": () => ({ secret: "0f".repeat(32) }),
		"POST /sites/{id}/identity-secret": () => ({ secret: "a1".repeat(32) }),
		"GET /api-keys": () => ({ items: this.state.keys, next: "" }),
		"POST /api-keys": ({ body }) => {
			const made = { id: "k1", ...body, created: NOW, lastUsed: null };
			this.state.keys.push(made);
			return { ...made, secret: "alk_secret-shown-once" };
		},
		"DELETE /api-keys/{id}": (_, id) => {
			this.state.keys = this.state.keys.filter((one) => one.id !== id);
			return done;
		},
		"GET /replies": () => this.state.replies,
		"PUT /replies": ({ body }) => {
			this.state.replies = body;
			return body;
		},
		"GET /reasons": () => this.state.reasons,
		"PUT /reasons": ({ body }) => {
			this.state.reasons = body;
			return body;
		},
		"GET /audit": ({ query }) => {
			const first = Number(query.get("after") || 120);
			const items = Array.from({ length: 50 }, (_, i) => first - i - 1)
				.filter((n) => n >= 0)
				.map((n) => ({
					n,
					at: NOW,
					actor: "p1",
					actorName: "Ada Lovelace",
					act: n % 3 ? "session.view" : "sign-in",
					object: "session",
					objectId: `x${n}`,
					details: { site: "s1" },
				}));
			return { items, next: items.length === 50 ? String(first - 50) : "" };
		},
		"GET /persons": ({ query }) =>
			query.get("user") === "42"
				? { sessions: this.state.sessions, count: this.state.sessions.length }
				: { sessions: [], count: 0 },
		"GET /persons/export": () => ({ sessions: this.state.sessions }),
		"POST /persons/erase": () => {
			const sessions = this.state.sessions.length;
			this.state.sessions = [];
			return { sessions, messages: 4 };
		},
	};
}
