/** The bar over the live view: where one is, how well it goes, who is here, and the ways out. */
import { useState } from "preact/hooks";
import { useCell } from "../state/cell.ts";
import { follow, roomPath } from "../state/route.ts";
import { t } from "../texts/index.ts";
import { Badge } from "../ui/badge.tsx";
import { copyText } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { toast } from "../ui/toast.tsx";
import { People } from "./people.tsx";
import { QualityMenu } from "./quality-menu.tsx";
import type { LiveSession } from "./session.ts";

type Props = {
	session: LiveSession;
	room: string;
	fit: boolean;
	onFit(): void;
	onLeave(): void;
	onEnd(): void;
};

export function LiveBar({ session, room, fit, onFit, onLeave, onEnd }: Props) {
	const { state, request } = useCell(session.room);
	const scene = useCell(session.scene);
	const site = useCell(session.site);
	const [ending, setEnding] = useState(false);
	const joined = scene !== "connecting" && scene !== "gone";
	const here = joined && scene !== "ended" && scene !== "failed" && scene !== "replaced";
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
			{joined && <Badge state={request === "asking" && state !== "ended" ? "asking" : state} />}
			<span class="spring" />
			{here && (
				<>
					<QualityMenu session={session} />
					<People session={session} />
					<button type="button" class="button quiet labelled" aria-label={t("fit")} aria-pressed={fit} onClick={onFit}>
						<Icon name="fit" />
						<span class="label">{t(fit ? "fit" : "actual")}</span>
					</button>
					<button type="button" class="button quiet labelled" onClick={copy}>
						<Icon name="link" />
						<span class="label">{t("copyLink")}</span>
					</button>
					<button type="button" class="button labelled" onClick={onLeave}>
						<Icon name="leave" />
						<span class="label">{t("leave")}</span>
					</button>
					<button type="button" class="button danger labelled" onClick={() => setEnding(true)}>
						<Icon name="end" />
						<span class="label">{t("end")}</span>
					</button>
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
