package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"alongside/accounts"
	"alongside/queue"
	"alongside/rooms"
)

// Queue is what the console asks about who waits for whom; *queue.Queue is one.
type Queue interface {
	Attend(tenant string, a queue.Agent) (changes <-chan struct{}, stop func())
	SetStatus(tenant, person, status string) error
	SetCapacity(tenant, person string, capacity int)
	View(tenant, person string) queue.View
	Accept(tenant, person, room string) error
	Decline(tenant, person, room string)
	HandOver(tenant, room, from string, to queue.To, note string) error
	Board(tenant string) queue.Board
	Colleagues(tenant, person string) ([]queue.Colleague, []queue.TeamName)
	Reroute(ctx context.Context, tenant string)
}

type deskView struct {
	Me      deskMe        `json:"me"`
	Waiting []waitingView `json:"waiting"`
	Offer   *offerView    `json:"offer"`
	Mine    []string      `json:"mine" doc:"Rooms"`

	HandOvers []handOverView `json:"handOvers" doc:"That this person asked for"`
}

type handOverView struct {
	Room    string `json:"room"`
	Name    string `json:"name" doc:"Of the colleague or the team"`
	Refused bool   `json:"refused" doc:"Nobody took the visitor, who stays with this person; else it is still open."`
}

type deskMe struct {
	Status   string `json:"status" enum:"available,away"`
	Capacity int    `json:"capacity"`
	Active   int    `json:"active"`
}

type waitingView struct {
	Room      string         `json:"room"`
	Site      rooms.SiteName `json:"site"`
	Name      string         `json:"name"`
	Page      string         `json:"page"`
	Title     string         `json:"title"`
	Lang      string         `json:"lang"`
	Team      string         `json:"team" doc:"ID; empty: anybody's"`
	Since     time.Time      `json:"since"`
	Position  int            `json:"position" doc:"1 is next"`
	OfferedTo string         `json:"offeredTo" doc:"ID of a person; empty: nobody now"`
	Front     bool           `json:"front" doc:"Goes before the others: came back or was handed over."`
}

type offerView struct {
	Room  string         `json:"room"`
	Site  rooms.SiteName `json:"site"`
	Name  string         `json:"name"`
	Page  string         `json:"page"`
	Title string         `json:"title"`
	Lang  string         `json:"lang"`
	Team  string         `json:"team"`
	Since time.Time      `json:"since"`
	Note  string         `json:"note"`
	From  string         `json:"from" doc:"Name of the colleague who hands over; empty: from the queue"`
	Until time.Time      `json:"until"`
}

// siteNames are those of the tenant's sites by ID.
func (c *Console) siteNames(ctx context.Context, tenant string) (map[string]string, error) {
	all, err := c.accounts.Sites(ctx, tenant)
	names := make(map[string]string, len(all))
	for _, site := range all {
		names[site.ID] = site.Name
	}
	return names, err
}

func viewWaiting(all []queue.Waiting, sites map[string]string) []waitingView {
	views := make([]waitingView, 0, len(all))
	for _, w := range all {
		views = append(views, waitingView{
			w.Room, rooms.SiteName{ID: w.Site, Name: sites[w.Site]}, w.Name, w.Page, w.Title, w.Lang, w.Team, w.Since,
			w.Position, w.OfferedTo, w.Front,
		})
	}
	return views
}

func (c *Console) deskOf(ctx context.Context, person accounts.Person) (deskView, error) {
	sites, err := c.siteNames(ctx, person.Tenant)
	if err != nil {
		return deskView{}, err
	}
	v := c.queue.View(person.Tenant, person.ID)
	view := deskView{
		Me: deskMe(v.Me), Waiting: viewWaiting(v.Waiting, sites), Mine: full(v.Mine), HandOvers: []handOverView{},
	}
	for _, h := range v.HandOvers {
		view.HandOvers = append(view.HandOvers, handOverView{h.Room, h.ToName, h.Refused})
	}
	if o := v.Offer; o != nil {
		view.Offer = &offerView{
			o.Room, rooms.SiteName{ID: o.Site, Name: sites[o.Site]}, o.Name, o.Page, o.Title, o.Lang, o.Team, o.Since,
			o.Note, o.From, o.Until,
		}
	}
	return view, nil
}

