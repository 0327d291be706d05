export type Part = { text: string; href?: string };

/** Where an address ends: white space, quotes, and characters that turn the direction of text. */
const ADDRESS = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"'`\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/giu;
const SAFE: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:"]);
const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Splits a message into plain text and links that are safe to follow; a link reads as exactly where it leads. */
export function linked(text: string): Part[] {
	const parts: Part[] = [];
	let at = 0;
	for (const { 0: met, index } of text.matchAll(ADDRESS)) {
		const address = trimmed(met);
		const href = safeURL(address);
		if (!href) continue;
		if (index > at) parts.push({ text: text.slice(at, index) });
		// Letters that only look like others': shown as the name that is looked up.
		parts.push({ text: /\/\/[^/]*xn--/.test(href) ? href : address, href });
		at = index + address.length;
	}
	if (at < text.length) parts.push({ text: text.slice(at) });
	return parts;
}

/** Without what ends the sentence rather than the address. */
function trimmed(address: string): string {
	for (let end = address.length; end > 0; end--) {
		const last = address.charAt(end - 1);
		const opening = PAIRS[last];
		const kept = address.slice(0, end);
		const loose = opening !== undefined && kept.split(last).length > kept.split(opening).length;
		if (!loose && !/[.,;:!?…،؛؟*_]/u.test(last)) return kept;
	}
	return "";
}

/** A name and password before the host make an address look like another's. */
function safeURL(address: string): string | undefined {
	try {
		const { href, protocol, username, password } = new URL(address);
		return SAFE.has(protocol) && !username && !password ? href : undefined;
	} catch {
		return undefined;
	}
}
