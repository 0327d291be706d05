/** Shortcuts of one key each; a person can switch them off, because a speech or switch user may hit them by chance. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Cell, useCell } from "../state/cell.ts";
import { recall, remember } from "../state/kept.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Dialog } from "./dialog.tsx";

const singleKeys = new Cell(recall("singleKeys") !== "off");

/** A letter key of a non-Latin layout counts as the Latin letter on the same key. */
function keyOf(event: KeyboardEvent): string {
	const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
	return letter && event.key.length === 1 && event.key > "\u007f" ? letter.toLowerCase() : event.key;
}

const takesText = (target: EventTarget | null): boolean =>
	target instanceof HTMLElement &&
	target.closest("input, textarea, select, [contenteditable], [role=application]") !== null;

/** Calls back on a key, unless it is meant for a field, a dialog or the browser. */
export function useShortcuts(keys: Readonly<Record<string, () => void>>): void {
	const latest = useRef(keys);
	latest.current = keys;
	useEffect(() => {
		const press = (event: KeyboardEvent) => {
			if (!singleKeys.value || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
			if (takesText(event.target) || document.querySelector("dialog[open]")) return;
			const action = latest.current[keyOf(event)];
			if (!action) return;
			event.preventDefault();
			action();
		};
		addEventListener("keydown", press);
		return () => removeEventListener("keydown", press);
	}, []);
}

const listed: readonly { keys: readonly string[]; text: TextKey }[] = [
	{ keys: ["s"], text: "keyStatus" },
	{ keys: ["a", "↵"], text: "keyAccept" },
	{ keys: ["/"], text: "keySearch" },
	{ keys: ["c"], text: "keyCode" },
	{ keys: ["j", "k"], text: "keyRows" },
	{ keys: ["↵"], text: "keyOpen" },
	{ keys: ["m"], text: "keyWrite" },
	{ keys: ["/"], text: "keyReplies" },
	{ keys: ["f"], text: "keyFit" },
	{ keys: [",", "."], text: "keyTabs" },
	{ keys: ["v"], text: "keyFollow" },
	{ keys: ["←", "↑", "→", "↓", "↵"], text: "keyStage" },
	{ keys: ["?"], text: "keyHelp" },
];

/** The list of shortcuts, opened by `?` or from the account menu. */
export const shortcutsShown = new Cell(false);

export function Shortcuts() {
	const shown = useCell(shortcutsShown);
	useShortcuts({ "?": () => shortcutsShown.set(true) });
	return shown ? <ShortcutList /> : null;
}

function ShortcutList() {
	const [on, setOn] = useState(singleKeys.value);
	const toggle = () => {
		singleKeys.set(!on);
		remember("singleKeys", on ? "off" : "on");
		setOn(!on);
	};
	return (
		<Dialog title={t("shortcuts")} onClose={() => shortcutsShown.set(false)}>
			<dl class="keys">
				{listed.map(({ keys, text }) => (
					<div key={text}>
						<dt>{t(text)}</dt>
						<dd dir="ltr">
							{keys.map((key) => (
								<kbd key={key}>{key}</kbd>
							))}
						</dd>
					</div>
				))}
			</dl>
			<label class="check">
				<input type="checkbox" checked={on} onChange={toggle} />
				{t("singleKeys")}
			</label>
		</Dialog>
	);
}
