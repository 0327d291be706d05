/** What became of this agent's hand-over: on its way, or given back because nobody took it. */
import { useState } from "preact/hooks";
import { declineVisitor } from "../api/desk.ts";
import { useCell } from "../state/cell.ts";
import { t } from "../texts/index.ts";
import { problemText } from "../ui/problem.ts";
import { toast } from "../ui/toast.tsx";
import type { LiveSession } from "./session.ts";
import "./handing.css";

export function HandingNotice({ session }: { session: LiveSession }) {
	const handing = useCell(session.handing);
	const [busy, setBusy] = useState(false);
	if (!handing) return null;
	const { refused } = handing;
	const name = handing.name || t("handColleague");
	const act = async () => {
		if (busy) return;
		setBusy(true);
		try {
			if (!refused) await declineVisitor(session.id);
			session.handing.set(undefined);
		} catch (error) {
			toast(problemText(error));
		}
		setBusy(false);
	};
	return (
		<div class="notice chat-notice handing" role={refused ? "alert" : "status"}>
			<p>{t(refused ? "handRefused" : "handSent", { name })}</p>
			<button type="button" class="button small" aria-disabled={busy} onClick={act}>
				{t(refused ? "close" : "handTakeBack")}
			</button>
		</div>
	);
}
