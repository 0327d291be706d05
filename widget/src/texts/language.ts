/** The languages the widget speaks; each has one file beside this one and one label in launcher.ts. */
export const LANGUAGES = ["en", "es", "de", "fr", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The page's own language first, then the visitor's, then English. Tags are BCP 47; only the primary subtag counts. */
export function pickLanguage(wanted: readonly string[]): Language {
	for (const tag of wanted) {
		const primary = tag.toLowerCase().split("-")[0];
		const found = LANGUAGES.find((language) => language === primary);
		if (found) return found;
	}
	return "en";
}

export const pageLanguage = (): Language => pickLanguage([document.documentElement.lang, ...navigator.languages]);

export const direction = (language: Language): "ltr" | "rtl" => (language === "ar" ? "rtl" : "ltr");
