// Package queue decides who waits and who is offered whom.
package queue

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Errors of acts on a visit. A foreign visit is not found, as an unknown one is.
var (
	ErrNotFound    = errors.New("no such visitor is waiting")
	ErrTaken       = errors.New("a colleague was faster")
	ErrFull        = errors.New("no room for another visitor")
	ErrUnavailable = errors.New("nobody there can take over now")
)

// Status of an agent.
const (
	Available = "available"
	Away      = "away"
)

// Visit is a room as the queue sees it.
type Visit struct {
	Tenant, Room, Site, Path, Lang, Name, Page, Title string

	Asked   time.Time // when help was asked for
	Help    bool      // help was asked for; else the visitor only browses
	Here    bool      // a page of the visitor's is connected
	Helpers []string  // IDs of the people connected to the room
}

// Team is a tenant's team and what it takes.
type Team struct {
	ID, Name string
	Members  []string // person IDs
	Rules    []Rule
}

// Rule says which visits are a team's. An empty list matches everything; all three must match.
type Rule struct {
	Sites     []string // site IDs
	Paths     []string // page paths, with * for any characters
	Languages []string // "de" matches "de-AT" too
}

// Routing gives a tenant's teams, those asked first first.
type Routing func(ctx context.Context, tenant string) ([]Team, error)

// Place tells a visitor the place in the queue.
type Place interface {
	TellPlace(tenant, room string, position, waitSeconds int)
}

// Config is what a queue stands on.
type Config struct {
	Routing Routing
	Place   Place // nil: nobody is told
	// Leave takes the agent who handed a visitor over out of the room, once the new one is in.
	Leave func(ctx context.Context, tenant, room, person, why string) error
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: slog.Default()
}

// Agent is a person with an open console.
type Agent struct {
	ID, Name string
	Capacity int // visitors at once
}

// Me is how an agent stands.
type Me struct {
	Status   string
	Capacity int
	Active   int // visitors now, accepted ones included
}

// Waiting is a visitor in the queue.
type Waiting struct {
	Room, Site, Name, Page, Title, Lang string
	Team                                string // ID; empty: anybody's
	Since                               time.Time
	Position                            int    // 1 is next
	OfferedTo                           string // person ID; empty: nobody now
	Front                               bool   // goes before the others: came back or was handed over
}

// Offer is a visitor offered to one agent.
type Offer struct {
	Room, Site, Name, Page, Title, Lang string
	Team                                string
	Since                               time.Time
	Note                                string // of the colleague who hands over
	From                                string // that colleague's name; empty: from the queue
	Until                               time.Time
}

// View is what one agent sees.
type View struct {
	Me      Me
	Waiting []Waiting // whom this agent may take
	Offer   *Offer
	Mine    []string // rooms
}

// AgentView is an agent as others see one.
type AgentView struct {
	ID, Name, Status string
	Active, Capacity int
}

// Board is what a manager sees.
type Board struct {
	Waiting []Waiting
	Agents  []AgentView
}

// To is who a visitor is handed to: exactly one field.
type To struct{ Person, Team string }

// Colleague is somebody a visitor could be handed to.
type Colleague struct{ ID, Name, Status string }

// TeamName is a team a visitor could be handed to.
type TeamName struct{ ID, Name string }

// Queue is safe for use by many goroutines.
type Queue struct{ config Config }

// New makes an empty queue.
func New(config Config) *Queue { return &Queue{config: config} }

// Run keeps deadlines and tells visitors their places until ctx ends.
func (q *Queue) Run(ctx context.Context) { <-ctx.Done() }

// Changed takes what a room is now.
func (q *Queue) Changed(v Visit) {}

// Gone forgets a room.
func (q *Queue) Gone(tenant, room string) {}

// Attend counts an open console of the agent.
func (q *Queue) Attend(tenant string, a Agent) (changes <-chan struct{}, stop func()) {
	return make(chan struct{}, 1), func() {}
}

// SetStatus makes the person available or away.
func (q *Queue) SetStatus(tenant, person, status string) error { return nil }

// SetCapacity changes how many visitors the person takes at once.
func (q *Queue) SetCapacity(tenant, person string, capacity int) {}

// View is what the person sees now.
func (q *Queue) View(tenant, person string) View { return View{} }

// Accept takes a waiting visitor.
func (q *Queue) Accept(tenant, person, room string) error { return ErrNotFound }

// Decline lets an offer pass, or takes back a hand-over of one's own.
func (q *Queue) Decline(tenant, person, room string) {}

// HandOver offers a visitor to a colleague or a team.
func (q *Queue) HandOver(tenant, room, from string, to To, note string) error { return ErrNotFound }

// Board is what a manager sees now.
func (q *Queue) Board(tenant string) Board { return Board{} }

// Available says whether somebody could take a visitor of the site now.
func (q *Queue) Available(tenant, site string) bool { return false }

// Colleagues lists whom the person could hand over to.
func (q *Queue) Colleagues(tenant, person string) ([]Colleague, []TeamName) { return nil, nil }

// TeamOf is the ID of the team that a room is for; empty: anybody's.
func (q *Queue) TeamOf(tenant, room string) string { return "" }

// Reroute reads the tenant's teams again, after they changed.
func (q *Queue) Reroute(ctx context.Context, tenant string) {}
