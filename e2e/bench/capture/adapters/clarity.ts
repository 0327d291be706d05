/** Clarity as it comes: content on, its own uploads, handed over instead of posted. */
import { clarity } from "clarity-js";

globalThis.__captureAdapter = {
	start(emit) {
		clarity.start({ projectId: "bench", upload: emit as (payload: string) => void, track: false });
	},
	stop: () => clarity.stop(),
};
