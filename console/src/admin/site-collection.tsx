/** Whom the widget counts as a visitor, what is kept of them, and what they are asked: each choice with its consequence. */
import { type Collection, getSite, saveCollection } from "../api/admin-sites.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { lines, useForm } from "./form.ts";
import { Section } from "./parts.tsx";
import type { TabProps } from "./site.tsx";

const groups: readonly { title: TextKey; lead?: TextKey; table: FieldTable<Collection> }[] = [
	{
		title: "groupBasis",
		table: [
			{
				name: "basis",
				kind: "radio",
				label: "basis",
				choices: [
					{ value: "interest", label: "basisInterest", hint: "basisInterestHint" },
					{ value: "consent", label: "basisConsent", hint: "basisConsentHint" },
				],
			},
			{ name: "consentMode", kind: "check", label: "consentMode", hint: "consentModeHint" },
			{ name: "consentEvent", label: "consentEvent", hint: "consentEventHint", code: true },
			{ name: "doNotTrack", kind: "check", label: "doNotTrack", hint: "doNotTrackHint" },
		],
	},
	{
		title: "groupVisitors",
		table: [
			{
				name: "visitors",
				kind: "radio",
				label: "listed",
				choices: [
					{ value: "help", label: "listedHelp", hint: "listedHelpHint" },
					{ value: "all", label: "listedAll", hint: "listedAllHint", warn: "listedAllWarn" },
				],
			},
			{ name: "returningId", kind: "check", label: "returningId", hint: "returningIdHint" },
			{ name: "minors", kind: "check", label: "minors", hint: "minorsHint" },
		],
	},
	{
		title: "groupPages",
		lead: "groupPagesLead",
		table: [
			{ name: "allow", kind: "lines", label: "allow", hint: "allowHint", code: true },
			{ name: "deny", kind: "lines", label: "deny", hint: "denyHint", code: true },
			{ name: "sensitive", kind: "lines", label: "sensitive", hint: "sensitiveHint", code: true },
		],
	},
	{
		title: "groupAddresses",
		table: [
			{
				name: "ip",
				kind: "radio",
				label: "ip",
				choices: [
					{ value: "none", label: "ipNone", hint: "ipNoneHint" },
					{ value: "truncated", label: "ipTruncated", hint: "ipTruncatedHint" },
					{ value: "full", label: "ipFull", hint: "ipFullHint", warn: "ipFullWarn" },
				],
			},
			{ name: "ipAcknowledged", kind: "check", label: "ipAcknowledged", when: ({ ip }) => ip === "full" },
			{ name: "blocked", kind: "lines", label: "blocked", hint: "blockedHint", code: true },
		],
	},
];

export function CollectionTab({ site, put }: TabProps) {
	const form = useForm<Collection>({
		start: site.collection,
		check: ({ ip, ipAcknowledged }): Record<string, string> =>
			ip === "full" && !ipAcknowledged ? { ipAcknowledged: t("ipMustAcknowledge") } : {},
		save: async (typed) => {
			const collection = await saveCollection(site.id, {
				...typed,
				// An acknowledgement is for the setting it was given for.
				ipAcknowledged: typed.ip === "full" && typed.ipAcknowledged,
				consentEvent: typed.consentEvent.trim(),
				allow: lines(typed.allow),
				deny: lines(typed.deny),
				sensitive: lines(typed.sensitive),
				blocked: lines(typed.blocked),
			});
			put({ collection });
			return collection;
		},
		load: async () => (await getSite(site.id)).collection,
	});
	return (
		<Section title="tabConsent" hint="consentLead">
			<FormBox form={form}>
				{groups.map(({ title, lead, table }) => (
					<div key={title} class="group">
						<h3>{t(title)}</h3>
						{lead && <p class="hint">{t(lead)}</p>}
						<Fields form={form} table={table} />
					</div>
				))}
			</FormBox>
		</Section>
	);
}
