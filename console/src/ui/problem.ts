import { ApiError } from "../api/http.ts";
import { wait } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";

const DEFAULT_WAIT_MS = 60_000;

/** A plain sentence for a failed call; `known` gives the words for the statuses that mean something to the caller. */
export function problemText(error: unknown, known: Readonly<Record<number, TextKey>> = {}): string {
	if (!(error instanceof ApiError)) return t("unexpected");
	const own = known[error.status];
	if (own) return t(own);
	if (error.status === 429) return t("tooMany", { time: wait(error.retryAfterMs ?? DEFAULT_WAIT_MS) });
	return t(error.status === 0 && error.code === "offline" ? "offline" : "unexpected");
}
