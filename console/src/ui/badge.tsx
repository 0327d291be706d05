import type { RoomState } from "../../../wire/wire.ts";
import { t } from "../texts/index.ts";

const texts = {
	browsing: "stateBrowsing",
	helping: "stateHelping",
	waiting: "stateWaiting",
	asking: "stateAsking",
	live: "stateLive",
	paused: "statePaused",
	away: "stateAway",
	ended: "stateEnded",
} as const;

export function Badge({ state }: { state: RoomState }) {
	return (
		<span class="badge" data-state={state}>
			{t(texts[state])}
		</span>
	);
}
