package history

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"alongside/privacy"
)

// content is what of a session is sealed. It is one value, so that no change loses another's part.
type content struct {
	Page    string            `json:"page,omitempty"`
	Title   string            `json:"title,omitempty"`
	Address string            `json:"address,omitempty"`
	Visitor string            `json:"visitor,omitempty"`
	User    string            `json:"user,omitempty"`
	Name    string            `json:"name,omitempty"`
	Email   string            `json:"email,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"`
	Answers []Answer          `json:"answers,omitempty"`
	Text    string            `json:"text,omitempty"`
	Note    string            `json:"note,omitempty"`
	Ticket  string            `json:"ticket,omitempty"`
	Comment string            `json:"comment,omitempty"`
}

// words is what of a message is sealed.
type words struct {
	Name string `json:"name,omitempty"`
	Text string `json:"text"`
}

// The parts of a session that are sealed under its key, each bound to its own place.
const (
	partSession = "session"
	partMessage = "message"
)

func bound(part, tenant, session, id string) []byte {
	return []byte(strings.Join([]string{"history", part, tenant, session, id}, "\x00"))
}

// record makes what is stored of s. keep gives what s does not hold: the key, the receipt, how far the erasure went. A
// record without a key holds facts alone.
func (h *History) record(ctx context.Context, s Session, keep Record) (Record, error) {
	r := Record{
		Tenant: s.Tenant, ID: s.ID, Rev: keep.Rev, State: keep.State, Key: keep.Key, Receipt: keep.Receipt,
		Facts: Facts{
			Site: s.Site, Team: s.Team, Kind: s.Kind, Opened: s.Opened, Accepted: s.Accepted, Ended: s.Ended, Why: s.Why,
			Agents: s.Agents, Handler: s.Handler, Messages: s.Messages, Lang: s.Lang, Browser: s.Browser, OS: s.OS, Device: s.Device,
			ErasedAt: keep.ErasedAt,
		},
	}
	c := content{
		Page: s.Page, Title: s.Title, Address: s.Address, Visitor: s.Visitor, User: s.User, Name: s.Name, Email: s.Email,
		Fields: s.Fields, Answers: s.Answers, Text: s.Text,
	}
	if w := s.WrapUp; w != nil {
		r.Reason, r.WrappedBy, r.WrappedAt = w.Reason, w.By, w.At
		c.Note, c.Ticket = w.Note, w.Ticket
	}
	if rating := s.Rating; rating != nil {
		r.Score, r.RatedAt = rating.Score, rating.At
		c.Comment = rating.Comment
	}
	if r.Key == nil {
		return r, nil
	}
	key, err := h.keys.DataKey(ctx, r.Tenant, r.Key)
	if err != nil {
		return Record{}, fmt.Errorf("unwrap key of session: %w", err)
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return Record{}, fmt.Errorf("encode session: %w", err)
	}
	r.Path = pathOf(s.Page)
	r.Sealed = key.Seal(plain, bound(partSession, r.Tenant, r.ID, ""))
	r.Marks, err = h.marks(ctx, r.Tenant, c)
	return r, err
}

// session reads what record made.
func (h *History) session(ctx context.Context, r Record) (Session, privacy.DataKey, error) {
	s := Session{
		Tenant: r.Tenant, ID: r.ID, Site: r.Site, Team: r.Team, Kind: r.Kind, Opened: r.Opened, Accepted: r.Accepted, Ended: r.Ended,
		Why: r.Why, Agents: r.Agents, Handler: r.Handler, Messages: r.Messages, Lang: r.Lang, Browser: r.Browser, OS: r.OS,
		Device: r.Device, Stripped: r.State != StateKept,
	}
	var c content
	var key privacy.DataKey
	if r.Key != nil {
		var err error
		if key, err = h.keys.DataKey(ctx, r.Tenant, r.Key); err != nil {
			return Session{}, key, fmt.Errorf("unwrap key of session %s: %w", r.ID, err)
		}
		plain, err := key.Open(r.Sealed, bound(partSession, r.Tenant, r.ID, ""))
		if err != nil {
			return Session{}, key, fmt.Errorf("open session %s: %w", r.ID, err)
		}
		if err := json.Unmarshal(plain, &c); err != nil {
			return Session{}, key, fmt.Errorf("decode session %s: %w", r.ID, err)
		}
	}
	s.Page, s.Title, s.Address, s.Visitor, s.User, s.Name, s.Email = c.Page, c.Title, c.Address, c.Visitor, c.User, c.Name, c.Email
	s.Fields, s.Answers, s.Text = c.Fields, c.Answers, c.Text
	if !r.WrappedAt.IsZero() {
		s.WrapUp = &WrapUp{Reason: r.Reason, Note: c.Note, Ticket: c.Ticket, By: r.WrappedBy, At: r.WrappedAt}
	}
	if r.Score > 0 {
		s.Rating = &Rating{Score: r.Score, Comment: c.Comment, At: r.RatedAt}
	}
	return s, key, nil
}

// message opens m. The zero key opens none: what was stripped stays empty.
func message(key privacy.DataKey, m SealedMessage) (Message, error) {
	var w words
	if m.Sealed != nil {
		plain, err := key.Open(m.Sealed, bound(partMessage, m.Tenant, m.Session, m.ID))
		if err != nil {
			return Message{}, fmt.Errorf("open message %s of session %s: %w", m.ID, m.Session, err)
		}
		if err := json.Unmarshal(plain, &w); err != nil {
			return Message{}, fmt.Errorf("decode message %s of session %s: %w", m.ID, m.Session, err)
		}
	}
	return Message{N: m.N, ID: m.ID, Role: m.Role, Person: m.Person, Name: w.Name, Text: w.Text, At: m.At}, nil
}

// What a session is found by. Each is fingerprinted for itself, so that no value passes for one of another kind.
const (
	markUser    = "history user"
	markVisitor = "history visitor"
	markEmail   = "history e-mail"
	markTicket  = "history ticket"
)

// marks fingerprints all by which c is to be found. Whoever gave an address in an answer, or was identified with one, is
// found by it as if it were the reply address.
func (h *History) marks(ctx context.Context, tenant string, c content) ([][]byte, error) {
	emails := []string{c.Email}
	for _, answer := range c.Answers {
		emails = append(emails, answer.Value)
	}
	for _, value := range c.Fields {
		emails = append(emails, value)
	}
	emails = slices.DeleteFunc(emails, func(text string) bool { return !isEmail(text) })
	marks := [][]byte{}
	for purpose, values := range map[string][]string{
		markUser: {c.User}, markVisitor: {c.Visitor}, markTicket: {c.Ticket}, markEmail: emails,
	} {
		for _, value := range values {
			mark, err := h.mark(ctx, tenant, purpose, value)
			if err != nil {
				return nil, err
			}
			if mark != nil {
				marks = append(marks, mark)
			}
		}
	}
	return marks, nil
}

// mark is the fingerprint of value in the form in which values are compared; nil for an empty one.
func (h *History) mark(ctx context.Context, tenant, purpose, value string) ([]byte, error) {
	value = strings.TrimSpace(value)
	if purpose == markEmail || purpose == markTicket {
		value = strings.ToLower(value)
	}
	if value == "" {
		return nil, nil
	}
	mark, err := h.keys.Fingerprint(ctx, tenant, purpose, value)
	if err != nil {
		return nil, fmt.Errorf("fingerprint: %w", err)
	}
	return mark, nil
}

func isEmail(text string) bool {
	text = strings.TrimSpace(text)
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text
}
