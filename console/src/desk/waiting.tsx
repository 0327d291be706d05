/** What the queue and the manager's board show alike of somebody who waits. */
import { useState } from "preact/hooks";
import { languageName } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { take } from "./offer.tsx";

type TagsProps = {
	front: boolean;
	/** To whom it is offered now, in a sentence; empty: to nobody. */
	offered: string;
	/** Its name. */
	team: string | undefined;
	lang?: string;
};
export function WaitingTags({ front, offered, team, lang }: TagsProps) {
	return (
		<ul class="tags">
			{front && (
				<li class="tag" data-kind="front">
					{t("queueFront")}
				</li>
			)}
			{offered && (
				<li class="tag" data-kind="offered">
					{offered}
				</li>
			)}
			{team && (
				<li class="tag">
					<bdi>{team}</bdi>
				</li>
			)}
			{lang && <li class="tag">{languageName(lang)}</li>}
		</ul>
	);
}

/** Takes a visitor out of turn. */
export function TakeButton({ room, who }: { room: string; who: string }) {
	const [busy, setBusy] = useState(false);
	const pick = async () => {
		if (busy) return;
		setBusy(true);
		await take(room);
		setBusy(false);
	};
	return (
		<button
			type="button"
			class="button small"
			aria-disabled={busy}
			aria-label={t("queueTakeName", { name: who })}
			onClick={pick}
		>
			{t("queueTake")}
		</button>
	);
}
