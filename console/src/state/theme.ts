/** Light, dark, or as the system has it; style sheets read it from `<html data-theme>`. */
import { Cell } from "./cell.ts";
import { recall, remember } from "./kept.ts";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export const theme = new Cell<Theme>(themes.find((one) => one === recall("theme")) ?? "system");

export function setTheme(next: Theme): void {
	remember("theme", next);
	theme.set(next);
}

export function applyTheme(root: HTMLElement): void {
	const apply = () => {
		root.dataset.theme = theme.value;
	};
	theme.subscribe(apply);
	apply();
}
