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
// found; only its hash is kept. Over-long texts are cut. A left message is over when it is left. Called again for the same
// session, as after an answer that got lost, it takes s as Changed does and returns a new receipt instead of the old one;
// none if the session was erased. ErrExists says that another site has the ID; *FieldError that it, the tenant or site,
// the kind (empty: help) or the time is missing or wrong.
func (h *History) Opened(ctx context.Context, s Session) (receipt string, err error) {
	receipt = newToken()
	err = h.insert(ctx, s, receiptHash(receipt))
	if errors.Is(err, ErrExists) {
		receipt, err = h.openAgain(ctx, s, receipt)
	}
	if err != nil {
		return "", fmt.Errorf("keep that a session opened: %w", err)
	}
	return receipt, nil
}

func (h *History) openAgain(ctx context.Context, s Session, receipt string) (string, error) {
	err := h.change(ctx, s.Tenant, s.ID, func(kept *Session, r *Record) error {
		if kept.Site != s.Site {
			return ErrExists
		}
		if r.State != StateKept {
			return errErased
		}
		kept.take(s)
		r.Receipt = receiptHash(receipt)
		return nil
	})
	if errors.Is(err, errErased) {
		return "", nil
	}
	return receipt, err
}

// Changed writes down what became known. s is all that is known of the visitor: what names them, what they answered and
// their page are as in s, and what s leaves empty is forgotten. Facts that s leaves empty stay as they are (team, times,
// agents, handler, why, language, browser, system, device), and agents are added to those who were there. Site, Kind and
// Opened never change, wrap-up and rating have methods of their own. A session that was not kept is kept now; of one that
// was erased nothing is kept, and of one that was stripped facts only, without an error.
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
		err := h.change(ctx, s.Tenant, s.ID, func(kept *Session, _ *Record) error {
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

// take lays over s what from brings, as Changed says.
func (s *Session) take(from Session) {
	s.Page, s.Title, s.Address, s.Visitor, s.User = from.Page, from.Title, from.Address, from.Visitor, from.User
	s.Name, s.Email, s.Fields, s.Answers, s.Text = from.Name, from.Email, from.Fields, from.Answers, from.Text
	for _, fact := range []struct {
		kept *string
		from string
	}{
		{&s.Team, from.Team}, {&s.Why, from.Why}, {&s.Handler, from.Handler}, {&s.Lang, from.Lang}, {&s.Browser, from.Browser},
		{&s.OS, from.OS}, {&s.Device, from.Device},
	} {
		if fact.from != "" {
			*fact.kept = fact.from
		}
	}
	if !from.Accepted.IsZero() {
		s.Accepted = from.Accepted
	}
	if !from.Ended.IsZero() {
		s.Ended = from.Ended
	}
	for _, agent := range from.Agents {
		s.helpedBy(agent)
	}
	s.Messages = max(s.Messages, from.Messages)
	s.fit()
}

func (s *Session) helpedBy(agent string) {
	if !slices.Contains(s.Agents, agent) {
		s.Agents = append(s.Agents, agent)
	}
}

// change alters a session in one step: if another changed it meanwhile, alter is asked again on what is there now. Of a
// stripped session only facts are stored. ErrNotFound: there is none, or it was erased.
func (h *History) change(ctx context.Context, tenant, id string, alter func(*Session, *Record) error) error {
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
		if err := alter(&s, &r); err != nil {
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

// Append keeps a chat message, once for each ID; if it comes again with a higher N, that is its place. Where the site keeps no chat, or the session was erased, nothing is kept
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
	err = h.store.AddMessage(ctx, SealedMessage{
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
