/** The second hand: one timer for everything that ticks, running only while something is shown. */
import { useEffect, useState } from "preact/hooks";

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** The time now in ms, anew each second. */
export function useNow(): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		const tick = () => setNow(Date.now());
		watchers.add(tick);
		timer ??= setInterval(() => {
			for (const watcher of [...watchers]) watcher();
		}, 1000);
		return () => {
			watchers.delete(tick);
			if (watchers.size > 0) return;
			clearInterval(timer);
			timer = undefined;
		};
	}, []);
	return now;
}
