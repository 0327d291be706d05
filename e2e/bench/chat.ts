/** From Enter in the visitor's chat to the message in the agent's page: stored, acknowledged and shown on the way. */
import { setTimeout as sleep } from "node:timers/promises";
import { launch, openPage, signIn } from "../support/browser.ts";
import { startDemo } from "../support/demo.ts";

const SAMPLES = 100;
/** Below the limit of messages a second. */
const EVERY_MS = 250;

type Timed = { times?: number[] };

export async function chat(): Promise<{ median: number; p99: number }> {
	const demo = await startDemo();
	const [visiting, helping] = await Promise.all([launch(), launch()]);
	try {
		const agent = await signIn(helping, demo);
		const visitor = await openPage(visiting, "about:blank");
		// Before the widget's own listener, which keeps its keys to itself.
		await visitor.context.addInitScript(() => {
			const page = window as Timed;
			page.times = [];
			const keep = ({ key }: KeyboardEvent) =>
				key === "Enter" && page.times?.push(performance.timeOrigin + performance.now());
			addEventListener("keydown", keep, true);
		});
		await visitor.page.goto(demo.shop);
		await visitor.page.getByRole("button", { name: "Help", exact: true }).click();
		await visitor.page.getByRole("button", { name: "Start chat" }).click();
		await agent.page.getByRole("button", { name: /^Accept/ }).click();
		await agent.page.locator(".composer textarea").waitFor();
		await agent.page.evaluate(() => {
			const page = window as Timed;
			page.times = [];
			new MutationObserver(() => {
				const shown = document.querySelectorAll(".messages .bubble").length;
				while ((page.times?.length ?? 0) < shown) page.times?.push(performance.timeOrigin + performance.now());
			}).observe(document.body, { childList: true, subtree: true });
		});
		const field = visitor.page.locator("alongside-help textarea");
		for (let i = 0; i < SAMPLES; i++) {
			await field.fill(`message ${i}`);
			await field.press("Enter");
			await sleep(EVERY_MS);
		}
		await agent.page.waitForFunction((n) => ((window as Timed).times?.length ?? 0) >= n, SAMPLES);
		const read = ({ page }: typeof agent) => page.evaluate(() => (window as Timed).times ?? []);
		const [sent, shown] = await Promise.all([read(visitor), read(agent)]);
		const took = shown.map((at, i) => at - (sent[i] ?? 0)).sort((a, b) => a - b);
		return { median: took[SAMPLES >> 1] ?? 0, p99: took[Math.floor(SAMPLES * 0.99)] ?? 0 };
	} finally {
		await Promise.all([visiting.close(), helping.close()]);
		await demo.stop();
	}
}
