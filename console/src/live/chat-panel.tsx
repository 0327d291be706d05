import { useCell } from "../state/cell.ts";
import { t } from "../texts/index.ts";
import { AskInChat } from "./ask.tsx";
import { ChatLog } from "./chat-log.tsx";
import { Composer } from "./composer.tsx";
import { HandingNotice } from "./handing.tsx";
import { over } from "./room.ts";
import type { LiveSession } from "./session.ts";

/** The chat beside the page. */
export function ChatPanel({ session, fieldId }: { session: LiveSession; fieldId: string }) {
	const scene = useCell(session.scene);
	const online = useCell(session.online);
	const closed = over.has(scene);
	return (
		<section class="chat" aria-label={t("chat")}>
			{!closed && (
				<>
					<HandingNotice session={session} />
					<AskInChat session={session} />
				</>
			)}
			<ChatLog session={session} />
			{!closed && !online && scene !== "connecting" && (
				<p class="notice chat-notice" role="status">
					{t("chatOffline")}
				</p>
			)}
			{closed ? (
				<p class="chat-closed muted">{t("chatClosed")}</p>
			) : (
				<Composer key={session.id} session={session} fieldId={fieldId} />
			)}
		</section>
	);
}
