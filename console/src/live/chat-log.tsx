/** The messages of a room, the newest at the end, with what became of one's own. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { account } from "../state/account.ts";
import { useCell } from "../state/cell.ts";
import { useNow } from "../state/clock.ts";
import { moment } from "../texts/format.ts";
import { language, type TextKey, t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { problemText } from "../ui/problem.ts";
import { toast } from "../ui/toast.tsx";
import { type Message, readByVisitor, typists, type Unsent } from "./chat.ts";
import { FactsCard } from "./facts.tsx";
import { nameOf } from "./people.tsx";
import { RichText } from "./rich-text.tsx";
import type { LiveSession } from "./session.ts";

/** Messages of one person within this time share a heading, ms. */
const TOGETHER_MS = 5 * 60_000;
/** This close to the end counts as at the end, CSS px. */
const NEAR_END = 48;

export function ChatLog({ session }: { session: LiveSession }) {
	const chat = useCell(session.chat.chat);
	const { me } = useCell(session.room);
	const log = useRef<HTMLElement>(null);
	const end = useRef<HTMLDivElement>(null);
	const atEnd = useVisible(end);
	const [behind, setBehind] = useState(false);
	const follows = useRef(true);
	const { messages, outbox, seen } = chat;
	const newest = (outbox.at(-1) ?? messages.at(-1))?.id;
	const online = useCell(session.online);
	const earlier = useCell(session.chat.earlier);
	const [fetching, setFetching] = useState(false);
	useEffect(() => {
		if (atEnd && online) session.chat.seen();
	}, [atEnd, online, messages]);
	const toEnd = () => log.current?.scrollTo({ top: log.current.scrollHeight });
	useLayoutEffect(() => {
		if (follows.current || outbox.length > 0) toEnd();
		else setBehind(true);
	}, [newest]);
	// What stands above grows later (facts), and the panel is sized by hand.
	useEffect(() => {
		if (!log.current) return;
		const observer = new ResizeObserver(() => follows.current && toEnd());
		observer.observe(log.current);
		for (const child of log.current.children) observer.observe(child);
		return () => observer.disconnect();
	}, []);
	const scrolled = ({ currentTarget: { scrollTop, clientHeight, scrollHeight } }: { currentTarget: HTMLElement }) => {
		follows.current = scrollTop + clientHeight > scrollHeight - NEAR_END;
		if (follows.current) setBehind(false);
	};
	const older = async () => {
		if (fetching) return;
		setFetching(true);
		try {
			await session.chat.older(account.value?.id ?? "");
		} catch (error) {
			toast(problemText(error));
		}
		setFetching(false);
	};
	// What is being read stays where it is while older messages come in above it.
	const oldest = messages[0]?.id;
	const first = useRef<{ id: string | undefined; height: number }>({ id: undefined, height: 0 });
	useLayoutEffect(() => {
		const { current } = log;
		if (!current) return;
		const { id, height } = first.current;
		if (id !== undefined && id !== oldest) current.scrollTop += current.scrollHeight - height;
		first.current = { id: oldest, height: current.scrollHeight };
	});
	const read = readByVisitor(chat);
	const closed = useCell(session.scene) === "ended";
	return (
		<div class="chat-scroll">
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by keyboard. */}
			<section class="chat-log" ref={log} tabIndex={0} aria-label={t("chatMessages")} onScroll={scrolled}>
				<div class="chat-content">
					<FactsCard session={session} />
					{earlier && (
						<p class="chat-empty">
							<button type="button" class="button small" aria-disabled={fetching} onClick={older}>
								{t(fetching ? "loading" : "chatEarlier")}
							</button>
						</p>
					)}
					{messages.length + outbox.length === 0 && <p class="muted chat-empty">{t("chatEmpty")}</p>}
					<div role="log" aria-label={t("chat")}>
						<ol class="messages">
							{messages.map((message, i) => (
								<Bubble
									key={message.id}
									message={message}
									own={message.member === me}
									before={messages[i - 1]}
									mark={message.member === me ? (message.n <= read ? "markRead" : "markSent") : undefined}
									fresh={message.n > seen && message.member !== me}
								/>
							))}
							{outbox.map((one) => (
								<Pending key={one.id} unsent={one} session={session} closed={closed} />
							))}
						</ol>
					</div>
					<Typing session={session} />
					<div ref={end} class="chat-end" />
				</div>
			</section>
			{behind && (
				<button type="button" class="button small chat-newer" onClick={toEnd}>
					{t("chatNewer")}
				</button>
			)}
		</div>
	);
}

