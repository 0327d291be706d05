import { useState } from "preact/hooks";
import { acceptInvitation, lookInvitation } from "../api/admin.ts";
import { account } from "../state/account.ts";
import { go } from "../state/route.ts";
import { t } from "../texts/index.ts";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { problemsIn, useForm, wrong } from "./form.ts";
import { OpenPage, Show, takeToken, useLoaded } from "./parts.tsx";
import { roleName } from "./roles.ts";

type Accepted = { name: string; password: string };
const table: FieldTable<Accepted> = [
	{ name: "name", label: "yourName", autocomplete: "name" },
	{ name: "password", kind: "password", label: "password", hint: "passwordHint", autocomplete: "new-password" },
];

export function InvitationPage() {
	const [token] = useState(takeToken);
	const looked = useLoaded(() => lookInvitation(token));
	const form = useForm<Accepted>({
		start: { name: "", password: "" },
		check: ({ name, password }) => problemsIn({ name: wrong.empty(name), password: wrong.password(password) }),
		save: async ({ name, password }) => {
			account.set(await acceptInvitation(token, name.trim(), password));
			go("/");
		},
		said: "",
		guarded: false,
		known: { 404: "invitationUsed" },
	});
	return (
		<OpenPage title={t("invitationTitle")}>
			<Show of={{ ...looked, problem: looked.problem && t("invitationUsed") }}>
				{({ tenant, email, role }) => (
					<>
						<p>{t("invitationLead", { tenant, role: roleName(role) })}</p>
						<p class="muted">
							<bdi dir="ltr">{email}</bdi>
						</p>
						<FormBox form={form} action="invitationAccept" always>
							{/* Password managers keep the address with the password. */}
							<input type="email" autocomplete="username" value={email} hidden readOnly />
							<Fields form={form} table={table} />
						</FormBox>
					</>
				)}
			</Show>
		</OpenPage>
	);
}
