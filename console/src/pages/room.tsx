/** One room: the chat beside the visitor's page. */
import { useEffect, useId, useLayoutEffect, useState } from "preact/hooks";
import { Kind } from "../../../wire/wire.ts";
import { OfferCard } from "../desk/offer.tsx";
import { toggleStatus } from "../desk/status.tsx";
import { AddressBar } from "../live/address-bar.tsx";
import { ChatPanel } from "../live/chat-panel.tsx";
import { CHAT_USUAL, clampWidth, Divider } from "../live/divider.tsx";
import { LiveBar } from "../live/live-bar.tsx";
import { drop, enter } from "../live/open-rooms.ts";
import { over } from "../live/room.ts";
import type { LiveSession } from "../live/session.ts";
import { Stage } from "../live/stage.tsx";
import { TabStrip } from "../live/tab-strip.tsx";
import { useCell } from "../state/cell.ts";
import { recall, remember } from "../state/kept.ts";
import { loadReplies } from "../state/replies.ts";
import { go, takeHandedOver } from "../state/route.ts";
import { count } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { useShortcuts } from "../ui/shortcuts.tsx";
import { toast } from "../ui/toast.tsx";

export function RoomPage({ room }: { room: string }) {
	const [session, setSession] = useState<LiveSession>();
	useLayoutEffect(() => {
		const open = enter(room, takeHandedOver(room));
		open.onRefused = (kind) => kind === Kind.consent && toast(t("askRefused"));
		setSession(open);
		loadReplies();
		return () => {
			// The conversation goes on while the agent looks elsewhere, unless it is over.
			if (over.has(open.scene.value)) drop(open);
		};
	}, [room]);
	return session ? <Room session={session} /> : null;
}

function Room({ session }: { session: LiveSession }) {
	const site = useCell(session.site);
	const fieldId = useId();
	useEffect(() => {
		document.title = `${session.visitorName || site || t("liveTitle")} – Alongside`;
	});
	const [fit, setFit] = useState(recall("fit") !== "off");
	const toggleFit = () => {
		remember("fit", fit ? "off" : "on");
		setFit(!fit);
	};
	const [chat, setChat] = useState(recall("chat") !== "off");
	const toggleChat = () => {
		remember("chat", chat ? "off" : "on");
		setChat(!chat);
	};
	const [width, setWidth] = useState(clampWidth(Number(recall("chatWidth") ?? CHAT_USUAL)));
	const resize = (next: number) => {
		remember("chatWidth", String(next));
		setWidth(next);
	};
	// On a phone there is room for one of the two.
	const [front, setFront] = useState<"chat" | "page">("chat");
	const scene = useCell(session.scene);
	useEffect(() => {
		if (over.has(scene)) setFront("page"); // there it says why, and asks for the wrap-up
	}, [scene]);
	const write = () => {
		setChat(true);
		setFront("chat");
		requestAnimationFrame(() => document.getElementById(fieldId)?.focus());
	};
	useShortcuts({
		f: toggleFit,
		m: write,
		s: toggleStatus,
		v: () => session.pin(undefined),
		",": () => stepTab(session, -1),
		".": () => stepTab(session, 1),
	});
	const leave = () => {
		drop(session);
		go("/");
	};
	return (
		<div class="live" data-front={front} data-chat={chat}>
			<LiveBar
				session={session}
				fit={fit}
				onFit={toggleFit}
				chat={chat}
				onChat={toggleChat}
				onLeave={leave}
				onEnd={() => session.end()}
			/>
			<Fronts session={session} front={front} onFront={setFront} />
			<main id="content" class="live-main" tabIndex={-1} style={{ "--chat-width": `${width}px` }}>
				<h1 class="hidden">{session.visitorName || t("liveTitle")}</h1>
				<div class="live-page">
					<TabStrip session={session} />
					<AddressBar session={session} />
					<div class="live-stage">
						<Stage session={session} fit={fit} />
					</div>
				</div>
				{chat && <Divider width={width} onWidth={resize} />}
				<div class="live-chat">
					<ChatPanel session={session} fieldId={fieldId} />
				</div>
			</main>
			<OfferCard floating />
		</div>
	);
}

type FrontsProps = { session: LiveSession; front: "chat" | "page"; onFront(front: "chat" | "page"): void };

/** Chat or page, where both do not fit beside each other. */
function Fronts({ session, front, onFront }: FrontsProps) {
	const unread = useCell(session.chat.unread);
	const buttons = [
		{ name: "chat", icon: "chat", text: "chat" },
		{ name: "page", icon: "desktop", text: "chatPage" },
	] as const;
	return (
		<nav class="fronts" aria-label={t("chatFronts")}>
			{buttons.map(({ name, icon, text }) => (
				<button
					key={name}
					type="button"
					class="front"
					aria-current={front === name ? "true" : undefined}
					onClick={() => onFront(name)}
				>
					<Icon name={icon} size={18} />
					{t(text)}
					{name === "chat" && unread > 0 && <span class="count">{count(unread)}</span>}
				</button>
			))}
		</nav>
	);
}

function stepTab(session: LiveSession, by: number): void {
	const { sources } = session.room.value;
	const at = sources.findIndex((one) => one.source === session.shown.value);
	const next = sources[(at + by + sources.length) % sources.length];
	if (next && sources.length > 1) session.pin(next.source);
}
