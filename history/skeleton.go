package history

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"
)

var errUnfinished = errors.New("not there yet")

func newToken() string { return rand.Text() }

// Filter narrows List; what is empty does not narrow. All that is set must hold.
type Filter struct {
	From, To time.Time // opened at From or later, and before To
	Site     string    // ID
	Team     string    // ID
	Agent    string    // ID of a person who helped
	Reason   string    // ID of the wrap-up's reason
	Kind     Kind
	Path     string // of the page; a * at its end stands for any rest
	Lang     string // "de" also finds "de-AT"
	// Query are words, all of which must occur in the name, the answers, the text, the note or the chat; letters count in
	// either case. A call decrypts at most MaxSearched sessions and returns what it found in them.
	Query    string
	User     string // exact
	Visitor  string // exact
	Ticket   string // exact
	Open     bool   // left messages that nobody wrapped up
	MinScore int    // 1–5; 0: any
	MaxScore int    // 1–5; 0: any
	// Participant is an agent who sees only sessions of their own; Agent may be set besides.
	Participant string
}

// Page is a part of a list. Next, given as after, goes on behind it; it is empty at the end of the list. With Query a page
// may be short, even empty, although Next is set.
type Page struct {
	Sessions []Session
	Next     string
}

// ReportFilter says what a report counts, and by what.
type ReportFilter struct {
	From, To   time.Time // opened at From or later, and before To; zero: no limit
	Zone       string    // IANA name of the time zone in which days begin; empty: UTC
	By         string    // "day", "team", "site" or "agent"
	Site, Team string    // IDs; empty: all
}

// Report is a row per day, team, site or agent that something happened at, in ascending order of Key, and one over all.
type Report struct {
	Rows  []Row `json:"rows"`
	Total Row   `json:"total"`
}

// Row counts the sessions that share a Key. Medians and the like are over those that have the figure; 0 if none has.
type Row struct {
	Key          string         `json:"key"`          // "2026-11-22", or an ID; empty for those without team or handler, and in the total
	Sessions     int            `json:"sessions"`     // in which help was asked
	Accepted     int            `json:"accepted"`     // of them, those an agent came to
	Abandoned    int            `json:"abandoned"`    // of them, those that ended before an agent came
	Messages     int            `json:"messages"`     // left messages; not among Sessions
	WaitMedian   float64        `json:"waitMedian"`   // seconds from asking to the first agent
	WaitP90      float64        `json:"waitP90"`      // seconds; nine of ten waited no longer
	HandleMedian float64        `json:"handleMedian"` // seconds from the first agent to the end
	Ratings      int            `json:"ratings"`
	RatingMean   float64        `json:"ratingMean"`
	Reasons      map[string]int `json:"reasons"` // by ID; never null
}

// Who names a person by what is known of them; sessions that carry any of what is set are theirs.
type Who struct {
	User    string `json:"user,omitempty"`
	Visitor string `json:"visitor,omitempty"`
	Email   string `json:"email,omitempty"`
	Receipt string `json:"receipt,omitempty"`
}

// Mode is how a person's sessions are erased.
type Mode string

const (
	ModeDelete Mode = "delete" // all is gone
	ModeStrip  Mode = "strip"  // facts stay; everything sealed, every fingerprint, the receipt and the page's path are gone
)

// Access is all that is kept of a person.
type Access struct {
	Sessions []AccessSession `json:"sessions"`
}

// AccessSession is a session with its chat.
type AccessSession struct {
	Session
	Chat []Message `json:"chat"`
}

// Erased counts what an erasure reached. IDs are the sessions, so that what others keep of them (consents) can go too.
type Erased struct {
	Sessions, Messages int
	IDs                []string
}

func (h *History) Opened(ctx context.Context, s Session) (receipt string, err error) { return "", errUnfinished }
func (h *History) Changed(ctx context.Context, s Session) error                      { return errUnfinished }
func (h *History) Ended(ctx context.Context, s Session) error                        { return errUnfinished }
func (h *History) Append(ctx context.Context, tenant, site, session string, m Message) error {
	return errUnfinished
}
func (h *History) Get(ctx context.Context, tenant, id string) (Session, error) {
	return Session{}, errUnfinished
}
func (h *History) Messages(ctx context.Context, tenant, id string, after, limit int) ([]Message, error) {
	return nil, errUnfinished
}
func (h *History) List(ctx context.Context, tenant string, f Filter, after string, limit int) (Page, error) {
	return Page{}, errUnfinished
}
func (h *History) WrapUp(ctx context.Context, tenant, id string, w WrapUp) error { return errUnfinished }
func (h *History) Rate(ctx context.Context, tenant, site, receipt string, score int, comment string) error {
	return errUnfinished
}
func (h *History) Report(ctx context.Context, tenant string, f ReportFilter) (Report, error) {
	return Report{}, errUnfinished
}
func (h *History) Find(ctx context.Context, tenant string, who Who) (ids []string, err error) {
	return nil, errUnfinished
}
func (h *History) Export(ctx context.Context, tenant string, who Who) (Access, error) {
	return Access{}, errUnfinished
}
func (h *History) Erase(ctx context.Context, tenant string, who Who, mode Mode) (Erased, error) {
	return Erased{}, errUnfinished
}
func (h *History) Sweep(ctx context.Context) error { return errUnfinished }
func (h *History) Run(ctx context.Context)         {}

// WriteCSV writes an Access as CSV (RFC 4180), a line per fact, safe to open in a spreadsheet.
func WriteCSV(w io.Writer, a Access) error { return errUnfinished }

// WriteReportCSV writes a report as CSV (RFC 4180), a line per row and the total last, safe to open in a spreadsheet.
func WriteReportCSV(w io.Writer, r Report) error { return errUnfinished }
