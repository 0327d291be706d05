/**
 * What `asset:REF` stands for in one epoch, and who has asked. An attribute or sheet that asked for a ref before its
 * copy came is refreshed later, together with the others.
 */

import type { Assets } from "./assets.ts";
import { obtain } from "./maps.ts";
import type { Lookup } from "./styletext.ts";

/** Content key of a resource that the visitor's page could not read. */
const UNREADABLE = "0".repeat(32);

type Watcher = { refresh: () => void; refs: Set<string> };

export class Resources {
	readonly #assets: Assets;
	readonly #onDirty: () => void;
	readonly #keys = new Map<string, string>();
	/** The keys whose URL is held, and that URL. */
	readonly #urls = new Map<string, string>();
	readonly #watchers = new Map<object, Map<string, Watcher>>();
	readonly #byRef = new Map<string, Set<Watcher>>();
	readonly #dirty = new Set<Watcher>();

	/** onDirty: something waits for `flush`. */
	constructor(assets: Assets, onDirty: () => void) {
		this.#assets = assets;
		this.#onDirty = onDirty;
	}

	define(ref: string, key: string): void {
		if (this.#keys.get(ref) === key) return;
		this.#keys.set(ref, key);
		this.#spoil(ref);
	}

	/** The content key of what a ref stands for. */
	key(ref: string): string | undefined {
		return this.#keys.get(ref);
	}

	/** An asset has come that refs may have waited for. */
	arrived(key: string): void {
		for (const [ref, wanted] of this.#keys) if (wanted === key) this.#spoil(ref);
	}

	isUnreadable(ref: string): boolean {
		return this.#keys.get(ref) === UNREADABLE;
	}

	/** The URL of an asset, held until the epoch ends. */
	url(key: string): string | undefined {
		const known = this.#urls.get(key);
		if (known !== undefined) return known;
		const url = this.#assets.acquire(key);
		if (url !== undefined) this.#urls.set(key, url);
		return url;
	}

	/** A lookup that has `refresh` called once what it was asked for changes; it replaces the owner's one of that name. */
	watch(owner: object, name: string, refresh: () => void): Lookup {
		this.forget(owner, name);
		const watcher: Watcher = { refresh, refs: new Set() };
		return (ref) => {
			if (watcher.refs.size === 0) obtain(this.#watchers, owner, () => new Map<string, Watcher>()).set(name, watcher);
			watcher.refs.add(ref);
			obtain(this.#byRef, ref, () => new Set<Watcher>()).add(watcher);
			const key = this.#keys.get(ref);
			return key === undefined ? undefined : this.url(key);
		};
	}

	/** Forgets the owner's lookup of a name, or all of them. */
	forget(owner: object, name?: string): void {
		const own = this.#watchers.get(owner);
		if (!own) return;
		for (const [known, watcher] of own) {
			if (name !== undefined && known !== name) continue;
			for (const ref of watcher.refs) this.#byRef.get(ref)?.delete(watcher);
			this.#dirty.delete(watcher);
			own.delete(known);
		}
		if (own.size === 0) this.#watchers.delete(owner);
	}

	/** Refreshes what has changed; returns whether anything had. */
	flush(): boolean {
		const dirty = [...this.#dirty];
		this.#dirty.clear();
		for (const watcher of dirty) watcher.refresh();
		return dirty.length > 0;
	}

	destroy(): void {
		for (const key of this.#urls.keys()) this.#assets.release(key);
		this.#urls.clear();
		this.#watchers.clear();
		this.#byRef.clear();
		this.#dirty.clear();
	}

	#spoil(ref: string): void {
		const watchers = this.#byRef.get(ref);
		if (!watchers?.size) return;
		for (const watcher of watchers) this.#dirty.add(watcher);
		this.#onDirty();
	}
}
