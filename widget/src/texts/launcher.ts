import type { Language } from "./language.ts";

/** The texts that the loader shows by itself, before anything else is loaded. */
export const launcherTexts: Record<Language, { help: string; failed: string; lift: string }> = {
	en: {
		help: "Help",
		failed: "Help can’t be reached. Try again",
		lift: "You opted out of being seen on this website. Opt back in?",
	},
	es: {
		help: "Ayuda",
		failed: "No se puede conectar con la ayuda. Reintentar",
		lift: "Usted se ha excluido de que lo vean en este sitio web. ¿Desea retirar la exclusión?",
	},
	de: {
		help: "Hilfe",
		failed: "Die Hilfe ist nicht erreichbar. Erneut versuchen",
		lift: "Sie haben widersprochen, auf dieser Website gesehen zu werden. Widerspruch aufheben?",
	},
	fr: {
		help: "Aide",
		failed: "L’aide est injoignable. Réessayer",
		lift: "Vous vous êtes opposé à être vu sur ce site. Lever cette opposition ?",
	},
	ar: {
		help: "مساعدة",
		failed: "يتعذّر الوصول إلى المساعدة. أعد المحاولة",
		lift: "لقد اعترضت على أن يراك أحد في هذا الموقع. هل تريد إلغاء الاعتراض؟",
	},
};
