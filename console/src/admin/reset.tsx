import { t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";

export function ResetPage() {
	return (
		<Frame>
			<h1>{t("navSettings")}</h1>
		</Frame>
	);
}
