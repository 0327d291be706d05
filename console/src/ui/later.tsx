import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../texts/index.ts";

/** A page whose code is fetched when it is first shown. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
	let Loaded: ComponentType<Props> | undefined;
	return function Later(props: Props) {
		const [state, setState] = useState<"loading" | "failed" | "here">(Loaded ? "here" : "loading");
		useEffect(() => {
			if (Loaded) return;
			load().then(
				(component) => {
					Loaded = component;
					setState("here");
				},
				() => setState("failed"),
			);
		}, []);
		if (Loaded) return <Loaded {...props} />;
		return (
			<main id="content" class="centre" tabIndex={-1}>
				{state === "failed" ? (
					<>
						<p role="alert">{t("offline")}</p>
						{/* The server may have been updated: then this page's own addresses are gone with the old version. */}
						<button type="button" class="button" onClick={() => location.reload()}>
							{t("tryAgain")}
						</button>
					</>
				) : (
					<p class="muted">{t("loading")}</p>
				)}
			</main>
		);
	};
}
