/** A message's text with its links as links: words stay words, and a link says itself where it leads. */
import type { JSX } from "preact";

/** Addresses in a text; closing punctuation belongs to the sentence. */
const ADDRESS = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"]*[^\s<>"'.,;:!?)\]}…،؛؟»]/giu;
const SAFE: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);

/** The address if following it is safe: a known scheme, and no name before the host to deceive with. */
function safe(address: string): string | undefined {
	const url = URL.canParse(address) ? new URL(address) : undefined;
	return url && SAFE.has(url.protocol) && url.username === "" && url.password === "" ? url.href : undefined;
}

export function RichText({ text }: { text: string }) {
	const parts: (string | JSX.Element)[] = [];
	let at = 0;
	for (const { 0: address, index } of text.matchAll(ADDRESS)) {
		const href = safe(address);
		if (href === undefined) continue;
		parts.push(
			text.slice(at, index),
			<a href={href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">
				{address}
			</a>,
		);
		at = index + address.length;
	}
	parts.push(text.slice(at));
	return <>{parts}</>;
}
