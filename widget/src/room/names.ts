const MAX_NAME_CHARACTERS = 60;

/**
 * A person's name as it may be shown: an agent chose it, so control and direction characters go and its length is
 * capped. What is more than Latin letters is put between isolates (UAX #9), so that it cannot reorder the sentence
 * around it.
 */
export function safeName(name: unknown, otherwise: string): string {
	if (typeof name !== "string") return otherwise;
	const clean = name
		.slice(0, 4 * MAX_NAME_CHARACTERS)
		.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, " ")
		.replace(/\s+/g, " ")
		.trim();
	const short = [...clean].slice(0, MAX_NAME_CHARACTERS).join("");
	if (short === "") return otherwise;
	return /^[\p{Script=Latin} ]+$/u.test(short) ? short : `\u2068${short}\u2069`;
}
