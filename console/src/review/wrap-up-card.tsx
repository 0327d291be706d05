/** How the session was wrapped up, and the desk's own form to change it. */
import { useState } from "preact/hooks";
import { Section } from "../admin/parts.tsx";
import type { Names, Session } from "../api/review.ts";
import { WrapUpForm } from "../desk/wrap-up.tsx";
import { moment } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Fact } from "./fact.tsx";
import { nameOf, personName } from "./names.ts";

type Props = { session: Session; names: Names; onSaved(): Promise<void> };

export function WrapUpCard({ session: { id, kind, wrapUp }, names, onSaved }: Props) {
	const [editing, setEditing] = useState(false);
	const message = kind === "message";
	const title = message ? "answeredTitle" : "wrapTitle";
	if (editing || !wrapUp)
		return (
			<Section title={title} {...(message && !wrapUp ? { hint: "answeredHint" as const } : {})}>
				<WrapUpForm
					session={id}
					filled={wrapUp}
					onSaved={async () => {
						await onSaved();
						setEditing(false);
					}}
				/>
				{editing && (
					<button type="button" class="button quiet fit" onClick={() => setEditing(false)}>
						{t("cancel")}
					</button>
				)}
			</Section>
		);
	const { reason, note, ticket, by, at } = wrapUp;
	return (
		<Section title={title}>
			<dl class="fact-list">
				<Fact name={t("wrapReason")}>
					<bdi>{reason ? nameOf(names.reasons, reason) : t("wrapNoReason")}</bdi>
				</Fact>
				<Fact name={t("wrapNote")}>
					{note && (
						<span class="kept-words" dir="auto">
							{note}
						</span>
					)}
				</Fact>
				<Fact name={t("wrapTicket")}>{ticket && <bdi>{ticket}</bdi>}</Fact>
			</dl>
			<p class="hint">
				<bdi>{personName(by)}</bdi>
				{at > 0 && ` · ${moment(at)}`}
			</p>
			<button type="button" class="button small fit" onClick={() => setEditing(true)}>
				{t("edit")}
			</button>
		</Section>
	);
}
