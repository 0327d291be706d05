import { isPaused, isSeen, type State } from "./state.ts";

/** What of the widget is shown; a pure function of the state. */
export type Panel = "connecting" | "waiting" | "asking" | "ended" | "moved" | "refused" | "busy" | "unreachable";
export type Bar = "live" | "paused" | "reconnecting";
export type Screens = { launcher: boolean; panel: Panel | undefined; bar: Bar | undefined };

export function screens(state: State): Screens {
	if (state.phase === "closed") return { launcher: false, panel: state.reason ?? "ended", bar: undefined };
	const bar = barOf(state);
	const panel =
		state.asks.length > 0 ? "asking" : bar || state.minimised ? undefined : state.code ? "waiting" : "connecting";
	return { launcher: !bar && !panel, panel, bar };
}

function barOf(state: State): Bar | undefined {
	if (!isSeen(state)) return undefined;
	if (state.phase !== "online") return "reconnecting";
	return isPaused(state) ? "paused" : "live";
}

/** The one word for the host page's listeners. */
export function summary(state: State): string {
	const { bar, panel } = screens(state);
	if (state.phase === "closed") return state.reason === "ended" ? "ended" : "error";
	return panel === "asking" ? panel : (bar ?? (state.code ? "waiting" : "connecting"));
}
