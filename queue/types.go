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
	ErrStatus      = errors.New("the status must be available or away")
)

// Status of an agent.
const (
	Available = "available" // is offered visitors
	Away      = "away"      // is not; may still take one from the list
)

// Visit is a room as the queue sees it.
type Visit struct {
	Tenant, Room, Site, Path, Lang, Name, Page, Title string

	Asked   time.Time // when help was asked for
	Help    bool      // help was asked for; else the visitor only browses
	Here    bool      // a page of the visitor's is connected
	Helpers []string  // IDs of the people who are connected to the room now
}

// Team is some of a tenant's people and what they take.
type Team struct {
	ID, Name string
	Members  []string // person IDs
	Rules    []Rule   // the team takes what one of them matches; none: only what is handed to it
}

// Rule matches visits by where and in which language help was asked for. An empty list matches all; all three must match.
type Rule struct {
	Sites     []string // site IDs
	Paths     []string // page paths; a * stands for any characters
	Languages []string // BCP 47; "de" matches "de-AT" too
}

// Routing gives a tenant's teams.
type Routing func(ctx context.Context, tenant string) ([]Team, error)

// Place tells a visitor the place in the queue: 1 is next. waitSeconds is what to expect; 0: not known.
type Place interface {
	TellPlace(tenant, room string, position, waitSeconds int)
}

// Config is what a queue stands on.
type Config struct {
	Routing Routing
	Place   Place // nil: nobody is told
	// Leave takes an agent out of the room: who handed the visitor over, once the new one is in, and who lost the
	// connection and did not come back in time. nil: the agent stays.
	Leave func(ctx context.Context, tenant, room, person, why string) error
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: slog.Default()
}

// Agent is a person with an open console.
type Agent struct {
	ID, Name string
	Capacity int // visitors at once; at least 1
}

// Me is how an agent stands.
type Me struct {
	Status   string
	Capacity int
	Active   int // visitors now, those accepted a moment ago included
}

// Waiting is a visitor in the queue.
type Waiting struct {
	Room, Site, Name, Page, Title, Lang string
	Team                                string // ID; empty: anybody's
	Since                               time.Time
	Position                            int    // as the visitor was told; 0 for one handed over, whom somebody still helps
	OfferedTo                           string // person ID; empty: nobody at the moment
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

// HandOver is one that the agent asked for: still open, or given back because nobody took it.
type HandOver struct {
	Room    string
	To      To
	ToName  string // of the person or the team, as it was then
	Refused bool
}

// View is what one agent sees.
type View struct {
	Me        Me
	Waiting   []Waiting // whom this agent may take, in the order in which they are offered
	Offer     *Offer    // nil: none
	Mine      []string  // rooms
	HandOvers []HandOver
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

// To is whom a visitor is handed to: one of the two.
type To struct{ Person, Team string } // IDs

// Colleague is somebody with an open console.
type Colleague struct{ ID, Name, Status string }

// TeamName is a team as people call it.
type TeamName struct{ ID, Name string }
