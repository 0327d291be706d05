import { t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";

export function ReportsPage() {
	return (
		<Frame>
			<h1>{t("navReports")}</h1>
		</Frame>
	);
}
