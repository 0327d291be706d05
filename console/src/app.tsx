/** Which page is shown: who is signed in and the address decide. */
import { useEffect } from "preact/hooks";
import { ListPage } from "./pages/list.tsx";
import { RoomPage } from "./pages/room.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { account, loadAccount, unreachable } from "./state/account.ts";
import { useCell } from "./state/cell.ts";
import { follow, route } from "./state/route.ts";
import { language, t } from "./texts/index.ts";
import { Shortcuts } from "./ui/shortcuts.tsx";
import { Toast } from "./ui/toast.tsx";

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

function Page({ signedIn }: { signedIn: boolean | undefined }) {
	const at = useCell(route);
	useEffect(() => {
		if (signedIn === false) document.title = `${t("signIn")} – Alongside`;
	});
	if (signedIn === undefined) return <Starting />;
	if (!signedIn) return <SignInPage />;
	if (at.page === "room") return <RoomPage key={at.room} room={at.room} />;
	if (at.page === "list") return <ListPage />;
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
