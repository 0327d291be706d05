package rooms

import (
	"context"
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
	Page               string    // URL help was asked on, cut to what the policy lets out
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
	// Opened returns a secret by which the visitor may rate and find the session.
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
}

// nowhere stands for the parts a hub was not given.
type nowhere struct{}

func (nowhere) Opened(context.Context, Session) (string, error) { return "", nil }
func (nowhere) Changed(context.Context, Session) error          { return nil }
func (nowhere) Ended(context.Context, Session) error            { return nil }
func (nowhere) Append(context.Context, Message) error           { return nil }
