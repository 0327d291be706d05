/** What a person chose, kept in this browser; a browser that keeps nothing (private mode, blocked) is no error. */

type Choice = "language" | "theme" | "singleKeys" | "fit";

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
