/** A button that opens a small panel; Escape, a press outside or leaving it with the keyboard closes it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

type Props = {
	/** What the button shows. */
	face: ComponentChildren;
	/** What the button is called, if its face does not say it. */
	label?: string;
	/** What the panel is called. */
	title: string;
	class?: string;
	children: ComponentChildren;
};

export function Menu({ face, label, title, class: kind, children }: Props) {
	const [open, setOpen] = useState(false);
	const root = useRef<HTMLDivElement>(null);
	const button = useRef<HTMLButtonElement>(null);
	const id = useId();
	useEffect(() => {
		if (!open) return;
		const outside = (event: Event) => {
			if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
		};
		const close = (event: KeyboardEvent) => {
			if (event.key !== "Escape") return;
			setOpen(false);
			button.current?.focus();
		};
		addEventListener("pointerdown", outside);
		addEventListener("focusin", outside);
		addEventListener("keydown", close);
		return () => {
			removeEventListener("pointerdown", outside);
			removeEventListener("focusin", outside);
			removeEventListener("keydown", close);
		};
	}, [open]);
	return (
		<div class="menu" ref={root}>
			<button
				ref={button}
				type="button"
				class={kind ?? "button quiet"}
				aria-label={label}
				aria-expanded={open}
				aria-controls={open ? id : undefined}
				onClick={() => setOpen(!open)}
			>
				{face}
			</button>
			{open && (
				<section class="menu-panel" id={id} aria-label={title}>
					{children}
				</section>
			)}
		</div>
	);
}
