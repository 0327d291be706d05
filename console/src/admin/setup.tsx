/** From nothing to the first page seen: company and you, the first site, the snippet, the proof, done. */
import { useEffect, useState } from "preact/hooks";
import { checkSetup, completeSetup, type Setup } from "../api/admin.ts";
import { getSeen, type Seen, type Site } from "../api/admin-sites.ts";
import { ApiError } from "../api/http.ts";
import { account } from "../state/account.ts";
import { follow, pathOf } from "../state/route.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { problemText } from "../ui/problem.ts";
import { Fields, type FieldTable, FormBox } from "./fields.tsx";
import { type Form, origins, problemsIn, useForm, wrong } from "./form.ts";
import { Install } from "./install.tsx";
import { OpenPage, takeToken } from "./parts.tsx";

const steps = ["you", "site", "snippet", "seen", "done"] as const;
type Step = (typeof steps)[number];
const titles: Record<Step, TextKey> = {
	you: "setupYou",
	site: "setupSite",
	snippet: "setupSnippet",
	seen: "setupSeen",
	done: "setupDone",
};

const youTable: FieldTable<Setup> = [
	{ name: "tenantName", label: "setupTenant", hint: "setupTenantHint", autocomplete: "organization" },
	{ name: "adminName", label: "yourName", autocomplete: "name" },
	{ name: "adminEmail", kind: "email", label: "email", code: true, autocomplete: "username" },
	{ name: "adminPassword", kind: "password", label: "password", hint: "passwordHint", autocomplete: "new-password" },
];
const siteTable: FieldTable<Setup> = [
	{ name: "siteName", label: "siteName", hint: "siteNameHint" },
	{
		name: "origins",
		kind: "lines",
		label: "siteOrigins",
		hint: "siteOriginsHint",
		code: true,
		placeholder: "https://www.example.com",
	},
];

export function SetupPage() {
	const [token] = useState(takeToken);
	const [checked, setChecked] = useState<"checking" | "good" | "used" | "failed">(token ? "checking" : "used");
	const check = () => {
		if (!token) return;
		setChecked("checking");
		checkSetup(token).then(
			() => setChecked("good"),
			(error) => setChecked(error instanceof ApiError && error.status === 404 ? "used" : "failed"),
		);
	};
	useEffect(check, []);
	if (checked === "good") return <Walk token={token} />;
	return (
		<OpenPage title={t("setupTitle")}>
			{checked === "checking" && <p class="muted">{t("loading")}</p>}
			{checked === "failed" && (
				<>
					<p role="alert">{t("offline")}</p>
					<button type="button" class="button" onClick={check}>
						{t("tryAgain")}
					</button>
				</>
			)}
			{checked === "used" && (
				<>
					<p role="alert">{t("setupUsed")}</p>
					<a class="button" href="/" onClick={follow}>
						{t("goOn")}
					</a>
				</>
			)}
		</OpenPage>
	);
}

function Walk({ token }: { token: string }) {
	const [step, setStep] = useState<Step>("you");
	const [site, setSite] = useState<Site>();
	// What was typed stays while the person walks to and fro; both steps are sent at once.
	const form = useForm<Setup>({
		start: { tenantName: "", adminName: "", adminEmail: "", adminPassword: "", siteName: "", origins: [] },
		check: (typed) => (step === "you" ? checkYou(typed) : checkSite(typed)),
		save: async (typed) => {
			if (step === "you") {
				setStep("site");
				return;
			}
			try {
				const made = await completeSetup(token, { ...typed, origins: origins(typed.origins) });
				setSite(made.site);
				setStep("snippet");
				account.set(made.me);
			} catch (error) {
				const ofYou = error instanceof ApiError && youTable.some(({ name }) => name === error.field);
				if (ofYou) setStep("you");
				throw error;
			}
			return { ...typed, adminPassword: "" };
		},
		said: "",
		known: { 404: "setupUsed" },
	});
	// The next step is read from its top, its first field ready to be typed into.
	useEffect(() => {
		const first = form.root.current?.querySelector<HTMLElement>("input, textarea") ?? document.querySelector("main");
		if (Object.keys(form.problems).length === 0) first?.focus();
	}, [step]);
	return (
		<OpenPage title={t(titles[step])} wide>
			<Progress step={step} />
			{step === "you" && <Typed key="you" form={form} table={youTable} lead="setupYouLead" />}
			{step === "site" && (
				<Typed key="site" form={form} table={siteTable} lead="setupSiteLead" onBack={() => setStep("you")} />
			)}
			{step === "snippet" && site && (
				<>
					<p>{t("setupSnippetLead")}</p>
					<Install snippet={site.snippet} />
					<div class="save">
						<button type="button" class="button primary" onClick={() => setStep("seen")}>
							{t("setupInstalled")}
						</button>
						<button type="button" class="button quiet" onClick={() => setStep("done")}>
							{t("setupLater")}
						</button>
					</div>
				</>
			)}
			{step === "seen" && site && (
				<Seeing site={site} onBack={() => setStep("snippet")} onDone={() => setStep("done")} />
			)}
			{step === "done" && <Done site={site} />}
		</OpenPage>
	);
}

