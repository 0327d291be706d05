/**
 * Shows the animations that the page's scripts made (ANIMATE, PLAYBACK; Web Animations 1). Their keyframes come as style
 * text and are read back from a sheet that is adopted nowhere, so only what the browser parsed as declarations is left.
 */

import { viewOf } from "./elements.ts";
import { obtain } from "./maps.ts";
import type { Resources } from "./resources.ts";
import { type Lookup, rewriteSheet, splitDeclarations } from "./styletext.ts";

const DIRECTIONS = ["normal", "reverse", "alternate", "alternate-reverse"] as const;
const FILLS = ["none", "forwards", "backwards", "both"] as const;
const COMPOSITES = ["replace", "add", "accumulate"] as const;
const State = { cancelled: 0, running: 1, paused: 2, finished: 3 } as const;
/** How many there may be at a time: each that runs is computed anew for each picture on the screen. */
export const MAX_ANIMATIONS = 500;
const MAX_KEYFRAMES = 500;
/** Of the text of keyframes, and of the other strings, UTF-16 units; an animation with more is not shown. */
const MAX_KEYFRAMES_TEXT = 1 << 14;
const MAX_WORDS = 1 << 10;

/** Operands of ANIMATE, times in ms. */
export type AnimationOperands = {
	pseudo: string;
	keyframes: string;
	easing: string;
	direction: number;
	fill: number;
	composite: number;
	delay: number;
	duration: number;
	endDelay: number;
	iterations: number;
	iterationStart: number;
};

type Running = { element: Element; animation: Animation };

export class Animations {
	readonly #resources: Resources;
	readonly #running = new Map<number, Running>();
	readonly #numbers = new WeakMap<Element, Set<number>>();

	constructor(resources: Resources) {
		this.#resources = resources;
	}

	/** ANIMATE: there is an animation of this number; it does nothing before PLAYBACK. One that there was is replaced. */
	start(number: number, element: Element, operands: AnimationOperands): void {
		this.#end(number);
		const view = viewOf(element.ownerDocument);
		if (!view?.KeyframeEffect || this.#running.size >= MAX_ANIMATIONS || isTooLong(operands)) return;
		try {
			const effect = new view.KeyframeEffect(element, [], timing(operands));
			const animation = new view.Animation(effect, element.ownerDocument.timeline);
			const refresh = () => {
				const lookup = this.#resources.watch(animation, "keyframes", refresh);
				effect.setKeyframes(readKeyframes(view, operands.keyframes, lookup));
			};
			refresh();
			this.#running.set(number, { element, animation });
			obtain(this.#numbers, element, () => new Set<number>()).add(number);
		} catch {
			// A pseudo-element or an easing that this browser does not know: the element stays as its sheets say.
		}
	}

	/** PLAYBACK; a cancelled animation is gone, and its number free. */
	play(number: number, state: number, time: number, rate: number): void {
		const animation = this.#running.get(number)?.animation;
		if (!animation) return;
		if (state === State.cancelled) {
			this.#end(number);
			return;
		}
		try {
			if (Number.isFinite(rate)) animation.playbackRate = rate;
			// `play` would begin anew at the end; an animation that is over is held where it ended.
			if (state === State.running) animation.play();
			else animation.pause();
			if (Number.isFinite(time)) animation.currentTime = time;
		} catch {
			// An endless animation cannot be played backwards from its end.
		}
	}

	/** An element is gone. */
	forget(element: Element): void {
		for (const number of this.#numbers.get(element) ?? []) this.#end(number);
	}

	destroy(): void {
		for (const number of this.#running.keys()) this.#end(number);
	}

	#end(number: number): void {
		const running = this.#running.get(number);
		if (!running) return;
		this.#running.delete(number);
		this.#numbers.get(running.element)?.delete(number);
		this.#resources.forget(running.animation);
		running.animation.cancel();
	}
}

const isTooLong = ({ keyframes, pseudo, easing }: AnimationOperands): boolean =>
	keyframes.length > MAX_KEYFRAMES_TEXT || pseudo.length > MAX_WORDS || easing.length > MAX_WORDS;

function timing(operands: AnimationOperands): KeyframeEffectOptions {
	const { pseudo, easing, direction, fill, composite, delay, duration, endDelay, iterations, iterationStart } =
		operands;
	return {
		pseudoElement: pseudo === "" ? null : pseudo,
		easing: easing || "linear",
		direction: DIRECTIONS[direction] ?? "normal",
		fill: FILLS[fill] ?? "none",
		composite: COMPOSITES[composite] ?? "replace",
		delay: finite(delay),
		endDelay: finite(endDelay),
		duration: atLeastZero(duration),
		iterations: Number.isNaN(iterations) ? 1 : Math.max(0, iterations),
		iterationStart: atLeastZero(iterationStart),
	};
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
const atLeastZero = (value: number): number => Math.max(0, finite(value));

/** The keyframes in the inside of a `@keyframes` rule. */
function readKeyframes(view: Window & typeof globalThis, text: string, lookup: Lookup): Keyframe[] {
	const sheet = new view.CSSStyleSheet();
	sheet.replaceSync(rewriteSheet(`@keyframes alongside{${text}}`, lookup));
	const rule = sheet.cssRules[0] as CSSKeyframesRule | undefined;
	const rules = rule?.type === CSSRule.KEYFRAMES_RULE ? [...rule.cssRules] : [];
	const keyframes = (rules as CSSKeyframeRule[]).flatMap(({ keyText, style }) => {
		const values = Object.fromEntries(
			splitDeclarations(style.cssText).map(([name, value]) => [attribute(name), value]),
		);
		return keyText.split(",").map((key): Keyframe => ({ ...values, offset: Number.parseFloat(key) / 100 }));
	});
	return keyframes.slice(0, MAX_KEYFRAMES).sort((a, b) => (a.offset as number) - (b.offset as number));
}

/** Declarations of a keyframe that are not about what is animated. */
const KEYFRAME_ATTRIBUTES: Readonly<Record<string, string>> = {
	"animation-timing-function": "easing",
	"animation-composition": "composite",
	float: "cssFloat",
	offset: "cssOffset",
};

/** A property as keyframe objects name it (Web Animations 1 §5.5). */
function attribute(property: string): string {
	if (property.startsWith("--")) return property;
	return KEYFRAME_ATTRIBUTES[property] ?? property.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
