import { safeName } from "../room/names.ts";
import { h, icon, icons } from "./dom.ts";
import { type Built, button, type Context, dialog, type Mode, row } from "./parts.ts";

/** A click that was meant for what the question has just covered must not answer it. */
const SETTLE_MS = 400;

const hiddenByMode: Record<Mode, "hiddenInputs" | "hiddenStrict" | "hiddenMarked"> = {
	inputs: "hiddenInputs",
	strict: "hiddenStrict",
	"marked-only": "hiddenMarked",
};

/** Whether an agent may see the page. */
export function asking(context: Context): Built {
	const { texts } = context.speech;
	const { actions, mode } = context;
	const list = (title: string, path: string, ...lines: string[]) => [
		h("h3", {}, title),
		h("ul", {}, ...lines.map((line) => h("li", {}, icon(path), h("span", {}, line)))),
	];
	return question(context, texts.deny, texts.allow, actions.allow, [
		...list(texts.seen, icons.eye, texts.seenPage, texts.seenPointer),
		...list(texts.hidden, icons.hidden, texts[hiddenByMode[mode]], texts.hiddenElse),
	]);
}

/** Before that, of a visitor who has opted out: whether that is to be taken back. */
export function lifting(context: Context): Built {
	const { texts } = context.speech;
	return question(context, texts.keepOut, texts.lift, context.actions.lift, [h("p", {}, texts.liftHint)]);
}

function question(
	{ speech: { texts, span, language }, actions, state }: Context,
	no: string,
	yes: string,
	agree: (member: number) => void,
	content: Node[],
): Built {
	const ask = state.asks[0] ?? { member: 0, name: undefined, until: 0 };
	const countdown = h("p", { class: "life", "aria-hidden": "true" });
	const shown = performance.now();
	/** Only the visitor's own hand answers, and not by a click that began before the question was there. */
	const byHand = (answer: (member: number) => void) => (event: Event) => {
		if (event.isTrusted && performance.now() - shown > SETTLE_MS) answer(ask.member);
	};
	const element = dialog(
		"alertdialog",
		texts.asks(safeName(ask.name, texts.anAgent)),
		language,
		[],
		h("div", { id: "what" }, ...content),
		row(button(no, byHand(actions.deny)), button(yes, byHand(agree), "main")),
		countdown,
	);
	element.setAttribute("aria-describedby", "what");
	const tick = (now: number) => {
		const left = (ask.until - now) / 1000;
		countdown.textContent = texts.closesIn(span(left));
		if (left <= 0) actions.expire(ask.member);
	};
	return { element, tick, escape: () => actions.deny(ask.member) };
}
