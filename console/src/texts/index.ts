/** Which language the console speaks: the person's choice, else the browser's, else English. */
import { Cell } from "../state/cell.ts";
import { recall, remember } from "../state/kept.ts";
import type { texts as english } from "./languages/en.ts";

/** Each area of the console has its own texts, a file per language; English names the keys. One language is fetched. */
const load = {
	en: () => import("./languages/en.ts"),
	es: () => import("./languages/es.ts"),
	de: () => import("./languages/de.ts"),
	fr: () => import("./languages/fr.ts"),
	ar: () => import("./languages/ar.ts"),
} satisfies Record<string, () => Promise<{ texts: Record<keyof typeof english, string> }>>;
export type Language = keyof typeof load;
export type TextKey = keyof typeof english;

/** Every language under its own name. */
export const languages: readonly { code: Language; name: string }[] = [
	{ code: "en", name: "English" },
	{ code: "es", name: "Español" },
	{ code: "de", name: "Deutsch" },
	{ code: "fr", name: "Français" },
	{ code: "ar", name: "العربية" },
];

const isLanguage = (code: string): code is Language => Object.hasOwn(load, code);

/** The best language for a list of wishes such as `navigator.languages`. */
function chooseLanguage(wishes: readonly string[]): Language {
	const codes = wishes.map((wish) => wish.toLowerCase().split("-")[0] ?? "");
	return codes.find(isLanguage) ?? "en";
}

export const language = new Cell<Language>(chooseLanguage([recall("language") ?? "", ...navigator.languages]));
let texts: Readonly<Record<TextKey, string>>;

/** Fetches the language that is to be spoken first; nothing can be shown before. */
export async function startLanguage(): Promise<void> {
	texts = (await load[language.value]()).texts;
}

export async function setLanguage(code: Language): Promise<void> {
	texts = (await load[code]()).texts;
	remember("language", code);
	language.set(code);
}

/** Tells the document its language and direction, now and after each change. */
export function applyLanguage(root: HTMLElement): void {
	const apply = () => {
		root.lang = language.value;
		root.dir = language.value === "ar" ? "rtl" : "ltr";
	};
	language.subscribe(apply);
	apply();
}

/** The text in the current language, `{name}` filled in. A component that shows it must `useCell(language)`. */
export function t(key: TextKey, fill?: Readonly<Record<string, string>>): string {
	const text = texts[key];
	return fill ? text.replace(/\{(\w+)\}/g, (whole, name: string) => fill[name] ?? whole) : text;
}
