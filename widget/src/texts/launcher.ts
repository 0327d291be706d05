import type { Language } from "./language.ts";

/** The two texts that the loader shows by itself, before anything else is loaded. */
export const launcherTexts: Record<Language, { help: string; failed: string }> = {
	en: { help: "Help", failed: "Help can’t be reached. Try again" },
	es: { help: "Ayuda", failed: "No se puede conectar con la ayuda. Reintentar" },
	de: { help: "Hilfe", failed: "Die Hilfe ist nicht erreichbar. Erneut versuchen" },
	fr: { help: "Aide", failed: "L’aide est injoignable. Réessayer" },
	ar: { help: "مساعدة", failed: "يتعذّر الوصول إلى المساعدة. أعد المحاولة" },
};
