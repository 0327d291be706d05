import { useId, useRef, useState } from "preact/hooks";
import { signIn, thrownOut } from "../state/account.ts";
import { useCell } from "../state/cell.ts";
import { t } from "../texts/index.ts";
import { Choices } from "../ui/choices.tsx";
import { Icon, Logo } from "../ui/icons.tsx";
import { problemText } from "../ui/problem.ts";

export function SignInPage() {
	const out = useCell(thrownOut);
	return (
		<div class="sign-in">
			<main id="content" class="sign-in-card" tabIndex={-1}>
				<Logo size={44} />
				<h1>{t("signInTitle")}</h1>
				<p class="muted">{t("brandLine")}</p>
				{out && (
					<p class="notice" role="status">
						{t("signedOut")}
					</p>
				)}
				<SignInForm />
			</main>
			<footer class="sign-in-foot">
				<Choices />
			</footer>
		</div>
	);
}

function SignInForm() {
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
		</form>
	);
}
