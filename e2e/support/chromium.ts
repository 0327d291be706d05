/** What every test's Chromium is started with. */
export const CHROMIUM_FLAGS: string[] = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	// A page that a test answers by itself counts as public, and public pages may not reach this machine's servers. The
	// rest are pages of the browser's own address bar, which take 0.6 s of CPU with each window.
	"--disable-features=LocalNetworkAccessChecks,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
];
