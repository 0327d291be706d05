import type { en } from "./en.ts";

export const de: Record<keyof typeof en, string> = {
	stateBrowsing: "Auf der Website",
	stateHelping: "Wird betreut",
};
