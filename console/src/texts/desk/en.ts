/** The queue, the chat and the wrap-up. */
export const en = {
	stateBrowsing: "Browsing",
	stateHelping: "Helping",
} as const;
