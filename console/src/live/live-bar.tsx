/** The bar over the live view: where one is, how well it goes, who is here, and the ways out. */
import { useState } from "preact/hooks";
import { useCell } from "../state/cell.ts";
import { follow, roomPath } from "../state/route.ts";
import { t } from "../texts/index.ts";
import { Badge } from "../ui/badge.tsx";
import { copyText } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import { toast } from "../ui/toast.tsx";
import { People } from "./people.tsx";
import { QualityMenu } from "./quality-menu.tsx";
import type { Scene } from "./room.ts";
import type { LiveSession } from "./session.ts";

type Props = {
	session: LiveSession;
	room: string;
	fit: boolean;
	onFit(): void;
	onLeave(): void;
	onEnd(): void;
};

/** Scenes of an agent whom the visitor lets see the page. */
const seen: ReadonlySet<Scene> = new Set(["live", "paused", "away", "lost"]);

export function LiveBar({ session, room, fit, onFit, onLeave, onEnd }: Props) {
	const { state, request } = useCell(session.room);
	const scene = useCell(session.scene);
	const site = useCell(session.site);
	const [ending, setEnding] = useState(false);
	const viewing = seen.has(scene);
	const here = viewing || scene === "asking";
	const copy = async () => {
		const link = location.origin + roomPath(room);
		toast((await copyText(link)) ? t("linkCopied") : link);
	};
	return (
		<header class="live-bar">
			<a class="button icon-only quiet" href="/" aria-label={t("back")} onClick={follow}>
				<Icon name="back" />
			</a>
			<bdi class="live-site">{site || t("liveTitle")}</bdi>
			{here && <Badge state={request === "asking" ? "asking" : state} />}
			<span class="spring" />
			{here && (
				<>
					{viewing && <QualityMenu session={session} />}
					<People session={session} />
					{viewing && <BarButton kind="quiet" icon="fit" text={t("fit")} pressed={fit} onClick={onFit} />}
					<BarButton kind="quiet" icon="link" text={t("copyLink")} onClick={copy} />
					<BarButton kind="" icon="leave" text={t("leave")} onClick={onLeave} />
					{viewing && <BarButton kind="danger" icon="end" text={t("end")} onClick={() => setEnding(true)} />}
				</>
			)}
			{ending && (
				<Dialog title={t("endTitle")} onClose={() => setEnding(false)}>
					<p>{t("endBody")}</p>
					<div class="dialog-foot">
						<button type="button" class="button" onClick={() => setEnding(false)}>
							{t("cancel")}
						</button>
						<button type="button" class="button danger solid" onClick={onEnd}>
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
