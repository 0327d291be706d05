/** The list of visitors, as it changes. */
import { flag, list, number, oneOf, or, shape, text, time } from "./checks.ts";
import { type StreamWatcher, watchStream } from "./stream.ts";

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
	name: or(text, ""),
	/** The signed ID of a user of the site; empty for a stranger. */
	user: or(text, ""),
	help: or(flag, true),
	/** Who helps or is about to. */
	helpers: or(list(shape({ id: text, name: or(text, ""), state: or(text, "") })), []),
});
export type Visitor = ReturnType<typeof visitor>;

const visitors = shape({ visitors: list(visitor) });

/** Follows the list until the returned function is called. */
export const watchVisitors = (watcher: StreamWatcher<Visitor[]>, probe: () => void): (() => void) =>
	watchStream("/api/v1/visitors/stream", "visitors", (value) => visitors(value).visitors, watcher, probe);

/** Whether a visitor has all the words somewhere in what the list shows. */
export function matches(visitor: Visitor, query: string): boolean {
	const { site, page, device, lang, agents, name, user } = visitor;
	const hay = [site.name, page.title, page.url, device.browser, device.os, device.kind, lang, name, user, ...agents];
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
