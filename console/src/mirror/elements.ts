/**
 * Which elements a mirrored document may have. What is not known to be harmless becomes a substitute: a hidden element
 * that no style or script of the page knows.
 */

/** The namespaces by the number that an ELEMENT operation gives. */
const NAMESPACES = [
	"http://www.w3.org/1999/xhtml",
	"http://www.w3.org/2000/svg",
	"http://www.w3.org/1998/Math/MathML",
] as const;
const [HTML, SVG, MATHML] = NAMESPACES;

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

/** The elements that are built as they are, by namespace. */
const ALLOWED: Readonly<Record<string, ReadonlySet<string>>> = {
	[HTML]: words(`
		html head title body address article aside footer header h1 h2 h3 h4 h5 h6 hgroup main nav section search
		blockquote dd div dl dt figcaption figure hr li menu ol p pre ul a abbr b bdi bdo br cite code data dfn em i kbd
		mark q rp rt rtc rb ruby s samp small span strong sub sup time u var wbr area audio img map video iframe picture
		source canvas style del ins caption col colgroup table tbody td tfoot th thead tr button datalist fieldset form
		input label legend meter optgroup option output progress select selectedcontent textarea details dialog summary
		slot template acronym big center dir font listing marquee nobr plaintext strike tt xmp`),
	[SVG]: words(`
		svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath image clipPath mask
		pattern linearGradient radialGradient stop marker filter feBlend feColorMatrix feComponentTransfer feComposite
		feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG
		feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting
		feSpotLight feTile feTurbulence style title desc switch foreignObject a view animate animateTransform
		animateMotion mpath set`),
	[MATHML]: words(`
		math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub
		msubsup msup mtable mtd mtext mtr munder munderover semantics annotation annotation-xml menclose mfenced none`),
};

/** What is built in place of HTML elements that load, so that their place in the tree can still hold a style sheet. */
const SUBSTITUTES: Readonly<Record<string, string>> = {
	link: "style",
	object: "alongside-embed",
	embed: "alongside-embed",
};
/** Never shown (base sheet). */
const REFUSED = "alongside-refused";

/** Of an element's name, UTF-16 units. */
const MAX_NAME = 256;
const CUSTOM_NAME = /^[a-z][-.\w\u00b7-\u{10ffff}]*-[-.\w\u00b7-\u{10ffff}]*$/u;
/** Names with a hyphen that are no custom elements, and ours. */
const RESERVED_NAME = /^(?:alongside-|annotation-xml$|color-profile$|font-face|missing-glyph$)/;

/** What a mirrored frame may do: be written to by the mirror. */
export const FRAME_SANDBOX = "allow-same-origin";

/** Creates an element that can neither execute nor load: the one asked for, or its substitute. */
export function createSafeElement(document: Document, namespaceNumber: number, tag: string): Element {
	const namespace = NAMESPACES[namespaceNumber];
	if (namespace === undefined || tag.length > MAX_NAME) return document.createElement(REFUSED);
	const name = namespace === HTML ? tag.toLowerCase() : tag;
	if (ALLOWED[namespace]?.has(name)) {
		const element = document.createElementNS(namespace, name);
		if (namespace === HTML && name === "iframe") element.setAttribute("sandbox", FRAME_SANDBOX);
		return element;
	}
	if (namespace !== HTML) return document.createElement(REFUSED);
	const substitute = SUBSTITUTES[name];
	if (substitute !== undefined) return document.createElement(substitute);
	if (isCustomName(name)) return document.createElement(name);
	return createUnknown(document, name) ?? document.createElement(REFUSED);
}

export const isCustomName = (name: string): boolean => CUSTOM_NAME.test(name) && !RESERVED_NAME.test(name);

/** A name that the browser knows no behaviour for is harmless; one that it comes to know is refused from then on. */
function createUnknown(document: Document, name: string): Element | undefined {
	if (!/^[a-z][a-z0-9]*$/.test(name)) return undefined;
	const element = document.createElement(name);
	return Object.prototype.toString.call(element) === "[object HTMLUnknownElement]" ? element : undefined;
}

export const isHTML = (node: Node | undefined, name?: string): node is HTMLElement =>
	isElement(node) && node.namespaceURI === HTML && (name === undefined || node.localName === name);

export const isElement = (node: Node | undefined | null): node is Element => node?.nodeType === 1;

/** A `style` element of either kind: its text is a sheet, which only sheets.ts writes. */
export const isStyle = (node: Node | undefined): node is HTMLStyleElement | SVGStyleElement =>
	isElement(node) && node.localName === "style";

/** The window of a document with its constructors; undefined for one that is not shown. */
export const viewOf = (document: Document): (Window & typeof globalThis) | undefined =>
	(document.defaultView as (Window & typeof globalThis) | null) ?? undefined;
