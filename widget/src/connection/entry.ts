import type { Page } from "../../../wire/wire.ts";
import type { Policy } from "../policy.ts";

/** What the server answers to the three calls that need no socket. */
export type Entry = {
	room: string;
	resume: string;
	ticket: string;
	socket: string;
	salt: string;
	policy: Policy;
	state: string;
	code?: string;
	/** RFC 3339. */
	codeExpires?: string;
};
export type JoinCode = { code: string; codeExpires: string };

/** An answer that is not the one hoped for; status 0 when there was none at all. */
export class EntryError extends Error {
	constructor(readonly status: number) {
		super(`help service answered ${status}`);
	}
}

const TIMEOUT_MS = 15_000;

/** The visitor's side of the HTTP API: no cookies, no referrer. Throws EntryError. */
export class EntryClient {
	constructor(
		private readonly server: string,
		private readonly site: string,
	) {}

	create(tab: string, lang: string, page: Page): Promise<Entry> {
		return this.#post("rooms", { site: this.site, lang, page, tab }, isEntry);
	}

	resume(tab: string, resume: string): Promise<Entry> {
		return this.#post("rooms/resume", { site: this.site, resume, tab }, isEntry);
	}

	code(resume: string): Promise<JoinCode> {
		return this.#post("rooms/code", { site: this.site, resume }, isJoinCode);
	}

	/** The socket's address; only ever on the server the widget came from. */
	socketURL(path: string): string {
		const url = new URL(path, this.server);
		if (url.host !== new URL(this.server).host) throw new EntryError(0);
		url.protocol = url.protocol === "https:" || url.protocol === "wss:" ? "wss:" : "ws:";
		return url.href;
	}

	async #post<T>(path: string, body: object, check: (value: unknown) => value is T): Promise<T> {
		const answer = await fetch(`${this.server}widget/v1/${path}`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(body),
			credentials: "omit",
			referrerPolicy: "no-referrer",
			cache: "no-store",
			signal: AbortSignal.timeout(TIMEOUT_MS),
		}).catch(() => {
			throw new EntryError(0);
		});
		if (!answer.ok) throw new EntryError(answer.status);
		const value: unknown = await answer.json().catch(() => undefined);
		if (!check(value)) throw new EntryError(0);
		return value;
	}
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const isEntry = (value: unknown): value is Entry =>
	isObject(value) &&
	["room", "resume", "ticket", "socket", "salt", "state"].every((key) => typeof value[key] === "string") &&
	isObject(value.policy);

export const isJoinCode = (value: unknown): value is JoinCode =>
	isObject(value) &&
	typeof value.code === "string" &&
	/^\d{6}$/.test(value.code) &&
	typeof value.codeExpires === "string" &&
	Number.isFinite(Date.parse(value.codeExpires));
