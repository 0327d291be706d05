/** Which language the console speaks: the person's choice, else the browser's, else English. */
import { Cell } from "../state/cell.ts";
import { recall, remember } from "../state/kept.ts";
import * as admin from "./admin/index.ts";
import * as core from "./core/index.ts";
import * as desk from "./desk/index.ts";
import * as frame from "./frame/index.ts";
import * as review from "./review/index.ts";

/** Each area of the console has its own texts, a file per language; English names the keys. */
const all = {
	en: { ...core.en, ...frame.en, ...desk.en, ...admin.en, ...review.en },
	es: { ...core.es, ...frame.es, ...desk.es, ...admin.es, ...review.es },
	de: { ...core.de, ...frame.de, ...desk.de, ...admin.de, ...review.de },
	fr: { ...core.fr, ...frame.fr, ...desk.fr, ...admin.fr, ...review.fr },
	ar: { ...core.ar, ...frame.ar, ...desk.ar, ...admin.ar, ...review.ar },
};
export type Language = keyof typeof all;
export type TextKey = keyof (typeof all)["en"];

/** Every language under its own name. */
export const languages: readonly { code: Language; name: string }[] = [
	{ code: "en", name: "English" },
	{ code: "es", name: "Español" },
	{ code: "de", name: "Deutsch" },
	{ code: "fr", name: "Français" },
	{ code: "ar", name: "العربية" },
];

const isLanguage = (code: string): code is Language => Object.hasOwn(all, code);

/** The best language for a list of wishes such as `navigator.languages`. */
export function chooseLanguage(wishes: readonly string[]): Language {
	const codes = wishes.map((wish) => wish.toLowerCase().split("-")[0] ?? "");
	return codes.find(isLanguage) ?? "en";
}

export const language = new Cell<Language>(chooseLanguage([recall("language") ?? "", ...navigator.languages]));

export function setLanguage(code: Language): void {
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
	const text: string = all[language.value][key];
	return fill ? text.replace(/\{(\w+)\}/g, (whole, name: string) => fill[name] ?? whole) : text;
}
