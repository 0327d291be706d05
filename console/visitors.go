package console

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"alongside/rooms"
)

// SocketPath is where an agent's socket is opened with a ticket.
const SocketPath = "/api/v1/socket"

// Rooms is what the console asks about live rooms; *rooms.Hub is one.
type Rooms interface {
	// Visitors lists the tenant's visitors in the order in which they are shown.
	Visitors(ctx context.Context, tenant string) ([]rooms.Visitor, error)
	// Watch says when Visitors may have changed; several changes may be one. Whoever watches calls stop.
	Watch(tenant string) (changed <-chan struct{}, stop func())
	// JoinByCode and JoinByRoom give the person a ticket to a seat. They return rooms.ErrNotFound or *rooms.TooManyError.
	JoinByCode(ctx context.Context, tenant string, person rooms.Person, code string) (rooms.Joined, error)
	JoinByRoom(ctx context.Context, tenant string, person rooms.Person, room string) (rooms.Joined, error)
	// SetPolicy puts the site's policy into force in rooms that are open.
	SetPolicy(tenant, site string, policy json.RawMessage)
	// EndBrowsing ends the visits of those who did not ask for help, EndAll every room of the site.
	EndBrowsing(tenant, site string)
	EndAll(tenant, site, why string)
	// IdentifyRoom says who the visitor of a room is.
	IdentifyRoom(ctx context.Context, tenant, room string, user rooms.User) error
	// CloseSeats ends what the person does in rooms now.
	CloseSeats(ctx context.Context, tenant, person string) (closed int, err error)
}

type visitorsView struct {
	Visitors []rooms.Visitor `json:"visitors"`
}

type joinRequest struct {
	Code string `json:"code,omitempty" maxLength:"128" doc:"That a visitor read out; the visitor is asked to show the page."`
	Room string `json:"room,omitempty" maxLength:"128"`
}

type joinView struct {
	Room   string         `json:"room"`
	Ticket string         `json:"ticket" doc:"Opens the socket, once."`
	Socket string         `json:"socket"`
	Site   rooms.SiteName `json:"site"`
}

func (c *Console) visitors(ctx context.Context, who caller, _ *none) (*body[visitorsView], error) {
	view, err := c.visitorsOf(ctx, who.person.Tenant)
	return &body[visitorsView]{view}, err
}

// visitorsOf never holds null where a list belongs.
func (c *Console) visitorsOf(ctx context.Context, tenant string) (visitorsView, error) {
	visitors, err := c.rooms.Visitors(ctx, tenant)
	if err != nil {
		return visitorsView{}, fmt.Errorf("list visitors: %w", err)
	}
	view := visitorsView{Visitors: make([]rooms.Visitor, 0, len(visitors))}
	for _, visitor := range visitors {
		visitor.Agents, visitor.Helpers = full(visitor.Agents), full(visitor.Helpers)
		view.Visitors = append(view.Visitors, visitor)
	}
	return view, nil
}

// join takes a seat in a room, by the code that a visitor read out or by the room itself.
func (c *Console) join(ctx context.Context, who caller, in *body[joinRequest]) (*body[joinView], error) {
	by, field, value := c.rooms.JoinByCode, "code", in.Body.Code
	if in.Body.Room != "" {
		if in.Body.Code != "" {
			return nil, problemField("code", "and room exclude each other")
		}
		by, field, value = c.rooms.JoinByRoom, "room", in.Body.Room
	}
	if value == "" {
		return nil, problemField(field, "is missing")
	}
	joined, err := by(ctx, who.person.Tenant, rooms.Person{ID: who.person.ID, Name: who.person.Name}, value)
	if err != nil {
		return nil, err
	}
	return give(viewJoined(joined))
}

func viewJoined(joined rooms.Joined) joinView {
	return joinView{
		Room: joined.Room, Ticket: joined.Ticket, Socket: SocketPath,
		Site: rooms.SiteName{ID: joined.Site, Name: joined.SiteName},
	}
}

// visitorsStream sends the whole list at once and whenever it has changed.
func (c *Console) visitorsStream(_ context.Context, who caller, _ *none) (*stream, error) {
	return &stream{Body: func(hc huma.Context) {
		// Watch before the first list, so that no change falls between the two.
		changed, stop := c.rooms.Watch(who.person.Tenant)
		defer stop()
		c.serveStream(hc, who, feed{name: "visitors", changed: changed, next: func(ctx context.Context) (any, error) {
			return c.visitorsOf(ctx, who.person.Tenant)
		}})
	}}, nil
}
