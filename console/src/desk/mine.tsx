/** The conversations one is in, with what was written meanwhile. */
import type { Visitor } from "../api/visitors.ts";
import { drop, openRooms } from "../live/open-rooms.ts";
import type { LiveSession } from "../live/session.ts";
import { useCell } from "../state/cell.ts";
import { desk } from "../state/desk.ts";
import { follow, roomPath } from "../state/route.ts";
import { count } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Badge } from "../ui/badge.tsx";
import { Icon } from "../ui/icons.tsx";

export function MyConversations({ visitors }: { visitors: readonly Visitor[] }) {
	const now = useCell(desk);
	const open = useCell(openRooms);
	// Those of this agent's other windows have no session here.
	const elsewhere = (now?.mine ?? []).filter((room) => !open.some(({ id }) => id === room));
	if (open.length + elsewhere.length === 0) return <p class="muted pad">{t("mineEmpty")}</p>;
	return (
		<ul class="mine">
			{open.map((session) => (
				<OpenRow key={session.id} session={session} />
			))}
			{elsewhere.map((room) => {
				const visitor = visitors.find((one) => one.room === room);
				return (
					<li key={room} class="mine-row">
						<Way room={room} name={visitor?.name || t("visitor")} about={visitor?.page.title ?? ""} />
						{visitor && <Badge state={visitor.state} />}
					</li>
				);
			})}
		</ul>
	);
}

function OpenRow({ session }: { session: LiveSession }) {
	const unread = useCell(session.chat.unread);
	const { messages } = useCell(session.chat.chat);
	const scene = useCell(session.scene);
	const { state, sources } = useCell(session.room);
	useCell(session.facts);
	const handing = useCell(session.handing);
	const page = sources.find((one) => one.focused) ?? sources[0];
	const last = messages.at(-1)?.text;
	return (
		<li class="mine-row" data-unread={unread > 0}>
			<Way
				room={session.id}
				name={session.visitorName || t("visitor")}
				about={last ?? (page?.title || session.site.value)}
			/>
			{unread > 0 && (
				<span class="count">
					{count(unread)} <span class="hidden">{t("mineUnread")}</span>
				</span>
			)}
			{scene === "ended" ? (
				<>
					<span class="tag" data-kind="front">
						{t("mineWrapUp")}
					</span>
					<button
						type="button"
						class="button icon-only quiet small mine-close"
						aria-label={t("close")}
						onClick={() => drop(session)}
					>
						<Icon name="close" size={16} />
					</button>
				</>
			) : handing?.refused ? (
				<span class="tag" data-kind="front">
					{t("mineHandRefused")}
				</span>
			) : (
				<Badge state={state} />
			)}
		</li>
	);
}

function Way({ room, name, about }: { room: string; name: string; about: string }) {
	return (
		<a class="mine-link" href={roomPath(room)} onClick={follow}>
			<span class="hidden">{t("mineOpen")} </span>
			<span class="avatar" data-role="visitor" aria-hidden="true">
				{[...name][0]?.toLocaleUpperCase()}
			</span>
			<span class="mine-words">
				<bdi class="strong">{name}</bdi>
				<bdi class="muted">{about}</bdi>
			</span>
		</a>
	);
}
