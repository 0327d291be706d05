/** How a visitor gets a name that nobody else can take. */
import { useState } from "preact/hooks";
import { getIdentitySecret, rotateIdentitySecret } from "../api/admin-sites.ts";
import { t } from "../texts/index.ts";
import { Confirm, Copyable, Section, useAct } from "./parts.tsx";
import { byServer, inPage, signing } from "./signing.ts";
import type { TabProps } from "./site.tsx";

export function IdentityTab({ site }: TabProps) {
	const [secret, setSecret] = useState("");
	const [rotating, setRotating] = useState(false);
	const { busy, act } = useAct();
	return (
		<>
			<Section title="tabIdentity" hint="identityLead">
				{secret && <Copyable label="identitySecret" text={secret} />}
				<div class="save">
					{secret ? (
						<button type="button" class="button" onClick={() => setSecret("")}>
							{t("secretHide")}
						</button>
					) : (
						<button
							type="button"
							class="button"
							aria-disabled={busy}
							onClick={() => act(async () => setSecret((await getIdentitySecret(site.id)).secret))}
						>
							{t("secretShow")}
						</button>
					)}
					<button type="button" class="button danger" onClick={() => setRotating(true)}>
						{t("secretRotate")}
					</button>
				</div>
			</Section>
			<Section title="identityPage" hint="identityPageLead">
				{Object.entries(signing).map(([name, code]) => (
					<details key={name}>
						<summary>{name}</summary>
						<Copyable label="identityExample" fill={{ name }} text={code} block />
					</details>
				))}
				<p>{t("identityThen")}</p>
				<Copyable label="identityCall" text={inPage} block />
			</Section>
			<Section title="identityServer" hint="identityServerLead">
				<Copyable label="identityRequest" text={byServer(location.origin)} block />
			</Section>
			{rotating && (
				<Confirm
					title={t("secretRotate")}
					body={t("secretRotateBody")}
					action="secretRotate"
					work={async () => setSecret((await rotateIdentitySecret(site.id)).secret)}
					said={t("secretRotated")}
					onDone={() => setRotating(false)}
				/>
			)}
		</>
	);
}
