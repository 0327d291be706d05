/**
 * A page's scripts may patch what a node is asked by, so that it lies. Nodes of which the truth is known are asked in
 * each step as the page's are: while an answer is wrong, nothing is read.
 */

import { Level, levelOf, type Masks } from "./masks.ts";
import { placeholder } from "./placeholder.ts";
import { plain } from "./plain.ts";

export class Probe {
	readonly #marked: Element;
	readonly #named: Element;
	readonly #password: HTMLInputElement;
	readonly #host: Element;
	readonly #shown: Element;

	constructor(document: Document) {
		const make = (tag: string, name: string, value: string): Element => {
			const element = plain(document).createElement(tag);
			element.setAttribute(name, value);
			return element;
		};
		this.#marked = make("p", "class", "probe alongside-mask");
		this.#named = make("p", "data-alongside", "ignore");
		this.#password = make("input", "type", "password") as HTMLInputElement;
		this.#host = make("div", "dir", "ltr");
		this.#shown = make("b", "dir", "ltr");
		this.#host.append(this.#shown);
		this.#host.attachShadow({ mode: "open" }).append(make("slot", "class", "alongside-ignore"));
	}

	/** Whether the answers are right; whatever a site's policy is, these nodes stand under these levels at least. */
	isTrue(masks: Masks): boolean {
		return (
			levelOf(masks.child(Level.clear, this.#marked)) >= Level.masked &&
			levelOf(masks.child(Level.clear, this.#named)) >= Level.ignored &&
			levelOf(masks.child(Level.clear, this.#password)) === Level.excluded &&
			this.#password.type === "password" &&
			this.#password.localName === "input" &&
			masks.hosts(this.#host) &&
			levelOf(masks.slotted(Level.clear, this.#shown)) >= Level.ignored &&
			placeholder("ab cd") === "•• ••"
		);
	}
}
