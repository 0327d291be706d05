import type { ComponentChildren } from "preact";
import type { Visitor } from "../api/visitors.ts";
import { follow, roomPath } from "../state/route.ts";
import { count, duration, isoDuration, languageName, moment } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Badge } from "../ui/badge.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import { Url } from "../ui/url.tsx";

const kinds: Record<string, { icon: IconName; text: "deviceDesktop" | "devicePhone" | "deviceTablet" }> = {
	desktop: { icon: "desktop", text: "deviceDesktop" },
	phone: { icon: "phone", text: "devicePhone" },
	mobile: { icon: "phone", text: "devicePhone" },
	tablet: { icon: "tablet", text: "deviceTablet" },
};

/** One visitor: the whole row is the link to the room. */
export function VisitorRow({ visitor, now }: { visitor: Visitor; now: number }) {
	const { page, device, agents, sources } = visitor;
	const kind = kinds[device.kind];
	const title = page.title || t("untitled");
	return (
		<li class="visitor" data-room={visitor.room}>
			<div class="visitor-page">
				<p class="visitor-head">
					<Badge state={visitor.state} />
					{visitor.name && <bdi class="strong visitor-name">{visitor.name}</bdi>}
					<bdi class="visitor-site">{visitor.site.name}</bdi>
				</p>
				<a class="visitor-link" href={roomPath(visitor.room)} aria-label={t("joinPage", { title })} onClick={follow}>
					<bdi>{title}</bdi>
				</a>
				<Url url={page.url} />
			</div>
			<dl class="facts">
				<Fact icon="clock" name={t(visitor.help ? "factSince" : "factBrowsing")}>
					<Span since={visitor.since} now={now} />
				</Fact>
				<Fact icon="eye" name={t("factOnPage")}>
					<Span since={visitor.pageSince} now={now} />
				</Fact>
				<Fact icon={kind?.icon ?? "desktop"} name={t("factDevice")}>
					<Words words={[kind ? t(kind.text) : "", device.browser, device.os]} />
				</Fact>
				<Fact icon="globe" name={t("factLanguage")}>
					{visitor.lang ? languageName(visitor.lang) : "–"}
				</Fact>
				<Fact icon="tabs" name={t("factTabs")}>
					{count(sources)}
				</Fact>
				<Fact icon="user" name={t("factAgents")}>
					<Words words={agents} />
				</Fact>
			</dl>
			<span class="button small visitor-join" aria-hidden="true">
				{t("join")}
			</span>
		</li>
	);
}

function Fact({ icon, name, children }: { icon: IconName; name: string; children: ComponentChildren }) {
	return (
		<div class="fact">
			<dt>
				<Icon name={icon} size={15} />
				{name}
			</dt>
			<dd>{children}</dd>
		</div>
	);
}

/** Words of several sources, each in its own direction. */
function Words({ words }: { words: readonly string[] }) {
	const shown = words.filter(Boolean);
	if (shown.length === 0) return "–";
	return shown.map((word, i) => [i > 0 && " · ", <bdi key={word}>{word}</bdi>]);
}

/** How long ago something began, ticking; its moment in the tooltip. */
function Span({ since, now }: { since: number; now: number }) {
	return (
		<time dateTime={isoDuration(now - since)} title={moment(since)}>
			{duration(now - since)}
		</time>
	);
}
