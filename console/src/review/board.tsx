/** Everybody who waits, works and is helped right now; for those who look after the team. */
import { useEffect, useState } from "preact/hooks";
import { useTitle } from "../admin/title.ts";
import { type Board, getBoard, type Names } from "../api/review.ts";
import { TakeButton, WaitingTags } from "../desk/waiting.tsx";
import { useNow } from "../state/clock.ts";
import { follow, roomPath } from "../state/route.ts";
import { count, duration, isoDuration, moment } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Badge } from "../ui/badge.tsx";
import { Frame } from "../ui/frame.tsx";
import { problemText } from "../ui/problem.ts";
import { Url } from "../ui/url.tsx";
import { nameOf, useNames } from "./names.ts";

/** How often the board is asked for, ms; between the answers only the clocks move. */
const EVERY_MS = 3000;

/** The board as of the last answer; `problem` says why it may be out of date. */
function useBoard(): { board: Board | undefined; problem: string } {
	const [board, setBoard] = useState<Board>();
	const [problem, setProblem] = useState("");
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		let gone = false;
		const look = async () => {
			clearTimeout(timer);
			if (document.visibilityState === "visible") {
				try {
					const next = await getBoard();
					if (gone) return;
					setBoard(next);
					setProblem("");
				} catch (error) {
					if (gone) return;
					setProblem(problemText(error));
				}
			}
			clearTimeout(timer);
			timer = setTimeout(look, EVERY_MS);
		};
		void look();
		document.addEventListener("visibilitychange", look);
		return () => {
			gone = true;
			clearTimeout(timer);
			document.removeEventListener("visibilitychange", look);
		};
	}, []);
	return { board, problem };
}

/** A visitor whom somebody helps, or who has just been away. */
const isLive = ({ state, helpers }: Board["rooms"][number]): boolean =>
	state !== "waiting" && state !== "browsing" && state !== "ended" && helpers.length > 0;

export function BoardPage() {
	useTitle("navBoard");
	const { board, problem } = useBoard();
	const names = useNames();
	const now = useNow();
	return (
		<Frame>
			<div class="review">
				<header class="session-head">
					<h1>{t("navBoard")}</h1>
					{board && (
						<span class="stream" role="status" data-on={problem === ""}>
							{t(problem ? "listReconnecting" : "listLive")}
						</span>
					)}
				</header>
				{!board && !problem && <p class="muted">{t("loading")}</p>}
				{problem && (
					<p class="notice" role="alert">
						{problem}
					</p>
				)}
				{board && <Boards board={board} names={names} now={now} />}
			</div>
		</Frame>
	);
}

function Boards({ board, names, now }: { board: Board; names: Names; now: number }) {
	const waiting = [...board.waiting].sort((a, b) => a.since - b.since);
	const live = board.rooms.filter(isLive).sort((a, b) => (a.asked || a.since) - (b.asked || b.since));
	const isAway = ({ status }: Board["agents"][number]) => status === "away";
	const agents = [...board.agents].sort(
		(a, b) => Number(isAway(a)) - Number(isAway(b)) || a.name.localeCompare(b.name),
	);
	const away = agents.filter(isAway).length;
	const there = agents.length - away;
	const longest = waiting[0] ? now - waiting[0].since : 0;
	return (
		<>
			<dl class="tiles">
				<Tile name="boardWaiting" value={count(waiting.length)} loud={waiting.length > 0} />
				<Tile name="boardLongest" value={waiting.length > 0 ? duration(longest) : "–"} loud={longest > LONG_MS} />
				<Tile name="statusAvailable" value={count(there)} loud={waiting.length > 0 && there === 0} />
				<Tile name="statusAway" value={count(away)} />
				<Tile name="boardLive" value={count(live.length)} />
			</dl>
			<div class="board-columns">
				<section class="card section" aria-labelledby="board-waiting">
					<h2 id="board-waiting">{t("boardWaiting")}</h2>
					{waiting.length === 0 ? (
						<p class="muted">{t("boardNobodyWaits")}</p>
					) : (
						<ol class="board-list">
							{waiting.map((one) => (
								<Waits key={one.room} one={one} names={names} now={now} />
							))}
						</ol>
					)}
				</section>
				<section class="card section" aria-labelledby="board-agents">
					<h2 id="board-agents">{t("factAgents")}</h2>
					{agents.length === 0 ? (
						<p class="muted">{t("boardNoAgents")}</p>
					) : (
						<ul class="board-list">
							{agents.map((agent) => (
								<Agent key={agent.id} agent={agent} />
							))}
						</ul>
					)}
				</section>
				<section class="card section board-live" aria-labelledby="board-live">
					<header>
						<h2 id="board-live">{t("boardLive")}</h2>
						<p class="hint">{t("boardJoinHint")}</p>
					</header>
					{live.length === 0 ? (
						<p class="muted">{t("boardNobodyLive")}</p>
					) : (
						<ul class="board-list">
							{live.map((room) => (
								<Room key={room.room} room={room} now={now} />
							))}
						</ul>
					)}
				</section>
			</div>
		</>
	);
}

