/** A message left while nobody was there: answered by mail, and marked so by the wrap-up. */
import { Section } from "../admin/parts.tsx";
import type { Session } from "../api/review.ts";
import { t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";

/** Mail programs cut addresses that are much longer than this with all that is coded in it, characters. */
const QUOTED_CHARACTERS = 600;

/** The letter that an answer begins with (RFC 6068). */
function replyAddress({ email, site, text }: Pick<Session, "email" | "site" | "text">): string {
	const quoted = text.length > QUOTED_CHARACTERS ? `${[...text].slice(0, QUOTED_CHARACTERS).join("")}…` : text;
	const body = `\r\n\r\n${quoted
		.split(/\r?\n/)
		.map((line) => `> ${line}`)
		.join("\r\n")}`;
	const to = encodeURIComponent(email).replaceAll("%40", "@");
	const subject = t("replySubject", { site: site.name });
	return `mailto:${to}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
}

export function LeftMessage({ session }: { session: Session }) {
	const { text, email, wrapUp } = session;
	return (
		<Section title="kindMessage">
			{text ? (
				<p class="kept-words" dir="auto">
					{text}
				</p>
			) : (
				<p class="muted">{t("messageNotKept")}</p>
			)}
			{email && (
				<p class="save">
					<a class={wrapUp ? "button" : "button primary"} href={replyAddress(session)}>
						<Icon name="send" size={16} /> {t("replyByMail")}
					</a>
					<bdi dir="ltr">{email}</bdi>
				</p>
			)}
			{!wrapUp && <p class="hint">{t("replyHint")}</p>}
		</Section>
	);
}
