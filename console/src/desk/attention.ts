/** Calls the agent: a tone, a notice of the system, and the count before the window's title. */
import { openRooms, unread } from "../live/open-rooms.ts";
import { desk } from "../state/desk.ts";
import { t } from "../texts/index.ts";
import { toast } from "../ui/toast.tsx";
import { notify } from "./notices.ts";
import { play } from "./tone.ts";

let offered = "";

desk.subscribe(() => {
	badge();
	const offer = desk.value?.offer;
	const room = offer?.room ?? "";
	if (room === offered) return;
	offered = room;
	if (!offer) return;
	play("offer");
	notify(t(offer.from ? "noticeHanded" : "noticeOffer"), offer.site.name, `offer.${room}`);
});

const refusals = (): Set<string> =>
	new Set(desk.value?.handOvers.filter(({ refused }) => refused).map(({ room }) => room));
let refused = refusals();

desk.subscribe(() => {
	const now = refusals();
	const fresh = desk.value?.handOvers.find(({ room }) => now.has(room) && !refused.has(room));
	refused = now;
	if (!fresh) return;
	const words = t("handRefused", { name: fresh.name || t("handColleague") });
	play("message");
	notify(words, "", `hand-over.${fresh.room}`);
	toast(words);
});

let before = unread.value;

unread.subscribe(() => {
	badge();
	const more = unread.value > before;
	before = unread.value;
	if (!more) return;
	play("message");
	const session = openRooms.value.find(({ chat }) => chat.unread.value > 0);
	// No words of the chat: a notice may stand on a locked screen.
	notify(t("noticeMessage"), session?.visitorName ?? "", `chat.${session?.id}`);
});

/** Who waits for anybody, and what was written to this agent. */
const wanting = (): number => (desk.value?.waiting.length ?? 0) + unread.value;

function badge(): void {
	const plain = document.title.replace(/^\(\d+\) /, "");
	const title = wanting() > 0 ? `(${wanting()}) ${plain}` : plain;
	if (title !== document.title) document.title = title;
}

// Pages set the title without a thought for the count.
const head = document.querySelector("title");
if (head) new MutationObserver(badge).observe(head, { childList: true, characterData: true, subtree: true });
