/** How much more memory a page holds after a stretch of changes that leave it as large as it was. */
import type { Lab } from "./lab.ts";
import { tools } from "./tools.ts";

export async function heapGrowth(lab: Lab, wanted: (tool: string) => boolean): Promise<Map<string, number>> {
	const growth = new Map<string, number>();
	for (const tool of tools) {
		if (tool.snapshotOnly || !wanted(tool.name)) continue;
		const bench = await lab.bench("/app", tool);
		await bench.evaluate("__bench.forget()");
		await bench.evaluate("__bench.start()");
		await bench.rest(tool.quietMS);
		await bench.evaluate(`__bench.run("warm")`);
		await bench.rest(tool.quietMS);
		const before = await bench.heapBytes();
		await bench.evaluate(`__bench.run("churn")`);
		await bench.rest(tool.quietMS);
		growth.set(tool.name, (await bench.heapBytes()) - before);
		await bench.close();
	}
	return growth;
}
