/** Patches of the page's prototypes: in force only while the page is captured, and without a trace afterwards. */
export class Patches {
	readonly #undo: (() => void)[] = [];
	#live = true;

	/** Calls `after` each time the method was called, with its receiver, result and arguments. */
	method(owner: object | undefined, name: string, after: After): void {
		this.#wrap(owner, name, "value", after);
	}

	/** Calls `after` each time the property was read. */
	getter(owner: object | undefined, name: string, after: After): void {
		this.#wrap(owner, name, "get", after);
	}

	/** Calls `after` each time the property was set. */
	setter(owner: object | undefined, name: string, after: After): void {
		this.#wrap(owner, name, "set", after);
	}

	/** Calls `after` each time the class was constructed; the instance is both receiver and result. */
	constructed(owner: object, name: string, after: After): void {
		this.#define(
			owner,
			name,
			"value",
			(original) =>
				new Proxy(original, {
					construct: (target, args: unknown[], made) => {
						const instance: object = Reflect.construct(target, args, made);
						this.#after(after, instance, instance, args);
						return instance;
					},
				}),
		);
	}

	/** Puts everything back; a patch that somebody has patched over since only passes through. */
	stop(): void {
		this.#live = false;
		for (const undo of this.#undo.splice(0)) safely(undo);
	}

	#wrap(owner: object | undefined, name: string, part: Part, after: After): void {
		this.#define(owner, name, part, (original) => {
			const told = (self: unknown, result: unknown, args: unknown[]) => this.#after(after, self, result, args);
			return {
				[name](this: unknown, ...args: unknown[]): unknown {
					const result: unknown = Reflect.apply(original, this, args);
					told(this, result, args);
					return result;
				},
			}[name] as Callable;
		});
	}

	#after(after: After, self: unknown, result: unknown, args: unknown[]): void {
		if (this.#live) safely(() => after(self, result, args));
	}

	#define(owner: object | undefined, name: string, part: Part, wrap: (original: Callable) => Callable): void {
		const before = owner && Object.getOwnPropertyDescriptor(owner, name);
		const original: unknown = before?.[part];
		if (!before?.configurable || typeof original !== "function") return;
		const patched = wrap(original as Callable);
		Object.defineProperty(owner, name, { ...before, [part]: patched });
		this.#undo.push(() => {
			if (Object.getOwnPropertyDescriptor(owner, name)?.[part] === patched) Object.defineProperty(owner, name, before);
		});
	}
}

type Part = "value" | "get" | "set";
type Callable = (...args: unknown[]) => unknown;
type After = (self: unknown, result: unknown, args: unknown[]) => void;

function safely(act: () => void): void {
	try {
		act();
	} catch {
		// The page's own call has succeeded and must not learn of ours.
	}
}
