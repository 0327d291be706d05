/**
 * Animations that scripts made (Web Animations 1). Those of style sheets, and transitions, replay from the sheets. What a
 * script does to one is noticed by its methods; that it ended, by looking.
 */

import { Op } from "../../../wire/dom.ts";
import { isBox } from "../mask/masks.ts";
import { plain } from "../mask/plain.ts";
import type { Outgoing } from "./body.ts";
import type { Patches } from "./patches.ts";
import type { Telling } from "./telling.ts";
import type { Root } from "./tree.ts";

type Realm = Window & typeof globalThis;
type Known = {
	number: number;
	id: number;
	/** What was told of it: its effect; where it stood, when, and how fast it went. */
	effect: string;
	state: number;
	time: number;
	rate: number;
	at: number;
};

const STATES: readonly string[] = ["idle", "running", "paused", "finished"];
const DIRECTIONS: readonly string[] = ["normal", "reverse", "alternate", "alternate-reverse"];
const FILLS: readonly string[] = ["none", "forwards", "backwards", "both"];
const COMPOSITES: readonly string[] = ["replace", "add", "accumulate"];
const MAX_KNOWN = 2000;
/** As far as the clocks of both sides may be apart. */
const TOLERANCE_MS = 40;

export class Animations {
	readonly #at: Telling;
	readonly #known = new Map<Animation, Known>();
	readonly #dirty = new Set<Animation>();
	/** Of elements that the mirror has not yet, or no longer: weak, or they would hold what the page has let go. */
	#waiting: WeakRef<Animation>[] = [];
	#next = 1;

	constructor(at: Telling) {
		this.#at = at;
	}

	/** A document or shadow root has been sent: what runs in it already. */
	add(root: Root): void {
		for (const animation of plain(root).getAnimations?.() ?? []) this.#dirty.add(animation);
	}

	patch(view: Realm, patches: Patches): void {
		const touch = (animation: unknown) => {
			this.#dirty.add(animation as Animation);
			this.#at.wake();
		};
		patches.method(view.Element.prototype, "animate", (_, made) => touch(made));
		for (const name of ["play", "pause", "cancel", "finish", "reverse", "updatePlaybackRate"])
			patches.method(view.Animation?.prototype, name, touch);
		for (const name of ["currentTime", "startTime", "playbackRate", "effect"])
			patches.setter(view.Animation?.prototype, name, touch);
		const changed = (effect: unknown) => {
			for (const animation of this.#known.keys()) if (animation.effect === effect) touch(animation);
		};
		patches.method(view.KeyframeEffect?.prototype, "setKeyframes", changed);
		patches.method(view.AnimationEffect?.prototype, "updateTiming", changed);
	}

	/** Notes which ended, or left the page. */
	sample(): void {
		for (const [animation, { state, id }] of this.#known) {
			const target = (animation.effect as KeyframeEffect | null)?.target;
			const changed = STATES.indexOf(animation.playState) !== state || animation.replaceState === "removed";
			if (changed || !target || this.#at.ids.of(target) !== id) this.#dirty.add(animation);
		}
	}

	get dirty(): boolean {
		return this.#dirty.size > 0;
	}

	flush(): void {
		for (const waiting of this.#waiting) {
			const animation = waiting.deref();
			if (animation) this.#dirty.add(animation);
		}
		this.#waiting = [];
		const all = [...this.#dirty];
		this.#dirty.clear();
		for (const animation of all) this.#write(animation);
	}

	#write(animation: Animation): void {
		const { body, ids } = this.#at;
		const { playState, playbackRate: rate, replaceState, currentTime } = animation;
		const effect = animation.effect as KeyframeEffect | null;
		const target = effect?.target;
		const id = target ? ids.of(target) : 0;
		let state = replaceState === "removed" ? 0 : STATES.indexOf(playState);
		// One that is over and holds nothing is as good as none.
		if (state === 3 && !/forwards|both/.test(effect?.getComputedTiming().fill ?? "")) state = 0;
		const before = this.#known.get(animation);
		if (!id || isBox(ids.verdict(id)) || state === 0 || isSheets(animation)) {
			if (before) body.tell(Op.playback, [before.number, 0], [0, 1]);
			this.#known.delete(animation);
			if (target && !id && state === 1 && this.#waiting.length < MAX_KNOWN) this.#waiting.push(new WeakRef(animation));
			return;
		}
		if (!effect || typeof currentTime !== "number" || (!before && this.#known.size >= MAX_KNOWN)) return;
		const at = performance.now();
		const known = before ?? { number: this.#next++, id: 0, effect: "", state: 0, time: 0, rate: 0, at: 0 };
		this.#known.set(animation, known);
		const fresh = this.#writeEffect(known, effect, id);
		const expected = known.time + (known.state === 1 ? (at - known.at) * known.rate : 0);
		const elsewhere = Math.abs(expected - currentTime) > TOLERANCE_MS;
		if (!fresh && !elsewhere && known.state === state && known.rate === rate) return;
		Object.assign(known, { id, state, time: currentTime, rate, at });
		body.tell(Op.playback, [known.number, state], [currentTime, rate]);
	}

	/** Tells what an animation does, if that is news. */
	#writeEffect(known: Known, effect: KeyframeEffect, id: number): boolean {
		const { funnel, body } = this.#at;
		const timing = effect.getComputedTiming();
		const { delay = 0, endDelay = 0, iterations = 1, iterationStart = 0 } = timing;
		const target = effect.target as Element;
		const operands: (number | Outgoing)[] = [
			known.number,
			id,
			funnel.motion(effect.pseudoElement ?? ""),
			funnel.keyframes(effect.getKeyframes().map(keyframe).join(""), target),
			funnel.motion(timing.easing ?? "linear"),
			Math.max(0, DIRECTIONS.indexOf(timing.direction ?? "")),
			Math.max(0, FILLS.indexOf(timing.fill ?? "")),
			Math.max(0, COMPOSITES.indexOf(effect.composite)),
		];
		const floats = [delay, Number(timing.duration) || 0, endDelay, iterations, iterationStart];
		const told = [...operands, ...floats].join("\0");
		if (told === known.effect) return false;
		known.effect = told;
		body.tell(Op.animate, operands, floats);
		return true;
	}
}

/** Whether an animation comes from the page's style sheets: then its class is one derived from Animation. */
const isSheets = (animation: Animation): boolean => "animationName" in animation || "transitionProperty" in animation;

/** A keyframe as a rule of @keyframes (Web Animations 1 §5.5). */
function keyframe({ offset: _, computedOffset, easing, composite, ...values }: ComputedKeyframe): string {
	let declarations = `animation-timing-function:${easing};`;
	if (composite !== "auto") declarations += `animation-composition:${composite};`;
	for (const [name, value] of Object.entries(values)) declarations += `${property(name)}:${value};`;
	return `${computedOffset * 100}%{${declarations}}`;
}

function property(name: string): string {
	if (name.startsWith("--")) return name;
	if (name === "cssFloat" || name === "cssOffset") return name.slice(3).toLowerCase();
	return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
