/** Which page is shown: who is signed in and the address decide. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { DeskPage } from "./desk/desk.tsx";
import { RoomPage } from "./pages/room.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { account, loadAccount, unreachable } from "./state/account.ts";
import { useCell } from "./state/cell.ts";
import { follow, type Route, route } from "./state/route.ts";
import { language, t } from "./texts/index.ts";
import { may, type Role } from "./ui/frame.tsx";
import { later } from "./ui/later.tsx";
import { Shortcuts } from "./ui/shortcuts.tsx";
import { Toast } from "./ui/toast.tsx";

// Desk and room are what agents live in; the rest is fetched when somebody goes there.
const AccountPage = later(async () => (await import("./admin/account.tsx")).AccountPage);
const InvitationPage = later(async () => (await import("./admin/invitation.tsx")).InvitationPage);
const ResetPage = later(async () => (await import("./admin/reset.tsx")).ResetPage);
const SettingsPage = later(async () => (await import("./admin/settings.tsx")).SettingsPage);
const SetupPage = later(async () => (await import("./admin/setup.tsx")).SetupPage);
const SitePage = later(async () => (await import("./admin/site.tsx")).SitePage);
const BoardPage = later(async () => (await import("./review/board.tsx")).BoardPage);
const ReportsPage = later(async () => (await import("./review/reports.tsx")).ReportsPage);
const SessionPage = later(async () => (await import("./review/session.tsx")).SessionPage);
const SessionsPage = later(async () => (await import("./review/sessions.tsx")).SessionsPage);

export function App() {
	// A text is looked up while rendering: a new language renders everything anew.
	useCell(language);
	const me = useCell(account);
	return (
		<>
			<a class="skip" href="#content">
				{t("skip")}
			</a>
			<Page signedIn={me === undefined ? undefined : me !== null} />
			{me && <Shortcuts />}
			<Toast />
		</>
	);
}

/** Pages for those who have no sign-in yet. */
const openPages: Partial<Record<Route["page"], () => JSX.Element>> = {
	setup: () => <SetupPage />,
	invitation: () => <InvitationPage />,
	reset: () => <ResetPage />,
};

/** The others, and the role each needs; the server holds the same line. */
const pages: Partial<Record<Route["page"], { least: Role; show: (id: string) => JSX.Element }>> = {
	desk: { least: "agent", show: () => <DeskPage /> },
	room: { least: "agent", show: (id) => <RoomPage key={id} room={id} /> },
	sessions: { least: "agent", show: () => <SessionsPage /> },
	session: { least: "agent", show: (id) => <SessionPage key={id} id={id} /> },
	board: { least: "manager", show: () => <BoardPage /> },
	reports: { least: "manager", show: () => <ReportsPage /> },
	settings: { least: "admin", show: () => <SettingsPage section="people" /> },
	section: { least: "admin", show: (id) => <SettingsPage section={id} /> },
	site: { least: "admin", show: (id) => <SitePage key={id} id={id} /> },
	account: { least: "agent", show: () => <AccountPage /> },
};

function Page({ signedIn }: { signedIn: boolean | undefined }) {
	const at = useCell(route);
	useEffect(() => {
		if (signedIn === false) document.title = `${t("signIn")} – Alongside`;
	});
	if (signedIn === undefined) return <Starting />;
	const open = openPages[at.page];
	if (open) return open();
	if (!signedIn) return <SignInPage />;
	const page = pages[at.page];
	if (page && may(page.least)) return page.show(at.id);
	return (
		<main id="content" class="centre" tabIndex={-1}>
			<h1>{t("notFound")}</h1>
			<a class="button" href="/" onClick={follow}>
				{t("back")}
			</a>
		</main>
	);
}

function Starting() {
	const failed = useCell(unreachable);
	return (
		<main id="content" class="centre" tabIndex={-1}>
			<h1 class="hidden">Alongside</h1>
			{failed ? (
				<>
					<p role="alert">{t("offline")}</p>
					<button type="button" class="button" onClick={loadAccount}>
						{t("tryAgain")}
					</button>
				</>
			) : (
				<p class="muted">{t("loading")}</p>
			)}
		</main>
	);
}
