import type { Chat, Message, Unsent } from "../room/chat.ts";
import { linked } from "../room/links.ts";
import { safeName } from "../room/names.ts";
import type { Speech } from "../texts/texts.ts";
import { h } from "./dom.ts";
import { button, write } from "./parts.ts";

/** Messages of one sender so close together stand under one head. */
const TOGETHER_MS = 120_000;
/** So near to its end a list counts as read to the end, and stays there as it grows; CSS px. */
const NEAR_PX = 60;

type Row = { element: HTMLElement; head: HTMLElement; foot: HTMLElement };

/** The messages, oldest first. What is there already is never built again, so that reading and selecting go on. */
export class Messages {
	readonly #list = h("ol");
	readonly element: HTMLElement;
	#rows = new Map<string, Row>();
	#shown: Chat | undefined;
	#atEnd = true;

	constructor(
		private readonly speech: Speech,
		private readonly resend: () => void,
	) {
		// Not live: what is new is told where it is heard with the panel folded away, too (View.say).
		this.element = h(
			"div",
			{ class: "log", role: "log", "aria-live": "off", "aria-label": speech.texts.messages, tabindex: "0" },
			this.#list,
		);
		this.element.addEventListener("scroll", () => {
			this.#atEnd = this.#nearEnd();
		});
		// What is written below may grow and take the newest message's place.
		new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(this.element);
	}

	update(chat: Chat): void {
		const before = this.#shown;
		const { messages, unsent } = chat;
		this.element.hidden = messages.length + unsent.length === 0;
		if (before?.messages === messages && before.unsent === unsent && before.readByAgents === chat.readByAgents) return;
		const own = before !== undefined && unsent.length > before.unsent.length;
		const follow = own || before === undefined || this.#nearEnd();
		this.#shown = chat;

		const rows = new Map<string, Row>();
		let last: Message | undefined;
		const lastOwn = messages.findLast(({ role }) => role === "visitor");
		for (const message of messages) {
			const row = this.#row(message);
			rows.set(message.id, row);
			const together =
				last?.role === message.role && last.name === message.name && message.time - last.time < TOGETHER_MS;
			if (together) row.head.replaceChildren();
			else if (!row.head.hasChildNodes()) row.head.replaceChildren(...this.#headOf(message));
			const read = message.n <= chat.readByAgents;
			write(row.foot, message === lastOwn ? this.speech.texts[read ? "read" : "sent"] : "");
			last = message;
		}
		for (const each of unsent) {
			const row = this.#row(each);
			rows.set(each.id, row);
			this.#waits(row, each);
		}
		for (const [id, { element }] of this.#rows) if (!rows.has(id)) element.remove();
		this.#rows = rows;
		let at: ChildNode | null = this.#list.firstChild;
		for (const { element } of rows.values()) {
			if (element === at) at = at.nextSibling;
			else this.#list.insertBefore(element, at);
		}
		if (follow) this.toEnd();
	}

	#nearEnd(): boolean {
		const { scrollHeight, scrollTop, clientHeight } = this.element;
		return scrollHeight - scrollTop - clientHeight < NEAR_PX;
	}

	toEnd(): void {
		this.element.scrollTop = this.element.scrollHeight;
	}

	#row(message: Message | Unsent): Row {
		const known = this.#rows.get(message.id);
		if (known) return known;
		const head = h("div", { class: "by" });
		const foot = h("div", { class: "sent" });
		const own = !("role" in message) || message.role === "visitor";
		const text = h("p", { dir: "auto" }, ...linked(message.text).map(part));
		return { element: h("li", { class: own ? "own" : "" }, head, text, foot), head, foot };
	}

	/** Name and hour, each by itself: neither turns the other's direction. */
	#headOf({ role, name, time }: Message): (Node | string)[] {
		const { texts } = this.speech;
		const who = role === "visitor" ? texts.you : safeName(name, texts.anAgent);
		return [h("bdi", {}, who), " · ", h("bdi", {}, this.speech.time(time))];
	}

	#waits({ foot }: Row, { failed }: Unsent): void {
		const { texts } = this.speech;
		const kind = failed ? "sent failed" : "sent";
		if (foot.className === kind && foot.hasChildNodes()) return;
		foot.className = kind;
		if (failed) foot.replaceChildren(texts.notSent, " ", button(texts.retry, this.resend, "plain"));
		else foot.replaceChildren(texts.sending);
	}
}

/** A page of the same site opens here, where the conversation goes on; every other one beside it. */
function part({ text, href }: { text: string; href?: string }): Node | string {
	if (href === undefined) return text;
	const beside = /^https?:/.test(href) && new URL(href).origin !== location.origin;
	return h("a", { href, rel: "noopener noreferrer", target: beside && "_blank" }, text);
}
