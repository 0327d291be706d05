/** Calls of the agent's HTTP API: same origin, cookie session, errors as problem+json (RFC 9457). */
import { type Check, list, or, shape, text } from "./checks.ts";

/** A call failed. Status 0: no answer, or one that cannot be read. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		/** From Retry-After. */
		readonly retryAfterMs: number | undefined,
		/** What the server says is wrong, field by field, in English; `field` as in the JSON: "origins[1]". */
		readonly errors: readonly FieldProblem[] = [],
		/** The server's own sentence, in English. */
		readonly detail = "",
	) {
		super(`${status} ${code}`);
	}

	/** The first field that is wrong, or "". */
	get field(): string {
		return this.errors[0]?.field ?? "";
	}
}

export type FieldProblem = { field: string; detail: string };

const ANSWER_WITHIN_MS = 15_000;

/** Called when a call says that nobody is signed in; set once by the session's state. */
export const onSignedOut: { handler?: () => void } = {};

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** For calls whose answer is empty. */
export const nothing: Check<void> = () => undefined;

export async function call<T>(method: Method, path: string, check: Check<T>, body?: unknown): Promise<T> {
	let response: Response;
	try {
		response = await fetch(path, {
			method,
			signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
			...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
		});
	} catch {
		throw new ApiError(0, "offline", undefined);
	}
	if (!response.ok) {
		if (response.status === 401 && path !== "/api/v1/sign-in") onSignedOut.handler?.();
		throw await refusal(response);
	}
	try {
		return check(response.status === 204 ? undefined : await response.json());
	} catch {
		throw new ApiError(0, "unreadable", undefined);
	}
}

const problem = shape({
	code: or(text, ""),
	field: or(text, ""),
	detail: or(text, ""),
	errors: or(list(shape({ field: text, detail: or(text, "") })), []),
});

async function refusal(response: Response): Promise<ApiError> {
	const { code, field, detail, errors } = await response
		.json()
		.then(problem)
		.catch(() => problem({}));
	const all = errors.length === 0 && field ? [{ field, detail }] : errors;
	return new ApiError(response.status, code, retryAfter(response), all, detail);
}

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3). */
function retryAfter(response: Response): number | undefined {
	const value = response.headers.get("Retry-After");
	if (value === null) return undefined;
	const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
