package rooms

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Session is the facts of one session; nothing of the page's content, and no chat.
type Session struct {
	Tenant, Site, Room string
	Opened, Ended      time.Time
	Asked, Accepted    time.Time // help was asked for; the first agent came. Zero: not
	Why                string    // it ended
	Handler            string    // ID of the agent who came last
	Agents             []string  // IDs of those who came
	Page               string    // URL help was asked on, or the agent came to, cut to what the policy lets out
	Lang               string
	Device             Device
	Name               string // the visitor's
	Visitor            string // long-term ID
	User               User
	Answers            []Answer
	Address            string // as far as the site's mode keeps it
	Tabs               int
	Chats              int // messages
}

// SessionLog writes facts of sessions down. A session is written down once help is asked for or an agent comes; a merely
// browsing visit never is. Calls for one session come one after the other, Opened first and Ended last.
type SessionLog interface {
	// Opened returns a secret by which the visitor may rate and find the session. After an error, which may have come too
	// late to undo it, it is called again for the same room and must then work; an empty receipt will do.
	Opened(ctx context.Context, s Session) (receipt string, err error)
	// Changed gives the facts anew: an agent came, the visitor was identified or opted out.
	Changed(ctx context.Context, s Session) error
	// Ended gives the last facts. It is tried again until it returns nil, for a while.
	Ended(ctx context.Context, s Session) error
}

// Message is a message of the chat as it is kept.
type Message struct {
	Tenant, Site, Room string
	ID                 string // made by its writer, unique in the room
	N                  int    // its place; not every number is used
	Role               string // visitor, agent
	Person, Name       string // of an agent; of a visitor only the name, if any
	Text               string
	At                 time.Time
}

// Transcript keeps the chat. Append comes after the session was Opened; a message counts, and is shown, only once it
// returned nil. After an error the same message may come again with the same ID and a higher N: it must then be kept
// once, with the last N. It may come while the session ends, but never after Ended was called.
type Transcript interface {
	Append(ctx context.Context, m Message) error
	// Messages lists what was kept of a room's chat, by N.
	Messages(ctx context.Context, tenant, room string) ([]Message, error)
}

// nowhere stands for the parts a hub was not given.
type nowhere struct{}

func (nowhere) Opened(context.Context, Session) (string, error) { return "", nil }
func (nowhere) Changed(context.Context, Session) error          { return nil }
func (nowhere) Ended(context.Context, Session) error            { return nil }
func (nowhere) Append(context.Context, Message) error           { return nil }
func (nowhere) Messages(context.Context, string, string) ([]Message, error) {
	return nil, nil
}

// takeTurn waits until no other goroutine writes about this session. What is written takes turns, so that the newest
// word is the last and a message is never stored in a session that is over.
func (r *Room) takeTurn(ctx context.Context) error {
	select {
	case r.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the turn to write: %w", ctx.Err())
	}
}

func (r *Room) passTurn() { <-r.turn }

// keep writes the newest facts of the session down.
func (r *Room) keep(ctx context.Context) error {
	if err := r.takeTurn(ctx); err != nil {
		return err
	}
	defer r.passTurn()
	return r.keepInTurn(ctx)
}

func (r *Room) keepInTurn(ctx context.Context) error {
	r.mu.Lock()
	s := r.facts()
	r.mu.Unlock()
	if s.Asked.IsZero() && s.Accepted.IsZero() || r.closed {
		return nil
	}
	if !r.written {
		receipt, err := r.hub.Sessions.Opened(ctx, s)
		if err != nil {
			return fmt.Errorf("write down that a session opened: %w", err)
		}
		r.written = true
		r.mu.Lock()
		r.receipt = receipt
		r.mu.Unlock()
	} else if s.Ended.IsZero() {
		if err := r.hub.Sessions.Changed(ctx, s); err != nil {
			return fmt.Errorf("write down that a session changed: %w", err)
		}
	}
	if !s.Ended.IsZero() {
		if err := r.hub.Sessions.Ended(ctx, s); err != nil {
			return fmt.Errorf("write down that a session ended: %w", err)
		}
		r.closed = true
	}
	return nil
}

// keepLater is keep once the mutex is let go.
func (r *Room) keepLater() {
	r.later = append(r.later, func(ctx context.Context) {
		if err := r.keep(ctx); err != nil {
			r.hub.Logger.Warn("keep a session's facts", "room", r.id, "err", err)
		}
	})
}

// How often, and for how long, an end that could not be written down is tried again.
const (
	buryEvery = 5 * time.Second
	buryFor   = 10 * time.Minute
)

// bury writes the end down and forgets the room; if that fails it is due again.
func (r *Room) bury(ctx context.Context) {
	err := r.keep(ctx)
	if err != nil {
		r.hub.Logger.Warn("keep a session's end", "room", r.id, "err", err)
		now := r.hub.Clock()
		if now.Before(r.endedAt.Add(buryFor)) { // fixed since the room ended
			r.due.Store(now.Add(buryEvery).UnixNano())
			return
		}
	}
	r.hub.remove(r)
}

// facts is the session as it stands. It runs under the mutex.
func (r *Room) facts() Session {
	return Session{
		Tenant: r.tenant, Site: r.site, Room: r.id, Opened: r.opened, Ended: r.endedAt, Asked: r.asked,
		Accepted: r.accepted, Why: r.why, Handler: r.handler, Agents: slices.Clone(r.came), Page: r.askedOn,
		Lang: r.lang, Device: r.device, Name: r.visitorName(), Visitor: r.visitor, User: r.user,
		Answers: slices.Clone(r.answers), Address: r.address, Tabs: len(r.tabs), Chats: r.chats,
	}
}
