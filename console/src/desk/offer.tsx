/** A visitor offered to this agent, on whichever page: Enter or `a` accepts. */
import { useEffect, useRef, useState } from "preact/hooks";
import { acceptVisitor, declineVisitor, type Offer } from "../api/desk.ts";
import { useCell } from "../state/cell.ts";
import { useNow } from "../state/clock.ts";
import { desk } from "../state/desk.ts";
import { handOver } from "../state/route.ts";
import { duration, languageName, unit } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { problemText } from "../ui/problem.ts";
import { useShortcuts } from "../ui/shortcuts.tsx";
import { toast } from "../ui/toast.tsx";
import { Url } from "../ui/url.tsx";
import "./attention.ts";

/** Takes a waiting visitor and opens the room. */
export async function take(room: string): Promise<void> {
	try {
		handOver(await acceptVisitor(room));
	} catch (error) {
		toast(problemText(error, { 404: "offerGone", 409: codeOf(error) === "full" ? "offerFull" : "offerTaken" }));
	}
}

const codeOf = (error: unknown): unknown =>
	typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

export function OfferCard({ floating = false }: { floating?: boolean }) {
	const offer = useCell(desk)?.offer;
	return (
		<div class="offer-place" data-floating={floating} aria-live="assertive">
			{offer && <Card key={offer.room} offer={offer} />}
		</div>
	);
}

function Card({ offer }: { offer: Offer }) {
	const { room, name, site, page, title, lang, since, note, from, until } = offer;
	const now = useNow();
	const [busy, setBusy] = useState(false);
	/** The length of the offer, for the line that runs out. */
	const whole = useRef(Math.max(1, until - Date.now()));
	const left = Math.max(0, until - now);
	useEffect(() => {
		if (until - Date.now() > whole.current) whole.current = until - Date.now();
	}, [until]);
	const once = async (act: () => Promise<void>) => {
		if (busy) return;
		setBusy(true);
		await act();
		setBusy(false);
	};
	const accept = () => void once(() => take(room));
	const decline = () =>
		void once(() => declineVisitor(room).catch((error: unknown) => toast(problemText(error, { 404: "offerGone" }))));
	useShortcuts({ a: accept });
	// Enter as well, unless it is meant for what has the focus.
	useEffect(() => {
		const press = (event: KeyboardEvent) => {
			const idle = document.activeElement === document.body || document.activeElement?.id === "content";
			if (event.key !== "Enter" || event.defaultPrevented || !idle || document.querySelector("dialog[open]")) return;
			event.preventDefault();
			accept();
		};
		addEventListener("keydown", press);
		return () => removeEventListener("keydown", press);
	});
	return (
		<section class="offer" aria-label={t("offerTitle")}>
			<div class="offer-words">
				<p class="offer-kind">{from ? t("offerFrom", { name: from }) : t("offerTitle")}</p>
				<p class="offer-name">
					<bdi>{name || t("visitor")}</bdi>
					{site.name && (
						<>
							{" "}
							<bdi class="muted">{site.name}</bdi>
						</>
					)}
				</p>
				<p class="offer-page">
					<bdi>{title || t("untitled")}</bdi> <Url url={page} most={48} />
				</p>
				{note && (
					<blockquote class="offer-note" dir="auto">
						{note}
					</blockquote>
				)}
				<p class="muted offer-facts" aria-live="off">
					{t("queueWaits", { time: duration(now - since) })}
					{lang && ` · ${languageName(lang)}`}
				</p>
			</div>
			<div class="offer-ways">
				<button type="button" class="button primary" aria-disabled={busy} aria-keyshortcuts="a" onClick={accept}>
					{t("offerAccept")}{" "}
					<span class="key" aria-hidden="true">
						A
					</span>
				</button>
				<button type="button" class="button" aria-disabled={busy} onClick={decline}>
					{t("offerDecline")}
				</button>
			</div>
			<div class="countdown" role="timer" aria-live="off">
				<span class="countdown-line">
					<span style={{ inlineSize: `${Math.min(100, (left / whole.current) * 100)}%` }} />
				</span>
				{t("secondsLeft", { time: unit(Math.ceil(left / 1000), "second", "long") })}
			</div>
		</section>
	);
}
