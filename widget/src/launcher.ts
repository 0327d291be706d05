import { h, icon, icons } from "./ui/dom.ts";

/**
 * The rules marked important win over any of the page's rules for the host element (CSS Cascade 5 §6.1: important
 * inner-context declarations win), so that a page's `* {…}` cannot hide or move the widget.
 */
const CSS = `:host{all:initial!important;position:fixed!important;inset:0!important;width:auto!important;height:auto!important;max-width:none!important;max-height:none!important;margin:0!important;padding:0!important;border:0!important;background:none!important;overflow:clip!important;pointer-events:none!important;z-index:2147483647!important;display:block!important;visibility:visible!important;color-scheme:light dark!important}
@media print{:host{display:none!important}}
:host::backdrop{display:none!important}
:host([hidden]){display:none!important}
*{box-sizing:border-box}
.launcher{position:absolute;inset-block-end:1em;inset-inline-end:1em;pointer-events:auto;display:flex;align-items:center;gap:.5em;min-height:2.75em;max-width:calc(100% - 2em);padding:.6em 1.15em .6em .95em;border:1px solid transparent;border-radius:1.4em;background:#0b6562;color:#fff;font:600 1em/1.3 system-ui,sans-serif;text-align:start;box-shadow:0 1px 2px #0003,0 4px 16px #0003;cursor:pointer}
.launcher:hover{background:#084f4d}
.launcher:focus-visible{outline:3px solid #fff;outline-offset:-5px}
.launcher[hidden]{display:none}
.launcher[aria-busy=true]{opacity:.75;cursor:progress}
.launcher svg{flex:none;width:1.3em;height:1.3em;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
@media (prefers-reduced-motion:no-preference){.launcher{transition:background .15s}}`;

export type Launcher = { host: HTMLElement; root: ShadowRoot; button: HTMLButtonElement };

/**
 * The Help button in a shadow root of its own. Its styles are a constructed sheet, which a content security policy
 * without 'unsafe-inline' permits. The host hangs on the root element, so that no selector of the page for its body's
 * children (`:last-child`, `:empty`) and no framework that replaces the body meets it.
 */
export function createLauncher(label: string, language: string, direction: string, onClick: () => void): Launcher {
	const host = document.createElement("alongside-help");
	const root = host.attachShadow({ mode: "open" });
	const sheet = new CSSStyleSheet();
	sheet.replaceSync(CSS);
	root.adoptedStyleSheets = [sheet];
	const button = h(
		"button",
		{ class: "launcher", type: "button", lang: language, dir: direction, click: onClick },
		icon(icons.help),
		h("span", {}, label),
	);
	root.append(button);
	document.documentElement.append(host);
	return { host, root, button };
}
