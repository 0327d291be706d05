import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where to leave a picture of each state, for a person to look at; none by default. */
const pictures = process.env.ALONGSIDE_PICTURES;
if (pictures) await mkdir(pictures, { recursive: true });

type Finding = { id: string; help: string; nodes: { html: string; failureSummary: string }[] };

/** No violation of axe-core's rules: WCAG 2.2 A and AA, best practices. */
async function audit(page: Page, name: string): Promise<void> {
	if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
	const findings = await page.evaluate(async () => {
		const { run } = Reflect.get(window, "axe") as { run(at: object): Promise<{ violations: Finding[] }> };
		return (await run({ include: ["alongside-help"] })).violations;
	});
	const told = findings.map(
		({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join("; ")}`,
	);
	assert.deepEqual(told, [], name);
}

/** Relative luminance of a computed colour (WCAG 2.2). */
function luminance(color: string): number {
	const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
		const v = Number(part) / 255;
		return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Texts with less than 4.5:1 against what is behind them (WCAG 2.2 §1.4.3), which axe-core cannot tell in a popover. */
async function pale(page: Page): Promise<string[]> {
	const texts = await page.evaluate(() =>
		[...(document.querySelector("alongside-help")?.shadowRoot?.querySelectorAll("*") ?? [])]
			.filter((element) => element.checkVisibility() && !element.closest(".said"))
			.filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim()))
			.map((element) => {
				let at: Element | null = element;
				while (at && getComputedStyle(at).backgroundColor === "rgba(0, 0, 0, 0)") at = at.parentElement;
				const behind = at ? getComputedStyle(at).backgroundColor : "rgb(255, 255, 255)";
				return { text: element.textContent, color: getComputedStyle(element).color, behind };
			}),
	);
	assert.ok(texts.length > 0);
	return texts.flatMap(({ text, color, behind }) => {
		const [low = 0, high = 0] = [luminance(color), luminance(behind)].sort((a, b) => a - b);
		const ratio = (high + 0.05) / (low + 0.05);
		return ratio < 4.5 ? [`${ratio.toFixed(2)} ${text}`] : [];
	});
}

/** Everything is in the window and large enough, the page has not grown; with a picture, and an audit if asked for. */
export async function look(page: Page, name: string, audited: boolean): Promise<void> {
	await page.waitForTimeout(250);
	if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
	if (audited) await audit(page, name);
	if (name.startsWith("desktop") || name.startsWith("dark"))
		assert.deepEqual(await pale(page), [], `${name}: contrast`);
	const outside = await page.evaluate(() => {
		const root = document.querySelector("alongside-help")?.shadowRoot;
		return [
			...(root?.querySelectorAll(
				".launcher,.panel,.bar,.info,.bar button,.panel button,.panel input,.panel textarea,.panel select",
			) ?? []),
		]
			.filter((element) => element.checkVisibility())
			.filter((element) => {
				const box = element.getBoundingClientRect();
				return box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight || box.height < 40;
			})
			.map((element) => element.outerHTML.slice(0, 90));
	});
	assert.deepEqual(outside, [], `${name}: within the window, and large enough for a finger`);
	assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, name);
}

/** The windows, languages and settings in which every state is looked at. */
export const variants = {
	desktop: { lang: "en", audited: true },
	phone: { lang: "de", viewport: { width: 320, height: 640 } },
	dark: { lang: "fr", audited: true, colorScheme: "dark", reducedMotion: "reduce" },
	arabic: { lang: "ar", audited: true, viewport: { width: 390, height: 760 } },
	contrast: { lang: "es", forcedColors: "active" },
} as const;
