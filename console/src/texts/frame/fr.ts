import type { en } from "./en.ts";

export const fr: Record<keyof typeof en, string> = {
	navDesk: "Poste",
	navHistory: "Historique",
	navBoard: "Tableau",
	navReports: "Rapports",
	navSettings: "Réglages",
	navMain: "Principal",
};
