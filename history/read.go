package history

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
)

// How many items a page of a list has.
const (
	DefaultPage = 50
	MaxPage     = 200
)

// MaxSearched is how many sessions one call of List decrypts at most to look for words.
const MaxSearched = 2000

// searchBatch is how many sessions are looked through at a time.
const searchBatch = 50

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
	Ticket   string // exact, letters in either case
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

// Get returns one session, or ErrNotFound.
func (h *History) Get(ctx context.Context, tenant, id string) (Session, error) {
	r, err := h.load(ctx, tenant, id)
	if err != nil {
		return Session{}, err
	}
	s, _, err := h.session(ctx, r)
	return s, err
}

func (h *History) load(ctx context.Context, tenant, id string) (Record, error) {
	r, err := h.store.Load(ctx, tenant, id)
	if err == nil && r.State >= StateDeleting {
		return Record{}, ErrNotFound
	}
	return r, err
}

// Messages returns up to limit (0: DefaultPage) messages of a session whose N is above after. Of a stripped session they
// are without name and text.
func (h *History) Messages(ctx context.Context, tenant, id string, after, limit int) ([]Message, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, err
	}
	r, err := h.load(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	_, key, err := h.session(ctx, r)
	if err != nil {
		return nil, err
	}
	sealed, err := h.store.Messages(ctx, tenant, id, after, limit)
	if err != nil {
		return nil, err
	}
	if r.State != StateKept {
		for i := range sealed {
			sealed[i].Sealed = nil // an erasure may be under way
		}
	}
	list := make([]Message, 0, len(sealed))
	for _, m := range sealed {
		opened, err := message(key, m)
		if err != nil {
			return nil, err
		}
		list = append(list, opened)
	}
	return list, nil
}

// List returns up to limit (0: DefaultPage) sessions behind the place after, newest first. A *FieldError names what is wrong
// with the filter, with "after" or "limit".
func (h *History) List(ctx context.Context, tenant string, f Filter, after string, limit int) (Page, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return Page{}, err
	}
	selection, err := h.selection(ctx, tenant, f)
	if err != nil {
		return Page{}, err
	}
	place, err := h.readCursor(ctx, tenant, after)
	if err != nil {
		return Page{}, err
	}
	if words := strings.Fields(strings.ToLower(f.Query)); len(words) > 0 {
		return h.search(ctx, tenant, selection, words, place, limit)
	}
	records, err := h.store.List(ctx, tenant, selection, place, limit+1)
	if err != nil {
		return Page{}, err
	}
	page := Page{Sessions: make([]Session, 0, limit)}
	for i, r := range records {
		if i == limit {
			page.Next, err = h.cursor(ctx, tenant, placeOf(records[i-1]))
			break
		}
		s, _, err := h.session(ctx, r)
		if err != nil {
			return Page{}, err
		}
		page.Sessions = append(page.Sessions, s)
	}
	return page, err
}

func placeOf(r Record) Place { return Place{Opened: r.Opened, ID: r.ID} }

func pageLimit(limit int) (int, error) {
	if limit < 0 || limit > MaxPage {
		return 0, &FieldError{"limit", fmt.Sprintf("must be 1 to %d", MaxPage)}
	}
	if limit == 0 {
		return DefaultPage, nil
	}
	return limit, nil
}

// selection checks f and turns what is sealed in it into fingerprints.
func (h *History) selection(ctx context.Context, tenant string, f Filter) (Selection, error) {
	for _, l := range []struct {
		field, value string
		most         int
	}{
		{"site", f.Site, maxShort}, {"team", f.Team, maxShort}, {"agent", f.Agent, maxShort}, {"reason", f.Reason, maxShort},
		{"path", f.Path, maxPath}, {"lang", f.Lang, maxShort}, {"q", f.Query, MaxQuery}, {"user", f.User, maxShort},
		{"visitor", f.Visitor, maxShort}, {"ticket", f.Ticket, MaxTicket}, {"participant", f.Participant, maxShort},
	} {
		if err := checkLine(l.field, l.value, l.most); err != nil {
			return Selection{}, err
		}
	}
	switch {
	case f.Kind != "" && f.Kind != KindHelp && f.Kind != KindMessage:
		return Selection{}, &FieldError{"kind", "must be help or message"}
	case strings.Contains(strings.TrimSuffix(f.Path, "*"), "*"):
		return Selection{}, &FieldError{"path", "may have a * only at its end"}
	case f.MinScore < 0 || f.MinScore > 5:
		return Selection{}, &FieldError{"minScore", "must be 1 to 5"}
	case f.MaxScore < 0 || f.MaxScore > 5:
		return Selection{}, &FieldError{"maxScore", "must be 1 to 5"}
	case !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From):
		return Selection{}, &FieldError{"to", "is before from"}
	case len(strings.Fields(f.Query)) > MaxWords:
		return Selection{}, &FieldError{"q", fmt.Sprintf("has more than %d words", MaxWords)}
	}
	s := Selection{
		From: f.From, To: f.To, Site: f.Site, Team: f.Team, Reason: f.Reason, Kind: f.Kind, Path: f.Path, Lang: f.Lang,
		Open: f.Open, MinScore: f.MinScore, MaxScore: f.MaxScore,
	}
	for _, agent := range []string{f.Participant, f.Agent} {
		if agent != "" && !slices.Contains(s.Agents, agent) {
			s.Agents = append(s.Agents, agent)
		}
	}
	for _, m := range []struct{ purpose, value string }{{markUser, f.User}, {markVisitor, f.Visitor}, {markTicket, f.Ticket}} {
		mark, err := h.mark(ctx, tenant, m.purpose, m.value)
		if err != nil {
			return Selection{}, err
		}
		if mark != nil {
			s.Marks = append(s.Marks, mark)
		}
	}
	return s, nil
}

// A cursor is 8 bytes of milliseconds and the ID of the last session before it, and a fingerprint of both under the
// tenant's key: it cannot be made up, and means nothing to another tenant.
const (
	cursorTime = 8
	cursorSeal = 16
	markCursor = "history cursor"
)

func (h *History) cursor(ctx context.Context, tenant string, p Place) (string, error) {
	place := binary.BigEndian.AppendUint64(nil, uint64(p.Opened.UnixMilli()))
	place = append(place, p.ID...)
	seal, err := h.keys.Fingerprint(ctx, tenant, markCursor, string(place))
	if err != nil {
		return "", fmt.Errorf("seal cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(place, seal[:cursorSeal]...)), nil
}

func (h *History) readCursor(ctx context.Context, tenant, cursor string) (Place, error) {
	if cursor == "" {
		return Place{}, nil
	}
	wrong := &FieldError{"after", "is not a place in this list"}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) <= cursorTime+cursorSeal || len(raw) > 1000 {
		return Place{}, wrong
	}
	place, given := raw[:len(raw)-cursorSeal], raw[len(raw)-cursorSeal:]
	seal, err := h.keys.Fingerprint(ctx, tenant, markCursor, string(place))
	if err != nil {
		return Place{}, fmt.Errorf("check cursor: %w", err)
	}
	if !hmac.Equal(seal[:cursorSeal], given) {
		return Place{}, wrong
	}
	return Place{
		Opened: time.UnixMilli(int64(binary.BigEndian.Uint64(place))).UTC(),
		ID:     string(place[cursorTime:]),
	}, nil
}
