/** The line that brings Alongside onto a site, and what to mind where it is put. */
import { t } from "../texts/index.ts";
import { Copyable } from "./parts.tsx";

/** `snippet` as the server writes it: its address tells where the widget comes from. */
export function Install({ snippet }: { snippet: string }) {
	const source = /src="([^"]+)"/.exec(snippet)?.[1] ?? "";
	const server = URL.canParse(source) ? new URL(source).origin : location.origin;
	const socket = server.replace(/^http/, "ws");
	return (
		<div class="install">
			<Copyable label="installSnippet" text={snippet} />
			<details>
				<summary>{t("installHtml")}</summary>
				<p>{t("installHtmlHint")}</p>
			</details>
			<details>
				<summary>{t("installTag")}</summary>
				<p>{t("installTagHint")}</p>
			</details>
			<details>
				<summary>{t("installCsp")}</summary>
				<p>{t("installCspHint")}</p>
				<Copyable label="installCspLines" text={`script-src ${server};\nconnect-src ${server} ${socket};`} block />
			</details>
		</div>
	);
}
