import { useId, useRef, useState } from "preact/hooks";
import { CODE_DIGITS, codeDigits, joinByCode } from "../api/joins.ts";
import { handOver } from "../state/route.ts";
import { t } from "../texts/index.ts";
import { problemText } from "../ui/problem.ts";

/** Joins by the code a visitor reads out; the sixth digit joins by itself. */
export function CodeForm({ inputId }: { inputId: string }) {
	const id = useId();
	const input = useRef<HTMLInputElement>(null);
	const [code, setCode] = useState("");
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState("");
	const join = async (digits: string) => {
		if (busy) return;
		if (digits.length < CODE_DIGITS) {
			setProblem(t("codeShort"));
			input.current?.focus();
			return;
		}
		setBusy(true);
		setProblem("");
		try {
			handOver(await joinByCode(digits));
		} catch (error) {
			setProblem(problemText(error, { 404: "codeUnknown" }));
			setBusy(false);
			input.current?.select();
		}
	};
	const typed = (text: string) => {
		const digits = codeDigits(text);
		const complete = digits.length === CODE_DIGITS && digits !== code;
		setCode(digits);
		if (input.current) input.current.value = digits;
		setProblem("");
		if (complete) void join(digits);
	};
	return (
		<form
			class="code-form card"
			onSubmit={(event) => {
				event.preventDefault();
				void join(code);
			}}
		>
			<h2>{t("codeTitle")}</h2>
			<label for={inputId} class="muted">
				{t("codeLabel")}
			</label>
			<div class="code-row">
				<input
					ref={input}
					id={inputId}
					class="field code-field"
					inputMode="numeric"
					autocomplete="off"
					dir="ltr"
					placeholder="000000"
					value={code}
					aria-invalid={problem !== ""}
					aria-describedby={`${id}hint ${id}problem`}
					onInput={({ currentTarget }) => typed(currentTarget.value)}
				/>
				<button type="submit" class="button primary" aria-disabled={busy}>
					{t(busy ? "joining" : "join")}
				</button>
			</div>
			<p class="problem" id={`${id}problem`} role="alert">
				{problem}
			</p>
			<p class="hint" id={`${id}hint`}>
				{t("codeHint")}
			</p>
		</form>
	);
}
