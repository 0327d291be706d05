/** Points in the mirrored page as node and fraction of its box, because the visitor's browser lays out differently. */

import type { Pointer } from "../../../wire/wire.ts";
import { isElement, isHTML } from "./elements.ts";
import { STAGE_MARK } from "./stage.ts";
import { renderedParent, type Tree } from "./tree.ts";

type Point = { x: number; y: number };
type Box = { left: number; top: number; width: number; height: number };

/** What lies at a point of the document's viewport, CSS px; node 0 if there is nothing that has a number. */
export function locate(tree: Tree, document: Document, x: number, y: number): Pointer {
	const node = numbered(tree, innermost(document, x, y));
	const box = node && boxOf(node);
	if (!node || !box) return { node: 0, fx: 0, fy: 0, x, y };
	const fraction = (at: number, size: number) => (size > 0 ? Math.min(1, Math.max(0, at / size)) : 0);
	return {
		node: tree.id(node) as number,
		fx: fraction(x - box.left, box.width),
		fy: fraction(y - box.top, box.height),
		x,
		y,
	};
}

/** Where a pointer is in the document's viewport; undefined if its node is gone or has no box. */
export function place(tree: Tree, pointer: Pointer): Point | undefined {
	const node = tree.node(pointer.node);
	const box = node && boxOf(node);
	return box && { x: box.left + pointer.fx * box.width, y: box.top + pointer.fy * box.height };
}

/** The element at a point, looked for in shadow roots and frames too. */
function innermost(root: Document | ShadowRoot, x: number, y: number): Element | undefined {
	const element = root.elementFromPoint(x, y) ?? undefined;
	if (!element) return undefined;
	if (element.shadowRoot && element.shadowRoot !== root) return innermost(element.shadowRoot, x, y) ?? element;
	const inner = isHTML(element, "iframe") ? (element as HTMLIFrameElement).contentDocument : null;
	if (!inner) return element;
	const origin = contentOrigin(element);
	return innermost(inner, x - origin.x, y - origin.y) ?? element;
}

function numbered(tree: Tree, element: Element | undefined): Node | undefined {
	for (let node: Node | null = element ?? null; node; node = renderedParent(node))
		if (isElement(node) && tree.id(node) !== undefined) return node;
	return undefined;
}

/** A node's box in the viewport of the outermost mirrored document. */
function boxOf(node: Node): Box | undefined {
	if (!node.isConnected) return undefined;
	const target = isElement(node) ? node : node.nodeType === Node.TEXT_NODE ? rangeOver(node) : undefined;
	if (!target || target.getClientRects().length === 0) return undefined;
	const { left, top, width, height } = target.getBoundingClientRect();
	const box = { left, top, width, height };
	for (let frame = frameOf(node); frame; frame = frameOf(frame)) {
		const origin = contentOrigin(frame);
		box.left += origin.x;
		box.top += origin.y;
	}
	return box;
}

/** The mirrored frame that a node is in; the stage's own is none. */
function frameOf(node: Node): Element | undefined {
	const frame = node.ownerDocument?.defaultView?.frameElement;
	return frame && !frame.hasAttribute(STAGE_MARK) ? frame : undefined;
}

function contentOrigin(frame: Element): Point {
	const { left, top } = frame.getBoundingClientRect();
	const style = frame.ownerDocument.defaultView?.getComputedStyle(frame);
	const inset = (side: "Left" | "Top") => Number.parseFloat(style?.[`padding${side}`] ?? "0") || 0;
	return { x: left + frame.clientLeft + inset("Left"), y: top + frame.clientTop + inset("Top") };
}

function rangeOver(node: Node): Range {
	const range = (node.ownerDocument as Document).createRange();
	range.selectNodeContents(node);
	return range;
}
