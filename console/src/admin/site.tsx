import { t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";

export function SitePage({ id }: { id: string }) {
	return (
		<Frame>
			<h1>{t("navSettings")}</h1>
			<p>{id}</p>
		</Frame>
	);
}
