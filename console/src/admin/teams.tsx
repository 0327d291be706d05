/** Teams: who is in them, and which visitors they are for. */
import { useState } from "preact/hooks";
import { getPeople, getTeams, type Person, type Rule, removeTeam, saveTeam, type Team } from "../api/admin.ts";
import { getSites, type Site } from "../api/admin-sites.ts";
import { count } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { lines, problemsIn, useForm, wrong } from "./form.ts";
import { Confirm, Row, Rows, Section, Show, useLoaded } from "./parts.tsx";
import { RuleList } from "./rule-list.tsx";
import { mayLeave } from "./unsaved.ts";

const blank: Team = { id: "", name: "", members: [], rules: [] };

export function Teams() {
	const all = useLoaded(async () => {
		const [teams, people, sites] = await Promise.all([getTeams(), getPeople(), getSites()]);
		return { teams, people, sites };
	});
	const [open, setOpen] = useState<Team>();
	const [removing, setRemoving] = useState<Team>();
	const edit = (team: Team | undefined) => {
		if (mayLeave()) setOpen(team);
	};
	const facts = (team: Team) =>
		`${t("membersFact", { count: count(team.members.length) })} · ${t("rulesFact", { count: count(team.rules.length) })}`;
	return (
		<Show of={all}>
			{({ teams, people, sites }) => (
				<>
					<Section title="teamsAll">
						<Rows empty="teamsNone">
							{teams.map((team) => (
								<Row key={team.id} name={<bdi>{team.name}</bdi>} facts={facts(team)}>
									<button
										type="button"
										class="button small"
										aria-label={`${t("edit")}: ${team.name}`}
										onClick={() => edit(team)}
									>
										{t("edit")}
									</button>
									<button
										type="button"
										class="button small danger"
										aria-label={`${t("remove")}: ${team.name}`}
										onClick={() => setRemoving(team)}
									>
										{t("remove")}
									</button>
								</Row>
							))}
						</Rows>
						{open?.id !== "" && (
							<button type="button" class="button fit" onClick={() => edit(blank)}>
								{t("teamAdd")}
							</button>
						)}
					</Section>
					{open && (
						<Section title={open.id ? "teamEdit" : "teamAdd"}>
							<TeamForm
								key={open.id}
								team={open}
								people={people}
								sites={sites}
								onClose={() => edit(undefined)}
								onSaved={() => {
									setOpen(undefined);
									void all.reload();
								}}
							/>
						</Section>
					)}
					{removing && (
						<Confirm
							title={t("removeTeam", { name: removing.name })}
							body={t("removeTeamBody")}
							action="remove"
							work={() => removeTeam(removing.id).then(all.reload)}
							said={t("removed")}
							onDone={() => setRemoving(undefined)}
						/>
					)}
				</>
			)}
		</Show>
	);
}

type Props = { team: Team; people: Person[]; sites: Site[]; onClose(): void; onSaved(): void };

const teamTable = (people: Person[]): FieldTable<Team> => [
	{ name: "name", label: "teamName" },
	{ name: "members", kind: "several", label: "members", choices: people.map(({ id, name }) => ({ value: id, name })) },
];

function TeamForm({ team, people, sites, onClose, onSaved }: Props) {
	const form = useForm<Team>({
		start: team,
		check: ({ name }) => problemsIn({ name: wrong.empty(name) }),
		save: async (typed) => {
			const rules = typed.rules.map((rule) => ({
				...rule,
				paths: lines(rule.paths),
				languages: rule.languages.flatMap((words) => lines(words.split(/[\s,]+/))).map((code) => code.toLowerCase()),
			}));
			const saved = await saveTeam({ ...typed, name: typed.name.trim(), rules });
			onSaved();
			return saved;
		},
	});
	const close = (
		<button type="button" class="button" onClick={onClose}>
			{t("cancel")}
		</button>
	);
	return (
		<FormBox form={form} aside={close}>
			<Fields form={form} table={teamTable(people)} />
			<RuleList<Rule>
				name="rules"
				legend="rules"
				lead="rulesLead"
				add="ruleAdd"
				fields={ruleFields(sites)}
				fresh={{ sites: [], paths: [], languages: [] }}
				rules={form.value.rules}
				problems={form.problems}
				onChange={(rules) => form.set({ rules })}
			/>
		</FormBox>
	);
}

const ruleFields = (sites: Site[]) =>
	[
		{
			name: "sites",
			kind: "several",
			label: "ruleSites",
			hint: "ruleSitesHint",
			choices: sites.map(({ id, name }) => ({ value: id, name })),
		},
		{ name: "paths", kind: "lines", label: "rulePaths", hint: "rulePathsHint", code: true, rows: 2 },
		{ name: "languages", kind: "lines", label: "ruleLanguages", hint: "ruleLanguagesHint", code: true, rows: 2 },
	] as const;
