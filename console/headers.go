package console

import (
	"net/http"
	"strings"
)

const (
	// cspNothing is for answers that no browser should show as a page.
	cspNothing = "default-src 'none'; frame-ancestors 'none'"
	// cspMirror leaves a visitor's page nothing to run, fetch, submit or embed; with a sandbox that lacks allow-scripts it
	// held against every attack tried.
	cspMirror = "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; font-src data: blob:; " +
		"media-src blob:; form-action 'none'; base-uri 'none'; frame-src 'none'; object-src 'none'; frame-ancestors 'self'"
	// hstsValue holds a browser to https for a year (RFC 6797). Not for subdomains: they may be somebody else's.
	hstsValue = "max-age=31536000"
)

// cspConsole is for the console's own pages. connect-src names the socket too: older browsers do not take 'self' for it.
func (c *Console) cspConsole() string {
	socket := "ws" + strings.TrimPrefix(c.public, "http")
	return "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-src 'self'; " +
		"connect-src 'self' " + socket + "; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
}

// setHeaders sets what every response carries, errors included.
func (c *Console) setHeaders(header http.Header, csp string) {
	header.Set("Content-Security-Policy", csp)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	if c.secure {
		header.Set("Strict-Transport-Security", hstsValue)
	}
}
