/** What a document shows, element by element, and how two of them differ. */

/** An element: where it is, how it looks, what it holds. Short names: a page has thousands. */
export type Seen = { n: string; b: number[]; s: string; v?: string; c: (Seen | string)[] };

/**
 * Reads a document; runs in the page. What draws nothing is left out, the same on both sides: scripts, comments, the
 * head, the widget. Texts that only a left-out node parts are one.
 */
export function look(doc: Document): Seen {
	const unseen =
		/^(script|noscript|template|meta|base|title|source|track|param|style|link|head|alongside-(help|refused))$/;
	const childless = /^(textarea|object|embed|video|audio|canvas|datalist|img|input)$/;
	const view = doc.defaultView as Window & typeof globalThis;
	const round = (n: number) => Math.round(n * 100) / 100;
	const enteredIn = (element: Element): string | undefined => {
		const field = element as HTMLInputElement;
		if (element.localName === "select")
			return [...(element as unknown as HTMLSelectElement).selectedOptions].map((o) => o.index).join();
		if (element.localName === "textarea") return field.value;
		if (element.localName !== "input" || field.type === "file" || field.type === "hidden") return undefined;
		if (field.type === "checkbox" || field.type === "radio") return `${field.checked} ${field.indeterminate}`;
		return field.value;
	};
	const read = (element: Element, inner: Window & typeof globalThis): Seen => {
		const { x, y, width, height } = element.getBoundingClientRect();
		const style = inner.getComputedStyle(element);
		const seen: Seen = {
			n: element.localName,
			b: [round(x), round(y), round(width), round(height)],
			s: `${style.display} ${style.visibility} ${style.color} ${style.backgroundColor} ${style.fontSize} ${style.fontWeight} ${style.opacity} ${style.transform} ${style.textAlign} ${style.direction}`,
			c: [],
		};
		const value = enteredIn(element);
		if (value !== undefined) seen.v = value;
		// Pages of trials name their closed roots, which nobody else can find.
		const shadow = element.shadowRoot ?? (element as Element & { closedRoot?: ShadowRoot }).closedRoot;
		if (shadow) seen.c.push({ n: "#shadow", b: [], s: "", c: children(shadow, inner) });
		if (element.localName === "iframe") {
			const document = (element as HTMLIFrameElement).contentDocument;
			const window = document?.defaultView as (Window & typeof globalThis) | null;
			if (document?.documentElement && window) seen.c.push(read(document.documentElement, window));
		} else if (!childless.test(element.localName)) seen.c.push(...children(element, inner));
		return seen;
	};
	const children = (parent: Node, inner: Window & typeof globalThis): (Seen | string)[] => {
		const all: (Seen | string)[] = [];
		for (const node of parent.childNodes) {
			// What the mirror itself keeps in the page, to show parts of drawings from elsewhere.
			const isOurs = node.nodeType === 1 && (node as Element).hasAttribute("alongside-sprites");
			if (node.nodeType === 1 && !isOurs && !unseen.test((node as Element).localName))
				all.push(read(node as Element, inner));
			if (node.nodeType !== 3 && node.nodeType !== 4) continue;
			const text = (node as Text).data;
			if (typeof all.at(-1) === "string") all.push((all.pop() as string) + text);
			else if (text) all.push(text);
		}
		return all;
	};
	return read(doc.documentElement, view);
}

/**
 * Brings style sheets' own animations and transitions to rest, so that two moments can be compared; runs in the page.
 * What a script animates is left as it is.
 */
export function rest(doc: Document): void {
	const view = doc.defaultView as Window & typeof globalThis;
	for (const animation of doc.getAnimations?.() ?? []) {
		if (!(animation instanceof view.CSSAnimation) && !(animation instanceof view.CSSTransition)) continue;
		if (animation.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY) {
			animation.pause();
			animation.currentTime = 0;
		} else animation.finish();
	}
	for (const frame of doc.querySelectorAll("iframe")) if (frame.contentDocument) rest(frame.contentDocument);
}

/** How far two boxes may lie apart, CSS px. */
const APART = 0.5;
/** How many differences are told. */
const TOLD = 6;

export type Difference = { nodes: number; wrong: number; told: string[] };

const sizeOf = (seen: Seen | string): number =>
	typeof seen === "string" ? 1 : seen.c.reduce((sum, child) => sum + sizeOf(child), 1);

/** Compares what the visitor's page shows with what the mirror does. */
export function compare(page: Seen, mirror: Seen): Difference {
	const difference: Difference = { nodes: sizeOf(page), wrong: 0, told: [] };
	const differ = (path: string, what: string, nodes = 1) => {
		difference.wrong += nodes;
		if (difference.told.length < TOLD) difference.told.push(`${path}: ${what}`);
	};
	const visit = (one: Seen | string | undefined, two: Seen | string | undefined, path: string): void => {
		if (one === undefined || two === undefined) {
			const odd = (one ?? two) as Seen | string;
			differ(path, `${one ? "missing" : "too much"}: ${nameOf(odd)}`, sizeOf(odd));
		} else if (typeof one === "string" || typeof two === "string") {
			if (one === two) return;
			if (typeof one === typeof two) differ(path, `${JSON.stringify(one)} is ${JSON.stringify(two)}`);
			else differ(path, `${nameOf(one)} is ${nameOf(two)}`, sizeOf(one));
		} else if (one.n !== two.n) differ(path, `${one.n} is ${two.n}`, sizeOf(one));
		else {
			const isApart = one.b.some((edge, i) => Math.abs(edge - (two.b[i] ?? 0)) > APART);
			if (isApart) differ(path, `box ${one.b} is ${two.b}`);
			else if (one.s !== two.s) differ(path, `style ${one.s} is ${two.s}`);
			else if (one.v !== two.v) differ(path, `value ${one.v} is ${two.v}`);
			for (let i = 0; i < Math.max(one.c.length, two.c.length); i++)
				visit(one.c[i], two.c[i], `${path}>${nameOf(one.c[i] ?? (two.c[i] as Seen))}:${i}`);
		}
	};
	visit(page, mirror, page.n);
	return difference;
}

const nameOf = (seen: Seen | string): string => (typeof seen === "string" ? JSON.stringify(seen.slice(0, 40)) : seen.n);

/** Every block that holds text, with its size; runs in the page. */
export function blocks(doc: Document): string[] {
	const view = doc.defaultView as Window;
	const found: string[] = [];
	for (const element of doc.body.querySelectorAll(
		"h1,h2,h3,h4,h5,p,li,td,th,dt,dd,blockquote,pre,label,button,summary",
	)) {
		const { width, height } = element.getBoundingClientRect();
		const { display, visibility } = view.getComputedStyle(element);
		if (width === 0 || visibility !== "visible" || display === "inline") continue;
		found.push(`${element.localName} ${Math.round(width)}×${Math.round(height)} px`);
	}
	return found;
}
