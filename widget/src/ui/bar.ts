import type { DebugCounts } from "../capture.ts";
import { unread } from "../room/chat.ts";
import { safeName } from "../room/names.ts";
import type { Bar as Name } from "../room/screens.ts";
import type { State } from "../room/state.ts";
import type { Speech } from "../texts/texts.ts";
import { h, icon, icons } from "./dom.ts";
import { optOutLink, write } from "./parts.ts";
import type { Actions } from "./view.ts";

/** "NAME sees this page", with pause, stop and what is hidden; there as long as anybody is let see the page. */
export class Bar {
	readonly #who = h("span", { id: "who" });
	readonly #pause = h("button", { type: "button", class: "plain pause" });
	readonly #chat = h("button", { type: "button", class: "plain talk", "aria-expanded": "false" });
	readonly #unread = h("b", { class: "unread" });
	readonly #what = h("button", { type: "button", class: "plain what", "aria-expanded": "false" });
	readonly box: HTMLElement;
	readonly #dock: HTMLElement;
	#info: HTMLElement | undefined;
	#shown = "";

	constructor(
		parent: HTMLElement,
		private readonly speech: Speech,
		private readonly actions: Actions,
	) {
		const { texts } = speech;
		this.#chat.append(icon(icons.chat), h("span", {}, texts.chat), this.#unread);
		this.#chat.addEventListener("click", () => this.actions.toggleChat());
		this.#what.append(icon(icons.hidden), h("span", {}, texts.whatHidden));
		this.#what.addEventListener("click", () => this.#toggleInfo());
		this.#pause.addEventListener("click", () => this.actions.pause());
		this.box = h(
			"div",
			{ class: "bar", role: "region", "aria-labelledby": "who", lang: speech.language, hidden: true },
			h("div", { class: "who", role: "status" }, h("span", { class: "dot" }), this.#who),
			this.#chat,
			this.#what,
			this.#pause,
			h(
				"button",
				{ type: "button", class: "plain stop", click: this.actions.stopSharing },
				icon(icons.stop),
				h("span", {}, texts.stopSharing),
			),
		);
		this.#dock = h("div", { class: "dock" }, this.box);
		parent.append(this.#dock);
	}

	/** Where the bar is on the screen, if it is shown. */
	get element(): HTMLElement | undefined {
		return this.#shown ? this.box : undefined;
	}

	show(name: Name | undefined, state: State, chatting: boolean): void {
		const { texts, number } = this.speech;
		const count = unread(state.chat);
		write(this.#unread, count > 0 ? number(count) : "");
		this.#chat.setAttribute("aria-label", count > 0 ? `${texts.chat} · ${texts.unread(count)}` : texts.chat);
		this.#chat.setAttribute("aria-expanded", String(chatting));
		// One thing at a time above the bar.
		if (chatting) this.#closeInfo();
		if (!name) this.#closeInfo();
		const [first] = state.viewers.values();
		const text =
			name === "live"
				? texts.sees(safeName(first, texts.anAgent), Math.max(0, state.viewers.size - 1))
				: name
					? texts[name]
					: "";
		write(this.#who, text);
		// Where nothing may leave, nothing is there to resume.
		this.#pause.hidden = state.hidden;
		if (name === this.#shown) return;
		this.#shown = name ?? "";
		this.box.hidden = !name;
		this.box.className = `bar ${name ?? ""}`;
		const paused = state.pausedByHand || name === "paused";
		this.#pause.replaceChildren(
			icon(paused ? icons.play : icons.pause),
			h("span", {}, paused ? texts.resume : texts.pause),
		);
	}

	/** Closes what is open; false if nothing was. */
	escape(): boolean {
		if (!this.#info) return false;
		this.#closeInfo();
		this.#what.focus();
		return true;
	}

	/** The counts change while one looks at them. */
	tick(): void {
		if (this.#info) this.#fill(this.#info, this.actions.debug());
	}

	#toggleInfo(): void {
		if (this.#info) {
			this.#closeInfo();
			return;
		}
		this.actions.minimise();
		const { texts, language } = this.speech;
		this.#info = h("div", {
			class: "info",
			role: "dialog",
			"aria-label": texts.whatHidden,
			tabindex: "-1",
			lang: language,
		});
		this.#fill(this.#info, this.actions.debug());
		this.#dock.prepend(this.#info);
		this.#what.setAttribute("aria-expanded", "true");
		this.#info.focus();
	}

	#fill(info: HTMLElement, counts: DebugCounts | undefined): void {
		const { texts, language } = this.speech;
		const number = new Intl.NumberFormat(language);
		const unreadable = Object.values(counts?.unreadable ?? {}).reduce((sum, count) => sum + count, 0);
		const line = (label: string, count: number | undefined) => [
			h("dt", {}, label),
			h("dd", {}, number.format(count ?? 0)),
		];
		info.replaceChildren(
			h("h2", {}, texts.whatHidden),
			h(
				"dl",
				{},
				...line(texts.countMasked, counts?.masked),
				...line(texts.countIgnored, counts?.ignored),
				...line(texts.countUnreadable, unreadable),
			),
			h("p", {}, texts.countNote),
			optOutLink(texts, this.actions),
		);
	}

	#closeInfo(): void {
		this.#info?.remove();
		this.#info = undefined;
		this.#what.setAttribute("aria-expanded", "false");
	}
}
