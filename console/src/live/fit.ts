/** How large the visitor's page is shown. */

export type Box = { width: number; height: number };

/** The scale at which the page fits into the stage; never larger than life, never too small to be seen. */
export function fitScale(page: Box, stage: Box): number {
	if (page.width <= 0 || page.height <= 0 || stage.width <= 0 || stage.height <= 0) return 1;
	return Math.max(0.05, Math.min(1, stage.width / page.width, stage.height / page.height));
}

export type DeviceKind = "phone" | "tablet" | "desktop";

/** What the page is likely shown on: for the frame drawn around it, nothing else. */
export function deviceOf(page: Box): DeviceKind {
	const short = Math.min(page.width, page.height);
	if (short < 500 && Math.max(page.width, page.height) < 1000) return "phone";
	return short < 850 && page.height > page.width ? "tablet" : "desktop";
}