/** Whether an element is before a person's eyes: on the screen, in a window that is not hidden. */
function useVisible(ref: { current: Element | null }): boolean {
	const [visible, setVisible] = useState(false);
	useEffect(() => {
		if (!ref.current) return;
		let onScreen = false;
		const look = () => setVisible(onScreen && document.visibilityState === "visible");
		const observer = new IntersectionObserver((entries) => {
			onScreen = entries.at(-1)?.isIntersecting ?? false;
			look();
		});
		observer.observe(ref.current);
		document.addEventListener("visibilitychange", look);
		return () => {
			observer.disconnect();
			document.removeEventListener("visibilitychange", look);
		};
	}, []);
	return visible;
}

/** As the person's own region writes it, where the browser knows one for the language. */
const timeOfDay = (ms: number): string =>
	new Intl.DateTimeFormat(navigator.languages.find((one) => one.startsWith(language.value)) ?? language.value, {
		hour: "numeric",
		minute: "2-digit",
	}).format(ms);

type BubbleProps = {
	message: Message;
	own: boolean;
	before: Message | undefined;
	mark: TextKey | undefined;
	fresh: boolean;
};

function Bubble({ message, own, before, mark, fresh }: BubbleProps) {
	const { role, member, name, text, at } = message;
	const sameWriter = before?.member === member && before.role === role && before.name === name;
	const goesOn = sameWriter && at - before.at < TOGETHER_MS;
	return (
		<li class="message" data-own={own} data-role={role} data-fresh={fresh} data-goes-on={goesOn}>
			<p class={goesOn ? "hidden" : "message-who"}>{own ? t("chatYou") : <bdi>{name || t(role)}</bdi>}</p>
			<p class="bubble" dir="auto">
				<RichText text={text} />
			</p>
			<p class="message-foot" aria-live="off">
				<time dateTime={new Date(at).toISOString()} title={moment(at)}>
					{timeOfDay(at)}
				</time>
				{mark && <span data-mark={mark}> · {t(mark)}</span>}
			</p>
		</li>
	);
}

/** Written here, not shown by the room yet. */
function Pending({ unsent, session, closed }: { unsent: Unsent; session: LiveSession; closed: boolean }) {
	const { id, text, failed } = unsent;
	return (
		<li class="message" data-own="true" data-role="agent" data-pending={failed ? "failed" : "sending"}>
			<p class="hidden">{t("chatYou")}</p>
			<p class="bubble" dir="auto">
				<RichText text={text} />
			</p>
			<div class="message-foot" aria-live="off">
				{failed ? (
					<>
						<span class="problem">{t("markFailed")}</span>
						{!closed && (
							<button type="button" class="link-button" onClick={() => session.chat.again(id)}>
								{t("tryAgain")}
							</button>
						)}
						<button type="button" class="link-button" onClick={() => session.chat.discard(id)}>
							{t("chatDiscard")}
						</button>
					</>
				) : (
					<span>
						<Icon name="clock" size={12} /> {t("markSending")}
					</span>
				)}
			</div>
		</li>
	);
}

function Typing({ session }: { session: LiveSession }) {
	const chat = useCell(session.chat.chat);
	const { me, members } = useCell(session.room);
	const now = useNow();
	const names = typists(chat, now, me).map((number) => {
		const member = members.find((one) => one.member === number);
		return member ? nameOf(member) : t("visitor");
	});
	return (
		<p class="typing" role="status">
			{names.length > 0 && (
				<>
					<span class="typing-dots" aria-hidden="true">
						<i />
						<i />
						<i />
					</span>
					{t("chatTyping", { name: names.join(", ") })}
				</>
			)}
		</p>
	);
}
