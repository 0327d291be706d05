/** The own account: name, how many visitors at once, password, second factor, and where one is signed in. */
import { useState } from "preact/hooks";
import {
	beginSecondFactor,
	changeMe,
	changePassword,
	confirmSecondFactor,
	getSignIns,
	removeSecondFactor,
	revokeSignIn,
	type SecondFactor,
} from "../api/admin.ts";
import { account } from "../state/account.ts";
import { useCell } from "../state/cell.ts";
import { moment } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { CopyButton } from "../ui/copy.tsx";
import { Frame } from "../ui/frame.tsx";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { problemsIn, useForm, wrong } from "./form.ts";
import { Copyable, Row, Rows, Section, Show, useAct, useLoaded } from "./parts.tsx";
import { useTitle } from "./title.ts";

export function AccountPage() {
	useTitle("account");
	return (
		<Frame>
			<div class="sections narrow">
				<h1>{t("account")}</h1>
				<Profile />
				<Password />
				<SecondStep />
				<SignIns />
			</div>
		</Frame>
	);
}

type Own = { name: string; capacity: number };
const ownTable: FieldTable<Own> = [
	{ name: "name", label: "yourName", hint: "yourNameHint", autocomplete: "name" },
	{ name: "capacity", kind: "number", label: "capacity", hint: "capacityHint", min: 1, max: 20 },
];

function Profile() {
	const me = account.value;
	const form = useForm<Own>({
		start: { name: me?.name ?? "", capacity: me?.capacity ?? 1 },
		check: ({ name, capacity }) => problemsIn({ name: wrong.empty(name), capacity: wrong.between(capacity, 1, 20) }),
		save: async (own) => {
			const now = await changeMe(own);
			account.set(now);
			return { name: now.name, capacity: now.capacity };
		},
	});
	return (
		<Section title="profile">
			<p class="muted">
				<bdi dir="ltr">{me?.email}</bdi>
			</p>
			<FormBox form={form}>
				<Fields form={form} table={ownTable} />
			</FormBox>
		</Section>
	);
}

type Passwords = { old: string; new: string };
const passwordTable: FieldTable<Passwords> = [
	{ name: "old", kind: "password", label: "oldPassword", autocomplete: "current-password" },
	{ name: "new", kind: "password", label: "newPassword", hint: "passwordHint", autocomplete: "new-password" },
];

function Password() {
	const form = useForm<Passwords>({
		start: { old: "", new: "" },
		check: (typed) => problemsIn({ old: wrong.empty(typed.old), new: wrong.password(typed.new) }),
		save: async (typed) => {
			await changePassword(typed.old, typed.new);
			// Every sign-in of this person has ended, this browser's included.
			account.set(null);
			return { old: "", new: "" };
		},
		said: t("passwordChanged"),
	});
	return (
		<Section title="password" hint="passwordLead">
			<FormBox form={form} action="passwordChange">
				<Fields form={form} table={passwordTable} />
			</FormBox>
		</Section>
	);
}

/** Off → the secret shown → recovery codes shown once → on. */
function SecondStep() {
	const me = useCell(account);
	const [begun, setBegun] = useState<SecondFactor>();
	const [recovery, setRecovery] = useState<string[]>();
	const { busy, act } = useAct();
	const known = (on: boolean) => {
		if (account.value) account.set({ ...account.value, secondFactor: on });
	};
	if (recovery) return <Recovery codes={recovery} onDone={() => setRecovery(undefined)} />;
	if (begun)
		return (
			<Section title="factor" hint="factorScan">
				<Scan
					begun={begun}
					onCancel={() => setBegun(undefined)}
					onDone={(codes) => {
						setRecovery(codes);
						setBegun(undefined);
						known(true);
					}}
				/>
			</Section>
		);
	return (
		<Section title="factor" hint="factorLead">
			{me?.secondFactor ? (
				<RemoveFactor onDone={() => known(false)} />
			) : (
				<button
					type="button"
					class="button primary fit"
					aria-disabled={busy}
					onClick={() => act(async () => setBegun(await beginSecondFactor()))}
				>
					{t("factorBegin")}
				</button>
			)}
		</Section>
	);
}

