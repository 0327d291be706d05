import { addSite, getSites } from "../api/admin-sites.ts";
import { follow, go, pathOf } from "../state/route.ts";
import { t } from "../texts/index.ts";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { origins, problemsIn, useForm, wrong } from "./form.ts";
import { Row, Rows, Section, Show, useLoaded } from "./parts.tsx";

export type Named = { name: string; origins: string[] };
export const namedTable: FieldTable<Named> = [
	{ name: "name", label: "siteName", hint: "siteNameHint" },
	{ name: "origins", kind: "lines", label: "siteOrigins", hint: "siteOriginsHint", code: true },
];
export const checkNamed = (typed: Named) =>
	problemsIn({ name: wrong.empty(typed.name), origins: wrong.origins(typed.origins) });

export function Sites() {
	const sites = useLoaded(getSites);
	const form = useForm<Named>({
		start: { name: "", origins: [] },
		check: checkNamed,
		save: async (typed) => {
			const made = await addSite(typed.name.trim(), origins(typed.origins));
			go(pathOf("site", made.id));
			return { name: "", origins: [] };
		},
		said: t("siteAdded"),
	});
	return (
		<>
			<Section title="sitesAll">
				<Show of={sites}>
					{(all) => (
						<Rows empty="sitesNone">
							{all.map((site) => (
								<Row
									key={site.id}
									name={<bdi>{site.name}</bdi>}
									facts={<bdi dir="ltr">{site.origins.join(" · ")}</bdi>}
								>
									<a
										class="button small"
										href={pathOf("site", site.id)}
										aria-label={`${t("siteSettings")}: ${site.name}`}
										onClick={follow}
									>
										{t("siteSettings")}
									</a>
								</Row>
							))}
						</Rows>
					)}
				</Show>
			</Section>
			<Section title="siteAdd">
				<FormBox form={form} action="siteAdd" always>
					<Fields form={form} table={namedTable} />
				</FormBox>
			</Section>
		</>
	);
}
