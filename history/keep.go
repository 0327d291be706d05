package history

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"alongside/privacy"
)

// newToken is 130 random bits in base 32.
func newToken() string { return rand.Text() }

func receiptHash(receipt string) []byte {
	sum := sha256.Sum256([]byte(receipt))
	return sum[:]
}

// maxTries ends a change that others keep overtaking: each lost try means that another's change was stored.
const maxTries = 100

// Opened writes down that a session began, and returns the visitor's receipt, by which they rate it and by which it is
// found; only its hash is kept. Over-long texts are cut. A left message is over when it is left. ErrExists says that the
// ID is taken; *FieldError that it, the tenant or site, the kind (empty: help) or the time is missing or wrong.
func (h *History) Opened(ctx context.Context, s Session) (receipt string, err error) {
	receipt = newToken()
	if err := h.insert(ctx, s, receiptHash(receipt)); err != nil {
		return "", fmt.Errorf("keep that a session opened: %w", err)
	}
	return receipt, nil
}

// Changed writes down what became known. What s leaves empty stays as it is; Tenant and ID name the session. Site, Kind
// and Opened never change, wrap-up and rating have methods of their own. A session that was not kept is kept now, and
// nothing is kept of one that was erased.
func (h *History) Changed(ctx context.Context, s Session) error {
	if err := h.put(ctx, s); err != nil {
		return fmt.Errorf("keep a change of a session: %w", err)
	}
	return nil
}

// Ended is Changed at the end; a zero Ended is now.
func (h *History) Ended(ctx context.Context, s Session) error {
	if s.Ended.IsZero() {
		s.Ended = h.now()
	}
	if err := h.put(ctx, s); err != nil {
		return fmt.Errorf("keep that a session ended: %w", err)
	}
	return nil
}

func (h *History) insert(ctx context.Context, s Session, receipt []byte) error {
	if s.Kind == "" {
		s.Kind = KindHelp
	}
	if s.Kind == KindMessage && s.Ended.IsZero() {
		s.Ended = s.Opened
	}
	if err := s.check(); err != nil {
		return err
	}
	s.fit()
	s.WrapUp, s.Rating = nil, nil
	_, wrapped, err := h.keys.NewDataKey(ctx, s.Tenant)
	if err != nil {
		return fmt.Errorf("make key of session: %w", err)
	}
	r, err := h.record(ctx, s, Record{Key: wrapped, Receipt: receipt})
	if err != nil {
		return err
	}
	return h.store.Insert(ctx, r)
}

// errErased is the ErrNotFound of a session that was there.
var errErased = fmt.Errorf("erased: %w", ErrNotFound)

func (h *History) put(ctx context.Context, s Session) error {
	for range maxTries {
		err := h.change(ctx, s.Tenant, s.ID, func(kept *Session) error {
			kept.take(s)
			return nil
		})
		if errors.Is(err, errErased) {
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		// An erased session still holds its ID, so that this does not bring back one that is erased just now.
		if err := h.insert(ctx, s, nil); !errors.Is(err, ErrExists) {
			return err
		}
	}
	return ErrConflict
}

// take lays over s what from brings.
func (s *Session) take(from Session) {
	for _, field := range []struct {
		kept *string
		from string
	}{
		{&s.Team, from.Team}, {&s.Why, from.Why}, {&s.Handler, from.Handler}, {&s.Page, from.Page}, {&s.Title, from.Title},
		{&s.Lang, from.Lang}, {&s.Browser, from.Browser}, {&s.OS, from.OS}, {&s.Device, from.Device}, {&s.Address, from.Address},
		{&s.Visitor, from.Visitor}, {&s.User, from.User}, {&s.Name, from.Name}, {&s.Email, from.Email}, {&s.Text, from.Text},
	} {
		if field.from != "" {
			*field.kept = field.from
		}
	}
	if !from.Accepted.IsZero() {
		s.Accepted = from.Accepted
	}
	if !from.Ended.IsZero() {
		s.Ended = from.Ended
	}
	if from.User != "" || len(from.Fields) > 0 {
		s.Fields = from.Fields // verified together with User
	}
	if len(from.Answers) > 0 {
		s.Answers = from.Answers
	}
	for _, agent := range from.Agents {
		if !slices.Contains(s.Agents, agent) {
			s.Agents = append(s.Agents, agent)
		}
	}
	s.Messages = max(s.Messages, from.Messages)
	s.fit()
}

// change alters a session in one step: if another changed it meanwhile, alter is asked again on what is there now. Of a
// stripped session only facts are stored. ErrNotFound: there is none, or it was erased.
func (h *History) change(ctx context.Context, tenant, id string, alter func(*Session) error) error {
	for range maxTries {
		r, err := h.store.Load(ctx, tenant, id)
		if err != nil {
			return err
		}
		if r.State >= StateDeleting {
			return errErased
		}
		s, _, err := h.session(ctx, r)
		if err != nil {
			return err
		}
		if err := alter(&s); err != nil {
			return err
		}
		next, err := h.record(ctx, s, r)
		if err != nil {
			return err
		}
		if err := h.store.Replace(ctx, next); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("change session: %w", ErrConflict)
}

// Append keeps a chat message, once for each ID. Where the site keeps no chat, or the session was erased, nothing is kept
// and that is no error: the conversation goes on. ErrNotFound: there is no such session of the site.
func (h *History) Append(ctx context.Context, tenant, site, session string, m Message) error {
	if err := m.check(); err != nil {
		return err
	}
	limits, err := h.limits(ctx, tenant, site)
	if err != nil {
		return err
	}
	if limits.ChatDays == 0 {
		return nil
	}
	r, err := h.store.Load(ctx, tenant, session)
	switch {
	case err != nil:
		return err
	case r.State != StateKept:
		return nil
	case r.Site != site:
		return ErrNotFound
	}
	key, err := h.keys.DataKey(ctx, tenant, r.Key)
	if err != nil {
		return fmt.Errorf("unwrap key of session: %w", err)
	}
	plain, err := json.Marshal(words{Name: line(m.Name, maxShort), Text: m.Text})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	_, err = h.store.AddMessage(ctx, SealedMessage{
		Tenant: tenant, Site: site, Session: session, ID: m.ID, N: m.N, Role: m.Role, Person: m.Person, At: m.At,
		Sealed: key.Seal(plain, bound(partMessage, tenant, session, m.ID)),
	})
	if errors.Is(err, ErrNotFound) {
		return nil // erased since it was loaded
	}
	return err
}

func (m *Message) check() error {
	if err := checkName("id", m.ID); err != nil {
		return err
	}
	if m.N < 1 {
		return &FieldError{"n", "must be 1 or more"}
	}
	if m.Role != "visitor" && m.Role != "agent" {
		return &FieldError{"role", "must be visitor or agent"}
	}
	if err := checkLine("person", m.Person, maxShort); err != nil {
		return err
	}
	if m.At.IsZero() {
		return &FieldError{"at", "is missing"}
	}
	return checkText("text", m.Text, MaxMessage)
}

// limits tells how long the site keeps what. Of a site that is gone, what is left keeps the default limits.
func (h *History) limits(ctx context.Context, tenant, site string) (privacy.Retention, error) {
	limits, err := h.retention(ctx, tenant, site)
	if errors.Is(err, ErrNotFound) {
		return privacy.DefaultRetention(), nil
	}
	if err != nil {
		return privacy.Retention{}, fmt.Errorf("read the site's limits: %w", err)
	}
	if limits.SessionDays < 1 || limits.ChatDays < 0 {
		return privacy.Retention{}, errors.New("read the site's limits: they are impossible")
	}
	return limits, nil
}
