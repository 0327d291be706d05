import type { en } from "./en.ts";

export const es: Record<keyof typeof en, string> = {
	navDesk: "Puesto",
	navHistory: "Historial",
	navBoard: "Panel",
	navReports: "Informes",
	navSettings: "Ajustes",
	navMain: "Principal",
};
