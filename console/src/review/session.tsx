import { t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";

export function SessionPage({ id }: { id: string }) {
	return (
		<Frame>
			<h1>{t("navHistory")}</h1>
			<p>{id}</p>
		</Frame>
	);
}
