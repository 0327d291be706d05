/** A value that can be watched: all the state of the console lives in cells, outside of components. */
import { useLayoutEffect, useState } from "preact/hooks";

export class Cell<T> {
	#value: T;
	readonly #watchers = new Set<() => void>();

	constructor(value: T) {
		this.#value = value;
	}

	get value(): T {
		return this.#value;
	}

	set(value: T): void {
		if (Object.is(value, this.#value)) return;
		this.#value = value;
		for (const watcher of [...this.#watchers]) watcher();
	}

	/** Calls back after each change; returns the way to stop. */
	subscribe(watcher: () => void): () => void {
		this.#watchers.add(watcher);
		return () => this.#watchers.delete(watcher);
	}
}

/** The cell's value; the component renders again when it changes. */
export function useCell<T>(cell: Cell<T>): T {
	const [, render] = useState({});
	const shown = cell.value;
	useLayoutEffect(() => {
		const stop = cell.subscribe(() => render({}));
		if (!Object.is(cell.value, shown)) render({}); // changed between rendering and this effect
		return stop;
	}, [cell]);
	return shown;
}
