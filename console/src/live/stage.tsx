/** The stage: the visitor's tabs, the shown one scaled to fit, and the curtain that says why there is nothing to see. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useCell } from "../state/cell.ts";
import { percent } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Curtain } from "./curtain.tsx";
import { type Box, deviceOf, fitScale } from "./fit.ts";
import { Overlay } from "./overlay.tsx";
import type { Screen } from "./screen.ts";
import type { LiveSession } from "./session.ts";

/** Room for the device's frame and its shadow, CSS px on each side. */
const MARGIN = 20;

export function Stage({ session, fit }: { session: LiveSession; fit: boolean }) {
	const stage = useRef<HTMLDivElement>(null);
	const box = useSize(stage);
	const scene = useCell(session.scene);
	const screens = useCell(session.screens);
	const shown = useCell(session.shown);
	return (
		<div class="stage" ref={stage} data-state={scene} data-fit={fit}>
			<div class="stage-scroll">
				{screens.map((screen) => (
					<ScreenView
						key={screen.source}
						session={session}
						screen={screen}
						shown={screen.source === shown}
						box={fit ? box : undefined}
					/>
				))}
			</div>
			<Curtain session={session} />
		</div>
	);
}

function useSize(ref: { current: HTMLElement | null }): Box {
	const [box, setBox] = useState<Box>({ width: 0, height: 0 });
	useEffect(() => {
		if (!ref.current) return;
		const observer = new ResizeObserver(([entry]) => {
			if (entry) setBox({ width: entry.contentRect.width, height: entry.contentRect.height });
		});
		observer.observe(ref.current);
		return () => observer.disconnect();
	}, []);
	return box;
}

type ViewProps = { session: LiveSession; screen: Screen; shown: boolean; box: Box | undefined };

/** One tab. Its frame is as large as the visitor's viewport and scaled as a picture, so that the page lays out alike. */
function ScreenView({ session, screen, shown, box }: ViewProps) {
	const viewport = useCell(screen.viewport);
	const { width, height, zoom } = viewport;
	useEffect(() => () => screen.detach(), [screen]);
	const scale = box ? fitScale(viewport, { width: box.width - 2 * MARGIN, height: box.height - 2 * MARGIN }) : 1;
	return (
		<div class="device" data-shown={shown} data-device={deviceOf(viewport)}>
			<div class="device-page" style={{ width: `${width * scale}px`, height: `${height * scale}px` }}>
				<iframe
					title={t("visitorsPage")}
					sandbox="allow-same-origin"
					src="/mirror"
					tabIndex={-1}
					style={{ width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` }}
					onLoad={({ currentTarget }) => screen.attach(currentTarget)}
				/>
				{zoom > 1.01 && (
					<div
						class="zoomed"
						style={{
							left: `${viewport.offsetX * scale}px`,
							top: `${viewport.offsetY * scale}px`,
							width: `${(width / zoom) * scale}px`,
							height: `${(height / zoom) * scale}px`,
						}}
					/>
				)}
				{shown && <Overlay session={session} screen={screen} scale={scale} />}
			</div>
			<p class="device-note" dir="ltr" aria-hidden="true">
				{width} × {height} · {percent(scale)}
			</p>
		</div>
	);
}
