/** Notices of the system, for an agent who looks at something else. The browser is asked only when a person wants it. */
import { Cell } from "../state/cell.ts";
import { recall, remember } from "../state/kept.ts";

export type Notices = "unsupported" | "off" | "on" | "blocked";

const read = (): Notices => {
	if (!("Notification" in globalThis) || !isSecureContext) return "unsupported";
	if (Notification.permission === "denied") return "blocked";
	return Notification.permission === "granted" && recall("notices") === "on" ? "on" : "off";
};

export const notices = new Cell<Notices>(read());

/** On asks the browser, where it has not been asked yet. */
export async function switchNotices(): Promise<void> {
	const on = notices.value !== "on";
	if (on && Notification.permission === "default") await Notification.requestPermission();
	remember("notices", on && Notification.permission === "granted" ? "on" : "off");
	notices.set(read());
}

/** Shows a notice unless the person looks at this window; `about`: a later one about the same takes its place. */
export function notify(title: string, body: string, about: string): void {
	if (notices.value !== "on" || (document.visibilityState === "visible" && document.hasFocus())) return;
	try {
		const notice = new Notification(title, { body, tag: about });
		notice.onclick = () => {
			window.focus();
			notice.close();
		};
	} catch {
		// Some phones let only service workers show notices.
	}
}
