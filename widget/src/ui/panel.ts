import type { Panel as Name } from "../room/screens.ts";
import type { State } from "../room/state.ts";
import type { Speech } from "../texts/texts.ts";
import { chat } from "./chat.ts";
import { away, form } from "./form.ts";
import { connecting, left, message } from "./notices.ts";
import type { Built, Context, Mode } from "./parts.ts";
import { asking, lifting } from "./question.ts";
import { rating } from "./rating.ts";
import type { Actions } from "./view.ts";

const builders: Record<Name, (context: Context) => Built> = {
	connecting,
	form,
	away,
	left,
	chat,
	asking,
	lifting,
	rating,
	ended: message("ended", "endedHint", "again", "again"),
	moved: message("moved", "movedHint", "continueHere", "retry"),
	refused: message("error", "refused", "retry", "retry"),
	busy: message("error", "busy", "retry", "retry"),
	unreachable: message("error", "unreachable", "retry", "retry"),
};
/** A field that takes the focus on a touch screen would bring the keyboard up over what there is to read. */
const FINE = matchMedia("(pointer:fine)");
const isQuestion = (name: Name | undefined): boolean => name === "asking" || name === "lifting";

/** The dialog in the corner. Built anew whenever another one is due, and kept up to date until then. */
export class Panel {
	#key = "";
	#built: Built | undefined;

	constructor(
		private readonly parent: HTMLElement,
		private readonly speech: Speech,
		private readonly actions: Actions,
	) {}

	get element(): HTMLElement | undefined {
		return this.#built?.element;
	}

	/** True if a panel is there now that was not before; it has the focus if `focus`, and a question always. */
	show(name: Name | undefined, state: State, mode: Mode, above: boolean, focus: boolean): boolean {
		const key = name ? `${name} ${isQuestion(name) ? state.asks[0]?.member : ""}` : "";
		const changed = key !== this.#key;
		if (changed) {
			this.#key = key;
			this.#built?.element.remove();
			this.#built = name && builders[name]({ speech: this.speech, actions: this.actions, state, mode });
			if (this.#built) this.parent.append(this.#built.element);
		}
		this.#built?.element.classList.toggle("above", above);
		this.#built?.update?.(state);
		this.tick(Date.now());
		if (!changed || !this.#built) return false;
		// A question takes the focus as a whole, so that no key pressed just now answers it.
		const { first, element } = this.#built;
		if (isQuestion(name)) element.focus({ preventScroll: true });
		else if (focus) ((FINE.matches && first) || element).focus({ preventScroll: true });
		return true;
	}

	tick(now: number): void {
		this.#built?.tick?.(now);
	}

	escape(): void {
		this.#built?.escape?.();
	}

	enter(event: KeyboardEvent): boolean {
		return this.#built?.enter?.(event) ?? false;
	}
}
