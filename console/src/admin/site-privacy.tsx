/** What agents see of the site's pages: the mode, exceptions by selector, and the parts of addresses. */
import { getSite, modes, type Policy, rules, type Selector, savePolicy } from "../api/admin-sites.ts";
import { Field, Fields, type FieldTable, FormBox } from "./fields.tsx";
import { lines, problemOf, useForm, wrong } from "./form.ts";
import { Section } from "./parts.tsx";
import { RuleList } from "./rule-list.tsx";
import type { TabProps } from "./site.tsx";

const modeTexts = {
	inputs: { label: "modeInputs", hint: "modeInputsHint" },
	strict: { label: "modeStrict", hint: "modeStrictHint" },
	"marked-only": { label: "modeMarked", hint: "modeMarkedHint", warn: "modeMarkedWarn" },
} as const;
const modeTable: FieldTable<Policy> = [
	{ name: "mode", kind: "radio", label: "mode", choices: modes.map((value) => ({ value, ...modeTexts[value] })) },
];
const restTable: FieldTable<Policy> = [
	{ name: "images", kind: "check", label: "policyImages", hint: "policyImagesHint" },
	{ name: "canvas", kind: "check", label: "policyCanvas", hint: "policyCanvasHint" },
	{ name: "closedRoots", kind: "check", label: "policyClosed", hint: "policyClosedHint" },
	{ name: "foreignUnmask", kind: "check", label: "policyForeign", hint: "policyForeignHint" },
];
const ruleTexts = {
	mask: "ruleMask",
	ignore: "ruleIgnore",
	unmask: "ruleUnmask",
	"no-control": "ruleNoControl",
} as const;
const selectorTable = [
	{ name: "css", label: "selectorCss", code: true, placeholder: ".account-number" },
	{
		name: "rule",
		kind: "select",
		label: "selectorRule",
		choices: rules.map((value) => ({ value, label: ruleTexts[value] })),
	},
	{ name: "paths", kind: "lines", label: "selectorPaths", hint: "pathsHint", code: true, rows: 2 },
] as const;
const urlParts = ["domain", "path", "query", "hash"] as const;
const partTexts = { domain: "partDomain", path: "partPath", query: "partQuery", hash: "partHash" } as const;

export function PrivacyTab({ site, put }: TabProps) {
	const form = useForm<Policy>({
		start: site.policy,
		check: ({ selectors }) =>
			Object.fromEntries(
				selectors.flatMap(({ css }, i) => (wrong.empty(css) ? [[`selectors[${i}].css`, wrong.empty(css)]] : [])),
			),
		save: async (typed) => {
			const selectors = typed.selectors.map((one) => ({ ...one, css: one.css.trim(), paths: lines(one.paths) }));
			const policy = await savePolicy(site.id, { ...typed, selectors });
			put({ policy });
			return policy;
		},
		load: async () => (await getSite(site.id)).policy,
	});
	const { url } = form.value;
	return (
		<Section title="tabPrivacy" hint="privacyLead">
			<FormBox form={form}>
				<Fields form={form} table={modeTable} />
				<RuleList<Selector>
					name="selectors"
					legend="selectors"
					lead="selectorsLead"
					add="selectorAdd"
					fields={selectorTable}
					fresh={{ css: "", rule: "mask", paths: [] }}
					rules={form.value.selectors}
					problems={form.problems}
					columns
					onChange={(selectors) => form.set({ selectors })}
				/>
				<Field
					kind="several"
					label="urlParts"
					hint="urlPartsHint"
					choices={urlParts.map((value) => ({ value, label: partTexts[value] }))}
					value={urlParts.filter((part) => url[part])}
					problem={problemOf(form.problems, "url")}
					onChange={(on) => {
						const has = (part: string) => Array.isArray(on) && on.includes(part);
						form.set({ url: { domain: has("domain"), path: has("path"), query: has("query"), hash: has("hash") } });
					}}
				/>
				<Fields form={form} table={restTable} />
			</FormBox>
		</Section>
	);
}
