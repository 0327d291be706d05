/**
 * The mirror's own rules, in every mirrored document and shadow root. A layer loses to the page's rules where it says
 * nothing special, and wins over them where it says `!important` (CSS Cascade 5 §6.4.4).
 */
const HATCH = "repeating-linear-gradient(135deg, #8a94a633 0 6px, #8a94a611 6px 12px)";
/** A canvas draws only where scripts run; elsewhere it would show its children. */
const NO_PICTURE = `url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E")`;

/** What the mirror puts into an element's `style` is meant for that element alone. */
const OWN_PROPERTIES = ["width", "height", "ratio", "picture"]
	.map((name) => `@property --alongside-${name} { syntax: "*"; inherits: false }`)
	.join("\n");

export const BASE_SHEET = `${OWN_PROPERTIES}
@layer alongside {
	* { scroll-behavior: auto !important; overflow-anchor: none !important; }
	alongside-refused { display: none !important; }
	alongside-embed { display: inline-block; width: 300px; height: 150px; background: ${HATCH}; }
	alongside-box { box-sizing: border-box !important; background: ${HATCH} !important; outline: 1px dashed #8a94a688 !important; outline-offset: -1px; }
	svg[alongside-sprites] { display: block !important; position: absolute !important; width: 0 !important; height: 0 !important; overflow: hidden !important; visibility: hidden; }
	[alongside-unreadable] { background: ${HATCH}; }
	[alongside-pinned] {
		box-sizing: border-box !important;
		width: var(--alongside-width) !important; min-width: 0 !important; max-width: none !important;
		height: var(--alongside-height) !important; min-height: 0 !important; max-height: none !important;
	}
	[alongside-pinned=inline] { display: inline-block !important; }
	canvas { width: var(--alongside-width, 300px); aspect-ratio: var(--alongside-ratio, 2); }
	canvas, [alongside-picture] { content: var(--alongside-picture, ${NO_PICTURE}) !important; }
	video:not([controls])::-webkit-media-controls { display: none !important; }
	:where([alongside-focus-visible]) { outline: auto 1px Highlight; outline: auto 1px -webkit-focus-ring-color; }
	[alongside-fullscreen] {
		position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; margin: 0 !important;
		box-sizing: border-box !important; width: 100% !important; height: 100% !important;
		max-width: none !important; max-height: none !important; object-fit: contain; background: #000;
	}
	::selection { background-color: Highlight; color: HighlightText; }
}`;
