// Package history keeps what is left of a session when it is over: when it was, who helped, what was written, how it was
// rated. It keeps no page content.
//
// What must stay true: what names a person, and every word that somebody wrote, is stored only sealed under a data key of
// that one session; whoever destroys the key destroys the content, wherever copies of it lie. In clear stand only facts
// that filters and reports need, and keyed fingerprints for exact search. Tenants never meet: every question carries the
// tenant, and what belongs to another is answered as what does not exist. Nothing is written about a session after it was
// erased.
package history

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"alongside/privacy"
)

var (
	// ErrNotFound is returned for what does not exist, was erased, or belongs to another tenant.
	ErrNotFound = errors.New("not found")
	// ErrExists is returned for a session that is kept already.
	ErrExists = errors.New("exists already")
	// ErrTooLate is returned for a rating after RatingTime.
	ErrTooLate = errors.New("the time for a rating is over")
)

// FieldError says what is wrong with one field, in words fit for the person who filled it in.
type FieldError struct {
	Field   string // as in the HTTP API: "note", "minScore"
	Problem string // "is longer than 4000 characters"
}

func (e *FieldError) Error() string { return e.Field + " " + e.Problem }

// Kind is how a visitor turned to the team.
type Kind string

const (
	KindHelp    Kind = "help"    // asked for help now
	KindMessage Kind = "message" // left a message outside office hours
)

// Session is one visitor's turning to the team. Strings are UTF-8; times are kept to the millisecond, and a zero time
// says that it did not happen, or was not seen to happen because the server died.
type Session struct {
	Tenant string `json:"-"`
	ID     string `json:"id"` // of the room, or of the message
	Site   string `json:"site"`
	Team   string `json:"team,omitempty"`
	Kind   Kind   `json:"kind"`

	Opened   time.Time `json:"opened"`            // when help was asked, or the message left
	Accepted time.Time `json:"accepted,omitzero"` // when the first agent was there
	Ended    time.Time `json:"ended,omitzero"`
	Why      string    `json:"why,omitempty"` // it ended

	Agents   []string `json:"agents"`            // IDs of all who helped
	Handler  string   `json:"handler,omitempty"` // ID of the last of them
	Messages int      `json:"messages"`          // chat messages exchanged, whether kept or not

	Lang    string `json:"lang,omitempty"` // BCP 47
	Browser string `json:"browser,omitempty"`
	OS      string `json:"os,omitempty"`
	Device  string `json:"device,omitempty"`

	// All below is stored only sealed; it is empty once the identity was stripped.

	Page    string            `json:"page,omitempty"` // URL as far as the site shows URLs; its path is also kept in clear
	Title   string            `json:"title,omitempty"`
	Address string            `json:"address,omitempty"` // as far as the site keeps addresses
	Visitor string            `json:"visitor,omitempty"` // long-term ID
	User    string            `json:"user,omitempty"`    // ID verified by the site's signature
	Name    string            `json:"name,omitempty"`
	Email   string            `json:"email,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"` // verified with User
	Answers []Answer          `json:"answers,omitempty"`
	Text    string            `json:"text,omitempty"` // of a left message

	WrapUp *WrapUp `json:"wrapUp,omitempty"`
	Rating *Rating `json:"rating,omitempty"`

	// Stripped says that the identity was erased and the facts kept.
	Stripped bool `json:"stripped,omitempty"`
}

// Answer is what the visitor answered to one question of the site's form.
type Answer struct {
	Field string `json:"field"`
	Label string `json:"label"` // the question, in the visitor's language
	Value string `json:"value"`
}

// WrapUp is what the agent noted when it was over. Note and Ticket are stored only sealed.
type WrapUp struct {
	Reason string    `json:"reason,omitempty"` // ID
	Note   string    `json:"note,omitempty"`
	Ticket string    `json:"ticket,omitempty"` // reference in the customer's own system
	By     string    `json:"by"`               // person
	At     time.Time `json:"at"`
}

// Rating is what the visitor said of it. Comment is stored only sealed.
type Rating struct {
	Score   int       `json:"score"` // 1 (bad) to 5 (good)
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at"`
}

// Message is one chat message. Name and Text are stored only sealed.
type Message struct {
	N      int       `json:"n"`  // from 1 in the session
	ID     string    `json:"id"` // made by the sender
	Role   string    `json:"role"`
	Person string    `json:"person,omitempty"` // ID of the agent
	Name   string    `json:"name,omitempty"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// Keys is what History needs of privacy.Keyring.
type Keys interface {
	NewDataKey(ctx context.Context, tenant string) (key privacy.DataKey, wrapped []byte, err error)
	DataKey(ctx context.Context, tenant string, wrapped []byte) (privacy.DataKey, error)
	Fingerprint(ctx context.Context, tenant, purpose, value string) ([]byte, error)
}

// Config is what History is made of. All but Deleted and Log are required.
type Config struct {
	Store Store
	Keys  Keys
	// Retention tells how long a site keeps what. ErrNotFound says that the site is gone: the defaults hold for what is
	// left of it. After another error nothing of the site is deleted or kept.
	Retention func(ctx context.Context, tenant, site string) (privacy.Retention, error)
	// Deleted is told what Sweep deleted of a site, for the audit log. class is "sessions" or "messages".
	Deleted func(tenant, site, class string, count int)
	Now     func() time.Time
	Log     *slog.Logger
}

// History is safe for use by many goroutines. All fields are fixed.
type History struct {
	store     Store
	keys      Keys
	retention func(ctx context.Context, tenant, site string) (privacy.Retention, error)
	deleted   func(tenant, site, class string, count int)
	now       func() time.Time
	log       *slog.Logger
	holder    string // names this History among those that would sweep
}

// New makes a History; it starts nothing.
func New(c Config) *History {
	h := &History{store: c.Store, keys: c.Keys, retention: c.Retention, deleted: c.Deleted, now: c.Now, log: c.Log, holder: newToken()}
	if h.deleted == nil {
		h.deleted = func(string, string, string, int) {}
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	return h
}
