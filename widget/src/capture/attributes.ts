/** Which attributes may leave. What no pattern names is dropped, unless a style sheet of the page selects by it. */

/** How an attribute is judged. */
export type AttributeKind =
	| "class"
	| "style"
	| "id"
	| "value"
	| "image"
	| "href"
	| "lang"
	/** Names by which parts of a page find each other: nobody reads them, so that aliases do. */
	| "naming"
	/** SVG and MathML: instructions for drawing. */
	| "drawing"
	/** Text that a person reads; leaves only where text does. */
	| "textual"
	/** Says how an element looks or is laid out: a few known words, or numbers. */
	| "presentational"
	/** The same, in words or numbers of the page's own. */
	| "described"
	/** What no pattern names: as far as style sheets ask for it. */
	| "other"
	/** Never leaves, not even so: what it says travels by an operation of its own, or not at all. */
	| "never";

const all = (pattern: string): RegExp => new RegExp(`^(${pattern.replace(/\s+/g, "")})$`);

const PRESENTATIONAL = all(`dir|hidden|width|height|v?align|bgcolor|color|border|cell(padding|spacing)|(col|row)?span|
	nowrap|size|rows|cols|wrap|type|disabled|readonly|required|multiple|open|reversed|tabindex|contenteditable|popover|
	inert|controls|frame|rules|clear|noshade|compact|translate|spellcheck`);

const DESCRIBED =
	all(`m(in|ax|axlength)|step|low|high|optimum|start|role|face|shape|coords|aria-(expanded|selected|checked|
	pressed|hidden|disabled|current|busy|invalid|orientation|sort|level|modal|haspopup|live|multiline|required|readonly)`);

const DRAWING = all(`[rdxyz]|[xyc][12xy]|[rdf][xy]|fr|k[1-4]|in2?|points|(path|text)Length|width|height|viewBox|
	preserve(AspectRatio|Alpha)|opacity|color|cursor|display|visibility|overflow|clip|mask|filter|fill|stroke|transform|
	rotate|scale|(start)?[oO]ffset|result|mode|operator|type|order|divisor|bias|radius|seed|slope|intercept|amplitude|
	exponent|azimuth|elevation|spacing|side|method|orient|begin|dur|end|from|to|by|values|additive|accumulate|restart|
	fill-(opacity|rule)|stroke-(width|dasharray|dashoffset|linecap|linejoin|miterlimit|opacity)|stop-(color|opacity)|
	flood-(color|opacity)|lighting-color|color-interpolation(-filters)?|clip-(path|rule)|mask-type|
	marker-(start|mid|end)|font-(family|size|style|weight|variant|stretch)|(letter|word)-spacing|
	text-(anchor|decoration|rendering)|(dominant|alignment)-baseline|baseline-shift|writing-mode|pointer-events|
	(shape|image)-rendering|vector-effect|paint-order|lengthAdjust|
	(clipPath|mask|maskContent|filter|primitive|marker|gradient|pattern|patternContent)Units|
	(gradient|pattern)Transform|spreadMethod|marker(Width|Height)|ref[XY]|target[XY]|[xy]ChannelSelector|baseFrequency|
	numOctaves|stitchTiles|tableValues|stdDeviation|surfaceScale|(specular|diffuse)Constant|specularExponent|
	limitingConeAngle|kernelMatrix|edgeMode|attribute(Name|Type)|repeat(Count|Dur)|key(Times|Splines|Points)|calcMode|
	xml:space|mathvariant|displaystyle|scriptlevel|(column|row)(align|span)|stretchy|fence|separator|[lr]space|
	accent(under)?|linethickness|notation|math(color|background|size)`);

const TEXTUAL = all(
	`title|alt|aria-(label|description|placeholder|valuetext|roledescription)|placeholder|label|abbr|summary`,
);

const NEVER =
	all(`on.*|checked|selected|src.*|sizes|(form)?action|ping|cite|data|nonce|integrity|content|http-equiv|archive|
	codebase|classid|longdesc|usemap|image(srcset|sizes)|manifest|profile|form|list|datetime|target|download|autofocus|
	aria-(valuenow|activedescendant|controls|owns|details|labelledby|describedby)`);

const NAMED: Readonly<Record<string, AttributeKind>> = {
	class: "class",
	style: "style",
	id: "id",
	value: "value",
	src: "image",
	poster: "image",
	background: "image",
	href: "href",
	"xlink:href": "href",
	lang: "lang",
	"xml:lang": "lang",
	slot: "naming",
	part: "naming",
	exportparts: "naming",
	name: "naming",
};

export function attributeKind(name: string, html: boolean): AttributeKind {
	if (Object.hasOwn(NAMED, name)) return NAMED[name] as AttributeKind;
	if (!/^[\w:.-]{1,64}$/.test(name)) return "never";
	if (!html && DRAWING.test(name)) return "drawing";
	if (TEXTUAL.test(name)) return "textual";
	if (PRESENTATIONAL.test(name)) return "presentational";
	if (DESCRIBED.test(name)) return "described";
	return NEVER.test(name) ? "never" : "other";
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** Elements of which nothing is sent, not even that they are there. */
export const UNSENT = set("script noscript template meta base title source track param noembed noframes");

/** Elements whose children the mirror does not get: they are not drawn, or travel by operations of their own. */
export const CHILDLESS = set("style link textarea iframe frame object embed video audio canvas datalist img input");
