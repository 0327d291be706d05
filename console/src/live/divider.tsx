/** The line between chat and page: pulled by mouse or finger, moved by arrow keys. */
import { useRef } from "preact/hooks";
import { t } from "../texts/index.ts";

/** Widths of the chat, CSS px. */
const CHAT_LEAST = 280;
const CHAT_MOST = 640;
export const CHAT_USUAL = 360;
const STEP = 24;

export const clampWidth = (width: number): number => Math.min(Math.max(Math.round(width), CHAT_LEAST), CHAT_MOST);

type Props = { width: number; onWidth(width: number): void };

export function Divider({ width, onWidth }: Props) {
	const start = useRef<{ x: number; width: number } | undefined>(undefined);
	// The chat stands at the reading's end: pulling towards the start makes it wider.
	const sign = () => (document.documentElement.dir === "rtl" ? 1 : -1);
	const keys: Record<string, number> = { ArrowLeft: -STEP, ArrowRight: STEP };
	return (
		// biome-ignore lint/a11y/useSemanticElements: a separator that is moved is no <hr>.
		<div
			class="divider"
			role="separator"
			tabIndex={0}
			aria-orientation="vertical"
			aria-label={t("chatWidth")}
			aria-valuenow={width}
			aria-valuemin={CHAT_LEAST}
			aria-valuemax={CHAT_MOST}
			onPointerDown={(event) => {
				event.preventDefault();
				event.currentTarget.setPointerCapture(event.pointerId);
				start.current = { x: event.clientX, width };
			}}
			onPointerMove={({ clientX }) => {
				const from = start.current;
				if (from) onWidth(clampWidth(from.width + sign() * (clientX - from.x)));
			}}
			onLostPointerCapture={() => {
				start.current = undefined;
			}}
			onKeyDown={(event) => {
				const by = keys[event.key];
				if (by === undefined) return;
				event.preventDefault();
				onWidth(clampWidth(width + sign() * by));
			}}
		/>
	);
}
