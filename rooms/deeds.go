package rooms

import (
	"context"
	"encoding/json"
	"errors"

	"alongside/wire"
)

// deed is what is done to a room from outside its connections. The owner does it.
type deed struct {
	What         string
	Tenant, Room string
	User         User           `json:",omitzero"`
	Asking       Asking         `json:",omitzero"`
	Person, Why  string         `json:",omitempty"`
	Place        wire.PlaceBody `json:",omitzero"`
}

var deeds = map[string]func(ctx context.Context, r *Room, d deed) (answer string, err error){
	"ask":      func(ctx context.Context, r *Room, d deed) (string, error) { return r.askHelp(ctx, d.Asking), nil },
	"identify": func(_ context.Context, r *Room, d deed) (string, error) { return "", r.identify(d.User) },
	"leave": func(_ context.Context, r *Room, d deed) (string, error) {
		r.takeOut(d.Person, wire.Closef(wire.CloseEnded, "%s", d.Why))
		return "", nil
	},
	"object": func(_ context.Context, r *Room, _ deed) (string, error) { r.object(); return "", nil },
	"place":  func(_ context.Context, r *Room, d deed) (string, error) { r.tellPlace(d.Place); return "", nil },
}

// have has the room's owner do a deed. An unknown room, one that is over and one of another tenant are ErrNotFound alike.
func (h *Hub) have(ctx context.Context, d deed) (answer string, err error) {
	r, owner, err := h.locate(ctx, d.Room)
	if err != nil {
		return "", err
	}
	if r == nil {
		err = h.Cluster.Ask(ctx, owner, subjectDeed, d, &answer)
		return answer, err
	}
	return h.do(ctx, r, d)
}

// soon is have for what the queue decides: a room of this node is done with at once; for one of another, all nodes are
// told, and its owner does it. An unknown room is ErrNotFound if there is no other node.
func (h *Hub) soon(d deed) error {
	if r, ok := h.room(d.Room); ok {
		_, err := h.do(context.Background(), r, d)
		return err
	}
	if h.Cluster == nil {
		return ErrNotFound
	}
	return h.Cluster.Tell(subjectSoon, d)
}

func (h *Hub) soonHere(ctx context.Context, d deed) (answer string, err error) {
	r, ok := h.room(d.Room)
	if !ok {
		return "", nil // another's
	}
	if answer, err = h.do(ctx, r, d); errors.Is(err, ErrNotFound) {
		err = nil // over by now
	}
	return answer, err
}

func (h *Hub) doHere(ctx context.Context, d deed) (answer string, err error) {
	r, ok := h.room(d.Room)
	if !ok {
		return "", ErrUnreachable // moved away just now
	}
	return h.do(ctx, r, d)
}

func (h *Hub) do(ctx context.Context, r *Room, d deed) (answer string, err error) {
	act := deeds[d.What]
	if act == nil || r.tenant != d.Tenant || r.ended() {
		return "", ErrNotFound
	}
	return act(ctx, r, d)
}

// notice is news for the rooms of all nodes.
type notice struct {
	Tenant, Site string
	Policy       json.RawMessage `json:",omitempty"`
	Browsing     bool            `json:",omitempty"` // only visits that merely browse
	Person, Why  string          `json:",omitempty"`
}

// everywhere does what a notice says here and has all other nodes do it. One that cannot be told is logged: its rooms
// learn of it when they move.
func (h *Hub) everywhere(subject string, n notice, here func(context.Context, notice) (struct{}, error)) {
	here(context.Background(), n) // does not fail
	if h.Cluster == nil {
		return
	}
	if err := h.Cluster.Tell(subject, n); err != nil {
		h.Logger.Warn("other servers were not told", "subject", subject, "err", err)
	}
}

func (h *Hub) policyHere(_ context.Context, n notice) (struct{}, error) {
	for _, r := range h.all() {
		if r.tenant == n.Tenant && r.site == n.Site {
			r.setPolicy(n.Policy)
		}
	}
	return struct{}{}, nil
}

func (h *Hub) endHere(_ context.Context, n notice) (struct{}, error) {
	for _, r := range h.all() {
		switch {
		case n.Tenant != "" && r.tenant != n.Tenant || n.Site != "" && r.site != n.Site:
		case n.Browsing:
			r.endBrowsing()
		default:
			r.End(n.Why)
		}
	}
	return struct{}{}, nil
}

func (h *Hub) shutOutHere(_ context.Context, n notice) (struct{}, error) {
	h.closeSeats(n.Tenant, n.Person)
	if h.ShutOut != nil {
		h.ShutOut(n.Tenant, n.Person)
	}
	return struct{}{}, nil
}

func (h *Hub) closeSeats(tenant, person string) (closed int) {
	for _, r := range h.all() {
		if r.tenant == tenant {
			closed += r.takeOut(person, wire.Closef(wire.CloseWrongRole, "your access was taken away"))
		}
	}
	return closed
}
