/** Nothing the agent does inside the mirrored documents has an effect there. */

const CANCELLED = [
	...["click", "auxclick", "dblclick", "contextmenu", "mousedown", "mouseup", "pointerdown", "pointerup"],
	...["touchstart", "touchmove", "touchend", "dragstart", "dragenter", "dragover", "drop", "wheel", "selectstart"],
	...["keydown", "keypress", "keyup", "beforeinput", "paste", "cut", "submit", "reset", "invalid"],
];

function cancel(event: Event): void {
	event.preventDefault();
	event.stopImmediatePropagation();
}

/** Cancels what the agent does in a window; `document.open` undoes it. */
export function keepStill(view: Window): void {
	for (const type of CANCELLED) view.addEventListener(type, cancel, { capture: true, passive: false });
}
