/** Who works here, with which role, and who is invited. */
import { useState } from "preact/hooks";
import {
	changePerson,
	dropSecondFactor,
	getInvitations,
	getPeople,
	getTeams,
	type Invitation,
	invite,
	type Person,
	removePerson,
	resetLink,
	revokeInvitation,
	type Team,
} from "../api/admin.ts";
import { ApiError } from "../api/http.ts";
import { account, loadAccount } from "../state/account.ts";
import { count, moment } from "../texts/format.ts";
import { language, languages, t } from "../texts/index.ts";
import { toast } from "../ui/toast.tsx";
import { Field, Fields, type FieldTable, FormBox } from "./fields.tsx";
import { problemsIn, useForm, wrong } from "./form.ts";
import { Confirm, Copyable, Facts, Row, Rows, Section, Show, useAct, useLoaded } from "./parts.tsx";
import { roleName, roles, roleTexts } from "./roles.ts";

export const roleChoices = roles.map((value) => ({ value, label: roleTexts[value] }));

export function People() {
	const people = useLoaded(getPeople);
	const teams = useLoaded(getTeams);
	const invitations = useLoaded(getInvitations);
	return (
		<>
			<Section title="peopleHere" hint="rolesHint">
				<Show of={people}>
					{(all) => (
						<Rows empty="peopleNone">
							{all.map((person) => (
								<PersonRow key={person.id} person={person} teams={teams.value ?? []} reload={people.reload} />
							))}
						</Rows>
					)}
				</Show>
			</Section>
			<Section title="invite" hint="inviteLead">
				<InviteForm teams={teams.value ?? []} onDone={invitations.reload} />
			</Section>
			<Section title="invitations">
				<Show of={invitations}>
					{(all) => (
						<Rows empty="invitationsNone">
							{all.map((invitation) => (
								<InvitationRow key={invitation.id} invitation={invitation} reload={invitations.reload} />
							))}
						</Rows>
					)}
				</Show>
			</Section>
		</>
	);
}

type PersonProps = { person: Person; teams: Team[]; reload(): Promise<void> };

function PersonRow({ person, teams, reload }: PersonProps) {
	const [asking, setAsking] = useState<"remove" | "factor">();
	const [link, setLink] = useState("");
	// Grows when a change was refused, so that the control shows again what the server has.
	const [refused, setRefused] = useState(0);
	const { busy, act } = useAct();
	const own = person.id === account.value?.id;
	const change = async (part: { role?: string; capacity?: number }) => {
		try {
			await changePerson(person.id, part);
			toast(t("saved"));
			// Who takes an own role away sees at once what is left.
			if (own) await loadAccount();
			await reload();
		} catch (error) {
			setRefused(refused + 1);
			toast(error instanceof ApiError && error.status === 409 ? t("lastAdmin") : refusalOf(error));
		}
	};
	const facts = [
		person.email,
		teams
			.filter(({ id }) => person.teams.includes(id))
			.map(({ name }) => name)
			.join(", "),
		t("capacityFact", { count: count(person.capacity) }),
		person.secondFactor && t("factorIsOn"),
	];
	return (
		<>
			<Row
				name={
					<>
						<bdi>{person.name}</bdi> {own && <span class="hint">({t("you")})</span>}
						{person.resetWanted && (
							<span class="badge" data-state="waiting">
								{t("resetWanted")}
							</span>
						)}
					</>
				}
				facts={<Facts of={facts} />}
			>
				<Field
					key={refused}
					kind="select"
					label="role"
					title={t("roleOf", { name: person.name })}
					quiet
					choices={roleChoices}
					value={person.role}
					onChange={(role) => void change({ role: String(role) })}
				/>
				{!own && (
					<>
						<button
							type="button"
							class="button small"
							aria-label={`${t("resetLink")}: ${person.name}`}
							aria-disabled={busy}
							onClick={() => act(async () => setLink((await resetLink(person.id)).link))}
						>
							{t("resetLink")}
						</button>
						{person.secondFactor && (
							<button
								type="button"
								class="button small"
								aria-label={`${t("factorRemove")}: ${person.name}`}
								onClick={() => setAsking("factor")}
							>
								{t("factorRemove")}
							</button>
						)}
						<button
							type="button"
							class="button small danger"
							aria-label={`${t("remove")}: ${person.name}`}
							onClick={() => setAsking("remove")}
						>
							{t("remove")}
						</button>
					</>
				)}
			</Row>
			{link && (
				<li class="row-more">
					<Copyable label="resetLinkLead" text={link} />
				</li>
			)}
			{asking === "factor" && (
				<li class="row-more">
					<Confirm
						title={`${t("factorRemove")}: ${person.name}`}
						body={t("factorDropBody")}
						action="remove"
						work={() => dropSecondFactor(person.id).then(reload)}
						said={t("factorDropped")}
						onDone={() => setAsking(undefined)}
					/>
				</li>
			)}
			{asking === "remove" && (
				<li class="row-more">
					<Confirm
						title={t("removePerson", { name: person.name })}
						body={t("removePersonBody")}
						action="remove"
						work={() => removePerson(person.id).then(reload)}
						said={t("removed")}
						onDone={() => setAsking(undefined)}
					/>
				</li>
			)}
		</>
	);
}

