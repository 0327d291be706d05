/** Shows dialogs, popovers and what is full-screen as open or closed (OPEN). */

import { isHTML } from "./elements.ts";

const How = { closed: 0, modal: 1, nonModal: 2, popover: 3, fullscreen: 4 } as const;

/** Opens or closes an element; how: as the operation says. */
export function showOpen(element: Element, how: number): void {
	element.toggleAttribute("alongside-fullscreen", how === How.fullscreen);
	if (how === How.popover) showPopover(element as HTMLElement);
	else if (element.hasAttribute("popover") && element.matches(":popover-open")) (element as HTMLElement).hidePopover();
	if (isHTML(element, "dialog")) showDialog(element as HTMLDialogElement, how);
	else if (isHTML(element, "details")) (element as HTMLDetailsElement).open = how !== How.closed;
}

function showDialog(dialog: HTMLDialogElement, how: number): void {
	if (how === How.closed) {
		if (dialog.open) dialog.close();
	} else if (how === How.modal && !dialog.matches(":modal")) {
		dialog.removeAttribute("open");
		keepingFocus(dialog, () => dialog.showModal());
	} else if (how === How.nonModal) {
		if (dialog.matches(":modal")) dialog.close();
		keepingFocus(dialog, () => dialog.show());
	}
}

function showPopover(element: HTMLElement): void {
	if (!element.hasAttribute("popover")) element.setAttribute("popover", "manual");
	if (element.isConnected && !element.matches(":popover-open")) element.showPopover();
}

/** Opens without the focus following: what is inert cannot take it. */
function keepingFocus(dialog: HTMLDialogElement, show: () => void): void {
	const { inert, isConnected } = dialog;
	if (!isConnected) return;
	dialog.inert = true;
	show();
	dialog.inert = inert;
}
