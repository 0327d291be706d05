/** Why there is nothing, or an old picture, to see; one row of a table for each scene. */
import { useState } from "preact/hooks";
import { WrapUpForm } from "../desk/wrap-up.tsx";
import { useCell } from "../state/cell.ts";
import { useNow } from "../state/clock.ts";
import { follow, go } from "../state/route.ts";
import { unit } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { Ask } from "./ask.tsx";
import { ASK_MS, over, type Scene } from "./room.ts";
import type { Screen } from "./screen.ts";
import type { LiveSession } from "./session.ts";

type Words = {
	icon: IconName;
	title: TextKey;
	body?: TextKey;
	/** The way to go on by joining anew. */
	again?: TextKey;
	/** The picture below stays visible, dimmed. */
	sheer?: true;
};

const words: Record<Exclude<Scene, "live">, Words> = {
	connecting: { icon: "link", title: "connecting" },
	helping: { icon: "chat", title: "helpingTitle", body: "helpingBody" },
	asking: { icon: "hand", title: "askingTitle", body: "askingBody" },
	declined: { icon: "stop", title: "declinedTitle", body: "declinedBody" },
	expired: { icon: "clock", title: "expiredTitle", body: "expiredBody" },
	paused: { icon: "pause", title: "pausedTitle", body: "pausedBody" },
	away: { icon: "clock", title: "awayTitle", body: "awayBody", sheer: true },
	lost: { icon: "lost", title: "lostTitle", body: "lostBody", sheer: true },
	withdrawn: { icon: "stop", title: "withdrawnTitle", body: "withdrawnBody" },
	ended: { icon: "check", title: "endedTitle", body: "endedBody" },
	gone: { icon: "search", title: "goneTitle", body: "goneBody" },
	handed: { icon: "swap", title: "handedTitle", body: "handedBody" },
	replaced: { icon: "tabs", title: "replacedTitle", body: "replacedBody", again: "continueHere" },
	barred: { icon: "lost", title: "barredTitle", body: "barredBody" },
	failed: { icon: "lost", title: "failedTitle", body: "failedBody", again: "tryAgain" },
};

const pauses = { hand: "pausedBody", url: "pausedUrl", field: "pausedField" } as const;

export function Curtain({ session }: { session: LiveSession }) {
	const scene = useCell(session.scene);
	const { pausedBy, members } = useCell(session.room);
	const facts = useCell(session.facts);
	if (scene === "live") return <Live session={session} />;
	const { icon, title, body, again, sheer } = words[scene];
	const text = scene === "paused" ? pauses[pausedBy] : body;
	const visitor = members.find(({ role }) => role === "visitor")?.name || facts?.name || t("visitor");
	return (
		<div class="curtain" data-sheer={sheer}>
			<div class="curtain-card" data-scene={scene}>
				<div role="status">
					<span class="curtain-icon" data-scene={scene}>
						<Icon name={icon} size={28} />
					</span>
					<h2>{t(title, { name: visitor })}</h2>
					{text && <p class="muted">{t(text, { code: session.closeCode })}</p>}
				</div>
				{scene === "asking" && <Countdown session={session} />}
				<Ask session={session} />
				{scene === "ended" && <WrapUp session={session} />}
				{over.has(scene) && scene !== "ended" && (
					<div class="curtain-ways">
						{again && (
							<button type="button" class="button primary" onClick={() => session.restart()}>
								{t(again)}
							</button>
						)}
						<a class="button" href="/" onClick={follow}>
							{t("back")}
						</a>
					</div>
				)}
			</div>
		</div>
	);
}

/** After the end: what it was about, or not now. */
function WrapUp({ session }: { session: LiveSession }) {
	const facts = useCell(session.facts);
	const [saved, setSaved] = useState(false);
	// A visit that was never written down has nothing to be wrapped up.
	if (saved || !facts)
		return (
			<div class="curtain-ways">
				<a class="button" href="/" onClick={follow}>
					{t("back")}
				</a>
			</div>
		);
	return (
		<section class="curtain-form" aria-label={t("wrapTitle")}>
			<h3>{t("wrapTitle")}</h3>
			<WrapUpForm
				session={session.id}
				filled={facts.wrapUp}
				onSaved={() => {
					setSaved(true);
					go("/");
				}}
				onLater={() => go("/")}
			/>
		</section>
	);
}

function Countdown({ session }: { session: LiveSession }) {
	const { askedAt } = useCell(session.room);
	const left = Math.max(0, ASK_MS - (useNow() - askedAt));
	return (
		<div class="countdown" role="timer">
			<span class="countdown-line">
				<span style={{ inlineSize: `${(left / ASK_MS) * 100}%` }} />
			</span>
			{t("secondsLeft", { time: unit(Math.ceil(left / 1000), "second", "long") })}
		</div>
	);
}

/** Says once that the page is there; until the first picture, that it is on its way. */
function Live({ session }: { session: LiveSession }) {
	const screens = useCell(session.screens);
	const shown = useCell(session.shown);
	const screen = screens.find((one) => one.source === shown);
	return screen ? <Filling key={shown} filled={screen.filled} /> : <Waiting />;
}

function Filling({ filled }: { filled: Screen["filled"] }) {
	return useCell(filled) ? (
		<p class="hidden" role="status">
			{t("liveNow")}
		</p>
	) : (
		<Waiting />
	);
}

const Waiting = () => (
	<div class="curtain">
		<p class="curtain-wait" role="status">
			<span class="spinner" />
			{t("waitingPicture")}
		</p>
	</div>
);
