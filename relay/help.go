package relay

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"alongside/privacy"
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

// help tells a page what it needs before a visitor asks for help.
func (s *Server) help(q *http.Request, site Site, b *request) (any, error) {
	answer := struct {
		Open     bool            `json:"open"`
		OpensAt  *time.Time      `json:"opensAt,omitempty"`
		Agents   bool            `json:"agents"`
		Form     []FormField     `json:"form"`
		OptedOut bool            `json:"optedOut"`
		Policy   json.RawMessage `json:"policy"` // what the page may say of itself when it asks
	}{Open: true, Agents: true, Form: []FormField{}, OptedOut: privacy.OptedOut(q, site.Key), Policy: site.Policy}
	if site.Open != nil {
		open, at := site.Open(s.Clock())
		answer.Open = open
		if !open && !at.IsZero() {
			answer.OpensAt = &at
		}
	}
	if s.Agents != nil {
		answer.Agents = s.Agents.Available(site.Tenant, site.ID)
	}
	if site.Form != nil {
		answer.Form = append(answer.Form, site.Form(b.Lang)...)
	}
	return answer, nil
}

// answers checks what the form was answered, and finds the visitor's name in it.
func (s Site) answers(b *request) (list []rooms.Answer, name string, err error) {
	if s.Answers == nil || s.Form == nil {
		if len(b.Answers) > 0 {
			return nil, "", invalid("answers", "nothing was asked")
		}
		return nil, "", nil
	}
	if list, err = s.Answers(b.Lang, b.Answers); err != nil {
		return nil, "", err
	}
	for _, field := range s.Form(b.Lang) {
		if field.Kind != "name" {
			continue
		}
		for _, a := range list {
			if a.Field == field.ID {
				name = a.Value
			}
		}
	}
	return list, name, nil
}

// errOff answers a call to what this server was not given.
var errOff = &refusal{http.StatusNotFound, "not-found", "", "this server does not offer it"}

func (s *Server) leaveMessage(q *http.Request, site Site, b *request) (any, error) {
	if s.Messages == nil {
		return nil, errOff
	}
	if err := checkUser(q.Context(), site, b.User); err != nil {
		return nil, err
	}
	answers, name, err := site.answers(b)
	if err != nil {
		return nil, err
	}
	who := s.visitorOf(q, site, b)
	if who.optedOut {
		who.page.URL, who.page.Title = "", ""
	}
	receipt, err := s.Messages.Leave(q.Context(), LeftMessage{
		Tenant: site.Tenant, Site: site.ID, Lang: b.Lang, URL: who.page.URL, Title: who.page.Title,
		Device: deviceOf(q.Header), Answers: answers, Name: name, Email: b.Email, Text: b.Text, Visitor: who.id,
		User: who.user, Address: who.address,
	})
	return receiptAnswer{receipt}, err
}

func (s *Server) rate(q *http.Request, site Site, b *request) (any, error) {
	if s.Ratings == nil {
		return nil, errOff
	}
	return nil, s.Ratings.Rate(q.Context(), site.Tenant, site.ID, b.Receipt, b.Score, b.Comment)
}

func (s *Server) optOut(_ *http.Request, site Site, b *request) (any, error) {
	if s.OptOuts == nil {
		return nil, errOff
	}
	out, err := s.OptOuts.Check(site.Key, b.Token)
	if err != nil {
		return nil, &refusal{http.StatusForbidden, "token", "token", "this link is not valid, or not any more"}
	}
	return struct {
		Out bool `json:"out"`
	}{out}, nil
}
