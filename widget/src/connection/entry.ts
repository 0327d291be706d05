import type { Page } from "../../../wire/wire.ts";
import type { Person, SignedUser } from "../boot.ts";
import type { Policy } from "../policy.ts";
import { type Help, readHelp } from "../room/form.ts";

/** What the server answers to the calls that lead to a socket. */
export type Entry = {
	room: string;
	resume: string;
	ticket: string;
	socket: string;
	salt: string;
	policy: Policy;
	state: string;
	/** Whether help was asked for; else the visit merely browses. */
	help?: boolean;
	code?: string;
	/** RFC 3339. */
	codeExpires?: string;
	/** With it the visitor rates the session afterwards. */
	receipt?: string;
	/** Address of the opt-out page, with the session's token. */
	optOut?: string;
};
export type JoinCode = { code: string; codeExpires: string };
/** By the ID of the form's field. */
export type Answers = Readonly<Record<string, string>>;
export type Opening = { tab: string; lang: string; page: Page; help: boolean; answers?: Answers } & Person;
export type Letter = { lang: string; page: Page; answers: Answers; email: string; text: string } & Person;

/** An answer that is not the one hoped for; status 0 when there was none at all. */
export class EntryError extends Error {
	constructor(
		readonly status: number,
		/** The part of the request that was wrong. */
		readonly field = "",
	) {
		super(`help service answered ${status}`);
	}
}

const TIMEOUT_MS = 15_000;

/**
 * The visitor's side of the HTTP API: no referrer, and of cookies only the server's own, which may say that the visitor
 * has opted out. Throws EntryError.
 */
export class EntryClient {
	constructor(
		private readonly server: string,
		private readonly site: string,
	) {}

	async help(lang: string): Promise<Help> {
		return readHelp(await this.#post("help", { lang }, isObject));
	}

	create(opening: Opening): Promise<Entry> {
		return this.#post("rooms", opening, isEntry);
	}

	resume(tab: string, resume: string, { optedOut }: Person): Promise<Entry> {
		return this.#post("rooms/resume", { resume, tab, optedOut }, isEntry);
	}

	/** Who only browsed so far asks for help. */
	ask(tab: string, resume: string, page: Page, answers: Answers): Promise<void> {
		return this.#post("rooms/ask", { tab, resume, page, answers });
	}

	identify(resume: string, user: SignedUser): Promise<void> {
		return this.#post("rooms/identify", { resume, user });
	}

	/** The visitor objects: the server forgets who it is, and ends what merely browsed. */
	object(resume: string): Promise<void> {
		return this.#post("rooms/object", { resume });
	}

	code(resume: string): Promise<JoinCode> {
		return this.#post("rooms/code", { resume }, isJoinCode);
	}

	/** Leaves a message for when somebody is there again. */
	leave(letter: Letter): Promise<void> {
		return this.#post("messages", letter);
	}

	rate(receipt: string, score: number, comment: string): Promise<void> {
		return this.#post("rating", { receipt, score, comment });
	}

	/** The socket's address; only ever on the server the widget came from. */
	socketURL(path: string): string {
		const url = new URL(path, this.server);
		if (url.host !== new URL(this.server).host) throw new EntryError(0);
		url.protocol = url.protocol === "https:" || url.protocol === "wss:" ? "wss:" : "ws:";
		return url.href;
	}

	/** Without a check the answer's body is of no interest. */
	async #post<T = void>(path: string, body: object, check?: (value: unknown) => value is T): Promise<T> {
		const answer = await fetch(`${this.server}widget/v1/${path}`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify({ site: this.site, ...body }),
			credentials: "include",
			referrerPolicy: "no-referrer",
			cache: "no-store",
			signal: AbortSignal.timeout(TIMEOUT_MS),
		}).catch(() => {
			throw new EntryError(0);
		});
		if (!answer.ok) {
			const problem: unknown = await answer.json().catch(() => undefined);
			const field = isObject(problem) && typeof problem.field === "string" ? problem.field : "";
			throw new EntryError(answer.status, field);
		}
		if (!check) return undefined as T;
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

const isJoinCode = (value: unknown): value is JoinCode =>
	isObject(value) &&
	typeof value.code === "string" &&
	/^\d{6}$/.test(value.code) &&
	typeof value.codeExpires === "string" &&
	Number.isFinite(Date.parse(value.codeExpires));
