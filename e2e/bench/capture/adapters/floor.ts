import { Floor } from "../floor.ts";

let floor: Floor | undefined;
globalThis.__captureAdapter = {
	start(emit) {
		floor = new Floor(emit);
		floor.start();
	},
	stop: () => floor?.stop(),
};
