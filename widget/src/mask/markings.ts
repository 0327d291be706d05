/**
 * The markings a page may carry: ours, and the restricting ones of other tools, so that a page already made private for
 * one of them is private for us from the first day. A table, so that a customer can check it.
 */

export const Mark = { ignore: 1, mask: 2, unmask: 4, noIframe: 8, noControl: 16, foreignUnmask: 32 } as const;

const { ignore, mask, unmask, noIframe, noControl, foreignUnmask } = Mark;

/** By class token, lower case. */
export const CLASS_MARKS: ReadonlyMap<string, number> = new Map([
	["alongside-ignore", ignore],
	["alongside-mask", mask],
	["alongside-unmask", unmask],
	["alongside-no-iframe", noIframe],
	["alongside-no-control", noControl],
	["inspectletignore", ignore],
	["inspectlet-sensitive", mask],
	["inspectlet-disable-iframe-inject", noIframe],
	["inspectlet-whitelist", foreignUnmask],
	["rr-block", ignore],
	["rr-ignore", mask],
	["rr-mask", mask],
	["ph-no-capture", ignore],
	["ph-mask", mask],
	["ph-sensitive", mask],
	["sentry-block", ignore],
	["sentry-mask", mask],
	["sentry-ignore", mask],
	["dd-privacy-hidden", ignore],
	["dd-privacy-mask", mask],
	["dd-privacy-mask-user-input", mask],
	["fs-exclude", ignore],
	["fs-exclude-without-consent", ignore],
	["fs-block", ignore],
	["fs-mask", mask],
	["fs-mask-without-consent", mask],
	["amp-block", ignore],
	["amp-mask", mask],
	["highlight-block", ignore],
	["highlight-mask", mask],
	["nr-block", ignore],
	["nr-mask", mask],
	["lr-hide", ignore],
	["no-upscope", ignore],
	["cobrowse-redacted", ignore],
	["smartlook-hide", ignore],
	["mouseflow-exclude", ignore],
	["no-mouseflow", mask],
	["heap-ignore", mask],
	["surfly-private", ignore],
	["glance_masked", mask],
]);

/** What the value of an attribute says; "" stands for any value that is not named. */
type Values = Readonly<Record<string, number>>;

/** By attribute, lower case; the value too. A value that the table does not know restricts as "" does. */
export const ATTRIBUTE_MARKS: ReadonlyMap<string, Values> = new Map<string, Values>([
	["data-alongside", { ignore, mask, unmask, "no-iframe": noIframe, "no-control": noControl, "": mask }],
	["data-dd-privacy", { hidden: ignore, allow: 0, "": mask }],
	["data-sentry-mask", { "": mask }],
	["data-sentry-block", { "": ignore }],
	["data-sentry-ignore", { "": mask }],
	["data-clarity-mask", { false: 0, "": mask }],
	["data-openreplay-masked", { "": mask }],
	["data-openreplay-obscured", { "": mask }],
	["data-openreplay-hidden", { "": ignore }],
	["data-private", { false: 0, redact: ignore, exclude: ignore, "": mask }],
	["data-hj-suppress", { "": mask }],
	["data-hj-masked", { "": mask }],
	["data-recording-disable", { "": ignore }],
	["data-recording-ignore", { "": mask }],
	["data-recording-sensitive", { "": mask }],
	["data-sl", { exclude: ignore, "": mask }],
	["data-heap-redact-text", { "": mask }],
	["data-heap-redact-attributes", { "": mask }],
	["data-cs-mask", { "": mask }],
	["data-cs-encrypt", { "": mask }],
	["data-nr-block", { "": ignore }],
	["data-nr-mask", { "": mask }],
	["data-mf-replace", { "": mask }],
	["data-rr-block", { "": ignore }],
	["data-rr-mask", { "": mask }],
	["data-ph-no-capture", { "": ignore }],
	["data-lr-hide", { "": ignore }],
	["data-upscope-mask", { "": mask }],
	["data-cobrowse-redacted", { "": ignore }],
]);
