/** The JSON bodies an agent reads, checked; a body that is not as agreed counts as not sent. */
import { type Frame, readJSON } from "../../../wire/wire.ts";
import { type Check, flag, list, number, oneOf, or, shape, text } from "../api/checks.ts";
import { roomState } from "../api/visitors.ts";

const member = shape({ member: number, role: oneOf("visitor", "agent"), name: or(text, ""), state: or(text, "") });
const source = shape({
	source: number,
	url: or(text, ""),
	title: or(text, ""),
	visible: or(flag, true),
	focused: or(flag, false),
	connected: or(flag, true),
});

export const bodies = {
	welcome: shape({
		member: number,
		room: text,
		state: roomState,
		members: list(member),
		sources: list(source),
		limits: or(shape({ silenceMs: number }), { silenceMs: 25_000 }),
	}),
	members: shape({ members: list(member) }),
	sources: shape({ sources: list(source) }),
	consent: shape({ what: text, act: oneOf("ask", "grant", "deny", "withdraw", "expire"), member: number }),
	room: shape({ state: roomState }),
	page: shape({ url: text, title: or(text, ""), visible: or(flag, true), focused: or(flag, false) }),
	pause: shape({ paused: flag, why: or(oneOf("hand", "url", "field"), "hand") }),
	error: shape({ code: text, kind: number }),
	bye: shape({ code: number, reason: or(text, "") }),
};

export function readBody<T>(check: Check<T>, frame: Frame): T | undefined {
	try {
		return check(readJSON(frame));
	} catch {
		return undefined;
	}
}
