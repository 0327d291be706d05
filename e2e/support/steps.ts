/** Steps of a person in any browser: what is meant is found by selector and text, in open shadow roots too. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "./browser.ts";
import type { Driver, Point } from "./drivers.ts";

const TIMEOUT_MS = 60_000;

/** Statements for a page that leave in `found` what is shown and begins with the text. */
export const find = (selector: string, text = ""): string => `
	const roots = [document];
	for (let i = 0; i < roots.length; i++)
		for (const element of roots[i].querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
	const found = roots.flatMap((root) => [...root.querySelectorAll(${JSON.stringify(selector)})])
		.find((element) => element.getClientRects().length > 0 && (element.innerText ?? "").trim().startsWith(${JSON.stringify(text)}));`;

export const shown = (driver: Driver, selector: string, text = ""): Promise<void> =>
	until(
		`${selector} ${text} in ${driver.name}`,
		() => driver.run<boolean>(`${find(selector, text)} return found !== undefined`),
		TIMEOUT_MS,
	);

/** The middle of what is meant, once it stands still, in view and below nothing else. */
export async function placeOf(driver: Driver, selector: string, text = ""): Promise<Point> {
	const place = `${find(selector, text)}
		if (!found) return null;
		const box = found.getBoundingClientRect();
		const x = box.x + box.width / 2, y = box.y + box.height / 2;
		let hit = document.elementFromPoint(x, y);
		for (let inner; (inner = hit?.shadowRoot?.elementFromPoint(x, y)) && inner !== hit; ) hit = inner;
		for (let at = hit; at; at = at.assignedSlot ?? at.parentNode ?? at.host) if (at === found) return { x, y };
		found.scrollIntoView({ block: "center", behavior: "instant" });
		return null;`;
	let last: Point | null = null;
	let at: Point | undefined;
	await until(
		`${selector} ${text} in ${driver.name}`,
		async () => {
			const next = await driver.run<Point | null>(place);
			if (next && last?.x === next.x && last.y === next.y) at = next;
			last = next;
			return at !== undefined;
		},
		TIMEOUT_MS,
	);
	return at as Point;
}

/** `settleMs`: what is waited for before the click, where a click that comes at once is taken for a slip. */
export async function clickOn(driver: Driver, selector: string, text = "", settleMs = 0): Promise<void> {
	const { x, y } = await placeOf(driver, selector, text);
	await sleep(settleMs);
	await driver.click(x, y);
}
