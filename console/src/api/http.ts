/** Calls of the agent's HTTP API: same origin, cookie session, errors as problem+json (RFC 9457). */
import type { Check } from "./checks.ts";

/** A call failed. Status 0: no answer, or one that cannot be read. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		/** From Retry-After. */
		readonly retryAfterMs: number | undefined,
	) {
		super(`${status} ${code}`);
	}
}

const ANSWER_WITHIN_MS = 15_000;

/** Called when a call says that nobody is signed in; set once by the session's state. */
export const onSignedOut: { handler?: () => void } = {};

export async function call<T>(method: "GET" | "POST", path: string, check: Check<T>, body?: unknown): Promise<T> {
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
		throw new ApiError(response.status, await problemCode(response), retryAfter(response));
	}
	try {
		return check(response.status === 204 ? undefined : await response.json());
	} catch {
		throw new ApiError(0, "unreadable", undefined);
	}
}

async function problemCode(response: Response): Promise<string> {
	try {
		const problem: unknown = await response.json();
		const code = typeof problem === "object" && problem !== null && "code" in problem ? problem.code : "";
		return typeof code === "string" ? code : "";
	} catch {
		return "";
	}
}

/** Retry-After in seconds or as a date (RFC 9110 §10.2.3). */
function retryAfter(response: Response): number | undefined {
	const value = response.headers.get("Retry-After");
	if (value === null) return undefined;
	const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
	return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
