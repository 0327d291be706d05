import { useEffect } from "preact/hooks";
import { type TextKey, t } from "../texts/index.ts";

/** Names the page in the window's title. */
export function useTitle(text: TextKey): void {
	useEffect(() => {
		document.title = `${t(text)} – Alongside`;
	});
}
