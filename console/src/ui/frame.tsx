/** What every page of the console but the live view stands in: the way to the others, and who is signed in. */
import type { ComponentChildren } from "preact";
import "../admin/own-role.ts"; // the way to the other pages depends on it
import { OfferCard } from "../desk/offer.tsx";
import { StatusButton } from "../desk/status.tsx";
import { account } from "../state/account.ts";
import { useCell } from "../state/cell.ts";
import { follow, type Page, pathOf, route } from "../state/route.ts";
import { type TextKey, t } from "../texts/index.ts";
import { AccountMenu } from "./account-menu.tsx";
import { Logo } from "./icons.tsx";

const roles = ["agent", "manager", "admin"] as const;
export type Role = (typeof roles)[number];

/** Whether the signed-in person may do what needs the role. */
export function may(least: Role): boolean {
	return roles.indexOf((account.value?.role ?? "") as Role) >= roles.indexOf(least);
}

const entries: readonly { text: TextKey; to: Page; least: Role; pages: readonly Page[] }[] = [
	{ text: "navDesk", to: "desk", least: "agent", pages: ["desk"] },
	{ text: "navHistory", to: "sessions", least: "agent", pages: ["sessions", "session"] },
	{ text: "navBoard", to: "board", least: "manager", pages: ["board"] },
	{ text: "navReports", to: "reports", least: "manager", pages: ["reports"] },
	{ text: "navSettings", to: "settings", least: "admin", pages: ["settings", "section", "site"] },
];

export function Frame({ class: kind = "page", children }: { class?: string; children: ComponentChildren }) {
	const { page } = useCell(route);
	useCell(account);
	return (
		<div class="frame">
			<header class="top">
				<a class="brand" href="/" onClick={follow}>
					<Logo /> <span>Alongside</span>
				</a>
				<nav class="nav" aria-label={t("navMain")}>
					{entries
						.filter(({ least }) => may(least))
						.map(({ text, to, pages }) => (
							<a
								key={to}
								href={pathOf(to)}
								onClick={follow}
								aria-current={pages.includes(page as Page) ? "page" : undefined}
							>
								{t(text)}
							</a>
						))}
				</nav>
				<StatusButton />
				<AccountMenu />
			</header>
			<main id="content" class={kind} tabIndex={-1}>
				{children}
			</main>
			<OfferCard floating={page !== "desk"} />
		</div>
	);
}
