/** Ready replies: found by what follows a slash, their placeholders filled in. */
import type { Reply } from "../api/chat.ts";

/** What is being looked for: where the slash stands, and the words after it. */
export type Search = { at: number; words: string };

/** The search in a text that ends at the caret; a slash within a word or an address begins none. */
export function searchIn(before: string): Search | undefined {
	const found = /^\/([^\n/]*)$|(?<=\s)\/([^\s/]*)$/.exec(before);
	return found ? { at: found.index, words: found[1] ?? found[2] ?? "" } : undefined;
}

/** Replies with all the words, those whose shortcut begins so first. */
export function findReplies(replies: readonly Reply[], words: string): Reply[] {
	const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
	const first = wanted[0] ?? "";
	return replies
		.filter(({ shortcut, text }) => {
			const hay = `${shortcut}\n${text}`.toLocaleLowerCase();
			return wanted.every((word) => hay.includes(word));
		})
		.sort((a, b) => Number(b.shortcut.startsWith(first)) - Number(a.shortcut.startsWith(first)));
}

/** `{visitor}` `{agent}` `{site}` `{page}` filled in; one that is not known goes with the space before it. */
export const fillReply = (text: string, values: Readonly<Record<string, string>>): string =>
	text
		.replace(/( ?)\{(visitor|agent|site|page)\}/g, (_, space: string, name: string) =>
			values[name] ? space + values[name] : "",
		)
		.trimStart();