// deskStream shows a person the desk; as long as it is open, the person is there to be offered visitors.
func (c *Console) deskStream(ctx context.Context, who caller, _ *none) (*stream, error) {
	return &stream{Body: func(hc huma.Context) {
		desk := feed{name: "desk", next: func(ctx context.Context) (any, error) { return c.deskOf(ctx, who.person) }}
		if hc.Method() != http.MethodHead { // which leaves nobody there
			var stop func()
			desk.changed, stop = c.queue.Attend(who.person.Tenant, queue.Agent{
				ID: who.person.ID, Name: who.person.Name, Capacity: who.person.Capacity,
			})
			defer stop()
		}
		c.serveStream(hc, who, desk)
	}}, nil
}

type statusRequest struct {
	Status string `json:"status" enum:"available,away"`
}

func (c *Console) setStatus(_ context.Context, who caller, in *body[statusRequest]) (*none, error) {
	return nil, c.queue.SetStatus(who.person.Tenant, who.person.ID, in.Body.Status)
}

type roomRequest struct {
	Room string `json:"room" minLength:"1" maxLength:"128"`
}

func (c *Console) accept(ctx context.Context, who caller, in *body[roomRequest]) (*body[joinView], error) {
	if err := c.queue.Accept(who.person.Tenant, who.person.ID, in.Body.Room); err != nil {
		return nil, err
	}
	person := rooms.Person{ID: who.person.ID, Name: who.person.Name}
	joined, err := c.rooms.JoinByRoom(ctx, who.person.Tenant, person, in.Body.Room)
	if err != nil {
		return nil, err
	}
	return give(viewJoined(joined))
}

func (c *Console) decline(_ context.Context, who caller, in *body[roomRequest]) (*none, error) {
	c.queue.Decline(who.person.Tenant, who.person.ID, in.Body.Room)
	return nil, nil
}

type handOverRequest struct {
	Person string `json:"person,omitempty" maxLength:"128" doc:"ID; either this or team"`
	Team   string `json:"team,omitempty" maxLength:"128" doc:"ID"`
	Note   string `json:"note,omitempty" maxLength:"2000" pattern:"^[^\\x00-\\x08\\x0B-\\x1F\\x7F-\\x{9F}]*$"`
}

type roomChange[T any] struct {
	Room string `path:"room"`
	Body T
}

func (c *Console) handOver(_ context.Context, who caller, in *roomChange[handOverRequest]) (*none, error) {
	if in.Body.Person == "" && in.Body.Team == "" {
		return nil, problemField("person", "is missing")
	}
	if in.Body.Person != "" && in.Body.Team != "" {
		return nil, problemField("person", "and team exclude each other")
	}
	to := queue.To{Person: in.Body.Person, Team: in.Body.Team}
	return nil, c.queue.HandOver(who.person.Tenant, in.Room, who.person.ID, to, in.Body.Note)
}

type colleaguesView struct {
	People []colleagueView `json:"people"`
	Teams  []nameView      `json:"teams"`
}

type colleagueView struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

func (c *Console) colleagues(_ context.Context, who caller, _ *none) (*body[colleaguesView], error) {
	people, teams := c.queue.Colleagues(who.person.Tenant, who.person.ID)
	view := colleaguesView{People: []colleagueView{}, Teams: []nameView{}}
	for _, p := range people {
		view.People = append(view.People, colleagueView(p))
	}
	for _, t := range teams {
		view.Teams = append(view.Teams, nameView(t))
	}
	return give(view)
}

type boardView struct {
	Waiting []waitingView   `json:"waiting"`
	Agents  []boardAgent    `json:"agents"`
	Rooms   []rooms.Visitor `json:"rooms"`
}

type boardAgent struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Status   string `json:"status"`
	Active   int    `json:"active"`
	Capacity int    `json:"capacity"`
}

func (c *Console) board(ctx context.Context, who caller, _ *none) (*body[boardView], error) {
	sites, err := c.siteNames(ctx, who.person.Tenant)
	if err != nil {
		return nil, fmt.Errorf("name the board's sites: %w", err)
	}
	visitors, err := c.visitorsOf(ctx, who.person.Tenant)
	if err != nil {
		return nil, err
	}
	board := c.queue.Board(who.person.Tenant)
	view := boardView{Waiting: viewWaiting(board.Waiting, sites), Agents: []boardAgent{}, Rooms: visitors.Visitors}
	for _, a := range board.Agents {
		view.Agents = append(view.Agents, boardAgent(a))
	}
	return give(view)
}
