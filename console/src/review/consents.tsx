/** What the visitor was asked for and agreed to, in the order in which it happened. */
import { Section } from "../admin/parts.tsx";
import type { Consent } from "../api/review.ts";
import { languageName } from "../texts/format.ts";
import { language, type TextKey, t } from "../texts/index.ts";
import { personName } from "./names.ts";

/** As in privacy.Consent. */
const things: Record<string, TextKey> = {
	view: "consentView",
	control: "consentControl",
	recording: "consentRecording",
	microphone: "consentMicrophone",
	camera: "consentCamera",
	screen: "consentScreen",
};
const acts: Record<string, TextKey> = {
	ask: "consentAsk",
	grant: "consentGrant",
	deny: "consentDeny",
	withdraw: "consentWithdraw",
	expire: "consentExpire",
};
const words = (all: Record<string, TextKey>, word: string): string => {
	const text = Object.hasOwn(all, word) ? all[word] : undefined;
	return text ? t(text) : word;
};

/** To the second: what came first is the point. */
const exact = (ms: number): string =>
	new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "medium" }).format(ms);

export function Consents({ consents }: { consents: readonly Consent[] }) {
	return (
		<Section title="consentsTitle" hint="consentsHint">
			{consents.length === 0 ? (
				<p class="muted">{t("consentsNone")}</p>
			) : (
				<ol class="timeline">
					{consents.map(({ what, act, person, at, text, language }) => (
						<li key={`${at} ${what} ${act} ${person.id}`} data-act={act}>
							<p>
								<span class="strong">{words(acts, act)}</span> · {words(things, what)} ·{" "}
								<bdi>{person.id ? personName(person) : t("consentEverybody")}</bdi>
							</p>
							<p class="hint">
								<time dateTime={new Date(at).toISOString()}>{exact(at)}</time>
								{text && (
									<>
										{" · "}
										{t("consentText", { version: text })}
									</>
								)}
								{language && ` · ${languageName(language)}`}
							</p>
						</li>
					))}
				</ol>
			)}
		</Section>
	);
}
