/** Following a stream of server-sent events, with the way back after a cut. */
import type { Check } from "./checks.ts";

export type StreamWatcher<T> = {
	changed(value: T): void;
	/** Whether the stream stands. */
	connected(yes: boolean): void;
};

const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 15_000;

/**
 * Follows events of one name until the returned function is called. EventSource gives up for good after a refusal (a
 * restart behind a proxy answers 502), so that the way back is here; `probe` finds out whether the person is still
 * signed in.
 */
export function watchStream<T>(
	path: string,
	name: string,
	check: Check<T>,
	watcher: StreamWatcher<T>,
	probe: () => void,
): () => void {
	let source: EventSource | undefined;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let delay = RETRY_FIRST_MS;
	const open = () => {
		source = new EventSource(path);
		source.addEventListener("open", () => {
			delay = RETRY_FIRST_MS;
			watcher.connected(true);
		});
		source.addEventListener(name, (event) => {
			let value: T;
			try {
				value = check(JSON.parse(event.data));
			} catch {
				watcher.connected(false); // not what was agreed: better a visible fault than a wrong list
				return;
			}
			watcher.changed(value);
			watcher.connected(true);
		});
		source.addEventListener("error", () => {
			watcher.connected(false);
			if (source?.readyState !== EventSource.CLOSED) return;
			probe();
			timer = setTimeout(open, delay);
			delay = Math.min(delay * 2, RETRY_MOST_MS);
		});
	};
	open();
	return () => {
		source?.close();
		clearTimeout(timer);
	};
}
