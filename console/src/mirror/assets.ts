/**
 * Our own copies of what a page shows. They live as long as the mirror, because a room sends an asset once; an object
 * URL lives as long as something shown uses it.
 */

import { KEY_BYTES } from "../../../wire/wire.ts";
import { prepareSheet } from "./styletext.ts";

/** An SVG image beyond it is shown as an image only. */
const MAX_DRAWING_BYTES = 2 << 20;

/** A room sends at most 16 MiB; what is more comes from a room that forgot, and the oldest unused goes first. */
const MAX_BYTES = 48 << 20;

const AssetType = { style: 1, image: 2, font: 3 } as const;

/** The MIME types that a copy may be shown as: images and fonts only, for a document or script must never come of it. */
const MIME_TYPES: Readonly<Record<number, ReadonlySet<string>>> = {
	[AssetType.image]: new Set([
		"image/png",
		"image/apng",
		"image/jpeg",
		"image/gif",
		"image/webp",
		"image/avif",
		"image/bmp",
		"image/x-icon",
		"image/vnd.microsoft.icon",
		"image/svg+xml",
	]),
	[AssetType.font]: new Set([
		"font/woff2",
		"font/woff",
		"font/ttf",
		"font/otf",
		"font/sfnt",
		"font/collection",
		"application/font-woff",
		"application/font-woff2",
		"application/x-font-woff",
		"application/x-font-ttf",
		"application/x-font-otf",
		"application/vnd.ms-opentype",
	]),
};

type Asset = {
	bytes: number;
	text?: string;
	sheet?: { text: string; isDark: boolean };
	drawing?: string;
	blob?: Blob;
	url?: string;
	users: number;
};

export class Assets {
	readonly #assets = new Map<string, Asset>();
	#bytes = 0;

	/** Takes an asset's body, inflated; false if it is malformed. The key is not checked: a key is only a name here. */
	add(key: string, content: Uint8Array<ArrayBuffer>): boolean {
		const mimeLength = content[1];
		if (mimeLength === undefined || content.length < 2 + mimeLength) return false;
		if (this.#assets.has(key)) return true;
		const mime = new TextDecoder().decode(content.subarray(2, 2 + mimeLength)).toLowerCase();
		const bytes = content.slice(2 + mimeLength);
		const type = content[0] as number;
		const asset: Asset = { bytes: bytes.length, users: 0 };
		const mimeType = mime.split(";")[0]?.trim() ?? "";
		if (type === AssetType.style) asset.text = new TextDecoder().decode(bytes);
		else if (MIME_TYPES[type]?.has(mimeType)) asset.blob = new Blob([bytes], { type: mimeType });
		if (asset.blob?.type === "image/svg+xml" && bytes.length <= MAX_DRAWING_BYTES)
			asset.drawing = new TextDecoder().decode(bytes);
		this.#assets.set(key, asset);
		this.#bytes += asset.bytes;
		this.#evict();
		return true;
	}

	has(key: string): boolean {
		return this.#assets.has(key);
	}

	/** Rewrites a style asset in steps; the result is kept for every epoch that shows it. */
	*prepare(key: string, isDark: boolean): Generator<void> {
		const asset = this.#assets.get(key);
		if (asset?.text === undefined || asset.sheet?.isDark === isDark) return;
		asset.sheet = { text: yield* prepareSheet(asset.text, isDark), isDark };
	}

	/** A style asset as prepared text (styletext.ts). */
	sheet(key: string, isDark: boolean): string | undefined {
		for (const steps = this.prepare(key, isDark); !steps.next().done; );
		return this.#assets.get(key)?.sheet?.text;
	}

	/** The text of an SVG image. */
	drawing(key: string): string | undefined {
		return this.#assets.get(key)?.drawing;
	}

	/** An object URL of the asset, until `release` was called as often; undefined if it cannot be shown. */
	acquire(key: string): string | undefined {
		const asset = this.#assets.get(key);
		if (!asset?.blob) return undefined;
		asset.users++;
		asset.url ??= URL.createObjectURL(asset.blob);
		return asset.url;
	}

	release(key: string): void {
		const asset = this.#assets.get(key);
		if (asset?.url === undefined || --asset.users > 0) return;
		URL.revokeObjectURL(asset.url);
		delete asset.url;
	}

	clear(): void {
		for (const asset of this.#assets.values()) if (asset.url !== undefined) URL.revokeObjectURL(asset.url);
		this.#assets.clear();
		this.#bytes = 0;
	}

	#evict(): void {
		for (const [key, asset] of this.#assets) {
			if (this.#bytes <= MAX_BYTES) return;
			if (asset.users > 0) continue;
			this.#assets.delete(key);
			this.#bytes -= asset.bytes;
		}
	}
}

/** The key that an asset's body begins with, as hex; undefined if it is too short. */
export function assetKey(body: Uint8Array): string | undefined {
	if (body.length < KEY_BYTES) return undefined;
	return Array.from(body.subarray(0, KEY_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
