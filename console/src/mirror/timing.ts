/** When to go on: after the browser had a turn, or after a frame has loaded. */

/** Lets the browser draw and handle input; not slowed down in a tab that is not shown, as timers are. */
export function pause(): Promise<void> {
	return new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(undefined);
	});
}

/** Resolves once a frame holds the document it was told to load; what is built before would be thrown away. */
export function whenLoaded(iframe: HTMLIFrameElement): Promise<void> {
	const { contentDocument: document } = iframe;
	const isBlank = !iframe.getAttribute("src") || iframe.getAttribute("src") === "about:blank";
	const isThere = document?.readyState === "complete" && (isBlank || document.URL !== "about:blank");
	if (isThere) return Promise.resolve();
	return new Promise((resolve) => iframe.addEventListener("load", () => resolve(), { once: true }));
}
