/** Handing a visitor on to a colleague or a team, with a note that only they read. */
import { useEffect, useId, useState } from "preact/hooks";
import { type Colleagues, getColleagues, handOverRoom } from "../api/desk.ts";
import { account } from "../state/account.ts";
import { t } from "../texts/index.ts";
import { Dialog } from "../ui/dialog.tsx";
import { problemText } from "../ui/problem.ts";
import type { LiveSession } from "./session.ts";

const NOTE_CHARACTERS = 1000;

export function HandOverDialog({ session, onClose }: { session: LiveSession; onClose(): void }) {
	const id = useId();
	const [colleagues, setColleagues] = useState<Colleagues>();
	const [to, setTo] = useState("");
	const [note, setNote] = useState("");
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState("");
	useEffect(() => {
		getColleagues().then(setColleagues, (error: unknown) => setProblem(problemText(error)));
	}, []);
	const people = colleagues?.people.filter((one) => one.id !== account.value?.id) ?? [];
	const teams = colleagues?.teams ?? [];
	const submit = async () => {
		if (busy) return;
		const [kind, receiver = ""] = to.split(/:(.*)/s);
		if (receiver === "") {
			setProblem(t("handNobody"));
			document.getElementById(`${id}to`)?.focus();
			return;
		}
		setBusy(true);
		setProblem("");
		try {
			await handOverRoom(session.id, kind === "team" ? { team: receiver } : { person: receiver }, note.trim());
		} catch (error) {
			setProblem(problemText(error, { 404: "handUnavailable", 409: "handUnavailable" }));
			setBusy(false);
			return;
		}
		const name = (kind === "team" ? teams : people).find((one) => one.id === receiver)?.name ?? "";
		session.handing.set({ room: session.id, name, refused: false });
		onClose();
	};
	return (
		<Dialog title={t("handTitle")} onClose={onClose}>
			<form
				class="dialog-form"
				onSubmit={(event) => {
					event.preventDefault();
					void submit();
				}}
			>
				<label for={`${id}to`}>{t("handTo")}</label>
				<select
					id={`${id}to`}
					class="select"
					value={to}
					aria-describedby={`${id}problem`}
					onChange={({ currentTarget }) => setTo(currentTarget.value)}
				>
					<option value="">{t(colleagues ? "handChoose" : "loading")}</option>
					{teams.length > 0 && (
						<optgroup label={t("handTeams")}>
							{teams.map((team) => (
								<option key={team.id} value={`team:${team.id}`}>
									{team.name}
								</option>
							))}
						</optgroup>
					)}
					{people.length > 0 && (
						<optgroup label={t("handPeople")}>
							{people.map(({ id, name, status }) => (
								<option key={id} value={`person:${id}`}>
									{name} – {t(status === "available" ? "statusAvailable" : "statusAway")}
								</option>
							))}
						</optgroup>
					)}
				</select>
				<label for={`${id}note`}>{t("handNote")}</label>
				<textarea
					id={`${id}note`}
					class="field"
					rows={3}
					dir="auto"
					maxLength={NOTE_CHARACTERS}
					value={note}
					aria-describedby={`${id}hint`}
					onInput={({ currentTarget }) => setNote(currentTarget.value)}
				/>
				<p class="hint" id={`${id}hint`}>
					{t("handNoteHint")}
				</p>
				<p class="problem" id={`${id}problem`} role="alert">
					{problem}
				</p>
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>
						{t("cancel")}
					</button>
					<button type="submit" class="button primary" aria-disabled={busy}>
						{t("handOver")}
					</button>
				</div>
			</form>
		</Dialog>
	);
}
