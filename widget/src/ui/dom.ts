type Value = string | boolean | undefined | ((event: Event) => void);

/**
 * Builds an element. A function is a listener, true an empty attribute, false and undefined none. Never used with
 * `style`, which a strict content security policy refuses, nor with markup: children are nodes or plain text.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	attributes: Record<string, Value> = {},
	...children: (Node | string | undefined)[]
): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function") element.addEventListener(name, value);
		else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
	}
	element.append(...children.filter((child) => child !== undefined));
	return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A decorative 24-unit icon drawn with the text's colour. */
export function icon(path: string): SVGSVGElement {
	const svg = document.createElementNS(SVG, "svg");
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("aria-hidden", "true");
	const line = document.createElementNS(SVG, "path");
	line.setAttribute("d", path);
	svg.append(line);
	return svg;
}

export const icons = {
	help: "M4 5h16v11H9l-5 4z M9 9.5h6 M9 12.5h4",
	pause: "M8 5v14 M16 5v14",
	play: "M7 5l11 7-11 7z",
	stop: "M6 6l12 12 M18 6L6 18",
	eye: "M2 12s3.5-6 10-6 10 6 10 6-3.5 6-10 6-10-6-10-6z M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
	hidden: "M12 3l8 3v6c0 4.5-3.4 7.7-8 9-4.6-1.3-8-4.5-8-9V6z",
	send: "M5 12l15-7-5 15-3-6z",
	chat: "M4 5h16v11H9l-5 4z",
	minimise: "M5 12.5h14",
} as const;
