import { useState } from "preact/hooks";
import { t } from "../texts/index.ts";
import { Icon } from "./icons.tsx";
import { toast } from "./toast.tsx";

const SAID_MS = 2000;

/** Copies a text to the clipboard; without the right to it (plain http) the text is selected by the person. */
export async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false;
	}
}

export function CopyButton({ text, said }: { text: string; said?: string }) {
	const [copied, setCopied] = useState(false);
	const copy = async () => {
		if (!(await copyText(text))) return;
		setCopied(true);
		toast(said ?? t("copied"));
		setTimeout(() => setCopied(false), SAID_MS);
	};
	return (
		<button type="button" class="button small" onClick={copy}>
			<Icon name={copied ? "check" : "copy"} size={16} />
			{copied ? t("copied") : t("copy")}
		</button>
	);
}