/** A wait worth a warning, ms. */
const LONG_MS = 120_000;

function Tile({ name, value, loud = false }: { name: TextKey; value: string; loud?: boolean }) {
	return (
		<div class="tile" data-loud={loud}>
			<dt>{t(name)}</dt>
			<dd>{value}</dd>
		</div>
	);
}

function Since({ at, now }: { at: number; now: number }) {
	return (
		<time class="board-time" dateTime={isoDuration(now - at)} title={moment(at)}>
			{duration(now - at)}
		</time>
	);
}

type WaitsProps = { one: Board["waiting"][number]; names: Names; now: number };
function Waits({ one, names, now }: WaitsProps) {
	const { room, name, site, title, page, team, since, offeredTo, front } = one;
	const who = name || t("visitor");
	const offered = offeredTo && t("queueOfferedTo", { name: nameOf(names.people, offeredTo) });
	return (
		<li class="board-row" data-room={room}>
			<div class="cell">
				<p>
					<bdi class="strong">{who}</bdi> <bdi class="muted">{site.name}</bdi>
				</p>
				<p class="hint">{title ? <bdi>{title}</bdi> : <Url url={page} most={40} />}</p>
				<WaitingTags front={front} offered={offered} team={team && nameOf(names.teams, team)} />
			</div>
			<Since at={since} now={now} />
			<TakeButton room={room} who={who} />
		</li>
	);
}

function Agent({ agent: { id, name, status, active, capacity } }: { agent: Board["agents"][number] }) {
	const load = t("boardLoad", { active: count(active), capacity: count(capacity) });
	return (
		<li class="board-row" data-agent={id}>
			<bdi class="strong">{name}</bdi>
			<span class="load" title={load}>
				<span class="hidden">{load}</span>
				<span aria-hidden="true">
					{count(active)}/{count(capacity)}
				</span>
				<span class="load-bar" aria-hidden="true">
					<span
						data-full={active >= capacity}
						style={{ inlineSize: `${Math.min(100, (active / Math.max(1, capacity)) * 100)}%` }}
					/>
				</span>
			</span>
			<span class="badge" data-state={status === "available" ? "live" : "away"}>
				{t(status === "available" ? "statusAvailable" : "statusAway")}
			</span>
		</li>
	);
}

function Room({ room, now }: { room: Board["rooms"][number]; now: number }) {
	const { state, name, user, site, page, helpers, asked, since } = room;
	const who = name || user || t("visitor");
	return (
		<li class="board-row" data-room={room.room}>
			<div class="cell">
				<p>
					<bdi class="strong">{who}</bdi> <bdi class="muted">{site.name}</bdi>
				</p>
				<p class="hint">{page.title ? <bdi>{page.title}</bdi> : <Url url={page.url} most={40} />}</p>
				<p class="hint">
					{t("factAgents")}: <bdi>{helpers.map((helper) => helper.name || t("removedPerson")).join(", ")}</bdi>
				</p>
			</div>
			<Badge state={state} />
			<Since at={asked || since} now={now} />
			<a class="button small" href={roomPath(room.room)} aria-label={t("boardJoin", { name: who })} onClick={follow}>
				{t("join")}
			</a>
		</li>
	);
}
