/** Who did what, newest first; the log can be read and narrowed, never changed. */
import { useEffect, useState } from "preact/hooks";
import { getPeople, getTeams, type Person } from "../api/admin.ts";
import { type AuditEntry, type AuditFilter, getAudit } from "../api/admin-records.ts";
import { getSites } from "../api/admin-sites.ts";
import { moment } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { problemText } from "../ui/problem.ts";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { useForm } from "./form.ts";
import { Section, useLoaded } from "./parts.tsx";

type Names = ReadonlyMap<string, string>;

/** Whom entries can be of, and how people call what entries name by ID; whatever is gone keeps its ID. */
async function loadNames(): Promise<{ people: Person[]; names: Names }> {
	const [people, sites, teams] = await Promise.all([getPeople(), getSites(), getTeams()]);
	return { people, names: new Map([...people, ...sites, ...teams].map(({ id, name }) => [id, name])) };
}

const everything: AuditFilter = { actor: "", act: "", object: "", from: "", to: "" };
const tableOf = (people: readonly Person[]): FieldTable<AuditFilter> => [
	{
		name: "actor",
		kind: "select",
		label: "auditActor",
		choices: [{ value: "", label: "auditAnyone" }, ...people.map(({ id, name }) => ({ value: id, name }))],
	},
	{ name: "act", label: "auditAct", hint: "auditActHint", code: true },
	{ name: "object", label: "auditObject", hint: "auditObjectHint", code: true },
	{ name: "from", kind: "date", label: "auditFrom" },
	{ name: "to", kind: "date", label: "auditTo" },
];

const DAY_MS = 86_400_000;
/** A day of the person's own clock as a moment; "to" takes the whole of its day in. */
const startOf = (day: string, daysLater = 0): string => {
	if (!day) return "";
	const at = new Date(`${day}T00:00:00`);
	return new Date(at.getTime() + daysLater * DAY_MS).toISOString();
};

export function Audit() {
	const [found, setFound] = useState<{ entries: AuditEntry[]; next: string; filter: AuditFilter }>();
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState("");
	const known = useLoaded(loadNames);
	const fetchPage = async (filter: AuditFilter, after: string) => {
		const { from, to, ...rest } = filter;
		const page = await getAudit({ ...rest, from: startOf(from), to: startOf(to, 1) }, after);
		setFound((old) => ({
			entries: after ? [...(old?.entries ?? []), ...page.items] : page.items,
			next: page.next,
			filter,
		}));
	};
	const form = useForm<AuditFilter>({
		start: everything,
		save: async (filter) => {
			await fetchPage(filter, "");
			return filter;
		},
		said: "",
		guarded: false,
	});
	const more = async () => {
		if (!found || busy) return;
		setBusy(true);
		setProblem("");
		await fetchPage(found.filter, found.next).catch((error: unknown) => setProblem(problemText(error)));
		setBusy(false);
	};
	useEffect(() => void form.submit(), []);
	return (
		<>
			<Section title="auditFilter">
				<FormBox form={form} action="auditShow" always class="columns">
					<Fields form={form} table={tableOf(known.value?.people ?? [])} />
				</FormBox>
			</Section>
			<Section title="auditEntries">
				{found && <Entries entries={found.entries} names={known.value?.names ?? new Map()} />}
				<p class="problem" role="alert">
					{problem}
				</p>
				{found?.next && (
					<button type="button" class="button fit" aria-disabled={busy} onClick={more}>
						{t("more")}
					</button>
				)}
			</Section>
		</>
	);
}

function Entries({ entries, names }: { entries: AuditEntry[]; names: Names }) {
	if (entries.length === 0) return <p class="muted">{t("auditNone")}</p>;
	return (
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
		<div class="scroll" tabIndex={0}>
			<table class="table entries">
				<thead>
					<tr>
						<th scope="col">{t("auditWhen")}</th>
						<th scope="col">{t("auditActor")}</th>
						<th scope="col">{t("auditAct")}</th>
						<th scope="col">{t("auditObject")}</th>
						<th scope="col">{t("auditDetails")}</th>
					</tr>
				</thead>
				<tbody>
					{entries.map(({ n, at, actor, actorName, act, object, objectId, details }) => (
						<tr key={n}>
							<td>
								<time dateTime={new Date(at).toISOString()}>{moment(at)}</time>
							</td>
							<td>
								<bdi>{actorName || actor || t("auditSystem")}</bdi>
							</td>
							<td>
								<code dir="ltr">{act}</code>
							</td>
							<td>
								<bdi dir="ltr">{object}</bdi> <bdi title={objectId}>{names.get(objectId) ?? objectId}</bdi>
							</td>
							<td>
								<bdi dir="ltr">
									{Object.entries(details)
										.map(([name, value]) => `${name}: ${value}`)
										.join(", ")}
								</bdi>
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
