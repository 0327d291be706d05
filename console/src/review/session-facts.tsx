import { Section } from "../admin/parts.tsx";
import type { Names, Session } from "../api/review.ts";
import { count, languageName, moment } from "../texts/format.ts";
import { type TextKey, t } from "../texts/index.ts";
import { Url } from "../ui/url.tsx";
import { Fact } from "./fact.tsx";
import { nameList, nameOf, personName } from "./names.ts";
import { goesOn, Handling, Wait } from "./session-table.tsx";

/** Why a session ended, as the server says it; another sentence is shown as it is. */
const endings: Record<string, TextKey> = {
	"the visitor left": "endedLeft",
	"the visitor ended the session": "endedByVisitor",
	"the agent ended the session": "endedByAgent",
	"the visitor opted out": "endedOptOut",
};
const devices: Record<string, TextKey> = {
	desktop: "deviceDesktop",
	phone: "devicePhone",
	mobile: "devicePhone",
	tablet: "deviceTablet",
};

const known = (all: Record<string, TextKey>, word: string): string => {
	const text = Object.hasOwn(all, word) ? all[word] : undefined;
	return text ? t(text) : word;
};

export function SessionFacts({ session, names }: { session: Session; names: Names }) {
	const { kind, opened, accepted, ended, why, agents, handler, team, messages, page, title } = session;
	const { name, user, visitor, email, fields, address, lang, browser, os, device } = session;
	const last = agents.find(({ id }) => id === handler);
	const help = kind === "help";
	return (
		<>
			<Section title="courseTitle">
				<dl class="fact-list">
					<Fact name={t(help ? "factAsked" : "factLeftAt")}>{moment(opened)}</Fact>
					{help && (
						<>
							<Fact name={t("columnWait")}>
								<Wait row={session} />
							</Fact>
							<Fact name={t("factAccepted")}>{accepted > 0 && moment(accepted)}</Fact>
							<Fact name={t("factEnded")}>{ended > 0 && moment(ended)}</Fact>
							<Fact name={t("columnDuration")}>
								{accepted > 0 && (ended > 0 || goesOn(session)) && <Handling row={session} />}
							</Fact>
							<Fact name={t("factWhy")}>{why && <bdi>{known(endings, why)}</bdi>}</Fact>
							<Fact name={t("factAgents")}>{agents.length > 0 && <bdi>{nameList(agents)}</bdi>}</Fact>
							<Fact name={t("factHandler")}>{last && agents.length > 1 && <bdi>{personName(last)}</bdi>}</Fact>
							<Fact name={t("factMessages")}>{count(messages)}</Fact>
						</>
					)}
					<Fact name={t("filterTeam")}>{team && <bdi>{nameOf(names.teams, team)}</bdi>}</Fact>
				</dl>
			</Section>
			<Section title="factsTitle">
				<dl class="fact-list">
					<Fact name={t("factName")}>{name && <bdi>{name}</bdi>}</Fact>
					<Fact name={t("email")}>{email && <bdi dir="ltr">{email}</bdi>}</Fact>
					<Fact name={t("factUser")}>{user && <bdi>{user}</bdi>}</Fact>
					{Object.entries(fields).map(([field, value]) => (
						<Fact key={field} name={field}>
							<bdi>{value}</bdi>
						</Fact>
					))}
					<Fact name={t("byVisitor")}>{visitor && <code dir="ltr">{visitor}</code>}</Fact>
					<Fact name={t("factPage")}>
						{(title || page) && (
							<span class="cell">
								{title && <bdi>{title}</bdi>}
								{page && <Url url={page} most={60} />}
							</span>
						)}
					</Fact>
					<Fact name={t("factDevice")}>
						{device + browser + os !== "" &&
							[known(devices, device), browser, os]
								.filter(Boolean)
								.map((word, i) => [i > 0 && " · ", <bdi key={word}>{word}</bdi>])}
					</Fact>
					<Fact name={t("factLanguage")}>{lang && languageName(lang)}</Fact>
					<Fact name={t("factAddress")}>{address && <bdi dir="ltr">{address}</bdi>}</Fact>
				</dl>
				{session.stripped && <p class="hint">{t("erasedHint")}</p>}
			</Section>
		</>
	);
}
