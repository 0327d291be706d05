/** Who is signed in. */
import { or, shape, text } from "./checks.ts";
import { call } from "./http.ts";

const me = shape({
	id: text,
	name: text,
	email: text,
	role: or(text, "agent"),
	tenant: shape({ id: text, name: text }),
});
export type Me = ReturnType<typeof me>;

export const getMe = () => call("GET", "/api/v1/me", me);
export const signIn = (email: string, password: string) => call("POST", "/api/v1/sign-in", me, { email, password });
export const signOut = () => call("POST", "/api/v1/sign-out", () => undefined);