const codeTable: FieldTable<{ code: string }> = [
	{ name: "code", label: "factorCode", hint: "factorCodeHint", code: true, autocomplete: "one-time-code" },
];

type ScanProps = { begun: SecondFactor; onCancel(): void; onDone(recovery: string[]): void };
function Scan({ begun, onCancel, onDone }: ScanProps) {
	const form = useForm({
		start: { code: "" },
		check: ({ code }) => problemsIn({ code: wrong.empty(code) }),
		save: async ({ code }) => {
			onDone((await confirmSecondFactor(code.replace(/\s/g, ""))).recovery);
			return { code: "" };
		},
		said: t("factorOn"),
	});
	return (
		<div class="scan">
			<img class="qr" src={begun.qr} alt={t("factorQr")} width={200} height={200} />
			<div>
				<Copyable label="factorSecret" text={begun.secret} />
				<FormBox
					form={form}
					action="factorConfirm"
					always
					aside={
						<button type="button" class="button" onClick={onCancel}>
							{t("cancel")}
						</button>
					}
				>
					<Fields form={form} table={codeTable} />
				</FormBox>
			</div>
		</div>
	);
}

function Recovery({ codes, onDone }: { codes: string[]; onDone(): void }) {
	const text = codes.join("\n");
	return (
		<Section title="recovery" hint="recoveryLead">
			<ul class="recovery" dir="ltr">
				{codes.map((code) => (
					<li key={code}>
						<code>{code}</code>
					</li>
				))}
			</ul>
			<div class="save">
				<CopyButton text={text} />
				<a
					class="button small"
					href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
					download="alongside-recovery.txt"
				>
					{t("download")}
				</a>
				<button type="button" class="button primary small" onClick={onDone}>
					{t("recoveryKept")}
				</button>
			</div>
		</Section>
	);
}

const removeTable: FieldTable<{ password: string }> = [
	{ name: "password", kind: "password", label: "password", hint: "factorRemoveHint", autocomplete: "current-password" },
];

function RemoveFactor({ onDone }: { onDone(): void }) {
	const form = useForm({
		start: { password: "" },
		check: ({ password }) => problemsIn({ password: wrong.empty(password) }),
		save: async ({ password }) => {
			await removeSecondFactor(password);
			onDone();
			return { password: "" };
		},
		said: t("factorOff"),
	});
	return (
		<>
			<p>
				<span class="badge" data-state="live">
					{t("factorIsOn")}
				</span>
			</p>
			<FormBox form={form} action="factorRemove" always>
				<Fields form={form} table={removeTable} />
			</FormBox>
		</>
	);
}

function SignIns() {
	const list = useLoaded(getSignIns);
	const { busy, act } = useAct();
	return (
		<Section title="signIns" hint="signInsLead">
			<Show of={list}>
				{(all) => (
					<Rows empty="signInsNone">
						{all.map(({ id, device, created, lastUsed, current }) => (
							<Row
								key={id}
								name={<bdi>{device || t("deviceUnknown")}</bdi>}
								facts={`${t("signedInAt", { time: moment(created) })} · ${t("lastUsed", { time: moment(lastUsed || created) })}`}
							>
								{current ? (
									<span class="badge" data-state="live">
										{t("signInHere")}
									</span>
								) : (
									<button
										type="button"
										class="button small danger"
										aria-label={`${t("signInRevoke")}: ${device || t("deviceUnknown")}`}
										aria-disabled={busy}
										onClick={() => act(() => revokeSignIn(id).then(list.reload), t("signInRevoked"))}
									>
										{t("signInRevoke")}
									</button>
								)}
							</Row>
						))}
					</Rows>
				)}
			</Show>
		</Section>
	);
}