const checkYou = (typed: Setup) =>
	problemsIn({
		tenantName: wrong.empty(typed.tenantName),
		adminName: wrong.empty(typed.adminName),
		adminEmail: wrong.email(typed.adminEmail),
		adminPassword: wrong.password(typed.adminPassword),
	});
const checkSite = (typed: Setup) =>
	problemsIn({ siteName: wrong.empty(typed.siteName), origins: wrong.origins(typed.origins) });

function Progress({ step }: { step: Step }) {
	const at = steps.indexOf(step);
	return (
		<ol class="progress" aria-label={t("setupProgress", { at: String(at + 1), of: String(steps.length) })}>
			{steps.map((one, i) => (
				<li key={one} data-past={i < at} aria-current={i === at ? "step" : undefined}>
					<span class="hidden">{t(titles[one])}</span>
				</li>
			))}
		</ol>
	);
}

type TypedProps = { form: Form<Setup>; table: FieldTable<Setup>; lead: TextKey; onBack?: () => void };

function Typed({ form, table, lead, onBack }: TypedProps) {
	const back = onBack && (
		<button type="button" class="button" onClick={onBack}>
			{t("stepBack")}
		</button>
	);
	return (
		<>
			<p class="muted">{t(lead)}</p>
			<FormBox form={form} action="goOn" always aside={back}>
				<Fields form={form} table={table} />
			</FormBox>
		</>
	);
}

const LOOK_EVERY_MS = 2000;

/** Follows whether a page of the site has fetched the widget. */
function useSeen(site: string): { seen: Seen | undefined; problem: string } {
	const [seen, setSeen] = useState<Seen>();
	const [problem, setProblem] = useState("");
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout>;
		let stopped = false;
		const look = async () => {
			try {
				const now = await getSeen(site);
				if (!stopped) setSeen(now);
				setProblem("");
			} catch (error) {
				setProblem(problemText(error));
			}
			if (!stopped) timer = setTimeout(look, LOOK_EVERY_MS);
		};
		void look();
		return () => {
			stopped = true;
			clearTimeout(timer);
		};
	}, [site]);
	return { seen, problem };
}

function Seeing({ site, onBack, onDone }: { site: Site; onBack(): void; onDone(): void }) {
	const { seen, problem } = useSeen(site.id);
	const loaded = seen?.loaded;
	const own = loaded && site.origins.includes(loaded.origin);
	const first = site.origins[0];
	return (
		<>
			<div class="seen" data-seen={Boolean(loaded)} role="status">
				<span class="seen-mark" aria-hidden="true">
					<Icon name={loaded ? "check" : "eye"} size={28} />
				</span>
				<p class="strong">{t(loaded ? "seenYes" : "seenWaiting")}</p>
				{loaded ? <bdi dir="ltr">{loaded.origin}</bdi> : <p class="muted">{t("seenHow")}</p>}
				{loaded && !own && loaded.origin && <p class="notice">{t("seenForeign")}</p>}
			</div>
			{!loaded && first && (
				<a class="button" href={first} target="_blank" rel="noreferrer">
					{t("seenOpen")}
				</a>
			)}
			<p class="problem" role="alert">
				{problem}
			</p>
			<div class="save">
				{loaded ? (
					<button type="button" class="button primary" onClick={onDone}>
						{t("goOn")}
					</button>
				) : (
					<>
						<button type="button" class="button" onClick={onBack}>
							{t("seenSnippet")}
						</button>
						<button type="button" class="button quiet" onClick={onDone}>
							{t("seenSkip")}
						</button>
					</>
				)}
			</div>
		</>
	);
}

function Done({ site }: { site: Site | undefined }) {
	const next: readonly { href: string; text: TextKey; hint: TextKey }[] = [
		{ href: "/", text: "doneDesk", hint: "doneDeskHint" },
		{ href: pathOf("section", "people"), text: "donePeople", hint: "donePeopleHint" },
		{ href: pathOf("site", site?.id), text: "doneSite", hint: "doneSiteHint" },
	];
	return (
		<>
			<p>{t("doneLead")}</p>
			<ul class="next">
				{next.map(({ href, text, hint }) => (
					<li key={href}>
						<a href={href} onClick={follow}>
							<span class="strong">{t(text)}</span>
							<span class="hint">{t(hint)}</span>
						</a>
					</li>
				))}
			</ul>
		</>
	);
}
