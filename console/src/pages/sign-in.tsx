import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ForgotForm } from "../admin/reset.tsx";
import { ApiError } from "../api/http.ts";
import { signIn, thrownOut } from "../state/account.ts";
import { useCell } from "../state/cell.ts";
import { t } from "../texts/index.ts";
import { Choices } from "../ui/choices.tsx";
import { Icon, Logo } from "../ui/icons.tsx";
import { problemText } from "../ui/problem.ts";

export function SignInPage() {
	const out = useCell(thrownOut);
	const [forgot, setForgot] = useState<string>();
	const [step, setStep] = useState<Step>({ name: "password" });
	return (
		<div class="sign-in">
			<main id="content" class="sign-in-card" tabIndex={-1}>
				<Logo size={44} />
				<h1>{t(forgot === undefined ? "signInTitle" : "forgotTitle")}</h1>
				{forgot !== undefined && <ForgotForm email={forgot} onBack={() => setForgot(undefined)} />}
				{forgot === undefined && (
					<>
						<p class="muted">{t("brandLine")}</p>
						{out && (
							<p class="notice" role="status">
								{t("signedOut")}
							</p>
						)}
						{step.name === "password" ? (
							<SignInForm onForgot={setForgot} onStep={setStep} />
						) : (
							<CodeForm {...step} onBack={() => setStep({ name: "password" })} />
						)}
					</>
				)}
			</main>
			<footer class="sign-in-foot">
				<Choices />
			</footer>
		</div>
	);
}

type Step = { name: "password" } | { name: "code"; email: string; password: string };

const wantsCode = (error: unknown): boolean =>
	error instanceof ApiError && error.status === 401 && error.code === "second-factor";

function SignInForm({ onForgot, onStep }: { onForgot(email: string): void; onStep(step: Step): void }) {
	const id = useId();
	const email = useRef<HTMLInputElement>(null);
	const password = useRef<HTMLInputElement>(null);
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState("");
	const [shown, setShown] = useState(false);
	const submit = async (event: Event) => {
		event.preventDefault();
		const name = email.current?.value.trim() ?? "";
		const secret = password.current?.value ?? "";
		if (!name || !secret) {
			setProblem(t("fillBoth"));
			(name ? password : email).current?.focus();
			return;
		}
		setBusy(true);
		setProblem("");
		try {
			await signIn(name, secret);
		} catch (error) {
			if (wantsCode(error)) {
				onStep({ name: "code", email: name, password: secret });
				return;
			}
			setProblem(problemText(error, { 401: "wrongSignIn", 400: "fillBoth" }));
			setBusy(false);
			password.current?.select();
		}
	};
	const toggle = () => {
		if (password.current) password.current.type = shown ? "password" : "text";
		setShown(!shown);
	};
	const described = problem ? `${id}problem` : undefined;
	return (
		<form class="form" noValidate onSubmit={submit}>
			<label for={`${id}email`}>{t("email")}</label>
			<input
				ref={email}
				id={`${id}email`}
				class="field"
				type="email"
				autocomplete="username"
				dir="ltr"
				required
				aria-invalid={problem !== ""}
				aria-describedby={described}
			/>
			<label for={`${id}password`}>{t("password")}</label>
			<div class="field-with-button">
				<input
					ref={password}
					id={`${id}password`}
					class="field"
					type="password"
					autocomplete="current-password"
					dir="ltr"
					required
					aria-invalid={problem !== ""}
					aria-describedby={described}
				/>
				<button
					type="button"
					class="button icon-only quiet"
					aria-label={t(shown ? "hidePassword" : "showPassword")}
					aria-pressed={shown}
					onClick={toggle}
				>
					<Icon name="eye" />
				</button>
			</div>
			<p class="problem" id={`${id}problem`} role="alert">
				{problem}
			</p>
			<button type="submit" class="button primary wide" aria-disabled={busy}>
				{t(busy ? "signingIn" : "signIn")}
			</button>
			<button type="button" class="button quiet" onClick={() => onForgot(email.current?.value.trim() ?? "")}>
				{t("forgot")}
			</button>
		</form>
	);
}

/** The second step: the password was right, the account asks for a code as well. */
function CodeForm({ email, password, onBack }: { email: string; password: string; onBack(): void }) {
	const id = useId();
	const code = useRef<HTMLInputElement>(null);
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState("");
	useEffect(() => code.current?.focus(), []);
	const submit = async (event: Event) => {
		event.preventDefault();
		const typed = code.current?.value.replace(/\s/g, "") ?? "";
		if (!typed || busy) {
			code.current?.focus();
			return;
		}
		setBusy(true);
		setProblem("");
		try {
			await signIn(email, password, typed);
		} catch (error) {
			setProblem(wantsCode(error) ? t("wrongCode") : problemText(error, { 401: "wrongSignIn", 400: "wrongCode" }));
			setBusy(false);
			code.current?.select();
		}
	};
	return (
		<form class="form" noValidate onSubmit={submit}>
			<label for={`${id}code`}>{t("factorCode")}</label>
			<input
				ref={code}
				id={`${id}code`}
				class="field"
				dir="ltr"
				autocomplete="one-time-code"
				autocapitalize="off"
				spellcheck={false}
				required
				aria-invalid={problem !== ""}
				aria-describedby={`${id}hint ${id}problem`}
			/>
			<p class="hint" id={`${id}hint`}>
				{t("factorStep")}
			</p>
			<p class="problem" id={`${id}problem`} role="alert">
				{problem}
			</p>
			<button type="submit" class="button primary wide" aria-disabled={busy}>
				{t(busy ? "signingIn" : "signIn")}
			</button>
			<button type="button" class="button quiet" onClick={onBack}>
				{t("stepBack")}
			</button>
		</form>
	);
}
