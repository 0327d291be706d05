package rooms

import (
	"context"
	"errors"
	"time"

	"alongside/wire"
)

// ErrTicket is returned for a ticket that is unknown, used, expired, or of another role or origin: all alike.
var ErrTicket = errors.New("no valid ticket")

// ErrFenced is returned to a node that acts on a room which another node took over, or on one that is over.
var ErrFenced = errors.New("another node owns the room")

// ErrUnavailable is returned while what the nodes share is out of reach. Nothing is known then: not that a room, ticket or
// node is not there. It is worth another try within seconds.
var ErrUnavailable = errors.New("what the nodes share is out of reach")

// RoomLife is how long a room is kept that nobody keeps or touches: long enough for an owner that is cut off, and for the
// visitor of a dead one to come back.
const RoomLife = time.Hour

// TouchEvery is how often a node touches the rooms it owns.
const TouchEvery = RoomLife / 12

// Claim is what a ticket stands for.
type Claim struct {
	Role         wire.Role
	Tenant, Room string
	Person, Name string // of an agent
	Asks         bool   // of an agent: asks to see the page on entering
	Tab          string // of a visitor
	Origin       string // the Origin header its connection must carry
}

// Rate is how often something may happen.
type Rate struct {
	Count int
	Per   time.Duration
}

// Holding is who owns a room, by which fencing token, and what the owner last wrote of it.
type Holding struct {
	Node   string
	Fence  uint64
	Record []byte // nil: nothing was kept yet
}

// Shared is the small state that several nodes must agree on. What it stores of secrets is hashed. Errors are wrapped;
// any may be ErrUnavailable.
//
// A room has one owner at a time. Each change of owner gives a fencing token higher than any the room had before, and
// never again the same one, even if the store lost everything in between: an owner that was stalled, and has not heard that
// it is none any more, is refused by its number.
type Shared interface {
	// IssueTicket makes a ticket that works once, within wire.TicketLife.
	IssueTicket(ctx context.Context, c Claim) (ticket string, err error)
	// RedeemTicket uses a ticket up; the error is ErrTicket if it does not stand.
	RedeemTicket(ctx context.Context, ticket string) (Claim, error)
	// RevokeTickets ends all tickets of an agent.
	RevokeTickets(ctx context.Context, tenant, person string) error

	// IssueCode makes the room's join code, six digits, unique in its tenant for wire.JoinCodeLife; an older one ends. The
	// error is ErrNotFound if there is no such room.
	IssueCode(ctx context.Context, tenant, room string) (code string, expires time.Time, err error)
	// RedeemCode uses a code up; the error is ErrNotFound if it does not stand.
	RedeemCode(ctx context.Context, tenant, code string) (room string, err error)

	// IssueToken makes a resume token, which stands as long as the room; the room's owner calls it. The error is ErrNotFound
	// if there is no such room.
	IssueToken(ctx context.Context, room string) (token string, err error)
	// FindToken returns the token's room, or ErrNotFound.
	FindToken(ctx context.Context, token string) (room string, err error)

	// Own makes node the owner of a new room; the error is ErrFenced if there is one of that ID.
	Own(ctx context.Context, room, node string) (fence uint64, err error)
	// Find tells who owns a room, or ErrNotFound.
	Find(ctx context.Context, room string) (Holding, error)
	// Keep writes the owner's record of the room, which is not to be changed afterwards; the error is ErrFenced if fence is
	// no longer the newest. Whatever the store lost of the room it writes again.
	Keep(ctx context.Context, room string, fence uint64, record []byte) error
	// TakeOver makes node the owner of a room if expected is still its fencing token, and returns what it now holds: the new
	// token and the old owner's record. The error is ErrFenced if somebody was faster, ErrNotFound if there is no such room.
	// With an empty node the room is given up, for the next one to take.
	TakeOver(ctx context.Context, room, node string, expected uint64) (Holding, error)
	// Owned lists rooms that a node owned when it was last heard of; some may be another's or over by now.
	Owned(ctx context.Context, node string) (rooms []string, err error)
	// Touch renews the life of rooms that this node owns, given with their fencing tokens, and writes again what the store
	// lost of them. It returns those that this node owns no more.
	Touch(ctx context.Context, held map[string]uint64) (fenced []string, err error)
	// Anew signals when the store may have lost what it held: Touch is then due at once. Nil if that cannot be.
	Anew() <-chan struct{}
	// FreeRoom forgets the room's code, tokens, owner and record; the error is ErrFenced if fence is not the newest.
	FreeRoom(ctx context.Context, tenant, room string, fence uint64) error

	// Allow counts one event under key; the error is a *TooManyError if the limit is reached.
	Allow(ctx context.Context, key string, limit Rate) error
	// Refund takes back one event that Allow counted, if the time it was counted in still runs.
	Refund(ctx context.Context, key string) error

	// Sweep forgets what expired.
	Sweep()
}

// Visitor is a room as the agents' list shows it.
type Visitor struct {
	Room      string         `json:"room"`
	Site      SiteName       `json:"site"`
	State     wire.RoomState `json:"state"`
	Since     time.Time      `json:"since"`
	Name      string         `json:"name"`  // as the visitor or the site gave it; may be empty
	User      string         `json:"user"`  // ID that the site vouches for; may be empty
	Help      bool           `json:"help"`  // was asked for; else the visitor merely browses
	Asked     *time.Time     `json:"asked"` // when; null if it was not
	Page      PageName       `json:"page"`
	PageSince time.Time      `json:"pageSince"`
	Device    Device         `json:"device"`
	Lang      string         `json:"lang"`
	Agents    []string       `json:"agents"` // names
	Helpers   []Helper       `json:"helpers"`
	Sources   int            `json:"sources"` // connected tabs
}

// Helper is an agent in a room.
type Helper struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state"` // as in wire.MemberBody
}

// SiteName names a site to an agent.
type SiteName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// PageName is the page a visitor looks at.
type PageName struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// Presence is the list of visitors by tenant.
type Presence interface {
	Put(ctx context.Context, tenant string, v Visitor) error
	Remove(ctx context.Context, tenant, room string) error
	// List returns the tenant's visitors, longest waiting first.
	List(ctx context.Context, tenant string) ([]Visitor, error)
	// Watch signals on the channel, at least once after each change, until stop is called.
	Watch(tenant string) (changed <-chan struct{}, stop func())
}

// ConsentEvent is one act of consent, as it is written down.
type ConsentEvent struct {
	Tenant, Site, Room string
	Person, Name       string // the agent it is about
	Member             uint16
	What, Act          string // as in wire.ConsentBody
	Text, Lang         string // version and language of the text the visitor read
	At                 time.Time
}

// ConsentLog writes acts of consent down. A grant counts only once Record returned nil.
type ConsentLog interface {
	Record(ctx context.Context, e ConsentEvent) error
}
