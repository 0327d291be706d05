/** Fields that never leave, whatever a site sets: passwords, payment cards, one-time codes. */

const AUTOCOMPLETE = /(^|\s)(cc-\S+|one-time-code|current-password|new-password)(\s|$)/i;

/** Tested against names split into lower-case words: `cardNumber`, `card_number` and `Card number` read alike. */
const PATTERNS: readonly RegExp[] = [
	/pass ?(word|wd|phrase|code)|\bpwd\b|passwort|kennwort|mot de passe|contrase|\bsenha\b/,
	/\bcard ?(number|num|no|nr|digits)|(credit|debit|bank|payment) ?card ?(?!holder|name|type)|\bcc ?(number|num|no|nr)\b|\bcc\b|\bccn\b|\bpan\b|card(number|num|no)\b|karten ?nummer|kreditkarte|num[ée]ro de (la )?carte|n[úu]mero de (la )?tarjeta/,
	/\bcc?vv ?2?\b|\bcvc ?2?\b|\bcsc\b|\bcvn\b|\bcid\b|security ?code|card ?verification|pr[üu]f ?(nummer|ziffer)|cryptogramme|c[óo]digo de seguridad/,
	/\b(cc|card) ?exp|\bexp(iry|iration|ires?)?\b( ?(date|month|year|mm|yy))?|\bmm ?\/ ?(yy|jj|aa)|g[üu]ltig bis|ablaufdatum|caducidad/,
	/one ?time ?(code|pass|pin)|\botp\b|\b[tm]an\b ?code|\b(2fa|mfa|totp)\b|(verification|authenticat\w+|auth|sms|security) ?(code|pin)\b|einmal ?(code|passwort)|\bpin ?(code|number)?$/,
];

const words = (text: string): string =>
	text
		.replace(/([a-z0-9])([A-Z])/g, "$1 $2")
		.replace(/[\s_\-.:[\]#*]+/g, " ")
		.trim()
		.toLowerCase();

/** Whether a field's autocomplete says it holds a card, a password or a one-time code. */
export const sensitiveAutocomplete = (value: string | null): boolean => value !== null && AUTOCOMPLETE.test(value);

const MAX_KNOWN = 4000;
/** What names read like depends on nothing else: pages have the same few, and they are asked for again and again. */
const known = new Map<string, boolean>();

/** Whether a name, ID, placeholder or label reads like one of them. */
export function sensitiveName(text: string | null | undefined): boolean {
	if (!text) return false;
	const name = text.slice(0, 200);
	let sensitive = known.get(name);
	if (sensitive === undefined) {
		const read = words(name);
		sensitive = PATTERNS.some((pattern) => pattern.test(read));
		if (known.size >= MAX_KNOWN) known.clear();
		known.set(name, sensitive);
	}
	return sensitive;
}
