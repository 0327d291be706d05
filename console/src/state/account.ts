/** The signed-in person: `undefined` until the server has been asked, `null` for nobody. */
import { getMe, type Me, signIn as postSignIn, signOut as postSignOut } from "../api/account.ts";
import { ApiError, onSignedOut } from "../api/http.ts";
import { Cell } from "./cell.ts";

export const account = new Cell<Me | null | undefined>(undefined);

/** Whether the server could not be asked who is signed in. */
export const unreachable = new Cell(false);

/** Whether someone was signed in and the server ended that by itself. */
export const thrownOut = new Cell(false);

export async function loadAccount(): Promise<void> {
	try {
		account.set(await getMe());
		unreachable.set(false);
	} catch (error) {
		if (error instanceof ApiError && error.status === 401) account.set(null);
		else unreachable.set(true);
	}
}

export async function signIn(email: string, password: string, code?: string): Promise<void> {
	account.set(await postSignIn(email, password, code));
	thrownOut.set(false);
}

export async function signOut(): Promise<void> {
	await postSignOut();
	thrownOut.set(false);
	account.set(null);
}

onSignedOut.handler = () => {
	if (account.value) thrownOut.set(true);
	account.set(null);
};
