import {
	type Bye,
	Close,
	type Consent,
	decodePointer,
	type Frame,
	Kind,
	type Member,
	readJSON,
	readPlace,
} from "../../../wire/wire.ts";
import type { View } from "../ui/view.ts";
import type { Desk } from "./desk.ts";
import { safeName } from "./names.ts";
import type { Sharing } from "./sharing.ts";
import { withConsent, withMembers, withRoom } from "./state.ts";
import type { Talk } from "./talk.ts";

const MAX_LABEL_CHARACTERS = 60;

/** What the server says, by kind of frame; a kind that is not here is ignored. */
export function hearing(
	desk: Desk,
	sharing: Sharing,
	talk: Talk,
	view: View,
	ended: () => void,
): Partial<Record<number, (frame: Frame) => void>> {
	const { texts } = desk.speech;
	const nameOf = (member: number) => safeName(desk.state.viewers.get(member), texts.anAgent);
	return {
		[Kind.room]: (frame) => {
			const { state } = readJSON<{ state: string }>(frame) ?? {};
			// In whichever tab help was asked for.
			if (state === "waiting" && !desk.saved.help) desk.keep({ help: true });
			desk.update(withRoom(desk.state, state));
		},
		[Kind.members]: (frame) => {
			desk.update(withMembers(desk.state, readJSON<{ members: Member[] }>(frame)?.members));
			if (desk.state.helped && !desk.saved.helped) desk.keep({ helped: true });
		},
		[Kind.queue]: (frame) => desk.update({ place: readPlace(frame) }),
		[Kind.consent]: (frame) => {
			const consent = readJSON<Consent>(frame) ?? {};
			// A code works once: whoever comes next needs another.
			const used = consent.what === "view" && consent.act === "ask" ? { code: "", codeUntil: 0 } : {};
			desk.update({ ...withConsent(desk.state, consent, Date.now()), ...used });
		},
		[Kind.policy]: (frame) => sharing.setPolicy(readJSON(frame)),
		[Kind.keyframe]: (frame) => sharing.wanted(frame),
		[Kind.halt]: () => sharing.unwanted(),
		[Kind.chat]: (frame) => talk.chat(frame),
		[Kind.read]: (frame) => talk.read(frame),
		[Kind.typing]: (frame) => talk.typed(frame),
		[Kind.error]: (frame) => talk.refused(frame),
		[Kind.pointer]: (frame) => {
			const pointer = decodePointer(frame.body);
			if (pointer && desk.state.viewers.has(frame.member))
				view.cursors.move(frame.member, nameOf(frame.member), pointer);
		},
		[Kind.click]: (frame) => {
			const pointer = decodePointer(frame.body);
			if (!pointer || !desk.state.viewers.has(frame.member)) return;
			view.cursors.click(frame.member, pointer);
			const label = labelOf(sharing.current?.node(pointer.node));
			view.announce(texts.pointed(nameOf(frame.member), label));
		},
		[Kind.bye]: (frame) => {
			if (readJSON<Bye>(frame)?.code === Close.ended) ended();
		},
	};
}

/** How the visitor's own page names what an agent points at. */
function labelOf(node: Node | undefined): string {
	const element = node?.nodeType === Node.ELEMENT_NODE ? (node as Element) : node?.parentElement;
	const text = element?.getAttribute("aria-label") ?? element?.textContent ?? "";
	return text.replace(/\s+/g, " ").trim().slice(0, MAX_LABEL_CHARACTERS);
}
