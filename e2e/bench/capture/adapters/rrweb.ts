/** rrweb as it comes, fields masked. It emits objects: making text of them is part of sending them. */
import { record } from "rrweb";

let stop: (() => void) | undefined;
globalThis.__captureAdapter = {
	start(emit) {
		stop = record({ emit: (event) => emit(JSON.stringify(event)), maskAllInputs: true });
	},
	stop: () => stop?.(),
};
