/** The agent's desk: who is offered, who waits, whom one helps, and all visitors; the way into a room. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type Colleagues, getColleagues } from "../api/desk.ts";
import { byNeed, matches, type Visitor, watchVisitors } from "../api/visitors.ts";
import { loadAccount } from "../state/account.ts";
import { useCell } from "../state/cell.ts";
import { useNow } from "../state/clock.ts";
import { desk, deskConnected } from "../state/desk.ts";
import { count } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { CopyButton } from "../ui/copy.tsx";
import { Frame } from "../ui/frame.tsx";
import { Icon } from "../ui/icons.tsx";
import { useShortcuts } from "../ui/shortcuts.tsx";
import { CodeForm } from "./code-form.tsx";
import { MyConversations } from "./mine.tsx";
import { notices, switchNotices } from "./notices.ts";
import { QueueList } from "./queue.tsx";
import { SentAwayNotice } from "./status.tsx";
import { sound, switchSound } from "./tone.ts";
import { VisitorRow } from "./visitor-row.tsx";

export function DeskPage() {
	const id = useId();
	const search = useRef<HTMLInputElement>(null);
	const rows = useRef<HTMLUListElement>(null);
	const [visitors, setVisitors] = useState<Visitor[]>();
	const [listed, setListed] = useState(true);
	const [colleagues, setColleagues] = useState<Colleagues>();
	const [query, setQuery] = useState("");
	const connected = useCell(deskConnected) && listed;
	const waiting = useCell(desk)?.waiting;
	useEffect(() => watchVisitors({ changed: setVisitors, connected: setListed }, loadAccount), []);
	// For the names of teams and colleagues; without them their places stay empty.
	const named = waiting?.some(({ team, offeredTo }) => team || offeredTo);
	useEffect(() => {
		if (named) getColleagues().then(setColleagues, () => {});
	}, [named]);
	useEffect(() => {
		document.title = `${t("navDesk")} – Alongside`;
	});
	const codeId = `${id}code`;
	useShortcuts({
		"/": () => search.current?.focus(),
		c: () => document.getElementById(codeId)?.focus(),
		j: () => moveFocus(rows.current, 1),
		k: () => moveFocus(rows.current, -1),
	});
	const found = visitors?.filter((visitor) => matches(visitor, query.trim())).sort(byNeed);
	return (
		<Frame class="list-main">
			<div class="list-title">
				<h1>{t("navDesk")}</h1>
				<p class="stream" data-on={connected} role="status">
					{t(connected ? "listLive" : "listReconnecting")}
				</p>
				<span class="spring" />
				<CallSwitches />
			</div>
			<SentAwayNotice />
			<div class="desk-columns">
				<section class="list-rows desk-queue" aria-labelledby={`${id}queue`}>
					<h2 class="list-head" id={`${id}queue`}>
						{t("queueTitle")}{" "}
						{waiting && waiting.length > 0 && <span class="count quiet">{count(waiting.length)}</span>}
					</h2>
					<QueueList colleagues={colleagues} />
				</section>
				<div class="desk-side">
					<section class="list-rows desk-mine" aria-labelledby={`${id}mine`}>
						<h2 class="list-head" id={`${id}mine`}>
							{t("mineTitle")}
						</h2>
						<MyConversations visitors={visitors ?? []} />
					</section>
					<aside aria-label={t("codeTitle")}>
						<CodeForm inputId={codeId} />
					</aside>
				</div>
				<section class="list-rows desk-visitors" aria-labelledby={`${id}visitors`}>
					<h2 class="list-head" id={`${id}visitors`}>
						{t("visitors")}
					</h2>
					<div class="search">
						<Icon name="search" />
						<input
							ref={search}
							type="search"
							class="field"
							aria-label={t("search")}
							placeholder={t("searchHint")}
							value={query}
							onInput={({ currentTarget }) => setQuery(currentTarget.value)}
							onKeyDown={({ key }) => key === "ArrowDown" && moveFocus(rows.current, 1)}
						/>
					</div>
					{found === undefined && <p class="muted pad">{t(connected ? "loading" : "listReconnecting")}</p>}
					{visitors?.length === 0 && <Empty />}
					{visitors && visitors.length > 0 && found?.length === 0 && (
						<div class="pad">
							<p role="status">{t("noMatch", { query: query.trim() })}</p>
							<button type="button" class="button" onClick={() => setQuery("")}>
								{t("clearSearch")}
							</button>
						</div>
					)}
					{found && found.length > 0 && <Rows visitors={found} list={rows} />}
				</section>
			</div>
		</Frame>
	);
}

/** How one wants to be called: by a tone, by the system's notices. */
function CallSwitches() {
	const loud = useCell(sound);
	const shown = useCell(notices);
	return (
		<div class="call-switches">
			<button type="button" class="button small quiet" aria-pressed={loud} onClick={switchSound}>
				<Icon name="sound" size={16} /> {t("callSound")}
			</button>
			{shown === "blocked" && <p class="hint">{t("callBlocked")}</p>}
			{(shown === "on" || shown === "off") && (
				<button type="button" class="button small quiet" aria-pressed={shown === "on"} onClick={switchNotices}>
					<Icon name="bell" size={16} /> {t("callNotices")}
				</button>
			)}
		</div>
	);
}

function Rows({ visitors, list }: { visitors: Visitor[]; list: { current: HTMLUListElement | null } }) {
	const now = useNow();
	const step = (event: KeyboardEvent) => {
		const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (by === undefined) return;
		event.preventDefault();
		moveFocus(list.current, by);
	};
	return (
		<ul class="visitors" ref={list} onKeyDown={step}>
			{visitors.map((visitor) => (
				<VisitorRow key={visitor.room} visitor={visitor} now={now} />
			))}
		</ul>
	);
}

/** Moves the focus to the next or the previous row; from elsewhere to the first or the last. */
function moveFocus(list: HTMLElement | null, by: number): void {
	const links: HTMLElement[] = [...(list?.querySelectorAll<HTMLElement>(".visitor-link") ?? [])];
	const at = document.activeElement instanceof HTMLElement ? links.indexOf(document.activeElement) : -1;
	const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
	links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
}

/** How to get the first visitor. */
function Empty() {
	const snippet = `<script src="${location.origin}/widget.js?site=YOUR-SITE-KEY" async></script>`;
	return (
		<div class="empty">
			<EmptyPicture />
			<h2>{t("emptyTitle")}</h2>
			<p class="muted">{t("emptyBody")}</p>
			<ol class="steps">
				<li>
					<p>{t("emptyInstall")}</p>
					<div class="snippet">
						<code dir="ltr">{snippet}</code>
						<CopyButton text={snippet} />
					</div>
				</li>
				<li>
					<p>{t("emptyHelp")}</p>
				</li>
				<li>
					<p>{t("emptyJoin")}</p>
				</li>
			</ol>
		</div>
	);
}

function EmptyPicture() {
	return (
		<svg class="empty-picture" viewBox="0 0 160 96" aria-hidden="true" focusable="false">
			<rect x="14" y="10" width="132" height="76" rx="8" class="sheet" />
			<path d="M14 26h132" class="line" />
			<circle cx="24" cy="18" r="2.5" class="dot" />
			<circle cx="33" cy="18" r="2.5" class="dot" />
			<path d="M28 42h56M28 54h40M28 66h48" class="line thick" />
			<path d="M96 42l20 8.5-8.5 3.5-3.5 9z" class="first" />
			<path d="M116 58l18 7.5-7.5 3-3 8z" class="second" />
		</svg>
	);
}
