import { t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";

export function SessionsPage() {
	return (
		<Frame>
			<h1>{t("navHistory")}</h1>
		</Frame>
	);
}
