/** Setting up, the own account, people and teams. */
import { me } from "./account.ts";
import { all, items, maybeTime, path } from "./admin-paths.ts";
import { site } from "./admin-sites.ts";
import { flag, list, number, or, shape, text, time } from "./checks.ts";
import { call, nothing } from "./http.ts";

export type Setup = {
	tenantName: string;
	adminName: string;
	adminEmail: string;
	adminPassword: string;
	siteName: string;
	origins: string[];
};
export const checkSetup = (token: string) => call("POST", path("setup", "check"), nothing, { token });
export const completeSetup = (token: string, setup: Setup) =>
	call("POST", path("setup"), shape({ me, site }), { token, ...setup });

const look = shape({ tenant: text, email: text, role: or(text, "agent") });
export const lookInvitation = (token: string) => call("POST", path("invitations", "look"), look, { token });
export const acceptInvitation = (token: string, name: string, password: string) =>
	call("POST", path("invitations", "accept"), me, { token, name, password });
export const askReset = (email: string, language: string) =>
	call("POST", path("password-reset"), nothing, { email, language });
export const acceptReset = (token: string, password: string) =>
	call("POST", path("password-reset", "accept"), nothing, { token, password });

export const changeMe = (change: { name?: string; capacity?: number }) => call("PATCH", path("me"), me, change);
export const changePassword = (old: string, next: string) =>
	call("POST", path("me", "password"), nothing, { old, new: next });
const begun = shape({ secret: text, uri: text, qr: text });
export type SecondFactor = ReturnType<typeof begun>;
export const beginSecondFactor = () => call("POST", path("me", "second-factor"), begun);
export const confirmSecondFactor = (code: string) =>
	call("POST", path("me", "second-factor", "confirm"), shape({ recovery: list(text) }), { code });
export const removeSecondFactor = (password: string) =>
	call("POST", path("me", "second-factor", "remove"), nothing, { password });
const signedIn = shape({
	id: text,
	device: or(text, ""),
	created: time,
	lastUsed: maybeTime,
	current: or(flag, false),
});
export const getSignIns = async () => (await call("GET", path("me", "sign-ins"), items(signedIn))).items;
export const revokeSignIn = (id: string) => call("DELETE", path("me", "sign-ins", id), nothing);

const person = shape({
	id: text,
	name: text,
	email: or(text, ""),
	role: or(text, "agent"),
	secondFactor: or(flag, false),
	capacity: or(number, 1),
	teams: list(text),
	resetWanted: or(flag, false),
});
export type Person = ReturnType<typeof person>;
export const getPeople = () => all("people", person);
export const changePerson = (id: string, change: { name?: string; role?: string; capacity?: number }) =>
	call("PATCH", path("people", id), person, change);
export const removePerson = (id: string) => call("DELETE", path("people", id), nothing);
export const resetLink = (id: string) => call("POST", path("people", id, "reset-link"), shape({ link: text }));
/** For somebody who has lost both the app and the recovery codes. */
export const dropSecondFactor = (id: string) => call("DELETE", path("people", id, "second-factor"), nothing);

const invitation = shape({
	id: text,
	email: text,
	role: or(text, "agent"),
	teams: list(text),
	expires: time,
	link: or(text, ""),
	mailed: or(flag, false),
});
export type Invitation = ReturnType<typeof invitation>;
export const getInvitations = () => all("invitations", invitation);
export const invite = (invited: { email: string; role: string; teams: string[]; language: string }) =>
	call("POST", path("invitations"), invitation, invited);
export const revokeInvitation = (id: string) => call("DELETE", path("invitations", id), nothing);

const rule = shape({ sites: list(text), paths: list(text), languages: list(text) });
const team = shape({ id: text, name: text, members: list(text), rules: list(rule) });
export type Rule = ReturnType<typeof rule>;
export type Team = ReturnType<typeof team>;
export const getTeams = () => all("teams", team);
export const saveTeam = ({ id, ...rest }: Team) =>
	id ? call("PUT", path("teams", id), team, rest) : call("POST", path("teams"), team, rest);
export const removeTeam = (id: string) => call("DELETE", path("teams", id), nothing);
