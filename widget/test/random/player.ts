/** Carries operations out on a page. What an operation cannot do where things stand, it leaves. */

import type { Event, Operation, Spec, Target } from "./operations.ts";
import type { Past } from "./oracle.ts";

type Realm = Window & typeof globalThis;
type Change = Exclude<Operation, { do: "policy" | Event }>;

const SVG = "http://www.w3.org/2000/svg";
const MAX_ELEMENTS = 300;
const MAX_DEPTH = 50;
/** Fields called as one that held a password count as such: random pages call none of these anything. */
const NAMES = ["name", "id", "placeholder", "aria-label"];
const RAW = new Set(["style", "script", "textarea", "template", "title"]);
/** What every random page begins with. */
export const FIRST_PAGE = `<!doctype html><html><head><title>Zqtt0q</title><style>.k0 { color: red }\n[data-sel] { top: 0px }</style></head><body><main></main></body></html>`;

export class Player {
	readonly #window: Realm;
	readonly #document: Document;
	readonly #past: Past;
	readonly #labels = new Map<string, Node>();
	readonly #sheets: CSSStyleSheet[] = [];
	/** While nothing is captured, what a page does with closed roots and passwords goes unseen. */
	isSeen = true;

	constructor(window: Realm, past: Past) {
		this.#window = window;
		this.#document = window.document;
		this.#past = past;
		for (const name of ["html", "head", "body", "main", "style"])
			this.#labels.set(name, this.#document.querySelector(name) as Element);
		for (let i = 0; i < 3; i++) this.#sheets.push(new window.CSSStyleSheet());
	}

	/** Changes the page; an operation that is none of the page's is not for here. */
	play(operation: Operation): void {
		try {
			this.#play(operation as Change);
		} catch (error) {
			// The DOM forbids much; what counts is that the page stays a page.
			if (!["DOMException", "TypeError"].includes((error as Error).constructor.name)) throw error;
			if ((error as Error).constructor.name === "TypeError") console.warn(operation.do, String(error));
		}
	}

