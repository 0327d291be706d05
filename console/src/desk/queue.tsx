/** Who waits, the next one first; each may be taken by hand. */
import type { Colleagues, Waiting } from "../api/desk.ts";
import { useCell } from "../state/cell.ts";
import { useNow } from "../state/clock.ts";
import { desk } from "../state/desk.ts";
import { count, duration, isoDuration, moment } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Url } from "../ui/url.tsx";
import { TakeButton, WaitingTags } from "./waiting.tsx";

export function QueueList({ colleagues }: { colleagues: Colleagues | undefined }) {
	const waiting = useCell(desk)?.waiting;
	const now = useNow();
	if (!waiting) return <p class="muted pad">{t("loading")}</p>;
	if (waiting.length === 0) return <p class="muted pad">{t("queueEmpty")}</p>;
	return (
		<ol class="queue">
			{[...waiting]
				.sort((a, b) => a.position - b.position)
				.map((one) => (
					<QueueRow key={one.room} waiting={one} colleagues={colleagues} now={now} />
				))}
		</ol>
	);
}

type RowProps = { waiting: Waiting; colleagues: Colleagues | undefined; now: number };

function QueueRow({ waiting, colleagues, now }: RowProps) {
	const { room, position, name, site, title, page, lang, team, since, offeredTo, front } = waiting;
	const who = name || t("visitor");
	const teamName = colleagues?.teams.find(({ id }) => id === team)?.name;
	const offeredName = colleagues?.people.find(({ id }) => id === offeredTo)?.name;
	const offered = offeredName ? t("queueOfferedTo", { name: offeredName }) : offeredTo && t("queueOffered");
	return (
		<li class="queue-row" data-room={room}>
			<span class="place" title={t("queuePlace")}>
				<span class="hidden">{t("queuePlace")}: </span>
				{position > 0 ? count(position) : "•"}
			</span>
			<div class="queue-who">
				<p class="queue-name">
					<bdi class="strong">{who}</bdi> <bdi class="muted">{site.name}</bdi>
				</p>
				<p class="queue-page">
					<bdi>{title || t("untitled")}</bdi> <Url url={page} most={40} />
				</p>
				<WaitingTags front={front} offered={offered} team={teamName} lang={lang} />
			</div>
			<time class="queue-wait" dateTime={isoDuration(now - since)} title={moment(since)}>
				<span class="hidden">{t("queueWait")}: </span>
				{duration(now - since)}
			</time>
			<TakeButton room={room} who={who} />
		</li>
	);
}
