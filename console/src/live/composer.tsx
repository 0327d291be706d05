/** Where an agent writes: Enter sends, a slash finds a ready reply. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { MAX_CHAT_CHARACTERS } from "../../../wire/wire.ts";
import type { Reply } from "../api/chat.ts";
import { account } from "../state/account.ts";
import { useCell } from "../state/cell.ts";
import { replies } from "../state/replies.ts";
import { count } from "../texts/format.ts";
import { t } from "../texts/index.ts";
import { Icon } from "../ui/icons.tsx";
import { fillReply, findReplies, type Search, searchIn } from "./replies.ts";
import type { LiveSession } from "./session.ts";

export function Composer({ session, fieldId }: { session: LiveSession; fieldId: string }) {
	const id = useId();
	const field = useRef<HTMLTextAreaElement>(null);
	const [text, setText] = useState(session.chat.draft);
	const [search, setSearch] = useState<Search>();
	const [chosen, setChosen] = useState(0);
	const known = useCell(replies);
	const found = search ? findReplies(known, search.words) : [];
	const marked = Math.min(chosen, found.length - 1);
	useEffect(() => () => session.chat.typing(false), [session]);

	const write = (next: string) => {
		setText(next);
		session.chat.wrote(next);
	};
	const look = () => {
		const { selectionStart = 0, selectionEnd, value } = field.current ?? { value: "" };
		setSearch(selectionStart === selectionEnd ? searchIn(value.slice(0, selectionStart)) : undefined);
	};
	const send = () => {
		const message = text.trim();
		if (message === "") return;
		session.chat.say(message);
		setText("");
		setSearch(undefined);
		field.current?.focus();
	};
	const insert = (reply: Reply) => {
		if (!search || !field.current) return;
		const { sources } = session.room.value;
		const page = sources.find((one) => one.source === session.shown.value) ?? sources[0];
		const filled = fillReply(reply.text, {
			visitor: session.visitorName,
			agent: account.value?.name ?? "",
			site: session.site.value,
			page: page?.title || page?.url || "",
		});
		const rest = text.slice(search.at + 1 + search.words.length);
		const before = text.slice(0, search.at) + filled;
		write((before + rest).slice(0, MAX_CHAT_CHARACTERS));
		setSearch(undefined);
		field.current.focus();
		// The caret behind what was put in, once the field has it.
		requestAnimationFrame(() => field.current?.setSelectionRange(before.length, before.length));
	};
	const key = (event: KeyboardEvent) => {
		if (event.isComposing) return;
		const reply = found[marked];
		if (search && event.key === "Escape") setSearch(undefined);
		else if (reply && event.key === "ArrowDown") setChosen((marked + 1) % found.length);
		else if (reply && event.key === "ArrowUp") setChosen((marked + found.length - 1) % found.length);
		else if (reply && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) insert(reply);
		else if (event.key === "Enter" && !event.shiftKey) send();
		else return;
		event.preventDefault();
	};
	/** For those without a slash at hand. */
	const openReplies = () => {
		const next = text === "" || /\s$/.test(text) ? `${text}/` : `${text} /`;
		write(next);
		setChosen(0);
		setSearch({ at: next.length - 1, words: "" });
		field.current?.focus();
	};
	return (
		<form
			class="composer"
			onSubmit={(event) => {
				event.preventDefault();
				send();
			}}
		>
			{search && (
				<div class="replies">
					<p class="hidden" role="status">
						{found.length === 0 ? t("readyNone") : t("readyFound", { count: count(found.length) })}
					</p>
					{found.length === 0 && <p class="muted replies-none">{t("readyNone")}</p>}
					<div id={`${id}list`} role="listbox" aria-label={t("readyReplies")}>
						{found.map((reply, i) => (
							// biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys; see aria-activedescendant.
							// biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus.
							<div
								key={reply.id}
								id={`${id}reply${i}`}
								class="reply"
								role="option"
								aria-selected={i === marked}
								ref={(element) => {
									if (i === marked) element?.scrollIntoView({ block: "nearest" });
								}}
								onPointerDown={(event) => event.preventDefault()}
								onClick={() => insert(reply)}
							>
								<bdi class="strong">/{reply.shortcut}</bdi>
								<bdi class="muted">{reply.text}</bdi>
							</div>
						))}
					</div>
				</div>
			)}
			<button type="button" class="button icon-only quiet" title={t("readyReplies")} onClick={openReplies}>
				<Icon name="reply" />
				<span class="hidden">{t("readyReplies")}</span>
			</button>
			<textarea
				ref={field}
				id={fieldId}
				class="field"
				rows={1}
				dir="auto"
				maxLength={MAX_CHAT_CHARACTERS}
				aria-label={t("chatWrite")}
				placeholder={t("chatWrite")}
				aria-autocomplete="list"
				aria-controls={search ? `${id}list` : undefined}
				aria-activedescendant={search && found.length > 0 ? `${id}reply${marked}` : undefined}
				value={text}
				onInput={({ currentTarget }) => {
					write(currentTarget.value);
					setChosen(0);
					look();
				}}
				onKeyDown={key}
				onBlur={() => {
					setSearch(undefined);
					session.chat.typing(false);
				}}
			/>
			<button type="submit" class="button icon-only primary" aria-disabled={text.trim() === ""} title={t("chatSend")}>
				<Icon name="send" />
				<span class="hidden">{t("chatSend")}</span>
			</button>
		</form>
	);
}
