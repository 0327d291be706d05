/** The module as it is shipped, everything on; `?mode=strict` in the address of this script sets the policy's mode. */
import type { Capture } from "../../../../widget/src/capture.ts";

const shipped: string = "/tool/capture.js";
const { startCapture, readPolicy }: typeof import("../../../../widget/src/capture.ts") = await import(shipped);
const mode = new URL(import.meta.url).searchParams.get("mode") ?? "inputs";

let capture: Capture | undefined;
globalThis.__captureAdapter = {
	start(emit) {
		capture = startCapture({ policy: readPolicy({ mode }), emit });
	},
	stop: () => capture?.stop(),
};
