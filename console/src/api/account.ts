/** Who is signed in. */
import { flag, number, or, shape, text } from "./checks.ts";
import { call, nothing } from "./http.ts";

export const me = shape({
	id: text,
	name: text,
	email: text,
	role: or(text, "agent"),
	secondFactor: or(flag, false),
	/** How many visitors at once. */
	capacity: or(number, 1),
	/** Whether the server can send mail. */
	mail: or(flag, false),
	tenant: shape({ id: text, name: text }),
});
export type Me = ReturnType<typeof me>;

export const getMe = () => call("GET", "/api/v1/me", me);
/** 401 `second-factor`: the password is right, a code of the authenticator or a recovery code is missing or wrong. */
export const signIn = (email: string, password: string, code?: string) =>
	call("POST", "/api/v1/sign-in", me, code ? { email, password, code } : { email, password });
export const signOut = () => call("POST", "/api/v1/sign-out", nothing);
