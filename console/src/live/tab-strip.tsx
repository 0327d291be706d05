import { useCell } from "../state/cell.ts";
import { t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import type { LiveSession } from "./session.ts";

/** The visitor's tabs when there are several; choosing one stays on it, following goes where the visitor goes. */
export function TabStrip({ session }: { session: LiveSession }) {
	const { sources, request } = useCell(session.room);
	const shown = useCell(session.shown);
	const pinned = useCell(session.pinned);
	if (sources.length < 2 || request !== "granted") return null;
	return (
		<nav class="tab-strip" aria-label={t("tabs")}>
			<ul>
				{sources.map((one) => (
					<li key={one.source}>
						<button
							type="button"
							class="tab"
							aria-current={one.source === shown ? "true" : undefined}
							data-connected={one.connected}
							onClick={() => session.pin(one.source)}
						>
							{one.focused && <span class="tab-dot" role="img" aria-label={t("tabInFront")} />}
							<bdi>{one.title || t("untitled")}</bdi>
						</button>
					</li>
				))}
			</ul>
			<button
				type="button"
				class="button small quiet"
				title={t("follow")}
				aria-pressed={pinned === undefined}
				onClick={() => session.pin(pinned === undefined ? shown : undefined)}
			>
				<Icon name="target" size={16} />
				<span class="label">{t("follow")}</span>
			</button>
		</nav>
	);
}
