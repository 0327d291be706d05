/** The state of a form: what is typed, what is wrong, and how saving goes. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api/http.ts";
import { type TextKey, t } from "../texts/index.ts";
import { problemText } from "../ui/problem.ts";
import { toast } from "../ui/toast.tsx";
import { useUnsaved } from "./unsaved.ts";

/** What is wrong, by the field's name as in the JSON: "origins", "form[2].label". */
export type Problems = Readonly<Record<string, string>>;

/** The problem of a field or of something in it: "origins" answers for "origins[1]" too. */
export const problemOf = (problems: Problems, name: string): string =>
	Object.entries(problems).find(([at]) => at === name || at.startsWith(`${name}[`) || at.startsWith(`${name}.`))?.[1] ??
	"";

type Options<T> = {
	start: T;
	/** Sends it; what it returns, or else what was sent, becomes the form's new start. */
	save(value: T): Promise<T | undefined>;
	/** What can be told without the server. */
	check?(value: T): Problems;
	/** The newer version, after a conflict. */
	load?(): Promise<T>;
	/** What is said after success; "" says nothing. */
	said?: string;
	/** False where leaving loses nothing worth a question: searches, sign-in. */
	guarded?: boolean;
	/** Words for statuses that mean something here. */
	known?: Readonly<Record<number, TextKey>>;
};

export type Form<T> = {
	value: T;
	set(patch: Partial<T>): void;
	problems: Problems;
	/** What is wrong with the whole. */
	general: string;
	busy: boolean;
	dirty: boolean;
	/** Somebody else has saved in between. */
	conflict: boolean;
	loadNewer(): Promise<void>;
	submit(event?: Event): Promise<void>;
	root: RefObject<HTMLFormElement | null>;
};

const none: Problems = {};

export function useForm<T extends object>({
	start,
	save,
	check,
	load,
	said,
	known,
	guarded = true,
}: Options<T>): Form<T> {
	const [base, setBase] = useState(start);
	const [value, setValue] = useState(start);
	const [problems, setProblems] = useState(none);
	const [general, setGeneral] = useState("");
	const [busy, setBusy] = useState(false);
	const [conflict, setConflict] = useState(false);
	const root = useRef<HTMLFormElement>(null);
	/** The problems are news: the first is gone to. What merely goes away moves nobody. */
	const news = useRef(false);
	const dirty = JSON.stringify(value) !== JSON.stringify(base);
	useUnsaved(dirty && guarded);

	useEffect(() => {
		if (!news.current) return;
		news.current = false;
		const first = root.current?.querySelector<HTMLElement>(
			'[aria-invalid="true"], [data-invalid="true"] :is(input, button)',
		);
		if (first) first.focus();
		else
			setGeneral(
				Object.entries(problems)
					.map(([field, words]) => `${field}: ${words}`)
					.join("; "),
			);
	}, [problems]);

	const submit = async (event?: Event) => {
		event?.preventDefault();
		if (busy) return;
		setGeneral("");
		setConflict(false);
		const found = check?.(value) ?? none;
		if (Object.keys(found).length > 0) {
			news.current = true;
			setProblems(found);
			return;
		}
		setProblems(none);
		setBusy(true);
		try {
			const saved = (await save(value)) ?? value;
			setBase(saved);
			setValue((now) => (now === value ? saved : { ...now, ...versionOf(saved) }));
			if (said !== "") toast(said ?? t("saved"));
		} catch (error) {
			const known409 = error instanceof ApiError && error.status === 409 && error.code === "conflict" && load;
			if (known409) setConflict(true);
			else if (error instanceof ApiError && error.errors.length > 0) {
				news.current = true;
				setProblems(
					Object.fromEntries(
						error.errors.map(({ field, detail }) => [field, detail ? t("fieldServer", { detail }) : t("fieldWrong")]),
					),
				);
			} else setGeneral(problemText(error, known));
		}
		setBusy(false);
	};
	const loadNewer = async () => {
		try {
			const newer = await load?.();
			if (!newer) return;
			setBase(newer);
			setValue(newer);
			setConflict(false);
			setProblems(none);
			toast(t("newerLoaded"));
		} catch (error) {
			setGeneral(problemText(error));
		}
	};
	const set = (patch: Partial<T>) => {
		setValue((now) => ({ ...now, ...patch }));
		setProblems((all) => {
			const left = Object.entries(all).filter(([field]) =>
				same(inside(value, field), inside({ ...value, ...patch }, field)),
			);
			return left.length === Object.keys(all).length ? all : Object.fromEntries(left);
		});
	};
	return { value, set, problems, general, busy, dirty, conflict, loadNewer, submit, root };
}

/** What a field of the JSON names: "form[2].label". Of a list of texts it is the whole: it was sent tidied up. */
const inside = (value: unknown, field: string): unknown =>
	field
		.replace(/\[\d+\]$/, "")
		.split(/[.[\]]+/)
		.filter(Boolean)
		.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const versionOf = (saved: object): object => ("version" in saved ? { version: saved.version } : {});

/** Lines as they are meant: trimmed, without empty ones. */
export const lines = (typed: readonly string[]): string[] => typed.map((one) => one.trim()).filter((one) => one !== "");

/** Checks that every form shares; each returns what is wrong, or nothing. */
export const wrong = {
	empty: (value: string): string => (value.trim() ? "" : t("fieldEmpty")),
	email: (value: string): string => (/^\S+@\S+$/.test(value.trim()) ? "" : t("fieldEmail")),
	password: (value: string): string => (value.length >= PASSWORD_LEAST ? "" : t("fieldPassword")),
	between: (value: number, least: number, most: number): string =>
		Number.isInteger(value) && value >= least && value <= most
			? ""
			: t("fieldBetween", { least: String(least), most: String(most) }),
	origins: (typed: readonly string[]): string => {
		const all = lines(typed);
		if (all.length === 0) return t("fieldOriginEmpty");
		const bad = all.find((one) => originOf(one) === undefined);
		return bad === undefined ? "" : t("fieldOrigin", { value: bad });
	},
};

/** Characters; the server holds the same line. */
const PASSWORD_LEAST = 10;

/** "example.com/path" → "https://example.com"; undefined for what is no web address. */
function originOf(typed: string): string | undefined {
	const scheme = /^(localhost|127\.)/i.test(typed) ? "http" : "https";
	const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `${scheme}://${typed}`;
	if (/\s/.test(whole) || !URL.canParse(whole)) return undefined;
	const { protocol, origin } = new URL(whole);
	return /^https?:$/.test(protocol) ? origin : undefined;
}

/** The origins of lines as browsers write them; what is none stays as it is, for the server to refuse. */
export const origins = (typed: readonly string[]): string[] => lines(typed).map((one) => originOf(one) ?? one);

/** Leaves out the fields that are right. */
export const problemsIn = (all: Problems): Problems =>
	Object.fromEntries(Object.entries(all).filter(([, words]) => words !== ""));
