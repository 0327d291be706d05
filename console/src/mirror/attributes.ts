/**
 * Which attributes a mirrored element may have, and what of their values. A name that is not known to be harmless is
 * dropped.
 */

import type { Pair } from "../../../wire/operations.ts";
import { isCustomName } from "./elements.ts";
import { assetRef, isFragment, type Lookup, rewriteDeclarations } from "./styletext.ts";

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

/** HTML attributes that neither execute, load, navigate nor move the focus, whatever their value. */
const HTML_PLAIN = words(`
	class id title lang dir hidden tabindex role slot part exportparts inert draggable contenteditable translate
	type value placeholder checked selected disabled readonly required multiple size maxlength minlength min max step
	pattern rows cols wrap label for span colspan rowspan headers scope abbr width height align valign bgcolor color face
	border cellpadding cellspacing frame rules nowrap hspace vspace noshade clear compact start reversed open alt sizes
	controls muted loop low high optimum datetime ismap shape coords frameborder scrolling marginheight marginwidth text
	link vlink alink char charoff inputmode enterkeyhint accept list kind behavior direction topmargin leftmargin
	rightmargin bottommargin itemprop itemscope itemtype name usemap media popover`);

/** SVG and MathML attributes of the same sort; their values may refer to parts of the document. */
const SVG_PLAIN = words(`
	class id lang tabindex role slot part hidden title
	viewBox preserveAspectRatio width height x y x1 x2 y1 y2 cx cy r rx ry fx fy fr d points pathLength dx dy rotate
	textLength lengthAdjust startOffset method spacing side transform gradientTransform patternTransform
	gradientUnits patternUnits patternContentUnits clipPathUnits maskUnits maskContentUnits markerUnits primitiveUnits
	filterUnits spreadMethod offset refX refY markerWidth markerHeight orient version baseProfile
	in in2 result type values mode operator k1 k2 k3 k4 stdDeviation edgeMode kernelMatrix order divisor bias targetX
	targetY preserveAlpha surfaceScale specularConstant specularExponent diffuseConstant kernelUnitLength scale
	xChannelSelector yChannelSelector radius baseFrequency numOctaves seed stitchTiles tableValues slope intercept
	amplitude exponent azimuth elevation pointsAtX pointsAtY pointsAtZ limitingConeAngle z
	dur begin end from to by keyTimes keySplines keyPoints calcMode additive accumulate repeatCount repeatDur fill
	restart min max path origin systemLanguage
	alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation color-interpolation-filters
	cursor direction display dominant-baseline fill-opacity fill-rule filter flood-color flood-opacity font-family
	font-size font-size-adjust font-stretch font-style font-variant font-weight image-rendering letter-spacing
	lighting-color marker-end marker-mid marker-start mask mask-type opacity overflow paint-order pointer-events
	shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin
	stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering transform-origin
	unicode-bidi vector-effect visibility word-spacing writing-mode
	accent accentunder align columnalign columnlines columnspacing columnspan depth dir displaystyle fence form frame
	framespacing largeop linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits
	notation rowalign rowlines rowspacing rowspan rspace scriptlevel separator separators stretchy symmetric voffset
	close open encoding`);

/** What a SMIL element may animate: nothing that refers to something. */
const ANIMATED = words(`
	d points x y x1 x2 y1 y2 cx cy r rx ry fx fy dx dy width height offset opacity fill fill-opacity stroke stroke-width
	stroke-opacity stroke-dasharray stroke-dashoffset stop-color stop-opacity transform visibility display rotate
	viewBox color stdDeviation baseFrequency scale seed radius flood-opacity startOffset`);

/** Attributes of HTML whose name has a hyphen, and which the browser acts on. */
const HYPHENATED = new Set(["accept-charset", "http-equiv"]);
/** Attributes that the browser acts on with every HTML element, and that are not in HTML_PLAIN. */
const GLOBAL = new Set(["is", "nonce", "autofocus", "accesskey", "style", "itemid", "itemref", "spellcheck"]);
/** Elements that `id` and `name` make a property of their form or document, where it would hide the built-in one. */
const CLOBBERING = words("button fieldset input select textarea output img iframe form object");

const XLINK = "http://www.w3.org/1999/xlink";
const XML = "http://www.w3.org/XML/1998/namespace";
const NAME = /^[A-Za-z_@:][-.\w@:]*$/;
const SRCSET_CANDIDATE = /^\s*(\S+?)(\s+[\d.]+[wx])?\s*$/;

/** What becomes of an attribute: its value under a lookup; undefined: it is not set now. */
export type Render = (value: string, lookup: Lookup) => string | undefined;

