import type { en } from "./en.ts";

export const de: Record<keyof typeof en, string> = {
	navDesk: "Arbeitsplatz",
	navHistory: "Verlauf",
	navBoard: "Übersicht",
	navReports: "Berichte",
	navSettings: "Einstellungen",
	navMain: "Hauptnavigation",
};
