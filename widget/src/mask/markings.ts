/**
 * The markings a page may carry: ours, and the restricting ones of other tools, so that a page already made private for
 * one of them is private for us from the first day. A table, so that a customer can check it.
 */

export const Mark = {
	ignore: 1,
	mask: 2,
	unmask: 4,
	noControl: 8,
	noIframe: 16,
	foreignUnmask: 32,
	/** What stands here was written by the visitor, so that the site's default holds as for a field. */
	editable: 64,
} as const;

const { ignore, mask, unmask, noIframe, noControl, foreignUnmask, editable } = Mark;

const classes = (mark: number, tokens: string) => tokens.split(/\s+/).map((token): [string, number] => [token, mark]);

/** By class token, lower case. */
export const CLASS_MARKS: ReadonlyMap<string, number> = new Map([
	["alongside-unmask", unmask],
	["alongside-no-iframe", noIframe],
	["alongside-no-control", noControl],
	["inspectlet-disable-iframe-inject", noIframe],
	["inspectlet-whitelist", foreignUnmask],
	...classes(
		ignore,
		`alongside-ignore inspectletignore rr-block ph-no-capture sentry-block dd-privacy-hidden fs-exclude
		fs-exclude-without-consent fs-block amp-block highlight-block nr-block lr-hide no-upscope cobrowse-redacted
		smartlook-hide mouseflow-exclude surfly-private`,
	),
	...classes(
		mask,
		`alongside-mask inspectlet-sensitive rr-ignore rr-mask ph-mask ph-sensitive sentry-mask sentry-ignore
		dd-privacy-mask dd-privacy-mask-user-input fs-mask fs-mask-without-consent amp-mask highlight-mask nr-mask
		no-mouseflow heap-ignore glance_masked`,
	),
	// Editors that show what is typed in elements of their own, beside the field that takes it.
	...classes(editable, "codemirror monaco-editor ace_editor xterm"),
]);

/** What the value of an attribute says; "" stands for any value that is not named. */
export type Values = Readonly<Record<string, number>>;

const attributes = (mark: number, names: string) =>
	names.split(/\s+/).map((name): [string, Values] => [name, { "": mark }]);

/** By attribute, lower case; the value too. A value that the table does not know restricts as "" does. */
export const ATTRIBUTE_MARKS: ReadonlyMap<string, Values> = new Map<string, Values>([
	["data-alongside", { ignore, mask, unmask, "no-iframe": noIframe, "no-control": noControl, "": mask }],
	["data-dd-privacy", { hidden: ignore, allow: 0, "": mask }],
	["data-clarity-mask", { false: 0, "": mask }],
	["data-private", { false: 0, redact: ignore, exclude: ignore, "": mask }],
	["data-sl", { exclude: ignore, "": mask }],
	...attributes(
		ignore,
		`data-sentry-block data-openreplay-hidden data-recording-disable data-nr-block data-rr-block data-ph-no-capture
		data-lr-hide data-cobrowse-redacted`,
	),
	...attributes(
		mask,
		`data-sentry-mask data-sentry-ignore data-openreplay-masked data-openreplay-obscured data-hj-suppress
		data-hj-masked data-recording-ignore data-recording-sensitive data-heap-redact-text data-heap-redact-attributes
		data-cs-mask data-cs-encrypt data-nr-mask data-mf-replace data-rr-mask data-upscope-mask`,
	),
	["contenteditable", { false: 0, "": editable }],
	[
		"role",
		{ textbox: editable, searchbox: editable, combobox: editable, spinbutton: editable, slider: editable, "": 0 },
	],
]);
