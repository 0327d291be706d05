import { useState } from "preact/hooks";
import { acceptReset, askReset } from "../api/admin.ts";
import { account } from "../state/account.ts";
import { follow, go } from "../state/route.ts";
import { language, t } from "../texts/index.ts";
import { toast } from "../ui/toast.tsx";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { problemsIn, useForm, wrong } from "./form.ts";
import { OpenPage, takeToken } from "./parts.tsx";

const table: FieldTable<{ password: string }> = [
	{ name: "password", kind: "password", label: "newPassword", hint: "passwordHint", autocomplete: "new-password" },
];

export function ResetPage() {
	const [token] = useState(takeToken);
	const form = useForm({
		start: { password: "" },
		check: ({ password }) => problemsIn({ password: wrong.password(password) }),
		save: async ({ password }) => {
			await acceptReset(token, password);
			// Every sign-in of this person has ended with the old password, this browser's included.
			account.set(null);
			toast(t("resetDone"));
			go("/");
			return { password: "" };
		},
		said: "",
		guarded: false,
		known: { 404: "resetUsed" },
	});
	return (
		<OpenPage title={t("resetTitle")}>
			{token ? (
				<FormBox form={form} action="resetSave" always>
					<Fields form={form} table={table} />
				</FormBox>
			) : (
				<p role="alert">{t("resetUsed")}</p>
			)}
			<a class="button quiet" href="/" onClick={follow}>
				{t("backToSignIn")}
			</a>
		</OpenPage>
	);
}

const askTable: FieldTable<{ email: string }> = [
	{ name: "email", kind: "email", label: "email", code: true, autocomplete: "username" },
];

/** Asks for a link; the answer is the same for every address, known or not. */
export function ForgotForm({ email, onBack }: { email: string; onBack(): void }) {
	const [sent, setSent] = useState(false);
	const form = useForm({
		start: { email },
		check: (typed) => problemsIn({ email: wrong.email(typed.email) }),
		save: async (typed) => {
			await askReset(typed.email.trim(), language.value);
			setSent(true);
		},
		said: "",
		guarded: false,
	});
	return (
		<>
			{sent ? (
				<p role="status">{t("forgotSent")}</p>
			) : (
				<>
					<p class="muted">{t("forgotLead")}</p>
					<FormBox form={form} action="forgotSend" always>
						<Fields form={form} table={askTable} />
					</FormBox>
				</>
			)}
			<button type="button" class="button quiet" onClick={onBack}>
				{t("backToSignIn")}
			</button>
		</>
	);
}
