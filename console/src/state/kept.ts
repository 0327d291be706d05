/** What a person chose, kept in this browser; a browser that keeps nothing (private mode, blocked) is no error. */

type Choice = "language" | "theme" | "singleKeys" | "fit" | "sound" | "notices" | "chat" | "chatWidth";

export function recall(choice: Choice): string | undefined {
	try {
		return localStorage.getItem(`alongside.${choice}`) ?? undefined;
	} catch {
		return undefined;
	}
}

export function remember(choice: Choice, value: string): void {
	try {
		localStorage.setItem(`alongside.${choice}`, value);
	} catch {
		// The choice then lives as long as the page.
	}
}

/** What one window needs after a reload, gone with the window; unreadable counts as absent. */
export function recallHere(name: string): unknown {
	try {
		return JSON.parse(sessionStorage.getItem(`alongside.${name}`) ?? "null");
	} catch {
		return null;
	}
}

/** `undefined` forgets. */
export function rememberHere(name: string, value: unknown): void {
	try {
		if (value === undefined) sessionStorage.removeItem(`alongside.${name}`);
		else sessionStorage.setItem(`alongside.${name}`, JSON.stringify(value));
	} catch {
		// It then does not outlive a reload.
	}
}

/** Forgets all that this window kept: the next person at this machine starts empty. */
export function forgetHere(): void {
	try {
		for (const key of Object.keys(sessionStorage)) if (key.startsWith("alongside.")) sessionStorage.removeItem(key);
	} catch {
		// Nothing was kept.
	}
}
