import { account, signOut } from "../state/account.ts";
import { useCell } from "../state/cell.ts";
import { follow, pathOf } from "../state/route.ts";
import { t } from "../texts/index.ts";
import { Choices } from "./choices.tsx";
import { Icon } from "./icons.tsx";
import { Menu } from "./menu.tsx";
import { problemText } from "./problem.ts";
import { shortcutsShown } from "./shortcuts.tsx";
import { toast } from "./toast.tsx";

export function AccountMenu() {
	const me = useCell(account);
	if (!me) return null;
	const leave = () => signOut().catch((error: unknown) => toast(problemText(error)));
	return (
		<Menu
			title={me.name}
			class="button quiet account"
			face={
				<>
					<span class="avatar" aria-hidden="true">
						{[...me.name][0]?.toLocaleUpperCase()}
					</span>
					<bdi class="account-name">{me.name}</bdi>
				</>
			}
		>
			<p class="menu-who">
				<bdi class="strong">{me.name}</bdi>
				<bdi class="muted">{me.email}</bdi>
				<bdi class="muted">{me.tenant.name}</bdi>
			</p>
			<Choices />
			<a class="menu-item" href={pathOf("account")} onClick={follow}>
				<Icon name="user" /> {t("account")}
			</a>
			<button type="button" class="menu-item" onClick={() => shortcutsShown.set(true)}>
				<Icon name="keyboard" /> {t("shortcuts")}
			</button>
			<button type="button" class="menu-item" onClick={leave}>
				<Icon name="leave" /> {t("signOut")}
			</button>
		</Menu>
	);
}
