import { type Retention, saveRetention } from "../api/admin-sites.ts";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { problemsIn, useForm, wrong } from "./form.ts";
import { Section } from "./parts.tsx";
import type { TabProps } from "./site.tsx";

const MOST_DAYS = 730;
const AUDIT_LEAST_DAYS = 90;
const table: FieldTable<Retention> = [
	{ name: "sessionDays", kind: "number", label: "sessionDays", hint: "sessionDaysHint", min: 1, max: MOST_DAYS },
	{ name: "chatDays", kind: "number", label: "chatDays", hint: "chatDaysHint", min: 0, max: MOST_DAYS },
	{
		name: "auditDays",
		kind: "number",
		label: "auditDays",
		hint: "auditDaysHint",
		min: AUDIT_LEAST_DAYS,
		max: MOST_DAYS,
	},
];

export function RetentionTab({ site, put }: TabProps) {
	const form = useForm<Retention>({
		start: site.retention,
		check: (days) =>
			problemsIn({
				sessionDays: wrong.between(days.sessionDays, 1, MOST_DAYS),
				chatDays: wrong.between(days.chatDays, 0, MOST_DAYS),
				auditDays: wrong.between(days.auditDays, AUDIT_LEAST_DAYS, MOST_DAYS),
			}),
		save: async (days) => {
			const retention = await saveRetention(site.id, days);
			put({ retention });
			return retention;
		},
	});
	return (
		<Section title="tabRetention" hint="retentionLead">
			<FormBox form={form}>
				<Fields form={form} table={table} />
			</FormBox>
		</Section>
	);
}
