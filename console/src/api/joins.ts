/** Getting into a room: by code, by click and by link are the same call. */
import { shape, text } from "./checks.ts";
import { call } from "./http.ts";

export const join = shape({ room: text, ticket: text, socket: text, site: shape({ id: text, name: text }) });
export type Join = ReturnType<typeof join>;

export const joinRoom = (room: string) => call("POST", "/api/v1/joins", join, { room });
export const joinByCode = (code: string) => call("POST", "/api/v1/joins", join, { code });

export const CODE_DIGITS = 6;

/**
 * The digits of what was typed or pasted, "Code: 481 203" included; Arabic and Persian digits count as theirs.
 * Longer input is cut.
 */
export function codeDigits(input: string): string {
	return input
		.replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x660))
		.replace(/[۰-۹]/g, (d) => String(d.charCodeAt(0) - 0x6f0))
		.replace(/\D/g, "")
		.slice(0, CODE_DIGITS);
}
