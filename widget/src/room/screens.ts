import { isPaused, isSeen, type State } from "./state.ts";

/** What of the widget is shown; a pure function of the state. */
export type Panel =
	| "connecting"
	| "form"
	| "away"
	| "left"
	| "chat"
	| "asking"
	| "lifting"
	| "ended"
	| "rating"
	| "moved"
	| "refused"
	| "busy"
	| "unreachable";
export type Bar = "live" | "paused" | "reconnecting";
export type Screens = { launcher: boolean; panel: Panel | undefined; bar: Bar | undefined };

export function screens(state: State): Screens {
	const bar = barOf(state);
	const panel = panelOf(state);
	return { launcher: !bar && !panel, panel, bar };
}

function panelOf(state: State): Panel | undefined {
	const { stage, phase, reason, room, minimised } = state;
	if (phase === "closed") return reason === "ended" && state.rateable ? "rating" : (reason ?? "ended");
	if (state.asks.length > 0) return state.barred ? "lifting" : "asking";
	if (minimised) return undefined;
	if (stage === "room") return room === "browsing" ? undefined : "chat";
	return stage === "arriving" ? "connecting" : stage;
}

function barOf(state: State): Bar | undefined {
	if (!isSeen(state) || state.phase === "closed") return undefined;
	if (state.phase !== "online") return "reconnecting";
	return isPaused(state) ? "paused" : "live";
}

/** The one word for the host page's listeners. */
export function summary(state: State): string {
	const { stage, phase, reason, room } = state;
	if (phase === "closed") return reason === "ended" ? "ended" : "error";
	if (state.asks.length > 0) return "asking";
	const bar = barOf(state);
	if (bar) return bar;
	if (stage !== "room") return stage === "arriving" ? "connecting" : stage === "form" ? "form" : "message";
	if (room === "browsing") return "browsing";
	if (phase !== "online" && !state.code) return "connecting";
	// Whoever has come only to ask whether to see the page has not begun to help.
	return [...state.agents.values()].some(({ state }) => state !== "asking") ? "helping" : "waiting";
}
