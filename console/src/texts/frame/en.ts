/** Where one can go. */
export const en = {
	navDesk: "Desk",
	navHistory: "History",
	navBoard: "Board",
	navReports: "Reports",
	navSettings: "Settings",
	navMain: "Main",
} as const;
