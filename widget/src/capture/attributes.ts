/** Which attributes may leave. What no table names is dropped, unless a style sheet of the page selects by it. */

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** Says how an element looks or is laid out; carries no text of the page. */
export const PRESENTATIONAL = set(`dir lang hidden width height align valign bgcolor color border cellpadding
	cellspacing colspan rowspan span nowrap size rows cols wrap type disabled readonly required multiple open start
	reversed role tabindex contenteditable min max step maxlength low high optimum popover inert slot part exportparts
	controls shape coords face frame rules clear noshade compact is translate spellcheck media
	aria-expanded aria-selected aria-checked aria-pressed aria-hidden aria-disabled aria-current aria-busy aria-invalid
	aria-orientation aria-sort aria-level aria-modal aria-haspopup aria-live aria-multiline aria-required aria-readonly`);

/** The same for SVG and MathML, whose attributes are drawing instructions. */
export const DRAWING =
	set(`x y x1 x2 y1 y2 cx cy r rx ry fx fy fr d points pathLength dx dy rotate transform width height
	viewBox preserveAspectRatio fill fill-opacity fill-rule stroke stroke-width stroke-dasharray stroke-dashoffset
	stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity opacity color color-interpolation
	color-interpolation-filters clip-path clip-rule clipPathUnits mask maskUnits maskContentUnits mask-type filter
	filterUnits primitiveUnits marker-start marker-mid marker-end markerWidth markerHeight markerUnits refX refY orient
	gradientUnits gradientTransform spreadMethod offset stop-color stop-opacity patternUnits patternContentUnits
	patternTransform font-family font-size font-style font-weight font-variant font-stretch letter-spacing word-spacing
	text-anchor text-decoration text-rendering dominant-baseline alignment-baseline baseline-shift writing-mode
	textLength lengthAdjust startOffset spacing side method visibility display overflow pointer-events cursor
	shape-rendering image-rendering vector-effect paint-order in in2 result stdDeviation mode values operator k1 k2 k3 k4
	scale xChannelSelector yChannelSelector baseFrequency numOctaves seed stitchTiles type tableValues slope intercept
	amplitude exponent surfaceScale specularConstant specularExponent diffuseConstant lighting-color flood-color
	flood-opacity azimuth elevation z limitingConeAngle order kernelMatrix divisor bias targetX targetY edgeMode
	preserveAlpha radius attributeName attributeType begin dur end repeatCount repeatDur from to by keyTimes keySplines
	keyPoints calcMode additive accumulate restart xml:space
	mathvariant displaystyle scriptlevel columnalign rowalign columnspan rowspan stretchy fence separator lspace rspace
	accent accentunder linethickness notation mathcolor mathbackground mathsize`);

/** Text that a person reads; leaves only where text does. */
export const TEXTUAL = set(`title alt aria-label aria-description aria-placeholder aria-valuetext aria-roledescription
	placeholder label abbr summary`);

/** Never leaves by way of a selector either: what it says travels by an operation of its own, or not at all. */
export const WITHHELD = set(`value checked selected src srcset sizes href xlink:href action formaction ping cite data
	poster background srcdoc integrity nonce content http-equiv archive codebase classid longdesc usemap imagesrcset
	manifest profile name for form list headers datetime aria-valuenow aria-labelledby aria-describedby aria-controls
	aria-owns aria-details target download rel referrerpolicy accesskey autocomplete autofocus pattern dirname itemid
	itemprop`);

/** Elements of which nothing is sent, not even that they are there. */
export const UNSENT = set("script noscript template meta base title source track param noembed noframes");

/** Elements whose children the mirror does not get: they are not drawn, or travel by operations of their own. */
export const CHILDLESS = set("style link textarea iframe frame object embed video audio canvas datalist img input");
