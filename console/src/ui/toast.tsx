/** One short message at a time, read out by screen readers, gone by itself. */
import { Cell, useCell } from "../state/cell.ts";

const SHOWN_MS = 5000;

const message = new Cell("");
let timer: ReturnType<typeof setTimeout> | undefined;

export function toast(text: string): void {
	message.set(text);
	clearTimeout(timer);
	timer = setTimeout(() => message.set(""), SHOWN_MS);
}

export function Toast() {
	const text = useCell(message);
	return (
		<div class="toasts" role="status">
			{text && <p class="toast">{text}</p>}
		</div>
	);
}
