/** What a mirror shows, in the words of oracle.ts. */

import { checkOf, LOOK_ATTRIBUTES, matching, READ_ATTRIBUTES, rulesOf } from "./oracle.ts";

const NO_CHILDREN = new Set(["style", "textarea", "iframe", "alongside-embed", "img", "input"]);
const BULLETS = /[•〇]+/g;

const shown = (text: string): string => JSON.stringify(text.replace(BULLETS, "•"));

export function readMirror(document: Document | undefined, selectors: readonly string[][]): string[] {
	const lines: string[] = [];
	const put = (depth: number, text: string) => lines.push(" ".repeat(depth) + text);
	let roots = 0;
	let scope: readonly string[] = [];
	const visit = (node: Node, depth: number): void => {
		if (node.nodeType === 3) put(depth, shown((node as CharacterData).data));
		else if (node.nodeType === 9 || node.nodeType === 11) {
			const outer = scope;
			scope = selectors[roots++] ?? [];
			// The first is the mirror's own.
			const adopted = (node as Document | ShadowRoot).adoptedStyleSheets.slice(1).map((sheet) => rulesOf(sheet));
			put(depth, `${node.nodeType === 9 ? "#document" : "#shadow"}${adopted.join("")}`);
			for (const child of node.childNodes) if (child.nodeType !== 10) visit(child, depth + 1);
			scope = outer;
		} else if (node.nodeType === 1) {
			const element = node as Element;
			const tag = element.localName;
			if (tag === "alongside-box") {
				put(depth, "#box");
				return;
			}
			const isHidden = tag === "input" && (element as HTMLInputElement).type === "hidden";
			put(depth, describe(element) + (isHidden ? "" : matching(element, scope)));
			if (element.shadowRoot) visit(element.shadowRoot, depth + 1);
			const content = tag === "iframe" ? (element as HTMLIFrameElement).contentDocument : null;
			if (content?.adoptedStyleSheets.length) visit(content, depth + 1);
			if (!NO_CHILDREN.has(tag)) for (const child of element.childNodes) visit(child, depth + 1);
		} else put(depth, `node of type ${node.nodeType}`);
	};
	if (document) visit(document, 0);
	return lines;
}

function describe(element: Element): string {
	const tag = element.localName;
	// Under a mask a name that the page has made up need not leave.
	const isUnnamed = element.hasAttribute("alongside-masked") && tag.includes("-") && tag !== "alongside-embed";
	const parts = [`<${tag === "alongside-embed" ? "object" : isUnnamed ? "span" : tag}`];
	if (element.hasAttribute("alongside-masked")) parts.push("masked");
	if (element.hasAttribute("alongside-no-control")) parts.push("no-control");
	if (tag.includes("-") && !isUnnamed && tag !== "alongside-embed" && !element.hasAttribute("alongside-undefined"))
		parts.push("defined");
	if (tag === "style") {
		const { sheet } = element as HTMLStyleElement;
		return `${parts.join(" ")}${sheet ? rulesOf(sheet) : ""}>`;
	}
	for (const name of [...LOOK_ATTRIBUTES, ...READ_ATTRIBUTES]) {
		const value = element.getAttribute(name);
		// What stands in for a text that is masked says nothing.
		if (value && !/^[•〇]+$/.test(value)) parts.push(`${name}=${JSON.stringify(value)}`);
	}
	const label = tag === "optgroup" ? element.getAttribute("label") : "";
	if (label) parts.push(`label=${shown(label)}`);
	const color = (element as HTMLElement).style?.color;
	if (color) parts.push(color);
	if (tag === "input" && (element as HTMLInputElement).type === "hidden") return `${parts.join(" ")} hidden>`;
	if (tag === "input" && element.hasAttribute("type"))
		parts.push(`type=${JSON.stringify((element as HTMLInputElement).type)}`);
	if (element.hasAttribute("hidden")) parts.push("hidden");
	if (tag === "a" && element.hasAttribute("href")) parts.push("href");
	parts.push(...stateOf(element));
	return `${parts.join(" ")}>`;
}

function stateOf(element: Element): string[] {
	const tag = element.localName;
	if (tag === "select") {
		if (element.hasAttribute("alongside-masked")) return [];
		return [`chosen=${[...(element as HTMLSelectElement).selectedOptions].map((option) => option.index)}`];
	}
	if (tag !== "input" && tag !== "textarea") return [];
	const { type, value, checked, indeterminate } = element as HTMLInputElement;
	if (type === "hidden") return [];
	if (type === "checkbox" || type === "radio") return checkOf(checked, indeterminate);
	return value ? [`value=${shown(value)}`] : [];
}
