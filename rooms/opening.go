package rooms

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"alongside/wire"
)

// Opening is a visitor's first request: for help, or to be seen browsing where the site lists all visitors.
type Opening struct {
	Tenant, Site, SiteName string
	Origin                 string // the page's origin; its socket must come from it
	Policy                 json.RawMessage
	Lang                   string // BCP 47
	Device                 Device
	Page                   wire.PageBody
	Tab                    string // the tab's own random ID
	Help                   bool   // asked for help; else merely browsing
	Answers                []Answer
	Name                   string // the visitor's; may be empty
	Visitor                string // long-term ID; may be empty
	User                   User   // vouched for by the site
	Address                string // as far as the site's mode keeps it; usually empty
	OptedOut               bool   // no identifier and no page is kept or shown, until the visitor agrees to be seen
	Unseen                 bool   // no agent may ask to see the page, as on sites for minors
}

// Answer is what a visitor wrote into one field of the site's form.
type Answer struct {
	Field string `json:"field"`
	Label string `json:"label"` // as the visitor read it
	Value string `json:"value"`
}

// Asking is a browsing visitor's request for help.
type Asking struct {
	Answers []Answer
	Name    string
	Page    wire.PageBody
}

// User is who the site says the visitor is. The zero value is nobody.
type User struct {
	ID     string            `json:"id"`
	Fields map[string]string `json:"fields"`
}

// Bounds of a User.
const (
	maxUserFields     = 20
	maxUserCharacters = 200 // of the ID and of each value
)

var userField = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,39}$`)

// InvalidError is a value that cannot be, and the field it is in.
type InvalidError struct{ Field, Detail string }

func (e *InvalidError) Error() string { return e.Field + ": " + e.Detail }

// Validate returns an *InvalidError for the first field that is wrong: fields are named "id" and "fields.NAME".
func (u User) Validate() error {
	switch {
	case u.ID == "":
		return &InvalidError{"id", "a user needs an ID"}
	case !isLine(u.ID, maxUserCharacters):
		return &InvalidError{"id", fmt.Sprintf("an ID has at most %d characters and no control characters", maxUserCharacters)}
	case len(u.Fields) > maxUserFields:
		return &InvalidError{"fields", fmt.Sprintf("a user has at most %d fields", maxUserFields)}
	}
	for name, value := range u.Fields {
		if !userField.MatchString(name) {
			return &InvalidError{"fields", "a field is named by 1 to 40 letters, digits and underscores, a letter first"}
		}
		if !isLine(value, maxUserCharacters) {
			return &InvalidError{"fields." + name, fmt.Sprintf("a value has at most %d characters and no control characters", maxUserCharacters)}
		}
	}
	return nil
}

func isLine(s string, characters int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= characters && !strings.ContainsFunc(s, unicode.IsControl)
}

// Resumption is a tab's request to come back, or of a further tab to come in.
type Resumption struct{ Tenant, Site, Origin, Resume, Tab string }

// Entry is what a tab needs to connect.
type Entry struct {
	Room        string          `json:"room"`
	Resume      string          `json:"resume"`
	Tab         string          `json:"tab"`
	Ticket      string          `json:"ticket"`
	Socket      string          `json:"socket"`
	Code        string          `json:"code,omitempty"` // of one who asked for help
	CodeExpires *time.Time      `json:"codeExpires,omitempty"`
	Salt        string          `json:"salt"` // base64url of 16 bytes
	Policy      json.RawMessage `json:"policy"`
	State       wire.RoomState  `json:"state"`
	Help        bool            `json:"help"`              // was asked for; else the visit merely browses
	Leaving     bool            `json:"leaving,omitempty"` // the tab's last words were that it leaves
	Receipt     string          `json:"receipt,omitempty"` // to rate and to find the session by, once help was asked for
	OptOut      string          `json:"optOut,omitempty"`  // where the visitor opts out
}
