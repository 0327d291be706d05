/** The live view of one room. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { AddressBar } from "../live/address-bar.tsx";
import { LiveBar } from "../live/live-bar.tsx";
import { LiveSession } from "../live/session.ts";
import { Stage } from "../live/stage.tsx";
import { TabStrip } from "../live/tab-strip.tsx";
import { useCell } from "../state/cell.ts";
import { recall, remember } from "../state/kept.ts";
import { go, takeHandedOver } from "../state/route.ts";
import { t } from "../texts/index.ts";
import { useShortcuts } from "../ui/shortcuts.tsx";

export function RoomPage({ room }: { room: string }) {
	const session = useMemo(() => new LiveSession(room), [room]);
	useEffect(() => {
		session.start(takeHandedOver(room));
		return () => session.dispose();
	}, [session]);
	const site = useCell(session.site);
	useEffect(() => {
		document.title = `${site || t("liveTitle")} – Alongside`;
	});
	const [fit, setFit] = useState(recall("fit") !== "off");
	const toggleFit = () => {
		remember("fit", fit ? "off" : "on");
		setFit(!fit);
	};
	useShortcuts({
		f: toggleFit,
		v: () => session.pin(undefined),
		",": () => stepTab(session, -1),
		".": () => stepTab(session, 1),
	});
	const leave = () => {
		session.leave();
		go("/");
	};
	const end = () => {
		session.end();
		go("/");
	};
	return (
		<div class="live">
			<LiveBar session={session} room={room} fit={fit} onFit={toggleFit} onLeave={leave} onEnd={end} />
			<TabStrip session={session} />
			<AddressBar session={session} />
			<main id="content" class="live-main" tabIndex={-1}>
				<h1 class="hidden">{t("liveTitle")}</h1>
				<Stage session={session} fit={fit} />
			</main>
		</div>
	);
}

function stepTab(session: LiveSession, by: number): void {
	const { sources } = session.room.value;
	const at = sources.findIndex((one) => one.source === session.shown.value);
	const next = sources[(at + by + sources.length) % sources.length];
	if (next && sources.length > 1) session.pin(next.source);
}
