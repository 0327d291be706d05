import { t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";

export function SettingsPage({ section }: { section: string }) {
	return (
		<Frame>
			<h1>{t("navSettings")}</h1>
			<p>{section}</p>
		</Frame>
	);
}
