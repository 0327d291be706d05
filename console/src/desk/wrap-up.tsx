/** How a conversation ended, in a few words: right after it, or later from the history. */
import { useEffect, useId, useState } from "preact/hooks";
import { putWrapUp, type WrapUp } from "../api/chat.ts";
import { useCell } from "../state/cell.ts";
import { loadReasons, reasons } from "../state/replies.ts";
import { t } from "../texts/index.ts";
import { problemText } from "../ui/problem.ts";
import { toast } from "../ui/toast.tsx";

const NOTE_CHARACTERS = 4000;
const TICKET_CHARACTERS = 200;

type Props = {
	/** The session's ID, which is the room's. */
	session: string;
	filled?: WrapUp | null | undefined;
	onSaved(filled: WrapUp): void;
	/** The way out without saving. */
	onLater?: (() => void) | undefined;
};

export function WrapUpForm({ session, filled, onSaved, onLater }: Props) {
	const id = useId();
	const known = useCell(reasons);
	const [reason, setReason] = useState(filled?.reason ?? "");
	const [note, setNote] = useState(filled?.note ?? "");
	const [ticket, setTicket] = useState(filled?.ticket ?? "");
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState("");
	useEffect(loadReasons, []);
	const save = async () => {
		if (busy) return;
		setBusy(true);
		setProblem("");
		const values = { reason, note: note.trim(), ticket: ticket.trim() };
		try {
			await putWrapUp(session, values);
		} catch (error) {
			setProblem(problemText(error, { 404: "wrapGone" }));
			setBusy(false);
			return;
		}
		toast(t("wrapSaved"));
		setBusy(false);
		onSaved(values);
	};
	return (
		<form
			class="wrap-up"
			onSubmit={(event) => {
				event.preventDefault();
				void save();
			}}
		>
			<label for={`${id}reason`}>{t("wrapReason")}</label>
			<select
				id={`${id}reason`}
				class="select"
				value={reason}
				onChange={({ currentTarget }) => setReason(currentTarget.value)}
			>
				<option value="">{t("wrapNoReason")}</option>
				{known
					.filter((one) => !one.retired || one.id === reason)
					.map((one) => (
						<option key={one.id} value={one.id}>
							{one.label}
						</option>
					))}
			</select>
			<label for={`${id}note`}>{t("wrapNote")}</label>
			<textarea
				id={`${id}note`}
				class="field"
				rows={4}
				dir="auto"
				maxLength={NOTE_CHARACTERS}
				value={note}
				onInput={({ currentTarget }) => setNote(currentTarget.value)}
			/>
			<label for={`${id}ticket`}>{t("wrapTicket")}</label>
			<input
				id={`${id}ticket`}
				class="field"
				dir="auto"
				autocomplete="off"
				maxLength={TICKET_CHARACTERS}
				value={ticket}
				onInput={({ currentTarget }) => setTicket(currentTarget.value)}
			/>
			<p class="problem" role="alert">
				{problem}
			</p>
			<div class="dialog-foot">
				{onLater && (
					<button type="button" class="button" onClick={onLater}>
						{t("wrapLater")}
					</button>
				)}
				<button type="submit" class="button primary" aria-disabled={busy}>
					{t("wrapSave")}
				</button>
			</div>
		</form>
	);
}
