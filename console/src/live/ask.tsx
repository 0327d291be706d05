/** Asking the visitor to show the page. */
import { useCell } from "../state/cell.ts";
import { useNow } from "../state/clock.ts";
import { unit } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { ASK_PAUSE_MS, type Scene } from "./room.ts";
import type { LiveSession } from "./session.ts";
import "./narrow.css";

/** The scenes in which an agent may ask. */
const texts: Partial<Record<Scene, TextKey>> = {
	helping: "askPage",
	declined: "askAgain",
	expired: "askAgain",
	withdrawn: "askAgain",
};

/** Asks to see the page; not again before the pause that the server keeps as well. */
export function Ask({ session }: { session: LiveSession }) {
	const scene = useCell(session.scene);
	const { askedAt } = useCell(session.room);
	const online = useCell(session.online);
	const left = Math.ceil((askedAt + ASK_PAUSE_MS - useNow()) / 1000);
	const ready = left <= 0 && online;
	const text = texts[scene];
	if (!text) return null;
	return (
		<div class="curtain-ways">
			<button type="button" class="button primary" aria-disabled={!ready} onClick={() => ready && session.ask()}>
				<Icon name="eye" />
				{left > 0 ? t("askAgainIn", { time: unit(left, "second", "long") }) : t(text)}
			</button>
		</div>
	);
}

/** What the visitor answered, where the page with its curtain is not beside the chat. */
const answers: Partial<Record<Scene, TextKey>> = {
	asking: "askingTitle",
	declined: "declinedTitle",
	expired: "expiredTitle",
	live: "liveNow",
	withdrawn: "withdrawnTitle",
};

/** The same in the chat, on screens that have room for only one of the two. */
export function AskInChat({ session }: { session: LiveSession }) {
	const scene = useCell(session.scene);
	const answer = answers[scene];
	if (!answer && !texts[scene]) return null;
	return (
		<div class="chat-ask">
			<p class="muted" role="status">
				{answer && t(answer)}
			</p>
			<Ask session={session} />
		</div>
	);
}
