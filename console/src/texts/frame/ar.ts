import type { en } from "./en.ts";

export const ar: Record<keyof typeof en, string> = {
	navDesk: "مكتب العمل",
	navHistory: "السجل",
	navBoard: "اللوحة",
	navReports: "التقارير",
	navSettings: "الإعدادات",
	navMain: "الرئيسية",
};
