/** Patches of the page's prototypes: in force only while the page is captured, and without a trace afterwards. */
export class Patches {
	readonly #undo: (() => void)[] = [];
	#live = true;

	/** Calls `after` each time the method was called, with its receiver and result. */
	method<T extends object>(owner: T | undefined, name: string, after: (self: unknown, result: unknown) => void): void {
		const descriptor = owner && Object.getOwnPropertyDescriptor(owner, name);
		const original: unknown = descriptor?.value;
		if (!owner || typeof original !== "function") return;
		const live = () => this.#live;
		const patched = {
			[name](this: unknown, ...args: unknown[]): unknown {
				const result: unknown = Reflect.apply(original, this, args);
				if (live()) safely(() => after(this, result));
				return result;
			},
		}[name];
		this.#define(owner, name, { ...descriptor, value: patched }, "value", patched);
	}

	/** Calls `after` each time the property was set. */
	setter<T extends object>(owner: T | undefined, name: string, after: (self: unknown) => void): void {
		const descriptor = owner && Object.getOwnPropertyDescriptor(owner, name);
		const original = descriptor?.set;
		if (!owner || !original) return;
		const live = () => this.#live;
		function patched(this: unknown, value: unknown): void {
			Reflect.apply(original as (v: unknown) => void, this, [value]);
			if (live()) safely(() => after(this));
		}
		this.#define(owner, name, { ...descriptor, set: patched }, "set", patched);
	}

	/** Puts everything back; a patch that somebody has patched over since only passes through. */
	stop(): void {
		this.#live = false;
		for (const undo of this.#undo.splice(0)) safely(undo);
	}

	#define(owner: object, name: string, now: PropertyDescriptor, part: "value" | "set", patched: unknown): void {
		const before = Object.getOwnPropertyDescriptor(owner, name);
		if (!before?.configurable) return;
		Object.defineProperty(owner, name, now);
		this.#undo.push(() => {
			if (Object.getOwnPropertyDescriptor(owner, name)?.[part] === patched) Object.defineProperty(owner, name, before);
		});
	}
}

function safely(act: () => void): void {
	try {
		act();
	} catch {
		// The page's own call has succeeded and must not learn of ours.
	}
}
