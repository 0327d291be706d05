import { t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";

export function BoardPage() {
	return (
		<Frame>
			<h1>{t("navBoard")}</h1>
		</Frame>
	);
}
