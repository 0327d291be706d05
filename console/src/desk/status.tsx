/** Whether visitors are offered to this agent: one button, one key, on every page. */

import { useCell } from "../state/cell.ts";
import { desk, sentAway, switchStatus } from "../state/desk.ts";
import { t } from "../texts/index.ts";
import { problemText } from "../ui/problem.ts";
import { useShortcuts } from "../ui/shortcuts.tsx";
import { toast } from "../ui/toast.tsx";

export const toggleStatus = () => {
	switchStatus().catch((error: unknown) => toast(problemText(error)));
};

export function StatusButton() {
	const now = useCell(desk);
	useShortcuts({ s: toggleStatus });
	if (!now) return null;
	const { status } = now.me;
	const text = t(status === "available" ? "statusAvailable" : "statusAway");
	return (
		<button
			type="button"
			class="button small status"
			data-status={status}
			aria-label={t("statusMine", { status: text })}
			title={t("statusSwitch")}
			onClick={toggleStatus}
		>
			{text}
		</button>
	);
}

/** Says that the server switched to away, and how to come back. */
export function SentAwayNotice() {
	if (!useCell(sentAway)) return null;
	return (
		<div class="notice sent-away" role="alert">
			<p>{t("statusSentAway")}</p>
			<button type="button" class="button small" onClick={toggleStatus}>
				{t("statusBack")}
			</button>
		</div>
	);
}
