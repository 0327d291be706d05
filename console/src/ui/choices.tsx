/** Language and appearance. */
import { useId } from "preact/hooks";
import { useCell } from "../state/cell.ts";
import { setTheme, theme, themes } from "../state/theme.ts";
import { language, languages, setLanguage, t } from "../texts/index.ts";
import { problemText } from "./problem.ts";
import { toast } from "./toast.tsx";

const themeTexts = { system: "themeSystem", light: "themeLight", dark: "themeDark" } as const;

export function Choices() {
	const code = useCell(language);
	const look = useCell(theme);
	const id = useId();
	return (
		<div class="choices">
			<label for={`${id}language`}>{t("language")}</label>
			<select
				id={`${id}language`}
				class="select"
				value={code}
				onChange={({ currentTarget }) => {
					const chosen = languages.find((one) => one.code === currentTarget.value);
					if (chosen) setLanguage(chosen.code).catch((error: unknown) => toast(problemText(error)));
				}}
			>
				{languages.map(({ code, name }) => (
					<option key={code} value={code} lang={code}>
						{name}
					</option>
				))}
			</select>
			<label for={`${id}theme`}>{t("theme")}</label>
			<select
				id={`${id}theme`}
				class="select"
				value={look}
				onChange={({ currentTarget }) => setTheme(themes.find((one) => one === currentTarget.value) ?? "system")}
			>
				{themes.map((one) => (
					<option key={one} value={one}>
						{t(themeTexts[one])}
					</option>
				))}
			</select>
		</div>
	);
}
