/** What was written, a page at a time. */
import { useEffect, useState } from "preact/hooks";
import { Section } from "../admin/parts.tsx";
import { getMessages, type Message, type Session } from "../api/review.ts";
import { RichText } from "../live/rich-text.tsx";
import { count, moment } from "../texts/format.ts";
import { language, t } from "../texts/index.ts";
import { problemText } from "../ui/problem.ts";

type Found = { messages: readonly Message[]; next: string };

export function Transcript({ session: { id, messages: exchanged, agents } }: { session: Session }) {
	const [found, setFound] = useState<Found>();
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState("");
	const fetchPage = async () => {
		if (busy) return;
		setBusy(true);
		setProblem("");
		try {
			const { items, next } = await getMessages(id, found?.next ?? "");
			setFound({ messages: [...(found?.messages ?? []), ...items], next });
		} catch (error) {
			setProblem(problemText(error));
		}
		setBusy(false);
	};
	useEffect(() => void fetchPage(), []);
	return (
		<Section title="chat">
			{found?.messages.length === 0 && (
				<p class="muted">{exchanged > 0 ? t("chatNotKept", { count: count(exchanged) }) : t("chatNone")}</p>
			)}
			{found && found.messages.length > 0 && (
				<ol class="transcript">
					{found.messages.map((message, i) => (
						<Line key={message.id} message={message} before={found.messages[i - 1]} agents={agents} />
					))}
				</ol>
			)}
			{busy && <p class="muted">{t("loading")}</p>}
			<p class="problem" role="alert">
				{problem}
			</p>
			{!busy && (problem || found?.next) && (
				<button type="button" class="button fit" onClick={fetchPage}>
					{t(problem ? "tryAgain" : "chatMore")}
				</button>
			)}
		</Section>
	);
}

const dayOf = (ms: number): string => new Intl.DateTimeFormat(language.value, { dateStyle: "full" }).format(ms);
const timeOf = (ms: number): string => new Intl.DateTimeFormat(language.value, { timeStyle: "short" }).format(ms);

type LineProps = { message: Message; before: Message | undefined; agents: Session["agents"] };

function Line({ message: { role, person, name, text, at }, before, agents }: LineProps) {
	const goesOn = before?.role === role && before.person === person && before.name === name;
	const newDay = before === undefined || dayOf(before.at) !== dayOf(at);
	const who = name || agents.find(({ id }) => id === person)?.name || t(role === "agent" ? "agent" : "visitor");
	return (
		<li class="line" data-role={role} data-goes-on={goesOn && !newDay}>
			{newDay && <p class="line-day">{dayOf(at)}</p>}
			<p class={goesOn && !newDay ? "hidden" : "message-who"}>
				<bdi>{who}</bdi>
			</p>
			<p class="bubble" dir="auto">
				<RichText text={text} />
			</p>
			<time class="message-foot" dateTime={new Date(at).toISOString()} title={moment(at)}>
				{timeOf(at)}
			</time>
		</li>
	);
}
