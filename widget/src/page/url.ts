import type { Policy } from "../policy.ts";

/** A URL's parts as the policy lets them out; the only way a URL leaves the widget. User and password never do. */
export function cutURL(href: string, parts: Policy["url"]): string {
	let url: URL;
	try {
		url = new URL(href);
	} catch {
		return "";
	}
	if (url.protocol !== "http:" && url.protocol !== "https:") return "";
	return (
		(parts.domain ? `${url.protocol}//${url.host}` : "") +
		(parts.path ? url.pathname : parts.domain ? "/" : "") +
		(parts.query ? url.search : "") +
		(parts.hash ? url.hash : "")
	);
}
