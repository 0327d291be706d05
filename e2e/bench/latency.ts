/**
 * From a DOM change on the visitor's page to its pixels on the agent's screen, both browsers and the server on this
 * machine. The clock of both pages is the machine's (performance.timeOrigin + now). A change counts as shown in the
 * second animation frame after the mirror holds it: by then the first has been drawn.
 */
import { launch, liveSession } from "../support/browser.ts";
import { startDemo } from "../support/demo.ts";

const SAMPLES = 300;

export async function latency(): Promise<{ median: number; p99: number; ownFrame: number }> {
	const demo = await startDemo();
	const [visiting, helping] = await Promise.all([launch(), launch()]);
	try {
		const { visitor, agent } = await liveSession(visiting, helping, demo, "/product/swiss-cheese-plant");
		const shown = agent.page.evaluate(
			(samples) =>
				new Promise<number[]>((resolve) => {
					const frame = document
						.querySelector<HTMLIFrameElement>('.device[data-shown="true"] iframe')
						?.contentDocument?.querySelector<HTMLIFrameElement>("iframe[alongside-stage]");
					const times: number[] = [];
					let last = -1;
					const look = () => {
						const held = frame?.contentDocument?.querySelector(
							"alongside-bench, #bench, p[data-bench], body > p:last-of-type",
						);
						const n = Number(held?.textContent?.match(/^sample (\d+)$/)?.[1] ?? -1);
						if (n !== last && n >= 0) {
							last = n;
							requestAnimationFrame(() => {
								times[n] = performance.timeOrigin + performance.now();
								if (n === samples - 1) resolve(times);
							});
						}
						requestAnimationFrame(look);
					};
					look();
				}),
			SAMPLES,
		);
		const changed = await visitor.page.evaluate(async (samples) => {
			const p = document.createElement("p");
			document.body.append(p);
			const times: number[] = [];
			for (let n = 0; n < samples; n++) {
				await new Promise((resolve) => setTimeout(resolve, 70 + Math.random() * 30));
				times.push(performance.timeOrigin + performance.now());
				p.textContent = `sample ${n}`;
			}
			return times;
		}, SAMPLES);
		const ownFrame = await visitor.page.evaluate(async () => {
			const waits: number[] = [];
			for (let n = 0; n < 60; n++) {
				await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 20));
				const start = performance.now();
				await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
				waits.push(performance.now() - start);
			}
			return waits.sort((a, b) => a - b)[30] as number;
		});
		const delays = (await shown).flatMap((at, n) => (at ? [at - (changed[n] as number)] : [])).sort((a, b) => a - b);
		const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] as number;
		return { median: at(0.5), p99: at(0.99), ownFrame };
	} finally {
		await Promise.all([visiting.close(), helping.close()]);
		await demo.stop();
	}
}
