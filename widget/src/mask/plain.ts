/**
 * Reads of a node what it really is. Fields hide properties of their form by their names, and pictures, frames and forms
 * those of their document (HTML, [LegacyOverrideBuiltIns]): `form.firstChild` may be an input. Wherever a node may be a
 * form or a document, it is asked through `plain`.
 */

type Tagged = { readonly [Symbol.toStringTag]?: string };

const WITHOUT_NAMES: ProxyHandler<Node> = {
	get(node, name) {
		const value: unknown = Reflect.get(Object.getPrototypeOf(node), name, node);
		return typeof value === "function" ? value.bind(node) : value;
	},
};

/** A node as one that no name hides anything of; only to be asked, never to be passed on or compared. */
export function plain<T extends Node>(node: T): T {
	// No name hides what is called by a symbol.
	const tag = (node as Tagged)[Symbol.toStringTag];
	return tag === "HTMLFormElement" || tag === "HTMLDocument" ? new Proxy(node, WITHOUT_NAMES as ProxyHandler<T>) : node;
}

/** The window of an element's document. */
export const viewOf = (element: Element): (Window & typeof globalThis) | null =>
	plain(plain(element).ownerDocument).defaultView;

/** The host of the shadow root that a node stands in. Not asked of any root: a link that stands alone has a `host`, too. */
export function hostOf(node: Node): Element | undefined {
	const root = plain(node).getRootNode();
	return plain(root).nodeType === 11 ? (root as ShadowRoot).host : undefined;
}
