package accounts

import (
	"time"
)

// Hours are a site's office hours, by the clock on the wall of its time zone.
type Hours struct {
	Always bool      `json:"always"` // open day and night; the rest is kept but does not count
	Zone   string    `json:"zone"`   // IANA name such as "Europe/Berlin"
	Days   [7][]Span `json:"days"`   // Monday first
	Closed []string  `json:"closed"` // dates such as "2026-12-25" on which the office stays closed
}

// Span is a time of day during which the office is open, "09:00" to "12:30". It ends before To, which may be "24:00". A span
// over midnight is written as two, one on each day.
type Span struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// OpensWithin is how far ahead Open looks for the next opening.
const OpensWithin = 14 * 24 * time.Hour

// Open says whether the office is open at now, and if not, when it opens next: zero if not within OpensWithin.
func (h Hours) Open(now time.Time) (open bool, opensAt time.Time) {
	return h.Always, time.Time{}
}
