/** What people may be, and what each is called. */
import { t } from "../texts/index.ts";

export const roles = ["agent", "manager", "admin"] as const;
export const roleTexts = { agent: "roleAgent", manager: "roleManager", admin: "roleAdmin" } as const;
export const roleName = (role: string): string => {
	const known = roles.find((one) => one === role);
	return known ? t(roleTexts[known]) : role;
};
