import { useState } from "preact/hooks";
import { type APIKey, addAPIKey, getAPIKeys, removeAPIKey } from "../api/admin-records.ts";
import { moment } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { problemsIn, useForm, wrong } from "./form.ts";
import { Confirm, Copyable, Row, Rows, Section, Show, useLoaded } from "./parts.tsx";
import { roleChoices } from "./people.tsx";
import { roleName } from "./roles.ts";

type New = { name: string; role: string };
const table: FieldTable<New> = [
	{ name: "name", label: "apiKeyName", hint: "apiKeyNameHint" },
	{ name: "role", kind: "select", label: "role", hint: "apiKeyRoleHint", choices: roleChoices },
];

export function APIKeys() {
	const keys = useLoaded(getAPIKeys);
	const [made, setMade] = useState<APIKey>();
	const [removing, setRemoving] = useState<APIKey>();
	const form = useForm<New>({
		start: { name: "", role: "agent" },
		check: ({ name }) => problemsIn({ name: wrong.empty(name) }),
		save: async ({ name, role }) => {
			setMade(await addAPIKey(name.trim(), role));
			void keys.reload();
			return { name: "", role: "agent" };
		},
		said: t("apiKeyMade"),
	});
	const facts = ({ role, created, lastUsed }: APIKey) =>
		[
			roleName(role),
			t("madeAt", { time: moment(created) }),
			lastUsed ? t("lastUsed", { time: moment(lastUsed) }) : t("neverUsed"),
		].join(" · ");
	return (
		<>
			<Section title="apiKeyAdd">
				<FormBox form={form} action="apiKeyAdd" always class="columns">
					<Fields form={form} table={table} />
				</FormBox>
				{made && (
					<div class="outcome" role="status">
						<p class="notice">{t("shownOnce")}</p>
						<Copyable label="apiKeySecret" text={made.secret} />
					</div>
				)}
			</Section>
			<Section title="apiKeysAll">
				<Show of={keys}>
					{(all) => (
						<Rows empty="apiKeysNone">
							{all.map((key) => (
								<Row key={key.id} name={<bdi>{key.name}</bdi>} facts={facts(key)}>
									<button
										type="button"
										class="button small danger"
										aria-label={`${t("remove")}: ${key.name}`}
										onClick={() => setRemoving(key)}
									>
										{t("remove")}
									</button>
								</Row>
							))}
						</Rows>
					)}
				</Show>
			</Section>
			{removing && (
				<Confirm
					title={t("removeKey", { name: removing.name })}
					body={t("removeKeyBody")}
					action="remove"
					work={() => removeAPIKey(removing.id).then(keys.reload)}
					said={t("removed")}
					onDone={() => setRemoving(undefined)}
				/>
			)}
		</>
	);
}
