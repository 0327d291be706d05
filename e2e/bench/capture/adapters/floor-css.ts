/** The floor, and the text of every rule that the page's sheets let a script read. */
import { Floor } from "../floor.ts";

let floor: Floor | undefined;
globalThis.__captureAdapter = {
	start(emit) {
		floor = new Floor(emit);
		floor.start();
		for (const sheet of document.styleSheets) {
			let text = "";
			for (const rule of sheet.cssRules) text += rule.cssText;
			emit(text);
		}
	},
	stop: () => floor?.stop(),
};
