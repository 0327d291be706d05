/** One session: what is kept of it. */
import { useEffect } from "preact/hooks";
import { type Loaded, Section, Show, useLoaded } from "../admin/parts.tsx";
import { getSession, type Session } from "../api/review.ts";
import { follow, roomPath } from "../state/route.ts";
import { moment } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";
import { Icon } from "../ui/icons.tsx";
import { followWhole, sessionsAddress } from "./address.ts";
import { Consents } from "./consents.tsx";
import { Fact } from "./fact.tsx";
import { LeftMessage } from "./left-message.tsx";
import { useNames } from "./names.ts";
import { SessionFacts } from "./session-facts.tsx";
import { goesOn, Stars, visitorName } from "./session-table.tsx";
import { Transcript } from "./transcript.tsx";
import { WrapUpCard } from "./wrap-up-card.tsx";

export function SessionPage({ id }: { id: string }) {
	const session = useLoaded(() => getSession(id));
	const name = session.value ? visitorName(session.value) : t("navHistory");
	useEffect(() => {
		document.title = `${name} – Alongside`;
	}, [name]);
	return (
		<Frame>
			<div class="review">
				<a class="crumb back-link" href={sessionsAddress()} onClick={followWhole}>
					<Icon name="back" size={16} /> {t("navHistory")}
				</a>
				<Show of={session}>{(found) => <Kept found={found} loaded={session} />}</Show>
			</div>
		</Frame>
	);
}

function Kept({ found, loaded }: { found: Session; loaded: Loaded<Session> }) {
	const names = useNames();
	const { id, kind, opened, site, wrapUp, rating, answers } = found;
	const message = kind === "message";
	return (
		<>
			<header class="session-head">
				<h1>
					<bdi>{visitorName(found)}</bdi>
				</h1>
				{message && (
					<span class="tag" data-kind={wrapUp ? "live" : "front"}>
						{t(wrapUp ? "messageAnswered" : "messageOpen")}
					</span>
				)}
				{goesOn(found) && (
					<a class="button small" href={roomPath(id)} onClick={follow}>
						{t("stillOnOpen")}
					</a>
				)}
				<p class="muted">
					{t(message ? "kindMessage" : "kindHelp")} · <bdi>{site.name || t("removedName")}</bdi> ·{" "}
					<time dateTime={new Date(opened).toISOString()}>{moment(opened)}</time>
				</p>
			</header>
			<div class="session-columns">
				<div class="session-main">
					{answers.length > 0 && (
						<Section title="answersTitle">
							<dl class="fact-list">
								{answers.map(({ field, label, value }) => (
									<Fact key={field} name={label || field}>
										<span class="kept-words" dir="auto">
											{value}
										</span>
									</Fact>
								))}
							</dl>
						</Section>
					)}
					{message ? <LeftMessage session={found} /> : <Transcript session={found} />}
					{(!message || found.consents.length > 0) && <Consents consents={found.consents} />}
				</div>
				<div class="session-side">
					<WrapUpCard session={found} names={names} onSaved={loaded.reload} />
					{rating && (
						<Section title="rating">
							<p>
								<Stars score={rating.score} />
								{rating.at > 0 && <span class="hint"> · {moment(rating.at)}</span>}
							</p>
							{rating.comment && (
								<blockquote class="kept-words" dir="auto">
									{rating.comment}
								</blockquote>
							)}
						</Section>
					)}
					<SessionFacts session={found} names={names} />
				</div>
			</div>
		</>
	);
}
