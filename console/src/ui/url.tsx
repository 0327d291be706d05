import { cutMiddle } from "../texts/format.ts";

/** A visitor's URL as text, never as a link: cut in the middle, whole in the tooltip. */
export function Url({ url, most }: { url: string; most?: number }) {
	return (
		<bdi class="url" dir="ltr" title={url}>
			{cutMiddle(url, most)}
		</bdi>
	);
}
