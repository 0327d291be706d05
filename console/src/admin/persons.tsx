/** What is kept of one person: found, handed out, erased. */
import { useState } from "preact/hooks";
import {
	erasePerson,
	exportPath,
	type Found,
	findPerson,
	type Handle,
	handles,
	type Who,
} from "../api/admin-records.ts";
import { ApiError } from "../api/http.ts";
import { count, moment } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Field, Fields, type FieldTable, FormBox } from "./fields.tsx";
import { problemsIn, useForm, wrong } from "./form.ts";
import { Confirm, Facts, Row, Rows, Section } from "./parts.tsx";

const handleTexts: Record<Handle, TextKey> = {
	user: "byUser",
	visitor: "byVisitor",
	email: "byEmail",
	receipt: "byReceipt",
};
const table: FieldTable<Who> = [
	{
		name: "by",
		kind: "select",
		label: "personBy",
		choices: handles.map((value) => ({ value, label: handleTexts[value] })),
	},
	{ name: "value", label: "personValue", hint: "personValueHint", code: true },
];

/** The server names the way in which a person is named; here that is one field. */
function besideValue(error: unknown): never {
	if (!(error instanceof ApiError)) throw error;
	const { status, code, retryAfterMs, errors, detail } = error;
	throw new ApiError(
		status,
		code,
		retryAfterMs,
		errors.map((one) => ({ ...one, field: "value" })),
		detail,
	);
}

export function Persons() {
	const [found, setFound] = useState<{ who: Who; what: Found }>();
	const form = useForm<Who>({
		start: { by: "user", value: "" },
		check: ({ value }) => problemsIn({ value: wrong.empty(value) }),
		save: async (typed) => {
			const who = { by: typed.by, value: typed.value.trim() };
			setFound({ who, what: await findPerson(who).catch(besideValue) });
		},
		said: "",
		guarded: false,
	});
	return (
		<>
			<Section title="personFind">
				<FormBox form={form} action="personFindAct" always class="columns">
					<Fields form={form} table={table} />
				</FormBox>
			</Section>
			{found && (
				<Section title="personFound">
					<p role="status">
						{found.what.count === 0
							? t("personNothing")
							: t("personCount", { count: count(found.what.count), who: found.who.value })}
					</p>
					{found.what.count > 0 && (
						<Held
							key={JSON.stringify(found.who)}
							who={found.who}
							what={found.what}
							onErased={() => setFound({ who: found.who, what: { sessions: [], count: 0 } })}
						/>
					)}
				</Section>
			)}
		</>
	);
}

function Held({ who, what, onErased }: { who: Who; what: Found; onErased(): void }) {
	return (
		<>
			<Rows empty="personNothing">
				{what.sessions.map(({ id, kind, opened, site, name, messages }) => (
					<Row
						key={id}
						name={<bdi>{name || t("visitor")}</bdi>}
						facts={
							<Facts
								of={[
									site.name,
									t(kind === "message" ? "kindMessage" : "kindHelp"),
									moment(opened),
									kind !== "message" && t("messagesFact", { count: count(messages) }),
								]}
							/>
						}
					/>
				))}
			</Rows>
			<h3>{t("personExport")}</h3>
			<p class="hint">{t("personExportHint")}</p>
			<div class="save">
				{(["json", "csv"] as const).map((format) => (
					<a key={format} class="button" href={exportPath(who, format)} download={`alongside-person.${format}`}>
						{t("downloadAs", { format: format.toUpperCase() })}
					</a>
				))}
			</div>
			<Erase who={who} onErased={onErased} />
		</>
	);
}

function Erase({ who, onErased }: { who: Who; onErased(): void }) {
	const [mode, setMode] = useState<"delete" | "strip">("delete");
	const [asking, setAsking] = useState(false);
	const [done, setDone] = useState("");
	return (
		<>
			<h3>{t("erase")}</h3>
			<Field
				kind="radio"
				label="eraseHow"
				value={mode}
				onChange={(value) => setMode(value === "strip" ? "strip" : "delete")}
				choices={[
					{ value: "delete", label: "eraseDelete", hint: "eraseDeleteHint" },
					{ value: "strip", label: "eraseStrip", hint: "eraseStripHint" },
				]}
			/>
			<button type="button" class="button danger fit" onClick={() => setAsking(true)}>
				{t("eraseAsk")}
			</button>
			<p role="status">{done}</p>
			{asking && (
				<Confirm
					title={t("eraseTitle")}
					body={t(mode === "delete" ? "eraseDeleteHint" : "eraseStripHint")}
					typed={who.value}
					action="eraseAct"
					work={async () => {
						const { sessions, messages } = await erasePerson(who, mode);
						setDone(t("erased", { sessions: count(sessions), messages: count(messages) }));
					}}
					onDone={() => setAsking(false)}
				/>
			)}
			{done && (
				<button type="button" class="button fit" onClick={onErased}>
					{t("close")}
				</button>
			)}
		</>
	);
}
