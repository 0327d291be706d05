// Package privacy holds what a site collects and lets out of its visitors' pages, what each visitor agreed or objected to,
// the keys that seal what is stored, and the log of who did what with it.
//
// What must stay true: a setting that cannot be understood is refused, never applied in part; a field that is missing takes
// the default, which collects less. A sealed value opens only for the tenant and the place it was made for. The audit log
// is only ever added to at its end and trimmed at its start; a consent goes only with everything else of its person.
//
// # Precedence
//
// The policy is evaluated in the visitor's page (widget/src), node by node. Where several rules meet, the first that
// applies in this table wins:
//
//	1  always excluded   passwords, card numbers, CVV, expiry dates, one-time codes; no setting reaches them
//	2  ignore            the element and all below it are absent
//	3  mask              text and values become placeholder characters
//	4  unmask            exempts from the site's default, from nothing above
//	5  the site's mode   inputs, strict or marked-only
//
// A rule of an ancestor that is stricter always wins, and nothing reveals inside an ignored subtree. no-control is
// independent of the table: it says what an agent may touch, not what is seen.
package privacy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mode is what happens to content that no rule names.
type Mode string

const (
	ModeInputs     Mode = "inputs"      // the values of all fields are masked
	ModeStrict     Mode = "strict"      // all text and all values are masked
	ModeMarkedOnly Mode = "marked-only" // nothing is masked but what is marked or always excluded: the weakest
)

// Rule is what a selector asks for the elements it matches.
type Rule string

const (
	RuleIgnore    Rule = "ignore"
	RuleMask      Rule = "mask"
	RuleUnmask    Rule = "unmask"
	RuleNoControl Rule = "no-control"
)

// Limits of a policy, which travels to every visitor's page.
const (
	MaxSelectors        = 200
	MaxSelectorBytes    = 512
	MaxPathsPerSelector = 50
	MaxPathBytes        = 256
)

// Policy is what a site lets out of its visitors' pages. It travels to the widget as JSON.
type Policy struct {
	// Version grows by one with each change; frames made under an older one are refused once a newer one is out.
	Version   int        `json:"version"`
	Mode      Mode       `json:"mode"`
	Selectors []Selector `json:"selectors"`
	URL       URLParts   `json:"url"`
	// ForeignUnmask lets inspectlet-whitelist count as unmask. Markings of other tools that restrict always count.
	ForeignUnmask bool `json:"foreignUnmask"`
	ClosedRoots   bool `json:"closedRoots"` // capture closed shadow roots too
	Canvas        bool `json:"canvas"`
	Images        bool `json:"images"`
}

// Selector applies a rule to the elements that a CSS selector matches.
type Selector struct {
	CSS  string `json:"css"`
	Rule Rule   `json:"rule"`
	// Paths limits the rule to pages whose path matches one of them; a * stands for any characters. Empty: all pages.
	Paths []string `json:"paths,omitempty"`
}

// URLParts says which parts of a page's address are shown, everywhere an address is shown.
type URLParts struct {
	Domain bool `json:"domain"`
	Path   bool `json:"path"`
	Query  bool `json:"query"`
	Hash   bool `json:"hash"`
}

// FieldError says what is wrong with one field of a setting, in words fit for the person who wrote it.
type FieldError struct {
	Field   string // as in the JSON: "selectors[2].css"
	Problem string // "is empty"
}

func (e *FieldError) Error() string { return e.Field + " " + e.Problem }

// Default is the policy of a new site: inputs masked, no query and no hash in addresses.
func Default() Policy {
	return Policy{
		Version:   1,
		Mode:      ModeInputs,
		Selectors: []Selector{},
		URL:       URLParts{Domain: true, Path: true},
		Canvas:    true,
		Images:    true,
	}
}

// Parse reads a policy from JSON. Missing fields keep their defaults; a wrong one is a *FieldError, and so is one that the
// program does not know: a rule that is not understood would not be kept.
func Parse(data []byte) (Policy, error) {
	policy := Default()
	if err := decodeStrict(data, &policy); err != nil {
		return Policy{}, fieldOr("parse policy", err)
	}
	if policy.Selectors == nil {
		policy.Selectors = []Selector{}
	}
	return policy, policy.Validate()
}

// decodeStrict reads one JSON value over the defaults in setting. What it does not know is a *FieldError.
func decodeStrict(data []byte, setting any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(setting); err != nil {
		var wrongType *json.UnmarshalTypeError
		if errors.As(err, &wrongType) && wrongType.Field != "" {
			return &FieldError{wrongType.Field, "has the wrong type"}
		}
		if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
			return &FieldError{strings.Trim(field, `"`), "is not known"}
		}
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// fieldOr returns a *FieldError as it is, for its reader knows the setting, and any other error with the act that failed.
func fieldOr(act string, err error) error {
	if field, ok := errors.AsType[*FieldError](err); ok {
		return field
	}
	return fmt.Errorf("%s: %w", act, err)
}

// Next is p as the version after current.
func (p Policy) Next(current int) Policy {
	p.Version = current + 1
	return p
}

// Validate returns a *FieldError for the first field that is wrong.
func (p Policy) Validate() error {
	if p.Version < 1 {
		return &FieldError{"version", "must be 1 or more"}
	}
	switch p.Mode {
	case ModeInputs, ModeStrict, ModeMarkedOnly:
	default:
		return &FieldError{"mode", "must be inputs, strict or marked-only"}
	}
	if len(p.Selectors) > MaxSelectors {
		return &FieldError{"selectors", fmt.Sprintf("has more than %d entries", MaxSelectors)}
	}
	for i, selector := range p.Selectors {
		if err := selector.validate(fmt.Sprintf("selectors[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func (s Selector) validate(field string) error {
	if problem := cssProblem(s.CSS); problem != "" {
		return &FieldError{field + ".css", problem}
	}
	switch s.Rule {
	case RuleIgnore, RuleMask, RuleUnmask, RuleNoControl:
	default:
		return &FieldError{field + ".rule", "must be ignore, mask, unmask or no-control"}
	}
	if len(s.Paths) > MaxPathsPerSelector {
		return &FieldError{field + ".paths", fmt.Sprintf("has more than %d entries", MaxPathsPerSelector)}
	}
	for i, path := range s.Paths {
		if problem := pathProblem(path); problem != "" {
			return &FieldError{fmt.Sprintf("%s.paths[%d]", field, i), problem}
		}
	}
	return nil
}

// cssProblem refuses what could end a rule and begin another wherever the selector is put into a style sheet. Whether the
// selector parses only a browser can say: the widget masks everything when one does not.
func cssProblem(css string) string {
	switch {
	case strings.TrimSpace(css) == "":
		return "is empty"
	case len(css) > MaxSelectorBytes:
		return fmt.Sprintf("is longer than %d bytes", MaxSelectorBytes)
	case !utf8.ValidString(css):
		return "is not UTF-8"
	case strings.ContainsAny(css, "{}"):
		return "contains a brace"
	case strings.ContainsFunc(css, unicode.IsControl):
		return "contains a control character"
	}
	return ""
}

func pathProblem(path string) string {
	switch {
	case !strings.HasPrefix(path, "/"):
		return "must begin with /"
	case len(path) > MaxPathBytes:
		return fmt.Sprintf("is longer than %d bytes", MaxPathBytes)
	case !utf8.ValidString(path):
		return "is not UTF-8"
	case strings.ContainsFunc(path, unicode.IsControl):
		return "contains a control character"
	case strings.ContainsAny(path, "?#"):
		return "is more than a path"
	}
	return ""
}
