package rooms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"alongside/wire"
)

// queueDesk is a desk that acts on the hub while it is told, as a queue does.
type queueDesk struct {
	hub *Hub

	mu    sync.Mutex
	heard []string
}

func (d *queueDesk) Changed(v Visitor, tenant string) {
	d.mu.Lock()
	d.heard = append(d.heard, fmt.Sprintf("%s %v", v.State, v.Helpers))
	d.mu.Unlock()
	d.hub.TellPlace(tenant, v.Room, 1, 0)
	if len(v.Helpers) == 2 { // the new one is in: the old one goes
		d.hub.Leave(context.Background(), tenant, v.Room, v.Helpers[0].ID, "handed over")
	}
}

func (d *queueDesk) Moved(string, string) {}

func (d *queueDesk) Gone(tenant, room string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = append(d.heard, "gone")
}

// attended makes a hall with a desk, and in it the room of a visitor who asks for help.
func attended(t *testing.T) (*queueDesk, *hall) {
	t.Helper()
	desk := &queueDesk{}
	h := &hall{t: t}
	h.hub = NewHub(Config{Consents: &diary{}, Desk: desk, AgentOrigin: "https://desk.example"})
	desk.hub = h.hub
	var err error
	if h.entry, err = h.hub.Open(t.Context(), Opening{Tenant: "t", Site: "s", Origin: "https://shop.example", Tab: "tab1", Help: true}); err != nil {
		t.Fatal(err)
	}
	return desk, h
}

func TestTheDeskIsToldInOrderAndMayAct(t *testing.T) {
	desk, h := attended(t)
	tab := h.enter("tab1", nothing)
	ann := h.enter("ann", nothing)
	h.enter("bob", nothing)
	if got := told(t, ann); len(got) != 1 || got[0] != "close 4410: handed over" {
		t.Errorf("ann was told %v", got)
	}
	tab.Receive(t.Context(), wire.NewJSON(wire.Bye, wire.ByeBody{Code: wire.CloseEnded}))
	want := []string{
		"waiting []", "waiting []", "helping [{ann ann helping}]", "helping [{ann ann helping} {bob bob helping}]",
		"helping [{bob bob helping}]", "gone",
	}
	if !slices.Equal(desk.heard, want) {
		t.Errorf("the desk heard %q", desk.heard)
	}
}

func TestTheDeskHearsOfTheEndLast(t *testing.T) {
	for range 50 {
		desk, h := attended(t)
		seats := []*Seat{h.enter("tab1", nothing), h.enter("ann", nothing)}
		var busy sync.WaitGroup
		for _, s := range seats {
			busy.Go(func() { s.Detach() })
		}
		busy.Go(func() { h.hub.IdentifyRoom(t.Context(), "t", h.entry.Room, User{ID: "u"}) })
		busy.Go(func() { h.hub.EndAll("t", "", "over") })
		busy.Go(func() { h.hub.EndAll("t", "", "over") })
		busy.Wait()
		if n := slices.Index(desk.heard, "gone"); n != len(desk.heard)-1 {
			t.Fatalf("the desk heard %q", desk.heard)
		}
		if list, err := h.hub.Visitors(t.Context(), "t"); err != nil || len(list) != 0 {
			t.Fatalf("listed are %v, %v", list, err)
		}
	}
}

func TestWhatMayBeSaidOfAUser(t *testing.T) {
	many := map[string]string{}
	for n := range 21 {
		many[fmt.Sprintf("f%d", n)] = "x"
	}
	long := string(make([]rune, 201))
	for field, u := range map[string]User{
		"id":          {},
		"id ":         {ID: "a\nb"},
		"id  ":        {ID: "\xff"},
		"id   ":       {ID: long},
		"fields":      {ID: "a", Fields: many},
		"fields ":     {ID: "a", Fields: map[string]string{"a=b": "x"}},
		"fields.plan": {ID: "a", Fields: map[string]string{"plan": "go\x00ld"}},
	} {
		err, ok := u.Validate().(*InvalidError)
		if !ok || err.Field != strings.TrimRight(field, " ") {
			t.Errorf("%q: %v", field, err)
		}
	}
	if err := (User{ID: "ü", Fields: map[string]string{"plan_2": "gold = 1"}}).Validate(); err != nil {
		t.Error(err)
	}
}
