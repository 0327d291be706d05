import { type Policy, readPolicy } from "../policy.ts";

/** The form before help, as the site's admin composed it; read so that whatever is not understood is left out. */

const KINDS = ["name", "question", "text", "long", "choice", "email"] as const;
export type FieldKind = (typeof KINDS)[number];
export type FormField = {
	id: string;
	kind: FieldKind;
	label: string;
	required: boolean;
	options: readonly { value: string; label: string }[];
};

/** What the server says before a room is opened. */
export type Help = {
	open: boolean;
	/** When there will be somebody again, ms since 1970; 0 if nobody knows. */
	opensAt: number;
	form: readonly FormField[];
	optedOut: boolean;
	/** What may be told of the page, so that the request itself can say where help is asked for. */
	policy: Policy | undefined;
};

/** Characters an answer may have. */
export const MAX_ANSWER: Record<FieldKind, number> = {
	name: 100,
	question: 2000,
	text: 200,
	long: 2000,
	choice: 200,
	email: 254,
};
/** What a form and its lists may hold, whatever the server says. */
const MAX_FIELDS = 20;
const MAX_OPTIONS = 100;
const MAX_LABEL_CHARACTERS = 300;

type Loose = Record<string, unknown>;
const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null;
const list = (value: unknown, most: number): Loose[] =>
	Array.isArray(value) ? value.filter(isObject).slice(0, most) : [];
const label = (value: unknown, otherwise: string): string =>
	(typeof value === "string" && value.trim() ? value : otherwise).slice(0, MAX_LABEL_CHARACTERS);

/** Without a word about opening hours help is open. */
export function readHelp(value: Loose): Help {
	return {
		open: value.open !== false,
		opensAt: (typeof value.opensAt === "string" && Date.parse(value.opensAt)) || 0,
		form: list(value.form, MAX_FIELDS).flatMap((field) => readField(field) ?? []),
		optedOut: value.optedOut === true,
		policy: isObject(value.policy) ? readPolicy(value.policy) : undefined,
	};
}

function readField({ id, kind, label: said, required, options }: Loose): FormField | undefined {
	const known = KINDS.find((each) => each === kind);
	if (typeof id !== "string" || !known) return undefined;
	return {
		id,
		kind: known,
		label: label(said, id),
		required: required === true,
		options: list(options, MAX_OPTIONS).flatMap(({ value, label: text }) =>
			typeof value === "string" ? { value, label: label(text, value) } : [],
		),
	};
}

/** What is wrong with an answer: nothing said where something must be, or not an address. */
export type Fault = "missing" | "email" | "refused";

/** Roughly an address; whether it is one, only a letter to it tells. */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

export function faultOf({ kind, required }: Pick<FormField, "kind" | "required">, answer: string): Fault | undefined {
	if (answer.trim() === "") return required ? "missing" : undefined;
	return kind === "email" && !EMAIL.test(answer.trim()) ? "email" : undefined;
}