/** The value as it is. */
export const plain: Render = (value) => value;
const styled: Render = (value, lookup) => (/[(\\]/.test(value) ? rewriteDeclarations(value, lookup) : value);
const fragment: Render = (value) => (isFragment(value) ? value : undefined);
/** A link keeps its looks but leads nowhere. */
const nowhere: Render = (value) => (isFragment(value) ? value : "#");
const animated: Render = (value) => (ANIMATED.has(value) ? value : undefined);
const onlyManual: Render = () => "manual";
/** Names serve to group radio buttons only. */
const grouped: Render = (value) => `alongside-${value}`;

const image: Render = (value, lookup) => {
	const ref = assetRef(value);
	return ref === undefined ? undefined : lookup(ref);
};

const imageOrFragment: Render = (value, lookup) => fragment(value, lookup) ?? image(value, lookup);

/** Candidates that we have no copy of are left out. */
const srcset: Render = (value, lookup) => {
	const candidates = value.split(",").flatMap((candidate) => {
		const [, url = "", descriptor = ""] = SRCSET_CANDIDATE.exec(candidate) ?? [];
		const copy = image(url, lookup);
		return copy === undefined ? [] : [copy + descriptor];
	});
	return candidates.length > 0 ? candidates.join(", ") : undefined;
};

/** Attributes of HTML elements whose value counts, by "element name" or "name". */
const HTML_RENDERED: Readonly<Record<string, Render>> = {
	"img src": image,
	"img srcset": srcset,
	"source srcset": srcset,
	"input src": image,
	"video poster": image,
	"a href": nowhere,
	"area href": nowhere,
	background: image,
	usemap: fragment,
	"slot name": plain,
	name: grouped,
	popover: onlyManual,
	style: styled,
};

const SVG_RENDERED: Readonly<Record<string, Render>> = {
	"a href": nowhere,
	"image href": image,
	"feImage href": imageOrFragment,
	href: fragment,
	attributeName: animated,
	style: styled,
};

/** Of an attribute's name and of a value that lays out a box, UTF-16 units. */
const MAX_NAME = 256;
const MAX_KNOWN_RENDERS = 10_000;
/** By namespace, element and attribute: pages say the same few again and again. */
const renders = new Map<string, Render | undefined>();

/** How an element's attribute is rendered; undefined: not at all. */
export function renderOf(element: Element, name: string): Render | undefined {
	if (name.length > MAX_NAME) return undefined;
	const key = `${element.namespaceURI} ${element.localName} ${name}`;
	let render = renders.get(key);
	if (render === undefined && !renders.has(key)) {
		if (renders.size >= MAX_KNOWN_RENDERS) renders.clear();
		render = chooseRender(element, name);
		renders.set(key, render);
	}
	return render;
}

function chooseRender(element: Element, name: string): Render | undefined {
	if (!NAME.test(name) || /^on/i.test(name) || name.startsWith("alongside-")) return undefined;
	const tag = element.localName;
	if (element.namespaceURI !== "http://www.w3.org/1999/xhtml") {
		const local = name === "xlink:href" ? "href" : name;
		const render = SVG_RENDERED[`${tag} ${local}`] ?? SVG_RENDERED[local];
		if (render) return tag === "a" || element.namespaceURI === "http://www.w3.org/2000/svg" ? render : undefined;
		if (SVG_PLAIN.has(name)) return styled;
		return name === "xml:space" || name === "xml:lang" || /^(?:data|aria)-/.test(name) ? plain : undefined;
	}
	if (tag === "style" && name !== "class" && name !== "id" && !name.startsWith("data-")) return undefined;
	const render = HTML_RENDERED[`${tag} ${name}`] ?? HTML_RENDERED[name];
	if (render) return render;
	if (HTML_PLAIN.has(name)) return plain;
	if (name.includes("-")) return HYPHENATED.has(name) ? undefined : plain;
	return (isCustomName(tag) || tag.startsWith("alongside-")) && !GLOBAL.has(name) ? plain : undefined;
}

/** Whether an `id` or `name` would hide a property of the element's form or document from the mirror itself. */
export function clobbers(element: Element, name: string, value: string): boolean {
	if (name !== "id" && name !== "name") return false;
	if (!CLOBBERING.has(element.localName) && !isCustomName(element.localName)) return false;
	return value in HTMLFormElement.prototype || value in Document.prototype;
}

/** Sets an attribute, in the namespace that its prefix stands for; undefined removes it. */
export function writeAttribute(element: Element, name: string, value: string | undefined): void {
	const namespace = name.startsWith("xlink:") ? XLINK : name.startsWith("xml:") ? XML : null;
	if (value === undefined)
		element.removeAttributeNS(namespace, namespace === null ? name : name.slice(name.indexOf(":") + 1));
	else if (namespace !== null) element.setAttributeNS(namespace, name, value);
	else element.setAttribute(name, value);
}

/** Computed properties that an excluded element's box may have (BOX). */
const BOX_PROPERTY =
	/^(?:display|position|top|right|bottom|left|inset|(?:min-|max-)?(?:width|height)|(?:margin|padding)(?:-\w+)*|border(?:-\w+)*-(?:width|style|radius)|border-radius|box-sizing|float|clear|flex(?:-\w+)*|grid(?:-\w+)*|order|(?:align|justify|place)-self|vertical-align|z-index|transform|transform-origin|translate|rotate|scale|opacity|visibility|overflow(?:-[xy])?|aspect-ratio|white-space|line-height)$/;

/** The declarations of a BOX, cut to what lays it out. */
export function boxStyle(properties: readonly Pair[]): string {
	const isAllowed = ([name, value]: Pair): boolean =>
		value.length <= MAX_NAME && BOX_PROPERTY.test(name) && !/[;{}"'\\]|url|@/i.test(value);
	const allowed = properties.filter(isAllowed);
	return allowed.map(([name, value]) => `${name}:${value}`).join(";");
}
