/** Lists that are saved as a whole: canned replies, and reasons a session ends with. */
import type { Reason, Reply } from "../api/admin-records.ts";
import { getReasons, getReplies, saveReasons, saveReplies } from "../api/admin-records.ts";
import { count } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Field, type FieldSpec, FormBox } from "./fields.tsx";
import { type Problems, problemOf, useForm, wrong } from "./form.ts";
import { Section, Show, useLoaded } from "./parts.tsx";

type Item = { id: string };
type List<T> = { items: T[] };
type Props<T> = {
	title: TextKey;
	hint: TextKey;
	none: TextKey;
	add: TextKey;
	itemAt: TextKey;
	blank: T;
	/** Sessions name what was saved once: it can be retired, not removed. */
	lasting?: boolean;
	/** Which of the fields must not be empty, and how each looks. */
	table: readonly (FieldSpec & { name: keyof T & string; needed?: boolean })[];
	load(): Promise<List<T>>;
	save(next: List<T>): Promise<List<T>>;
};

export const Replies = () => (
	<ListSection<Reply>
		title="replies"
		hint="repliesHint"
		none="repliesNone"
		add="replyAdd"
		itemAt="replyAt"
		blank={{ id: "", shortcut: "", text: "" }}
		table={[
			{ name: "shortcut", label: "replyShortcut", hint: "replyShortcutHint", needed: true },
			{ name: "text", kind: "area", label: "replyText", needed: true },
		]}
		load={getReplies}
		save={saveReplies}
	/>
);

export const Reasons = () => (
	<ListSection<Reason>
		title="reasons"
		hint="reasonsHint"
		none="reasonsNone"
		add="reasonAdd"
		itemAt="reasonAt"
		blank={{ id: "", label: "", retired: false }}
		lasting
		table={[
			{ name: "label", label: "reasonLabel", needed: true },
			{ name: "retired", kind: "check", label: "reasonRetired", hint: "reasonRetiredHint" },
		]}
		load={getReasons}
		save={saveReasons}
	/>
);

function ListSection<T extends Item>(props: Props<T>) {
	const list = useLoaded(props.load);
	return (
		<Section title={props.title} hint={props.hint}>
			<Show of={list}>{(start) => <ListForm {...props} start={start} />}</Show>
		</Section>
	);
}

function ListForm<T extends Item>(props: Props<T> & { start: List<T> }) {
	const { start, none, add, itemAt, blank, lasting, table, save } = props;
	const form = useForm<List<T>>({
		start,
		check: ({ items }) => {
			const problems: Record<string, string> = {};
			for (const [i, item] of items.entries())
				for (const { name, needed } of table) {
					const words = needed ? wrong.empty(String(item[name])) : "";
					if (words) problems[`items[${i}].${name}`] = words;
				}
			return problems as Problems;
		},
		save,
	});
	const { items } = form.value;
	const put = (at: number, patch: object) =>
		form.set({ items: items.map((item, i) => (i === at ? { ...item, ...patch } : item)) });
	return (
		<FormBox form={form}>
			{items.length === 0 && <p class="muted">{t(none)}</p>}
			{items.map((item, i) => (
				<fieldset key={i} class="item">
					<legend>{t(itemAt, { at: count(i + 1) })}</legend>
					{table.map(({ name, needed, ...spec }) => (
						<Field
							key={name}
							{...spec}
							value={item[name]}
							problem={problemOf(form.problems, `items[${i}].${name}`)}
							onChange={(value) => put(i, { [name]: value })}
						/>
					))}
					{!(lasting && item.id) && (
						<button
							type="button"
							class="button small danger fit"
							aria-label={`${t("remove")}: ${t(itemAt, { at: count(i + 1) })}`}
							onClick={() => form.set({ items: items.filter((_, j) => j !== i) })}
						>
							{t("remove")}
						</button>
					)}
				</fieldset>
			))}
			<button type="button" class="button small fit" onClick={() => form.set({ items: [...items, blank] })}>
				{t(add)}
			</button>
		</FormBox>
	);
}