const refusalOf = (error: unknown): string =>
	error instanceof ApiError && error.detail ? error.detail : t("unexpected");

type Invited = { email: string; role: string; teams: string[]; language: string };
const inviteTable = (teams: Team[]): FieldTable<Invited> => [
	{ name: "email", kind: "email", label: "email", code: true },
	{ name: "role", kind: "select", label: "role", choices: roleChoices },
	{
		name: "language",
		kind: "select",
		label: "inviteLanguage",
		choices: languages.map(({ code, name }) => ({ value: code, name })),
	},
	{
		name: "teams",
		kind: "several",
		label: "teams",
		choices: teams.map(({ id, name }) => ({ value: id, name })),
		when: () => teams.length > 0,
	},
];

function InviteForm({ teams, onDone }: { teams: Team[]; onDone(): void }) {
	const [made, setMade] = useState<Invitation>();
	const start = { email: "", role: "agent", teams: [], language: language.value };
	const form = useForm<Invited>({
		start,
		check: ({ email }) => problemsIn({ email: wrong.email(email) }),
		save: async (invited) => {
			setMade(await invite({ ...invited, email: invited.email.trim() }));
			onDone();
			return start;
		},
		said: t("invited"),
	});
	return (
		<>
			<FormBox form={form} action="inviteSend" always class="columns">
				<Fields form={form} table={inviteTable(teams)} />
			</FormBox>
			{made && (
				<div class="outcome" role="status">
					<p>
						<span class="badge" data-state={made.mailed ? "live" : "waiting"}>
							{t(made.mailed ? "mailed" : "notMailed")}
						</span>{" "}
						<bdi dir="ltr">{made.email}</bdi>
					</p>
					<p class="hint">{t(made.mailed ? "mailedHint" : "notMailedHint")}</p>
					{made.link && <Copyable label="inviteLink" text={made.link} />}
				</div>
			)}
		</>
	);
}

function InvitationRow({ invitation, reload }: { invitation: Invitation; reload(): Promise<void> }) {
	const { busy, act } = useAct();
	const { id, email, role, expires } = invitation;
	return (
		<Row
			name={<bdi dir="ltr">{email}</bdi>}
			facts={`${roleName(role)} · ${t("validUntil", { time: moment(expires) })}`}
		>
			<button
				type="button"
				class="button small danger"
				aria-label={`${t("revoke")}: ${email}`}
				aria-disabled={busy}
				onClick={() => act(() => revokeInvitation(id).then(reload), t("revoked"))}
			>
				{t("revoke")}
			</button>
		</Row>
	);
}
