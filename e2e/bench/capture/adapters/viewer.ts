/** What shows a page is measured through: given the messages first, told to show them then. */
export type Viewer = {
	/** Text as it is, bytes in base64. */
	load(messages: string[]): void;
	/** Resolves once all is in the document. */
	show(): Promise<void>;
	/** Makes what was loaded another epoch, to be shown again. */
	renew?(): void;
};

declare global {
	var __viewer: Viewer | undefined;
}
