import type { Member } from "../../../wire/wire.ts";
import { useCell } from "../state/cell.ts";
import { count } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import type { LiveSession } from "./session.ts";

const states: Record<string, "memberHelping" | "memberAsking" | "memberViewing" | "memberAway" | "memberHere"> = {
	helping: "memberHelping",
	asking: "memberAsking",
	viewing: "memberViewing",
	away: "memberAway",
	here: "memberHere",
};

export const nameOf = ({ name, role }: Member): string => name || t(role);

export function People({ session }: { session: LiveSession }) {
	const { members, me } = useCell(session.room);
	return (
		<Menu
			title={t("participants")}
			label={`${t("participants")}: ${count(members.length)}`}
			face={
				<>
					<Icon name="people" />
					<span>{count(members.length)}</span>
				</>
			}
		>
			<h2 class="menu-title">{t("participants")}</h2>
			<ul class="people">
				{members.map((member) => (
					<li key={member.member}>
						<span class="avatar" data-role={member.role} aria-hidden="true">
							{[...nameOf(member)][0]?.toLocaleUpperCase()}
						</span>
						<span class="person">
							<bdi>{nameOf(member)}</bdi>
							{member.member === me && <span class="muted"> ({t("you")})</span>}
						</span>
						<span class="muted">{t(states[member.state] ?? "memberHere")}</span>
					</li>
				))}
			</ul>
		</Menu>
	);
}
