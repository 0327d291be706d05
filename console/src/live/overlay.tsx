/**
 * What lies over the mirror: it takes the agent's mouse and keys (a frame without scripts hands on no events in
 * WebKit) and draws everyone's cursors and click rings.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { useCell } from "../state/cell.ts";
import { t } from "../texts/index.ts";
import { nameOf } from "./people.tsx";
import type { Point, Screen } from "./screen.ts";
import type { LiveSession } from "./session.ts";

type Props = { session: LiveSession; screen: Screen; scale: number };

/** How far an arrow key moves the pointer, CSS px of the visitor's page; with Shift, and without. */
const FAR = 64;
const NEAR = 12;

export function Overlay({ session, screen, scale }: Props) {
	const [keyed, setKeyed] = useState<Point>();
	const point = useOncePerFrame((at: Point) => session.point(screen, at));
	const moved = (event: PointerEvent & { currentTarget: HTMLElement }) => {
		setKeyed(undefined);
		point(placeOf(event, scale));
	};
	const pressed = (event: PointerEvent & { currentTarget: HTMLElement }) => {
		const at = placeOf(event, scale);
		session.point(screen, at);
		session.click(screen, at, event.button);
	};
	const key = (event: KeyboardEvent) => {
		const { width, height } = screen.viewport.value;
		const at = keyed ?? { x: width / 2, y: height / 2 };
		if (event.key === "Enter" || event.key === " ") session.click(screen, at, 0);
		else if (!(event.key in arrows)) return;
		event.preventDefault();
		const [dx = 0, dy = 0] = arrows[event.key] ?? [];
		const by = event.shiftKey ? FAR : NEAR;
		const next = { x: clamp(at.x + dx * by, width), y: clamp(at.y + dy * by, height) };
		setKeyed(next);
		point(next);
	};
	return (
		<div
			class="overlay"
			role="application"
			aria-label={t("stageLabel")}
			// biome-ignore lint/a11y/noNoninteractiveTabindex: an application region takes keys of its own.
			tabIndex={0}
			onPointerMove={moved}
			onPointerDown={pressed}
			onKeyDown={key}
			onContextMenu={(event) => event.preventDefault()}
		>
			<Cursors session={session} screen={screen} scale={scale} />
			{keyed && <span class="cursor own" style={at(keyed, scale)} />}
		</div>
	);
}

const arrows: Record<string, readonly [number, number]> = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1],
};

const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most - 1);

const at = ({ x, y }: Point, scale: number) => ({ transform: `translate(${x * scale}px, ${y * scale}px)` });

function placeOf(event: PointerEvent & { currentTarget: HTMLElement }, scale: number): Point {
	const box = event.currentTarget.getBoundingClientRect();
	return { x: (event.clientX - box.left) / scale, y: (event.clientY - box.top) / scale };
}

function Cursors({ session, screen, scale }: Props) {
	const { members } = useCell(session.room);
	const cursors = useCell(screen.cursors);
	const rings = useCell(screen.rings);
	const roleOf = (number: number) => members.find(({ member }) => member === number)?.role ?? "visitor";
	return (
		<div class="marks" aria-hidden="true">
			{cursors.map((cursor) => {
				const member = members.find((one) => one.member === cursor.member);
				return (
					<span key={cursor.member} class="cursor" data-role={roleOf(cursor.member)} style={at(cursor, scale)}>
						<svg width="18" height="20" viewBox="0 0 18 20" aria-hidden="true">
							<path d="M1 1l15 8.5-6.5 1.7L6 18z" />
						</svg>
						<bdi>{member ? nameOf(member) : t("visitor")}</bdi>
					</span>
				);
			})}
			{rings.map((ring) => (
				<span
					key={ring.id}
					class="ring"
					data-role={roleOf(ring.member)}
					style={{ left: `${ring.x * scale}px`, top: `${ring.y * scale}px` }}
				/>
			))}
		</div>
	);
}

/** Keeps the newest argument and calls once per animation frame. */
function useOncePerFrame<T>(send: (value: T) => void): (value: T) => void {
	const latest = useRef(send);
	latest.current = send;
	const pending = useRef<{ value: T } | undefined>(undefined);
	const handle = useRef(0);
	useEffect(() => () => cancelAnimationFrame(handle.current), []);
	return (value) => {
		if (pending.current) {
			pending.current.value = value;
			return;
		}
		pending.current = { value };
		handle.current = requestAnimationFrame(() => {
			const last = pending.current;
			pending.current = undefined;
			if (last) latest.current(last.value);
		});
	};
}
