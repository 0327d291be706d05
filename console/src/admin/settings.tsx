/** The settings of the tenant: a list of sections, one of them open. */
import type { JSX } from "preact";
import { follow, pathOf } from "../state/route.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Frame } from "../ui/frame.tsx";
import { APIKeys } from "./api-keys.tsx";
import { Audit } from "./audit.tsx";
import { Reasons, Replies } from "./lists.tsx";
import { Strip } from "./parts.tsx";
import { People } from "./people.tsx";
import { Persons } from "./persons.tsx";
import { Sites } from "./sites.tsx";
import { Teams } from "./teams.tsx";
import { useTitle } from "./title.ts";

const sections: Record<string, { text: TextKey; lead: TextKey; show(): JSX.Element }> = {
	people: { text: "people", lead: "peopleLead", show: () => <People /> },
	teams: { text: "teams", lead: "teamsLead", show: () => <Teams /> },
	sites: { text: "sites", lead: "sitesLead", show: () => <Sites /> },
	replies: { text: "replies", lead: "repliesLead", show: () => <Replies /> },
	reasons: { text: "reasons", lead: "reasonsLead", show: () => <Reasons /> },
	"api-keys": { text: "apiKeys", lead: "apiKeysLead", show: () => <APIKeys /> },
	audit: { text: "audit", lead: "auditLead", show: () => <Audit /> },
	persons: { text: "persons", lead: "personsLead", show: () => <Persons /> },
};

export function SettingsPage({ section }: { section: string }) {
	const open = Object.hasOwn(sections, section) ? sections[section] : undefined;
	useTitle(open?.text ?? "navSettings");
	return (
		<Frame>
			<div class="settings">
				<SettingsNav at={section} />
				<div class="sections">
					{open ? (
						<>
							<header>
								<h1>{t(open.text)}</h1>
								<p class="muted">{t(open.lead)}</p>
							</header>
							<div class="sections" key={section}>
								{open.show()}
							</div>
						</>
					) : (
						<h1>{t("notFound")}</h1>
					)}
				</div>
			</div>
		</Frame>
	);
}

export function SettingsNav({ at }: { at: string }) {
	return (
		<Strip class="settings-nav" title="navSettings">
			{Object.entries(sections).map(([id, { text }]) => (
				<a key={id} href={pathOf("section", id)} onClick={follow} aria-current={id === at ? "page" : undefined}>
					{t(text)}
				</a>
			))}
		</Strip>
	);
}
