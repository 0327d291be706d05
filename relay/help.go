package relay

import (
	"context"

	"alongside/rooms"
)

// FormField is a field of the form before a request for help, in the visitor's language.
type FormField struct {
	ID       string       `json:"id"`
	Kind     string       `json:"kind"` // name, question, text, long, choice, email
	Label    string       `json:"label"`
	Required bool         `json:"required"`
	Options  []FormOption `json:"options,omitempty"` // of a choice
}

// FormOption is one of a choice.
type FormOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Ratings takes what a visitor thought of a session. The error is rooms.ErrNotFound for a receipt that is unknown, of
// another site, or too old to be rated: all alike.
type Ratings interface {
	Rate(ctx context.Context, tenant, site, receipt string, score int, comment string) error
}

// LeftMessage is what a visitor leaves when nobody is there.
type LeftMessage struct {
	Tenant, Site string
	Lang         string // BCP 47
	URL, Title   string // page it was left on
	Device       rooms.Device
	Answers      []rooms.Answer
	Name         string
	Email, Text  string
	Visitor      string // long-term ID
	User         rooms.User
	Address      string // as far as the site's mode keeps it
}

// Messages keeps what visitors leave and gives each a receipt.
type Messages interface {
	Leave(ctx context.Context, m LeftMessage) (receipt string, err error)
}

// Agents tells whether somebody could help at a site now.
type Agents interface {
	Available(tenant, site string) bool
}

// OptOuts reads the signed links of the opt-out pages and makes the address of a session's own.
type OptOuts interface {
	Check(site, token string) (out bool, err error) // site is its key
	SessionURL(siteKey, tenant, room string) string
}
