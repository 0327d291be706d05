import type { ComponentChildren } from "preact";

/** One line of a `<dl class="fact-list">`; nothing where nothing is known. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
	if (children === undefined || children === null || children === "" || children === false) return null;
	return (
		<div>
			<dt>
				<bdi>{name}</bdi>
			</dt>
			<dd>{children}</dd>
		</div>
	);
}
