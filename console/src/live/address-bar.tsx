import { useCell } from "../state/cell.ts";
import { t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { Url } from "../ui/url.tsx";
import type { LiveSession } from "./session.ts";

const MOST_CHARACTERS = 96;

/** Title and address of the page that is shown, as text. */
export function AddressBar({ session }: { session: LiveSession }) {
	const { sources } = useCell(session.room);
	const shown = useCell(session.shown);
	const scene = useCell(session.scene);
	const page = sources.find((one) => one.source === shown);
	if (!page || !(scene === "live" || scene === "away" || scene === "lost")) return null;
	return (
		<section class="address" aria-label={t("visitorsPage")}>
			<Icon name="globe" size={16} />
			<bdi class="address-title">{page.title || t("untitled")}</bdi>
			<Url url={page.url} most={MOST_CHARACTERS} />
		</section>
	);
}
