/** How good the connection is, in one word, from what can be measured without asking anyone else. */

export type Quality = {
	word: "good" | "fair" | "poor" | "unknown";
	/** Of our own pings, ms. */
	roundTripMs?: number;
	/** From the server's stamp to our screen, ms: of the last picture frame. */
	delayMs?: number;
	/** When the last picture frame came, by this machine's clock, ms. */
	changedAt?: number;
};

const FAIR_ROUND_TRIP_MS = 250;
const POOR_ROUND_TRIP_MS = 800;
const FAIR_DELAY_MS = 500;
const POOR_DELAY_MS = 2000;
/** A delay measured longer ago says nothing about now. */
const DELAY_LIFE_MS = 15_000;

/** Keeps the measurements of one room. */
export class Meter {
	/** Server's clock minus ours, from the ping that came back fastest; undefined until one did. */
	#offset: number | undefined;
	#fastest = Number.POSITIVE_INFINITY;
	#sentAt: number | undefined;
	#roundTrip: number | undefined;
	#delay: number | undefined;
	#changedAt: number | undefined;

	/** A new connection: what was measured on the old one says nothing. */
	reset(): void {
		this.#sentAt = undefined;
		this.#roundTrip = undefined;
		this.#delay = undefined;
		this.#fastest = Number.POSITIVE_INFINITY;
	}

	pinged(now: number): void {
		this.#sentAt ??= now;
	}

	/** `serverTime` is the pong's stamp, 0 if it carries none. */
	ponged(now: number, serverTime: number): void {
		if (this.#sentAt === undefined) return;
		const trip = now - this.#sentAt;
		this.#sentAt = undefined;
		// Half old, half new: one hiccup shows, but does not stay.
		this.#roundTrip = this.#roundTrip === undefined ? trip : (this.#roundTrip + trip) / 2;
		if (serverTime > 0 && trip <= this.#fastest) {
			this.#fastest = trip;
			this.#offset = serverTime - (now - trip / 2);
		}
	}

	/** A picture frame came, stamped by the server at `serverTime`. */
	picture(now: number, serverTime: number): void {
		this.#changedAt = now;
		if (this.#offset !== undefined && serverTime > 0) this.#delay = Math.max(0, now + this.#offset - serverTime);
	}

	/** A ping that is not answered yet counts with the time it has taken so far. */
	read(now: number): Quality {
		const open = this.#sentAt === undefined ? 0 : now - this.#sentAt;
		const trip = this.#roundTrip === undefined ? undefined : Math.max(this.#roundTrip, open);
		const fresh = this.#changedAt !== undefined && now - this.#changedAt < DELAY_LIFE_MS;
		const delay = fresh ? this.#delay : undefined;
		return {
			word: judge(trip ?? (open > POOR_ROUND_TRIP_MS ? open : undefined), delay ?? 0),
			...(trip === undefined ? {} : { roundTripMs: trip }),
			...(delay === undefined ? {} : { delayMs: delay }),
			...(this.#changedAt === undefined ? {} : { changedAt: this.#changedAt }),
		};
	}
}

function judge(trip: number | undefined, delay: number): Quality["word"] {
	if (trip === undefined) return "unknown";
	if (trip >= POOR_ROUND_TRIP_MS || delay >= POOR_DELAY_MS) return "poor";
	return trip >= FAIR_ROUND_TRIP_MS || delay >= FAIR_DELAY_MS ? "fair" : "good";
}
