/** The bar over the live view: where one is, how well it goes, who is here, and the ways out. */
import { useState } from "preact/hooks";
import { useCell } from "../state/cell.ts";
import { follow, roomPath } from "../state/route.ts";
import { count } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Badge } from "../ui/badge.tsx";
import { copyText } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import { toast } from "../ui/toast.tsx";
import { HandOverDialog } from "./hand-over.tsx";
import { People } from "./people.tsx";
import { QualityMenu } from "./quality-menu.tsx";
import { over, viewing } from "./room.ts";
import type { LiveSession } from "./session.ts";

type Props = {
	session: LiveSession;
	fit: boolean;
	onFit(): void;
	chat: boolean;
	onChat(): void;
	onLeave(): void;
	onEnd(): void;
};

export function LiveBar({ session, fit, onFit, chat, onChat, onLeave, onEnd }: Props) {
	const { state, request } = useCell(session.room);
	const scene = useCell(session.scene);
	const site = useCell(session.site);
	const facts = useCell(session.facts);
	const unread = useCell(session.chat.unread);
	const [asked, setAsked] = useState<"end" | "hand">();
	const close = () => setAsked(undefined);
	const seen = viewing.has(scene);
	const here = !over.has(scene) && scene !== "connecting";
	const name = session.visitorName || facts?.name;
	const copy = async () => {
		const link = location.origin + roomPath(session.id);
		toast((await copyText(link)) ? t("linkCopied") : link);
	};
	return (
		<header class="live-bar">
			<a class="button icon-only quiet" href="/" aria-label={t("back")} onClick={follow}>
				<Icon name="back" />
			</a>
			<p class="live-who">
				<bdi class="live-site">{name || site || t("liveTitle")}</bdi>
				{name && site && <bdi class="muted live-where">{site}</bdi>}
			</p>
			{here && <Badge state={request === "asking" ? "asking" : state} />}
			<span class="spring" />
			{here && (
				<>
					{seen && <QualityMenu session={session} />}
					<People session={session} />
					{seen && <BarButton kind="quiet roomy" icon="fit" text={t("fit")} pressed={fit} onClick={onFit} />}
					<BarButton kind="quiet roomy" icon="link" text={t("copyLink")} onClick={copy} />
					<BarButton
						kind="quiet wide-only"
						icon="chat"
						text={unread > 0 ? t("chatUnread", { count: count(unread) }) : t("chat")}
						pressed={chat}
						onClick={onChat}
					/>
					<BarButton kind="quiet" icon="swap" text={t("handOver")} onClick={() => setAsked("hand")} />
					<BarButton kind="" icon="leave" text={t("leave")} onClick={onLeave} />
					<BarButton kind="danger" icon="end" text={t("end")} onClick={() => setAsked("end")} />
				</>
			)}
			{asked === "hand" && <HandOverDialog session={session} onClose={close} />}
			{asked === "end" && (
				<Dialog title={t("endTitle")} onClose={close}>
					<p>{t("endBody")}</p>
					<div class="dialog-foot">
						<button type="button" class="button" onClick={close}>
							{t("cancel")}
						</button>
						<button
							type="button"
							class="button danger solid"
							onClick={() => {
								close();
								onEnd();
							}}
						>
							{t("end")}
						</button>
					</div>
				</Dialog>
			)}
		</header>
	);
}

type BarButtonProps = { kind: string; icon: IconName; text: string; pressed?: boolean; onClick(): void };

/** Icon and words; where there is no room, the words stay for screen readers and as a tooltip. */
function BarButton({ kind, icon, text, pressed, onClick }: BarButtonProps) {
	return (
		<button type="button" class={`button labelled ${kind}`} title={text} aria-pressed={pressed} onClick={onClick}>
			<Icon name={icon} />
			<span class="label">{text}</span>
		</button>
	);
}