	#play(operation: Change): void {
		switch (operation.do) {
			case "insert": {
				let into = this.#parent(operation.into);
				const nodes = operation.nodes.map((spec) => this.#make(spec));
				// Into what was removed only now and then: it may never come back.
				if (!into || (!into.isConnected && operation.at % 4)) into = this.#parent(["main", 0]);
				if (!into || this.#isFull) return;
				const fragment = this.#document.createDocumentFragment();
				fragment.append(...nodes);
				into.insertBefore(fragment, this.#place(into, operation.at));
				for (const node of nodes) this.#seePasswords(node);
				return;
			}
			case "remove": {
				const node = this.#node(operation.on);
				if (node && !this.#isFirm(node)) (node as ChildNode).remove?.();
				return;
			}
			case "clear": {
				const node = this.#element(operation.on);
				if (node && !this.#isFirm(node)) node.replaceChildren();
				return;
			}
			case "move":
			case "clone": {
				const into = this.#parent(operation.into);
				let node = this.#node(operation.on);
				if (!node || !into || this.#isFirm(node) || node.nodeType === 11) return;
				if (operation.do === "clone") {
					if (this.#isFull || (node as Element).querySelectorAll?.("*").length > 30) return;
					node = node.cloneNode(true);
				}
				if (depthOf(into) > MAX_DEPTH) return;
				into.insertBefore(node, this.#place(into, operation.at));
				this.#seePasswords(node);
				return;
			}
			case "sort": {
				const parent = this.#parent(operation.on);
				if (!parent || this.#isFirm(parent)) return;
				const order = [...parent.childNodes].map((child, i) => ({
					child,
					key: Math.imul(i + 1, operation.salt) % 101,
				}));
				for (const { child } of order.sort((a, b) => a.key - b.key)) parent.append(child);
				return;
			}
			case "replace": {
				const node = this.#node(operation.on);
				const made = this.#make(operation.node);
				if (!node?.parentNode || this.#isFirm(node)) return;
				node.parentNode.replaceChild(made, node);
				this.#seePasswords(made);
				return;
			}
			case "wrap": {
				const node = this.#node(operation.on);
				const made = this.#make(operation.node);
				if (!node?.parentNode || this.#isFirm(node) || depthOf(node) > MAX_DEPTH) return;
				node.parentNode.replaceChild(made, node);
				made.appendChild(node);
				return;
			}
			case "html":
			case "unsafe-html": {
				const element = this.#element(operation.on);
				if (!element || this.#isFull || this.#isFirm(element) || RAW.has(element.localName)) return;
				// Inside drawings even an input is none, which no mirror shows.
				if (element.namespaceURI === SVG) return;
				if (operation.do === "html") element.innerHTML = operation.text;
				else (element as Element & { setHTMLUnsafe(html: string): void }).setHTMLUnsafe(operation.text);
				return;
			}
			case "text":
			case "outer": {
				const element = this.#element(operation.on);
				if (!element || this.#isFirm(element)) return;
				if (operation.do === "text") element.textContent = operation.text;
				else element.replaceWith(operation.text);
				return;
			}
			case "data": {
				const node = this.#node(operation.on);
				if (node?.nodeType === 3 || node?.nodeType === 8) (node as CharacterData).data = operation.text;
				return;
			}
			case "split": {
				const node = this.#node(operation.on);
				if (node?.nodeType === 3) (node as globalThis.Text).splitText(operation.at);
				return;
			}
			case "normalize":
				this.#node(operation.on)?.normalize();
				return;
			case "attribute":
				this.#attribute(operation);
				return;
			case "toggle":
				this.#element(operation.on)?.classList.toggle(operation.token);
				return;
			case "value": {
				const field = this.#element(operation.on) as HTMLInputElement | undefined;
				if (!field || !("value" in field) || field.localName === "select") return;
				if (operation.how === "attribute") field.setAttribute("value", operation.text);
				else field.value = operation.text;
				if (operation.how === "typed") field.dispatchEvent(new this.#window.Event("input", { bubbles: true }));
				return;
			}
			case "check": {
				const field = this.#element(operation.on) as HTMLInputElement | undefined;
				if (field?.localName !== "input") return;
				if (operation.how === "attribute") field.toggleAttribute("checked");
				else field[operation.how] = !field[operation.how];
				return;
			}
			case "choose": {
				const select = this.#element(operation.on) as HTMLSelectElement | undefined;
				if (select?.localName !== "select") return;
				if (operation.text) {
					const option = this.#make({ label: operation.label, tag: "option", attributes: {} });
					option.textContent = operation.text;
					select.append(option);
				} else if (select.multiple) {
					const option = select.options[operation.index];
					if (option) option.selected = !option.selected;
				} else select.selectedIndex = operation.index;
				return;
			}
			case "reset":
				this.#element(operation.on)?.closest("form")?.reset();
				return;
			case "shadow": {
				const host = this.#element(operation.on);
				if (host) this.#attach(host, operation.mode, operation.children);
				return;
			}
			case "iframe":
				this.#frame(operation);
				return;
			case "css":
				this.#css(operation);
				return;
			case "adopt": {
				const root = this.#node(operation.on)?.getRootNode() as Document | ShadowRoot | undefined;
				if (root && "adoptedStyleSheets" in root && (root.ownerDocument ?? root) === this.#document)
					root.adoptedStyleSheets = [...new Set(operation.sheets)].map((i) => this.#sheets[i] as CSSStyleSheet);
				return;
			}
			case "adopted": {
				const sheet = this.#sheets[operation.sheet] as CSSStyleSheet;
				if (operation.how === "replace") sheet.replaceSync(operation.text);
				else sheet.insertRule(operation.text, 0);
				return;
			}
			case "define":
				this.#window.customElements.define(operation.tag, class extends this.#window.HTMLElement {});
				return;
			case "title":
				this.#document.title = operation.text;
				return;
			case "root":
				this.#root(operation.which);
		}
	}

	get #isFull(): boolean {
		return this.#document.querySelectorAll("*").length > MAX_ELEMENTS;
	}

	/** The page's frame stays; only "root" changes it. */
	#isFirm(node: Node): boolean {
		return ["html", "head", "body", "main"].some((label) => this.#labels.get(label) === node);
	}

	#node([label, below]: Target): Node | undefined {
		const node = this.#labels.get(label);
		if (!node || below === 0 || node.nodeType !== 1) return node;
		const element = node as Element;
		let base: ParentNode & Node = element;
		if (element.localName === "iframe") base = (element as HTMLIFrameElement).contentDocument?.body ?? element;
		else if (below % 2) base = element.shadowRoot ?? this.#past.closed.get(element) ?? element;
		const list = base.querySelectorAll("*");
		return list[below % (list.length + 1)] ?? base;
	}

	#element(target: Target): Element | undefined {
		const node = this.#node(target);
		return node?.nodeType === 1 ? (node as Element) : undefined;
	}

	#parent(target: Target): (ParentNode & Node) | undefined {
		let node: Node | null | undefined = this.#node(target);
		if (node?.nodeType === 3 || node?.nodeType === 8) node = node.parentNode;
		return node?.nodeType === 1 || node?.nodeType === 11 ? (node as Element) : undefined;
	}

	#place(parent: Node, at: number): Node | null {
		return parent.childNodes[at % (parent.childNodes.length + 1)] ?? null;
	}

	#make(spec: Spec): Node {
		let node: Node;
		if (spec.tag === undefined) {
			node = this.#document[spec.comment ? "createComment" : "createTextNode"](spec.text ?? "");
		} else {
			const element = spec.svg ? this.#document.createElementNS(SVG, spec.tag) : this.#document.createElement(spec.tag);
			for (const [name, value] of Object.entries(spec.attributes ?? {})) element.setAttribute(name, value);
			if (spec.tag === "input" && spec.attributes?.type === "password") dropNames(element);
			for (const child of spec.children ?? []) element.append(this.#make(child) as Element);
			if (spec.value !== undefined && spec.attributes?.type !== "file")
				(element as HTMLInputElement).value = spec.value;
			if (spec.shadow) this.#attach(element, spec.shadow.mode, spec.shadow.children);
			node = element;
		}
		this.#labels.set(spec.label, node);
		return node;
	}

	#attach(host: Element, wanted: "open" | "closed", children: Spec[]): void {
		const isSeen = this.isSeen && host.ownerDocument === this.#document && host instanceof this.#window.Element;
		const mode = isSeen ? wanted : "open";
		const nodes = children.map((spec) => this.#make(spec));
		const root = host.attachShadow({ mode });
		if (mode === "closed") this.#past.closed.set(host, root);
		root.append(...(nodes as Element[]));
	}

	#attribute({ on, name, value }: Extract<Operation, { do: "attribute" }>): void {
		const element = this.#element(on);
		if (!element || (element === this.#labels.get("html") && name === "hidden")) return;
		if (element.localName === "input") {
			const isPassword = (element as HTMLInputElement).type === "password" || this.#past.passwords.has(element);
			if (isPassword && NAMES.includes(name)) return;
			if (name === "type" && (isPassword || value === "password")) {
				if (!this.isSeen || element.getRootNode() !== this.#document) return;
				dropNames(element);
			}
		}
		if (value === null) element.removeAttribute(name);
		else element.setAttribute(name, value);
		this.#seePasswords(element);
	}

	/** What was made unseen is seen once the capture goes over the page. */
	look(): void {
		this.#seePasswords(this.#document.documentElement);
	}

	#seePasswords(top: Node): void {
		if (!this.isSeen || top.getRootNode() !== this.#document || top.nodeType !== 1) return;
		for (const field of [top as Element, ...(top as Element).querySelectorAll("input")])
			if (field.localName === "input" && (field as HTMLInputElement).type === "password")
				this.#past.passwords.add(field);
	}

	#frame({ on, how, text }: Extract<Operation, { do: "iframe" }>): void {
		const frame = this.#element(on) as HTMLIFrameElement | undefined;
		if (frame?.localName !== "iframe") return;
		const content = frame.contentDocument;
		if (how === "srcdoc") frame.srcdoc = text;
		else if (how === "src") {
			frame.removeAttribute("srcdoc");
			frame.src = `/inner?${(text.match(/Zq\w+/) ?? [""])[0]}`;
		} else if (how === "blank") {
			frame.removeAttribute("srcdoc");
			frame.removeAttribute("src");
		} else if (!content) return;
		else if (how === "body" && content.body) content.body.innerHTML = text;
		else if (how === "write") {
			content.open();
			content.write(`<p>${text}`);
			content.close();
		}
	}

	#css({ on, how, text, at }: Extract<Operation, { do: "css" }>): void {
		const style = this.#element(on) as HTMLStyleElement | undefined;
		if (style?.localName !== "style") return;
		const { sheet } = style;
		if (how === "text") style.textContent = text;
		else if (how === "media") style.media = at % 2 ? "print" : "";
		else if (!sheet) return;
		else if (how === "disable") sheet.disabled = !sheet.disabled;
		else if (how === "insert") sheet.insertRule(text, Math.min(at, sheet.cssRules.length));
		else if (sheet.cssRules.length) sheet.deleteRule(at % sheet.cssRules.length);
	}

	#root(which: "html" | "body"): void {
		const old = which === "html" ? this.#document.documentElement : this.#document.body;
		if (!old) return;
		const made = this.#document.createElement(which);
		made.append(...old.childNodes);
		old.replaceWith(made);
		this.#labels.set(which, made);
	}
}

function dropNames(element: Element): void {
	for (const name of NAMES) element.removeAttribute(name);
}

function depthOf(node: Node): number {
	let depth = 0;
	for (let up: Node | null = node; up; up = up.parentNode ?? (up as ShadowRoot).host ?? null) depth++;
	return depth;
}
