/** Pieces that the admins' pages share: what is loading, lists of things, secrets to copy, questions before the worst. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type TextKey, t } from "../texts/index.ts";
import { Choices } from "../ui/choices.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Logo } from "../ui/icons.tsx";
import { problemText } from "../ui/problem.ts";
import { toast } from "../ui/toast.tsx";

export type Loaded<T> = { value: T | undefined; problem: string; reload(): Promise<void>; put(value: T): void };

/** What the server has; `load` must not change, or the caller has a key. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
	const [value, put] = useState<T>();
	const [problem, setProblem] = useState("");
	const reload = async () => {
		setProblem("");
		try {
			put(await load());
		} catch (error) {
			setProblem(problemText(error, { 404: "notFound" }));
		}
	};
	useEffect(() => void reload(), []);
	return { value, problem, reload, put };
}

export function Show<T>({ of, children }: { of: Loaded<T>; children: (value: T) => ComponentChildren }) {
	if (of.value !== undefined) return <>{children(of.value)}</>;
	if (!of.problem) return <p class="muted">{t("loading")}</p>;
	return (
		<div class="pad">
			<p role="alert">{of.problem}</p>
			<button type="button" class="button" onClick={of.reload}>
				{t("tryAgain")}
			</button>
		</div>
	);
}

/** One act at a time, its failure said. */
export function useAct(): { busy: boolean; act(work: () => Promise<unknown>, said?: string): Promise<boolean> } {
	const [busy, setBusy] = useState(false);
	const act = async (work: () => Promise<unknown>, said?: string) => {
		if (busy) return false;
		setBusy(true);
		try {
			await work();
			if (said) toast(said);
			return true;
		} catch (error) {
			toast(problemText(error));
			return false;
		} finally {
			setBusy(false);
		}
	};
	return { busy, act };
}

export function Section({ title, hint, children }: { title: TextKey; hint?: TextKey; children: ComponentChildren }) {
	const id = useId();
	return (
		<section class="card section" aria-labelledby={id}>
			<header>
				<h2 id={id}>{t(title)}</h2>
				{hint && <p class="hint">{t(hint)}</p>}
			</header>
			{children}
		</section>
	);
}

/** A list of things, each with its name, its facts and what can be done. */
export function Rows({ empty, children }: { empty: TextKey; children: ComponentChildren[] }) {
	return children.length > 0 ? <ul class="rows">{children}</ul> : <p class="muted">{t(empty)}</p>;
}

/** Facts in a line, each in its own direction of writing. */
export function Facts({ of }: { of: readonly (string | false)[] }) {
	return of
		.filter((fact) => fact !== false && fact !== "")
		.map((fact, i) => (
			<span key={fact}>
				{i > 0 && " · "}
				<bdi>{fact}</bdi>
			</span>
		));
}

type RowProps = { name: ComponentChildren; facts?: ComponentChildren; children?: ComponentChildren };
export function Row({ name, facts, children }: RowProps) {
	return (
		<li class="row">
			<div class="row-words">
				<span class="strong">{name}</span>
				{facts && <span class="hint">{facts}</span>}
			</div>
			<div class="row-acts">{children}</div>
		</li>
	);
}

/** Links to the parts of a page, in a strip that scrolls where it must: where one is stays in view. */
export function Strip({
	class: kind,
	title,
	children,
}: {
	class: string;
	title: TextKey;
	children: ComponentChildren;
}) {
	const root = useRef<HTMLElement>(null);
	useEffect(() => {
		const here = root.current?.querySelector("[aria-current]");
		const strip = root.current;
		if (!here || !strip || strip.scrollWidth <= strip.clientWidth) return;
		here.scrollIntoView({ block: "nearest", inline: "center" });
	});
	return (
		<nav ref={root} class={kind} aria-label={t(title)}>
			{children}
		</nav>
	);
}

/** Text to be taken elsewhere: links, secrets, code. */
type CopyableProps = { label: TextKey; fill?: Record<string, string>; text: string; block?: boolean };
export function Copyable({ label, fill, text, block }: CopyableProps) {
	return (
		<figure class="copyable" data-block={block}>
			<figcaption>{t(label, fill)}</figcaption>
			<pre dir="ltr">
				<code>{text}</code>
			</pre>
			<CopyButton text={text} />
		</figure>
	);
}

type ConfirmProps = {
	title: string;
	body: string;
	action: TextKey;
	/** What has to be typed before it may be done. */
	typed?: string;
	onDone(): void;
	work(): Promise<unknown>;
	said?: string;
};

/** Asks before what cannot be undone; a failure is said inside, as a toast would lie beneath the dialog. */
export function Confirm({ title, body, action, typed, onDone, work, said }: ConfirmProps) {
	const id = useId();
	const [words, setWords] = useState("");
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState(false);
	const submit = async (event: Event) => {
		event.preventDefault();
		if (busy) return;
		if (typed !== undefined && words.trim() !== typed) {
			setProblem(t("typeExactly", { words: typed }));
			return;
		}
		setBusy(true);
		try {
			await work();
			if (said) toast(said);
			onDone();
		} catch (error) {
			setProblem(problemText(error));
			setBusy(false);
		}
	};
	return (
		<Dialog title={title} onClose={onDone}>
			<form class="fields" noValidate onSubmit={submit}>
				<p>{body}</p>
				{typed !== undefined && (
					<div class="row-field">
						<label for={id}>{t("typeToConfirm", { words: typed })}</label>
						<input
							id={id}
							class="field"
							dir="auto"
							autocomplete="off"
							aria-invalid={problem !== ""}
							aria-describedby={`${id}problem`}
							value={words}
							onInput={({ currentTarget }) => setWords(currentTarget.value)}
						/>
					</div>
				)}
				<p class="problem" role="alert" id={`${id}problem`}>
					{problem}
				</p>
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onDone}>
						{t("cancel")}
					</button>
					<button type="submit" class="button danger solid" aria-disabled={busy}>
						{t(action)}
					</button>
				</div>
			</form>
		</Dialog>
	);
}

/** A page for those who are not signed in: a card, and the choice of language below it. */
export function OpenPage({ title, wide, children }: { title: string; wide?: boolean; children: ComponentChildren }) {
	useEffect(() => {
		document.title = `${title} – Alongside`;
	}, [title]);
	return (
		<div class="sign-in">
			<main id="content" class="sign-in-card" data-wide={wide} tabIndex={-1}>
				<Logo size={44} />
				<h1>{title}</h1>
				{children}
			</main>
			<footer class="sign-in-foot">
				<Choices />
			</footer>
		</div>
	);
}

/** The secret of a link's fragment; the address forgets it at once, so that no history or screenshot keeps it. */
export function takeToken(): string {
	const token = location.hash.slice(1);
	if (token) history.replaceState(history.state, "", location.pathname);
	return token;
}

/** Which part of a page is shown: the address's fragment, so that Back and links work. */
export function useFragment<const T extends string>(known: readonly [T, ...T[]]): T {
	const read = () => known.find((one) => `#${one}` === location.hash) ?? known[0];
	const [at, setAt] = useState(read);
	useEffect(() => {
		const change = () => setAt(read());
		addEventListener("popstate", change);
		addEventListener("hashchange", change);
		return () => {
			removeEventListener("popstate", change);
			removeEventListener("hashchange", change);
		};
	}, []);
	return at;
}
