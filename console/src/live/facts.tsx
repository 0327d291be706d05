/** What is known about the visitor: what they answered before the chat, and where they are. */
import { useCell } from "../state/cell.ts";
import { languageName } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Url } from "../ui/url.tsx";
import type { LiveSession } from "./session.ts";

export function FactsCard({ session }: { session: LiveSession }) {
	const facts = useCell(session.facts);
	const { sources } = useCell(session.room);
	const shown = useCell(session.shown);
	if (!facts) return null;
	const page = sources.find((one) => one.source === shown) ?? sources[0];
	const device = [facts.device, facts.browser, facts.os].filter(Boolean).join(" · ");
	// The name heads the list already.
	const answers = facts.answers.filter(({ value }) => value !== facts.name);
	const rows: [string, string, "ltr" | undefined][] = [
		...answers.map(({ field, label, value }): [string, string, undefined] => [label || field, value, undefined]),
		[t("factUser"), facts.user, undefined],
		...Object.entries(facts.fields).map(([name, value]): [string, string, undefined] => [name, value, undefined]),
		[t("email"), facts.email, "ltr"],
		[t("factLanguage"), facts.lang && languageName(facts.lang), undefined],
		[t("factDevice"), device, undefined],
		[t("factAddress"), facts.address, "ltr"],
	];
	return (
		<details class="facts-card" open={facts.answers.length > 0}>
			<summary>{t("factsTitle")}</summary>
			<dl>
				{facts.name && <Row name={t("factName")} value={facts.name} />}
				{rows
					.filter(([, value]) => value)
					.map(([name, value, dir]) => (
						<Row key={name} name={name} value={value} dir={dir} />
					))}
				<div>
					<dt>{t("factPage")}</dt>
					<dd>
						<bdi>{page?.title || facts.title}</bdi> <Url url={page?.url || facts.page} />
					</dd>
				</div>
			</dl>
		</details>
	);
}

function Row({ name, value, dir }: { name: string; value: string; dir?: "ltr" | undefined }) {
	return (
		<div>
			<dt>
				<bdi>{name}</bdi>
			</dt>
			<dd>
				<bdi dir={dir}>{value}</bdi>
			</dd>
		</div>
	);
}
