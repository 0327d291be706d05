/** Forms with unsaved changes, and the question that is asked before they are left. */
import { useEffect } from "preact/hooks";
import { t } from "../texts/index.ts";

const dirty = new Set<object>();

/** Counts the caller among the forms that would lose something, as long as `yes`. */
export function useUnsaved(yes: boolean): void {
	useEffect(() => {
		if (!yes) return;
		const form = {};
		dirty.add(form);
		here = location.href;
		return () => void dirty.delete(form);
	}, [yes]);
}

/** Whether the page may be left: nothing is unsaved, or the person said so, who is asked once. */
export function mayLeave(): boolean {
	const yes = dirty.size === 0 || confirm(t("unsavedAsk"));
	if (yes) dirty.clear();
	return yes;
}

/** Where the unsaved form is. */
let here = "";

// In the capture phase: before the links' own handlers and before the router.
addEventListener(
	"click",
	(event) => {
		const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
		const leaves = link && !link.hasAttribute("download") && !link.getAttribute("target");
		if (!leaves || event.ctrlKey || event.metaKey || event.shiftKey || mayLeave()) return;
		event.preventDefault();
		event.stopImmediatePropagation();
	},
	true,
);
addEventListener(
	"popstate",
	(event) => {
		if (dirty.size === 0 || location.href === here || mayLeave()) return;
		event.stopImmediatePropagation();
		history.pushState(null, "", here);
	},
	true,
);
addEventListener("beforeunload", (event) => {
	if (dirty.size > 0) event.preventDefault();
});
