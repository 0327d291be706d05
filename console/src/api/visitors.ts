/** The list of visitors who asked for help, as it changes. */
import { list, number, oneOf, or, shape, text, time } from "./checks.ts";

export const roomState = oneOf("browsing", "waiting", "helping", "asking", "live", "paused", "away", "ended");

const visitor = shape({
	room: text,
	site: shape({ id: text, name: text }),
	state: roomState,
	since: time,
	page: shape({ url: text, title: text }),
	pageSince: time,
	device: or(shape({ browser: text, os: text, kind: text }), { browser: "", os: "", kind: "" }),
	lang: or(text, ""),
	agents: list(text),
	sources: or(number, 1),
});
export type Visitor = ReturnType<typeof visitor>;

const visitors = shape({ visitors: list(visitor) });

export type ListWatcher = {
	changed(visitors: Visitor[]): void;
	/** Whether the stream stands. */
	connected(yes: boolean): void;
};

const RETRY_FIRST_MS = 1000;
const RETRY_MOST_MS = 15_000;

/**
 * Follows the stream until the returned function is called. EventSource gives up for good after a refusal (a restart
 * behind a proxy answers 502), so that the way back is here; `probe` finds out whether the person is still signed in.
 */
export function watchVisitors(watcher: ListWatcher, probe: () => void): () => void {
	let source: EventSource | undefined;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let delay = RETRY_FIRST_MS;
	const open = () => {
		source = new EventSource("/api/v1/visitors/stream");
		source.addEventListener("open", () => {
			delay = RETRY_FIRST_MS;
			watcher.connected(true);
		});
		source.addEventListener("visitors", (event) => {
			try {
				watcher.changed(visitors(JSON.parse(event.data)).visitors);
				watcher.connected(true);
			} catch {
				watcher.connected(false); // not what was agreed: better a visible fault than a wrong list
			}
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

/** Whether a visitor has all the words somewhere in what the list shows. */
export function matches(visitor: Visitor, query: string): boolean {
	const { site, page, device, lang, agents } = visitor;
	const hay = [site.name, page.title, page.url, device.browser, device.os, device.kind, lang, ...agents];
	const all = hay.join("\n").toLocaleLowerCase();
	return query
		.toLocaleLowerCase()
		.split(/\s+/)
		.every((word) => all.includes(word));
}

const ranks: Record<Visitor["state"], number> = {
	waiting: 0,
	asking: 1,
	helping: 2,
	live: 2,
	paused: 2,
	browsing: 3,
	away: 4,
	ended: 5,
};

/** Those who wait for someone come first, the longest wait before the others. */
export const byNeed = (a: Visitor, b: Visitor): number => ranks[a.state] - ranks[b.state] || a.since - b.since;
