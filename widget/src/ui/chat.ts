import { MAX_CHAT_CHARACTERS } from "../../../wire/wire.ts";
import { safeName } from "../room/names.ts";
import type { State } from "../room/state.ts";
import type { Speech, Texts } from "../texts/texts.ts";
import { h, icon, icons } from "./dom.ts";
import { Messages } from "./messages.ts";
import { type Built, button, type Context, dialog, growing, minimiser, optOutLink, row, write } from "./parts.ts";
import type { Actions } from "./view.ts";

/** The conversation: who is here or what place the visitor has, the code for the telephone, messages, and the end. */
export function chat({ speech, actions, state: first }: Context): Built {
	const { texts, language } = speech;
	const status = h("span");
	const phone = new Phone(speech, actions);
	const messages = new Messages(speech, actions.resend);
	const typing = h("p", { class: "typing" });
	const area = h("textarea", {
		rows: "1",
		dir: "auto",
		maxlength: String(MAX_CHAT_CHARACTERS),
		placeholder: texts.write,
		"aria-label": texts.message,
		enterkeyhint: "send",
		input: () => {
			growing(area);
			actions.draft(area.value);
		},
	});
	area.value = actions.drafted();
	const say = () => {
		if (!actions.say(area.value)) return;
		area.value = "";
		actions.draft("");
		growing(area);
	};
	const send = h("button", { type: "submit", class: "main", "aria-label": texts.send }, icon(icons.send));
	const composer = h(
		"form",
		{
			class: "composer",
			submit: (event) => {
				event.preventDefault();
				say();
				area.focus();
			},
		},
		area,
		send,
	);
	const sure = confirmation(speech, actions, () => ask(false));
	const leave = ender(texts, () => ask(true), "plain leave");
	/** To end is asked about once more, in place of what one writes in. */
	function ask(asked: boolean): void {
		sure.hidden = !asked;
		composer.hidden = asked;
		(asked ? sure : leave).focus();
	}

	const element = dialog(
		"dialog",
		texts.help,
		language,
		[leave, minimiser(texts, actions)],
		h("div", { class: "wait", role: "status" }, h("span", { class: "dot" }), status),
		phone.element,
		messages.element,
		typing,
		composer,
		optOutLink(texts, actions),
		sure,
	);
	element.classList.add("chat", "tall");

	let state = first;
	const tick = (now: number) => {
		phone.tick(now);
		write(typing, typingText(speech, state, now));
	};
	return {
		element,
		...(first.agents.size > 0 && { first: area }),
		update(now) {
			state = now;
			write(status, statusText(speech, state));
			phone.update(state);
			messages.update(state.chat);
			if (document.visibilityState === "visible") actions.look();
		},
		tick,
		escape: () => (sure.hidden ? actions.minimise() : ask(false)),
		enter(event) {
			if (event.target !== area && !event.composedPath().includes(area)) return false;
			if (event.shiftKey || event.isComposing || event.keyCode === IME_KEY) return false;
			say();
			return true;
		},
	};
}

/** What Safari says of the Enter that ends a composition, after it has ended. */
const IME_KEY = 229;

/** Who is here; else what place the visitor has. */
function statusText({ texts, minutes, number }: Speech, { phase, agents, place, stage }: State): string {
	if (phase !== "online" && agents.size > 0) return texts.reconnecting;
	if (phase !== "online" || stage !== "room") return texts.connecting;
	const all = [...agents.values()];
	const here = all.filter(({ state }) => state !== "away");
	if (here[0]) return texts.here(safeName(here[0].name, texts.anAgent), here.length - 1);
	if (all[0]) return texts.back(safeName(all[0].name, texts.anAgent));
	if (!place) return texts.waiting;
	const where = place.position === 1 ? texts.next : texts.place(number(place.position));
	// Whole minutes: to the second nobody knows it.
	const wait = place.waitSeconds > 0 && texts.about(minutes(Math.max(1, Math.round(place.waitSeconds / 60))));
	return wait ? `${where} · ${wait}` : where;
}

function typingText({ texts }: Speech, { chat, agents, phase }: State, now: number): string {
	for (const [member, until] of chat.typing) {
		const agent = agents.get(member);
		if (agent && until > now && phase === "online") return texts.types(safeName(agent.name, texts.anAgent));
	}
	return "";
}

/** The short word where there is little room; its whole meaning for who does not see the place. */
function ender(texts: Texts, click: () => void, kind: string): HTMLElement {
	const short = button(texts.endShort, click, kind);
	short.setAttribute("aria-label", texts.end);
	return short;
}

function confirmation({ texts }: Speech, actions: Actions, no: () => void): HTMLElement {
	return h(
		"div",
		{ class: "sure", role: "group", "aria-label": texts.endSure, tabindex: "-1", hidden: true },
		h("strong", {}, texts.endSure),
		h("p", {}, texts.endHint),
		row(button(texts.goOn, no), ender(texts, actions.end, "main stop")),
	);
}

/** The code by which an agent on the telephone finds the visitor; open until somebody is here. */
class Phone {
	readonly element: HTMLDetailsElement;
	readonly #code = h("div", { class: "code", role: "img" });
	readonly #life = h("p", { class: "life" });
	#until = 0;
	#shown = "";
	#alone: boolean | undefined;

	constructor(
		private readonly speech: Speech,
		private readonly actions: Actions,
	) {
		const { texts } = speech;
		const renew = () => {
			if (this.element.open && !this.#shown) actions.renewCode();
		};
		this.element = h(
			"details",
			{ class: "phone", toggle: renew },
			h("summary", {}, texts.phone),
			this.#code,
			this.#life,
			h("p", {}, texts.codeHint),
		);
	}

	update({ agents, code, codeUntil }: State): void {
		const alone = agents.size === 0;
		if (alone !== this.#alone) this.element.open = alone;
		this.#alone = alone;
		this.#until = codeUntil;
		this.#code.hidden = this.#life.hidden = !code;
		if (code === this.#shown) return;
		this.#shown = code;
		this.#code.replaceChildren(h("span", {}, code.slice(0, 3)), h("span", {}, code.slice(3)));
		this.#code.setAttribute("aria-label", `${this.speech.texts.code}: ${[...code].join(" ")}`);
	}

	tick(now: number): void {
		if (!this.#shown) return;
		const left = (this.#until - now) / 1000;
		if (left <= 0) {
			if (this.element.open) this.actions.renewCode();
		} else write(this.#life, this.speech.texts.codeLife(this.speech.span(left)));
	}
}
