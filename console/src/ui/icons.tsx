/** Icons as strokes on a 24-unit square, coloured by the text; always beside words or inside a labelled control. */
const paths = {
	back: "M19 12H5m6-7-7 7 7 7",
	bell: "M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7M10 20.500h4",
	chat: "M4 5h16v11H10l-5 4v-4H4z",
	check: "M5 12.5 10 17.5 19 7",
	close: "M6 6l12 12M18 6 6 18",
	clock: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18",
	code: "M5 9h14M5 15h14M10 4 8 20M16 4l-2 16",
	copy: "M9 9h10v11H9zM5 15V4h10",
	desktop: "M3 5h18v11H3zM9 20h6M12 16v4",
	end: "M12 3v9M6.3 6.3a8 8 0 1 0 11.4 0",
	eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
	fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
	globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3.5 9h17M3.5 15h17M12 3c-5 5.5-5 12.5 0 18 5-5.5 5-12.5 0-18",
	hand: "M7 12V6.5a1.5 1.5 0 0 1 3 0V11V4.5a1.5 1.5 0 0 1 3 0V11V6a1.5 1.5 0 0 1 3 0v6.5-3a1.5 1.5 0 0 1 3 0V14a7 7 0 0 1-12 5l-4-5a1.6 1.6 0 0 1 2.5-2z",
	keyboard: "M3 6h18v12H3zM7 10h.01M12 10h.01M17 10h.01M8 14h8",
	leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
	link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
	lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
	lost: "M3 3l18 18M5 12a10 10 0 0 1 4-2.6M19 12a10 10 0 0 0-5-2.8M8.5 15.5a5 5 0 0 1 6 0M12 19h.01",
	moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
	pause: "M9 5v14M15 5v14",
	people:
		"M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 5.5a3 3 0 0 1 0 6M18 14.5c2.3.800 3.5 2.8 3.5 5.5",
	phone: "M7 3h10v18H7zM11 18h2",
	reply: "M5 5h14v14H5zM14 8l-4 8",
	search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
	send: "M4 12 20 5l-5 15-3.500-6.500zM11.500 13.500 20 5",
	sound: "M4 10v4h3l5 4V6L7 10zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
	stop: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M6 6l12 12",
	swap: "M4 8h13m-3.500-4 4 4-4 4M20 16H7m3.500-4-4 4 4 4",
	tablet: "M5 3h14v18H5zM11 18h2",
	tabs: "M3 8h18v12H3zM3 8V5h7l2 3",
	target: "M12 3v4M12 17v4M3 12h4M17 12h4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8",
	user: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4 21c0-4.5 3.5-7 8-7s8 2.5 8 7",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
	return (
		<svg
			class="icon"
			data-icon={name}
			width={size}
			height={size}
			viewBox="0 0 24 24"
			aria-hidden="true"
			focusable="false"
		>
			<path d={paths[name]} />
		</svg>
	);
}

/** Four bars, the first `level` of them filled. */
export function Bars({ level }: { level: number }) {
	return (
		<svg class="bars" width={18} height={18} viewBox="0 0 18 18" aria-hidden="true" focusable="false">
			{[0, 1, 2, 3].map((i) => (
				<rect key={i} x={1 + i * 4.25} y={11 - i * 3} width={3} height={6 + i * 3} rx={1} data-on={i < level} />
			))}
		</svg>
	);
}

/** The mark of Alongside: two cursors side by side. */
export function Logo({ size = 28 }: { size?: number }) {
	return (
		<svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
			<rect width="32" height="32" rx="9" class="logo-ground" />
			<path d="M7 8l9.5 4-4 1.7L10.8 18z" class="logo-first" />
			<path d="M14.5 14.5l10.5 4.3-4.5 1.9-1.9 4.8z" class="logo-second" />
		</svg>
	);
}
