import { useNow } from "../state/clock.ts";
import { duration, unit } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Bars } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import type { LiveSession } from "./session.ts";

const shown = {
	good: { text: "qualityGood", level: 4 },
	fair: { text: "qualityFair", level: 2 },
	poor: { text: "qualityPoor", level: 1 },
	unknown: { text: "qualityUnknown", level: 0 },
} as const;

/** The connection in a word; what it was judged by, on request. */
export function QualityMenu({ session }: { session: LiveSession }) {
	const now = useNow();
	const { word, roundTripMs, delayMs, changedAt } = session.quality(now);
	const { text, level } = shown[word];
	const milliseconds = (ms: number | undefined) => (ms === undefined ? "–" : unit(ms, "millisecond"));
	return (
		<Menu
			title={t("quality")}
			label={`${t("quality")}: ${t(text)}`}
			class={`button quiet quality-${word}`}
			face={
				<>
					<Bars level={level} />
					<span class="quality-word">{t(text)}</span>
				</>
			}
		>
			<dl class="measures">
				<dt>{t("quality")}</dt>
				<dd>{t(text)}</dd>
				<dt>{t("roundTrip")}</dt>
				<dd>{milliseconds(roundTripMs)}</dd>
				<dt>{t("pictureDelay")}</dt>
				<dd>{milliseconds(delayMs)}</dd>
				<dt>{t("lastChange")}</dt>
				<dd>{changedAt === undefined ? "–" : t("ago", { time: duration(now - changedAt) })}</dd>
			</dl>
		</Menu>
	);
}
