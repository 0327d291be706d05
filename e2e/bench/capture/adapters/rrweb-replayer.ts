/** rrweb's replayer in live mode. */
import { type eventWithTime, Replayer } from "rrweb";
import type { Viewer } from "./viewer.ts";

let replayer: Replayer | undefined;
let events: eventWithTime[] = [];

globalThis.__viewer = {
	load(messages) {
		events = messages.map((text) => JSON.parse(text) as eventWithTime);
	},
	show() {
		if (!replayer) {
			replayer = new Replayer([], { liveMode: true, root: document.body, mouseTail: false });
			replayer.startLive(events[0]?.timestamp);
		}
		for (const event of events) replayer.addEvent(event);
		return new Promise((done) => setTimeout(done, 50));
	},
} satisfies Viewer;
