/** The mirror as it is shipped; keeps what it is to show until it is told to. */
import type { Mirror } from "../../../../console/src/mirror.ts";
import type { Viewer } from "./viewer.ts";

const shipped: string = "/tool/mirror.js";
const { createMirror }: typeof import("../../../../console/src/mirror.ts") = await import(shipped);

const STATE_KINDS: readonly (number | undefined)[] = [0x10, 0x11];
let frames: Uint8Array<ArrayBuffer>[] = [];
const mirror: Mirror = createMirror(document.querySelector("iframe") as HTMLIFrameElement);
let epoch = 0;

globalThis.__viewer = {
	load(messages) {
		frames = messages.map((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
	},
	show: () =>
		new Promise((done) => {
			let left = frames.filter(([kind]) => STATE_KINDS.includes(kind)).length;
			mirror.onApplied = () => {
				if (--left === 0) done();
			};
			for (const frame of frames) mirror.apply(frame);
		}),
	renew() {
		epoch++;
		// The header's epoch; 0 in assets.
		for (const frame of frames) if (STATE_KINDS.includes(frame[0])) new DataView(frame.buffer).setUint32(4, epoch);
	},
} satisfies Viewer;
