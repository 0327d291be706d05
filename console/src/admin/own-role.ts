/**
 * Whose role is changed while at work: the server ends what the person has open, the desk's stream comes back, and only
 * then can be asked what one is now.
 */
import { account, loadAccount } from "../state/account.ts";
import { deskConnected } from "../state/desk.ts";
import { t } from "../texts/index.ts";
import { toast } from "../ui/toast.tsx";
import { roleName } from "./roles.ts";

let lost = false;

async function look(): Promise<void> {
	if (!deskConnected.value) {
		lost = true;
		return;
	}
	if (!lost) return;
	lost = false;
	const before = account.value;
	await loadAccount();
	const now = account.value;
	if (before && now && before.id === now.id && before.role !== now.role)
		toast(t("roleNow", { role: roleName(now.role) }));
}

deskConnected.subscribe(() => void look());
