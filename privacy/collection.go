package privacy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Basis is the ground in law on which a site collects (GDPR Article 6(1)).
type Basis string

const (
	BasisConsent  Basis = "consent"  // (a): nothing happens before the visitor agrees
	BasisInterest Basis = "interest" // (f): starts by itself and stops on objection
)

// Whom a site's agents have in their list.
const (
	VisitorsHelp = "help" // those who asked for help
	VisitorsAll  = "all"  // everybody whom the basis allows
)

// What is kept of a visitor's address.
const (
	IPNone      = "none"      // nothing
	IPTruncated = "truncated" // IPv4 without its last two octets, IPv6 cut to /32
	IPFull      = "full"      // all of it; only once an admin acknowledged what that means
)

// Limits of a collection, which travels to every visitor's page.
const (
	MaxPagePatterns      = 200
	MaxBlockedPatterns   = 500
	MaxConsentEventBytes = 100
)

// Collection is what a site collects, of whom, and on what ground.
type Collection struct {
	// Version grows by one with each change.
	Version int   `json:"version"`
	Basis   Basis `json:"basis"`
	// Visitors is VisitorsHelp or VisitorsAll.
	Visitors string `json:"visitors"`
	// ReturningID lets the widget keep a random identifier in the visitor's browser beyond the visit.
	ReturningID bool `json:"returningId"`
	// DoNotTrack lets the browser's Do Not Track count as an objection. Global Privacy Control always does.
	DoNotTrack bool `json:"doNotTrack"`
	// ConsentMode takes Google Consent Mode's analytics_storage as the visitor's answer.
	ConsentMode bool `json:"consentMode"`
	// ConsentEvent names an event on window that stands for the visitor's yes; empty: none.
	ConsentEvent string `json:"consentEvent"`
	// Allow and Deny are the page paths where the widget runs and does not; a * stands for any characters. Deny wins, an
	// empty Allow means everywhere.
	Allow []string `json:"allow"`
	Deny  []string `json:"deny"`
	// Sensitive are page paths where nothing is ever collected or captured; help by chat works there.
	Sensitive []string `json:"sensitive"`
	// IP is IPNone, IPTruncated or IPFull; the last only together with IPAcknowledged.
	IP             string `json:"ip"`
	IPAcknowledged bool   `json:"ipAcknowledged"`
	// Blocked are addresses that are not served: see Blocked.
	Blocked []string `json:"blocked"`
	// Minors says that the site is meant for minors: no visitor of it is listed, identified or seen (001-43).
	Minors bool `json:"minors"`
}

// PublicCollection is the part of a Collection that the visitor's page is given.
type PublicCollection struct {
	Basis        Basis    `json:"basis"`
	Visitors     string   `json:"visitors"`
	ReturningID  bool     `json:"returningId"`
	DoNotTrack   bool     `json:"doNotTrack"`
	ConsentMode  bool     `json:"consentMode"`
	ConsentEvent string   `json:"consentEvent"`
	Allow        []string `json:"allow"`
	Deny         []string `json:"deny"`
	Sensitive    []string `json:"sensitive"`
	Minors       bool     `json:"minors"`
}

// DefaultCollection is that of a new site: only those who ask for help, no identifier, no address.
func DefaultCollection() Collection {
	return Collection{Version: 1, Basis: BasisInterest, Visitors: VisitorsHelp, IP: IPNone}.withLists()
}

// ParseCollection reads a collection from JSON. Missing fields keep their defaults; a wrong one is a *FieldError, and so is
// one that the program does not know.
func ParseCollection(data []byte) (Collection, error) {
	c := DefaultCollection()
	if err := decodeStrict(data, &c); err != nil {
		return Collection{}, fieldOr("parse collection", err)
	}
	if err := c.Validate(); err != nil {
		return Collection{}, err
	}
	return c.withLists(), nil
}

// Next is c as the version after current.
func (c Collection) Next(current int) Collection {
	c.Version = current + 1
	return c.withLists()
}

// Public is what the visitor's page is given: nothing of addresses.
func (c Collection) Public() PublicCollection {
	c = c.withLists()
	return PublicCollection{
		Basis: c.Basis, Visitors: c.Visitors, ReturningID: c.ReturningID, DoNotTrack: c.DoNotTrack,
		ConsentMode: c.ConsentMode, ConsentEvent: c.ConsentEvent,
		Allow: c.Allow, Deny: c.Deny, Sensitive: c.Sensitive, Minors: c.Minors,
	}
}

// withLists is c with empty lists for those that are nil: in JSON a list is never null.
func (c Collection) withLists() Collection {
	for _, list := range []*[]string{&c.Allow, &c.Deny, &c.Sensitive, &c.Blocked} {
		if *list == nil {
			*list = []string{}
		}
	}
	return c
}

// Validate returns a *FieldError for the first field that is wrong.
func (c Collection) Validate() error {
	switch {
	case c.Version < 1:
		return &FieldError{"version", "must be 1 or more"}
	case c.Basis != BasisConsent && c.Basis != BasisInterest:
		return &FieldError{"basis", "must be consent or interest"}
	case c.Visitors != VisitorsHelp && c.Visitors != VisitorsAll:
		return &FieldError{"visitors", "must be help or all"}
	case !slices.Contains([]string{IPNone, IPTruncated, IPFull}, c.IP):
		return &FieldError{"ip", "must be none, truncated or full"}
	case c.IP == IPFull && !c.IPAcknowledged:
		return &FieldError{"ipAcknowledged", "must be true to keep full addresses"}
	}
	if problem := eventProblem(c.ConsentEvent); problem != "" {
		return &FieldError{"consentEvent", problem}
	}
	lists := []struct {
		field   string
		entries []string
		most    int
		problem func(string) string
	}{
		{"allow", c.Allow, MaxPagePatterns, pathProblem},
		{"deny", c.Deny, MaxPagePatterns, pathProblem},
		{"sensitive", c.Sensitive, MaxPagePatterns, pathProblem},
		{"blocked", c.Blocked, MaxBlockedPatterns, addressPatternProblem},
	}
	for _, list := range lists {
		if len(list.entries) > list.most {
			return &FieldError{list.field, fmt.Sprintf("has more than %d entries", list.most)}
		}
		for i, entry := range list.entries {
			if problem := list.problem(entry); problem != "" {
				return &FieldError{fmt.Sprintf("%s[%d]", list.field, i), problem}
			}
		}
	}
	return nil
}

func eventProblem(name string) string {
	switch {
	case len(name) > MaxConsentEventBytes:
		return fmt.Sprintf("is longer than %d bytes", MaxConsentEventBytes)
	case !utf8.ValidString(name):
		return "is not UTF-8"
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		return "contains a space or a control character"
	}
	return ""
}
