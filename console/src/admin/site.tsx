/** The settings of one site, a tab for each kind. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { changeSite, getSite, removeSite, type Site } from "../api/admin-sites.ts";
import { follow, go, pathOf } from "../state/route.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";
import { Fields, FormBox } from "./fields.tsx";
import { origins, useForm } from "./form.ts";
import { Install } from "./install.tsx";
import { Confirm, Section, Show, Strip, useFragment, useLoaded } from "./parts.tsx";
import { SettingsNav } from "./settings.tsx";
import { CollectionTab } from "./site-collection.tsx";
import { FormTab } from "./site-form.tsx";
import { HoursTab } from "./site-hours.tsx";
import { IdentityTab } from "./site-identity.tsx";
import { PrivacyTab } from "./site-privacy.tsx";
import { RetentionTab } from "./site-retention.tsx";
import { checkNamed, type Named, namedTable } from "./sites.tsx";
import { useTitle } from "./title.ts";

/** `put` keeps what was saved, so that the other tabs start from it. */
export type TabProps = { site: Site; put(change: Partial<Site>): void };

const names = ["install", "privacy", "consent", "form", "hours", "retention", "identity"] as const;
const tabs: Record<(typeof names)[number], { text: TextKey; show(props: TabProps): JSX.Element }> = {
	install: { text: "tabInstall", show: (props) => <InstallTab {...props} /> },
	privacy: { text: "tabPrivacy", show: (props) => <PrivacyTab {...props} /> },
	consent: { text: "tabConsent", show: (props) => <CollectionTab {...props} /> },
	form: { text: "tabForm", show: (props) => <FormTab {...props} /> },
	hours: { text: "tabHours", show: (props) => <HoursTab {...props} /> },
	retention: { text: "tabRetention", show: (props) => <RetentionTab {...props} /> },
	identity: { text: "tabIdentity", show: (props) => <IdentityTab {...props} /> },
};

export function SitePage({ id }: { id: string }) {
	const site = useLoaded(() => getSite(id));
	const at = useFragment(names);
	useTitle("sites");
	return (
		<Frame>
			<div class="settings">
				<SettingsNav at="sites" />
				<Show of={site}>
					{(found) => (
						<div class="sections">
							<header>
								<a class="crumb" href={pathOf("section", "sites")} onClick={follow}>
									{t("sites")}
								</a>
								<h1>
									<bdi>{found.name}</bdi>
								</h1>
							</header>
							<Strip class="tabs" title="siteSettings">
								{names.map((name) => (
									<a key={name} href={`#${name}`} aria-current={name === at ? "page" : undefined}>
										{t(tabs[name].text)}
									</a>
								))}
							</Strip>
							<div class="sections" key={at}>
								{tabs[at].show({ site: found, put: (change) => site.put({ ...found, ...change }) })}
							</div>
						</div>
					)}
				</Show>
			</div>
		</Frame>
	);
}

function InstallTab({ site, put }: TabProps) {
	const [removing, setRemoving] = useState(false);
	const form = useForm<Named>({
		start: { name: site.name, origins: site.origins },
		check: checkNamed,
		save: async (typed) => {
			const now = await changeSite(site.id, { name: typed.name.trim(), origins: origins(typed.origins) });
			put({ name: now.name, origins: now.origins });
			return { name: now.name, origins: now.origins };
		},
	});
	return (
		<>
			<Section title="installTitle" hint="installLead">
				<Install snippet={site.snippet} />
			</Section>
			<Section title="siteNameAndOrigins">
				<FormBox form={form}>
					<Fields form={form} table={namedTable} />
				</FormBox>
			</Section>
			<Section title="siteRemove" hint="siteRemoveLead">
				<button type="button" class="button danger fit" onClick={() => setRemoving(true)}>
					{t("siteRemove")}
				</button>
			</Section>
			{removing && (
				<Confirm
					title={t("siteRemoveAsk", { name: site.name })}
					body={t("siteRemoveLead")}
					typed={site.name}
					action="remove"
					work={async () => {
						await removeSite(site.id);
						go(pathOf("section", "sites"));
					}}
					said={t("removed")}
					onDone={() => setRemoving(false)}
				/>
			)}
		</>
	);
}
