import type { Page } from "../../../wire/wire.ts";
import { isMasked, Masks } from "../mask/masks.ts";
import type { Policy } from "../policy.ts";
import { cutURL } from "./url.ts";

const MAX_TITLE_CHARACTERS = 200;
/** A page may change title and address several times in one navigation. */
const SETTLE_MS = 60;

/**
 * The page as the policy lets it be told: before there is a policy, only where it is at home; a hidden one not even that.
 */
export function describePage(policy: Policy | undefined, hidden: boolean, leaving = false): Page {
	const parts = policy?.url ?? { domain: true, path: false, query: false, hash: false };
	return {
		url: hidden ? "" : cutURL(location.href, parts),
		title: policy && !hidden ? titleOf(policy) : "",
		visible: document.visibilityState === "visible",
		focused: document.hasFocus(),
		...(leaving && { leaving }),
	};
}

/** The title under the same rules as the page's other text. */
function titleOf(policy: Policy): string {
	const masks = new Masks(policy);
	masks.step(document, location.pathname);
	const element = document.querySelector("title");
	const verdict = element ? masks.verdict(element) : masks.root;
	return isMasked(verdict) ? "" : document.title.slice(0, MAX_TITLE_CHARACTERS);
}

/** Calls back when route, title, visibility or focus may have changed. History is wrapped until the stop it returns. */
export function watchPage(changed: () => void): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const soon = () => {
		clearTimeout(timer);
		timer = setTimeout(changed, SETTLE_MS);
	};
	const unwrap = (["pushState", "replaceState"] as const).map((name) => wrapHistory(name, soon));
	const listening = new AbortController();
	const { signal } = listening;
	for (const type of ["popstate", "hashchange", "focus", "blur"]) addEventListener(type, soon, { signal });
	// At once: a page that is being hidden may get no further timer.
	document.addEventListener("visibilitychange", changed, { signal });
	const titles = new MutationObserver(soon);
	if (document.head) titles.observe(document.head, { childList: true, characterData: true, subtree: true });
	return () => {
		clearTimeout(timer);
		for (const undo of unwrap) undo();
		listening.abort();
		titles.disconnect();
	};
}

function wrapHistory(name: "pushState" | "replaceState", after: () => void): () => void {
	const own = Object.getOwnPropertyDescriptor(history, name);
	const before = history[name];
	let active = true;
	const wrapper: History["pushState"] = function (this: History, ...args) {
		before.apply(this, args);
		if (active) after();
	};
	history[name] = wrapper;
	return () => {
		active = false;
		// Wrapped by someone else meanwhile: ours stays, passing through.
		if (history[name] !== wrapper) return;
		if (own) Object.defineProperty(history, name, own);
		else Reflect.deleteProperty(history, name);
	};
}
