import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../texts/index.ts";
import { Icon } from "./icons.tsx";

type Props = { title: string; onClose(): void; children: ComponentChildren };

/** A modal dialog, open as long as it is rendered; the browser keeps the focus inside and gives it back. */
export function Dialog({ title, onClose, children }: Props) {
	const dialog = useRef<HTMLDialogElement>(null);
	const id = useId();
	useEffect(() => dialog.current?.showModal(), []);
	return (
		<dialog ref={dialog} class="dialog" aria-labelledby={id} onClose={onClose}>
			<div class="dialog-head">
				<h2 id={id}>{title}</h2>
				<button
					type="button"
					class="button icon-only quiet"
					aria-label={t("close")}
					onClick={() => dialog.current?.close()}
				>
					<Icon name="close" />
				</button>
			</div>
			{children}
		</dialog>
	);
}
