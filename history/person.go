package history

import (
	"context"
	"errors"
	"fmt"
)

// Who names a person by what is known of them; sessions that carry any of what is set are theirs.
type Who struct {
	User    string `json:"user,omitempty"` // exact
	Visitor string `json:"visitor,omitempty"`
	Email   string `json:"email,omitempty"` // reply address, answer or verified field; letters in either case
	Receipt string `json:"receipt,omitempty"`
}

// Access is all that is kept of a person.
type Access struct {
	Sessions []AccessSession `json:"sessions"`
}

// AccessSession is a session with its chat.
type AccessSession struct {
	Session
	Chat []Message `json:"chat"`
}

// findBatch is how many sessions are read at a time.
const findBatch = 200

// Find returns the IDs of the person's sessions, newest first for each of what is set. *FieldError: nothing is set, or
// something cannot be right.
func (h *History) Find(ctx context.Context, tenant string, who Who) ([]string, error) {
	records, err := h.find(ctx, tenant, who)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(records))
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	return ids, nil
}

func (h *History) find(ctx context.Context, tenant string, who Who) ([]Record, error) {
	known := []struct{ field, purpose, value string }{
		{"user", markUser, who.User}, {"visitor", markVisitor, who.Visitor}, {"email", markEmail, who.Email}, {"receipt", "", who.Receipt},
	}
	set := false
	for _, k := range known {
		if err := checkLine(k.field, k.value, maxShort+54); err != nil {
			return nil, err
		}
		set = set || k.value != ""
	}
	if !set {
		return nil, &FieldError{"user", "is missing, and so are visitor, email and receipt"}
	}
	var found []Record
	seen := map[string]bool{}
	add := func(r Record) {
		if !seen[r.ID] {
			seen[r.ID] = true
			found = append(found, r)
		}
	}
	if who.Receipt != "" {
		r, err := h.store.LoadByReceipt(ctx, tenant, "", receiptHash(who.Receipt))
		if err == nil {
			add(r)
		} else if !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	for _, k := range known[:3] {
		mark, err := h.mark(ctx, tenant, k.purpose, k.value)
		if err != nil {
			return nil, err
		}
		if mark == nil {
			continue
		}
		for place := (Place{}); ; {
			records, err := h.store.List(ctx, tenant, Selection{Marks: [][]byte{mark}}, place, findBatch)
			if err != nil {
				return nil, err
			}
			for _, r := range records {
				add(r)
				place = placeOf(r)
			}
			if len(records) < findBatch {
				break
			}
		}
	}
	return found, nil
}

// Export returns all that is kept of the person.
func (h *History) Export(ctx context.Context, tenant string, who Who) (Access, error) {
	records, err := h.find(ctx, tenant, who)
	if err != nil {
		return Access{}, err
	}
	access := Access{Sessions: make([]AccessSession, 0, len(records))}
	for _, r := range records {
		s, key, err := h.session(ctx, r)
		if err != nil {
			return Access{}, err
		}
		chats, err := h.store.MessagesOf(ctx, tenant, []string{r.ID})
		if err != nil {
			return Access{}, err
		}
		chat := make([]Message, 0, len(chats[r.ID]))
		for _, sealed := range chats[r.ID] {
			m, err := message(key, sealed)
			if err != nil {
				return Access{}, err
			}
			chat = append(chat, m)
		}
		access.Sessions = append(access.Sessions, AccessSession{Session: s, Chat: chat})
	}
	return access, nil
}

// Mode is how a person's sessions are erased.
type Mode string

const (
	// ModeDelete leaves nothing but the sessions' IDs, which keep those that still run from being written down again.
	ModeDelete Mode = "delete"
	// ModeStrip leaves what filters and reports count: times, site, team, agents, browser, reason, score, and of each
	// message its number, time and role. Gone is all that may lead to the person: everything sealed, which is every word
	// that somebody wrote, every fingerprint, the receipt, and the path of the page.
	ModeStrip Mode = "strip"
)

// Erased counts what an erasure reached. IDs are the sessions, so that what others keep of them can go too.
type Erased struct {
	Sessions, Messages int
	IDs                []string
}

// eraseRounds is how often Erase looks again for sessions that began meanwhile.
const eraseRounds = 5

// Erase erases the person's sessions, those that still run included. The keys go first: whatever happens then, no copy of
// the content can be opened any more, and Sweep finishes what was cut off. After an error, Erased tells what was reached;
// calling again goes on.
func (h *History) Erase(ctx context.Context, tenant string, who Who, mode Mode) (Erased, error) {
	state, known := map[Mode]State{ModeDelete: StateDeleting, ModeStrip: StateStripping}[mode]
	if !known {
		return Erased{}, &FieldError{"mode", "must be delete or strip"}
	}
	var erased Erased
	for range eraseRounds {
		records, err := h.find(ctx, tenant, who)
		if err != nil {
			return erased, err
		}
		if len(records) == 0 {
			break
		}
		for _, r := range records {
			messages, err := h.erase(ctx, tenant, r.ID, state)
			if err != nil {
				return erased, fmt.Errorf("erase session %s: %w", r.ID, err)
			}
			erased.Sessions++
			erased.Messages += messages
			erased.IDs = append(erased.IDs, r.ID)
		}
	}
	if erased.Sessions > 0 {
		h.settle(ctx)
	}
	return erased, nil
}

// erase destroys a session's key and what it sealed, then finishes. It returns how many messages went with it.
func (h *History) erase(ctx context.Context, tenant, id string, state State) (messages int, err error) {
	err = h.move(ctx, tenant, id, func(r Record) (Record, bool) {
		if r.State >= state {
			return r, false
		}
		if state == StateDeleting {
			return Record{Tenant: r.Tenant, ID: r.ID, Rev: r.Rev, State: state, Facts: Facts{ErasedAt: h.now()}}, true
		}
		r.State, r.Key, r.Sealed, r.Receipt, r.Marks = state, nil, nil, nil, nil
		r.Path, r.ErasedAt = "", h.now()
		return r, true
	})
	if err != nil {
		return 0, err
	}
	return h.finish(ctx, SessionName{tenant, id})
}

// finish does what is left of an erasure once the key is gone; it can be repeated.
func (h *History) finish(ctx context.Context, name SessionName) (messages int, err error) {
	r, err := h.store.Load(ctx, name.Tenant, name.ID)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	step, known := map[State]struct {
		clear func(context.Context, string, string) (int, error)
		then  State
	}{
		StateStripping: {h.store.StripMessages, StateStripped},
		StateDeleting:  {h.store.DeleteMessages, StateGone},
	}[r.State]
	if !known {
		return 0, nil
	}
	if messages, err = step.clear(ctx, name.Tenant, name.ID); err != nil {
		return messages, err
	}
	return messages, h.move(ctx, name.Tenant, name.ID, func(now Record) (Record, bool) {
		changed := now.State == r.State
		now.State = step.then
		return now, changed
	})
}

// move replaces a record by what next makes of it, again if another was faster. It does nothing where next says so or the
// record is gone.
func (h *History) move(ctx context.Context, tenant, id string, next func(Record) (Record, bool)) error {
	for range maxTries {
		r, err := h.store.Load(ctx, tenant, id)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		r, changed := next(r)
		if !changed {
			return nil
		}
		if err := h.store.Replace(ctx, r); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return ErrConflict
}

// settle brings deletions to the disk. It is no failure of an erasure if that must wait for the next one: the key is gone
// from the database, and the log that still holds it is emptied every hour.
func (h *History) settle(ctx context.Context) {
	if err := h.store.Settle(ctx); err != nil {
		h.log.Warn("deleted rows stay in the database's log for now", "err", err)
	}
}
