package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func at(tenant, room string, asked time.Time, helpers ...string) Visit {
	return Visit{Tenant: tenant, Room: room, Site: "shop", Asked: asked, Help: true, Here: true, Helpers: helpers}
}

func attend(t *testing.T, q *Queue, tenant, person string, capacity int) <-chan struct{} {
	t.Helper()
	changes, stop := q.Attend(tenant, Agent{person, "Agent " + person, capacity})
	t.Cleanup(stop)
	return changes
}

// The race detector watches too: exactly one wins, and those who lose are told why.
func TestOneOfManyWins(t *testing.T) {
	const agents, rooms = 100, 5
	q := New(Config{})
	for i := range agents {
		attend(t, q, "acme", fmt.Sprint(i), rooms)
	}
	for room := range rooms {
		q.Changed(at("acme", fmt.Sprint(room), morning.Add(time.Duration(room))))
	}
	var won [rooms]atomic.Int32
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range agents {
		group.Go(func() {
			<-start
			for room := range rooms {
				switch err := q.Accept("acme", fmt.Sprint(i), fmt.Sprint(room)); {
				case err == nil:
					won[room].Add(1)
				case !errors.Is(err, ErrTaken):
					t.Errorf("agent %d, room %d: %v", i, room, err)
				}
				q.View("acme", fmt.Sprint(i))
				q.Decline("acme", fmt.Sprint(i), fmt.Sprint(room))
			}
		})
	}
	close(start)
	group.Wait()
	active := 0
	for _, a := range q.Board("acme").Agents {
		active += a.Active
	}
	for room := range rooms {
		if n := won[room].Load(); n != 1 {
			t.Errorf("room %d has %d winners", room, n)
		}
	}
	if active != rooms {
		t.Errorf("%d visitors are with agents, want %d", active, rooms)
	}
}

// Whatever happens, at rest no visitor is offered to two and no agent is offered two.
func TestNobodyIsOfferedTwice(t *testing.T) {
	now := morning
	q := New(Config{Now: func() time.Time { return now }})
	for i := range 7 {
		attend(t, q, "acme", fmt.Sprint("a", i), 1+i%3)
	}
	for turn := range 500 { // the turns mix by the steps being coprime
		person, room := fmt.Sprint("a", turn*3%7), fmt.Sprint("r", turn*5%11)
		switch turn % 9 {
		case 0, 1:
			q.Changed(at("acme", room, now))
		case 2:
			q.Decline("acme", person, room)
		case 3:
			if q.Accept("acme", person, room) == nil && turn%2 == 0 {
				q.Changed(at("acme", room, now, person))
			}
		case 4:
			now = now.Add(7 * time.Second)
		case 5:
			q.Gone("acme", room)
		case 6:
			if err := q.SetStatus("acme", person, []string{Available, Available, Away}[turn%3]); err != nil {
				t.Fatal(err)
			}
		case 7:
			_ = q.HandOver("acme", room, person, To{Person: fmt.Sprint("a", turn%7)}, "")
		case 8:
			q.step(t.Context())
		}
		offers := map[string]string{}
		for i := range 7 {
			view := q.View("acme", fmt.Sprint("a", i))
			if view.Offer == nil {
				continue
			}
			if other, twice := offers[view.Offer.Room]; twice {
				t.Fatalf("turn %d: %s is offered to a%d and %s", turn, view.Offer.Room, i, other)
			}
			offers[view.Offer.Room] = fmt.Sprint("a", i)
			if view.Me.Status != Available || view.Me.Active >= view.Me.Capacity {
				t.Fatalf("turn %d: %+v is offered %s", turn, view.Me, view.Offer.Room)
			}
		}
		offered := 0
		for _, w := range q.Board("acme").Waiting {
			if w.OfferedTo != "" {
				offered++
			}
		}
		if offered != len(offers) {
			t.Fatalf("turn %d: %d visits are offered, %d agents see an offer", turn, offered, len(offers))
		}
	}
}

// req 003-16: tenants never meet, even where their IDs are the same.
func TestTenantsNeverMeet(t *testing.T) {
	now := morning
	told := map[string]int{}
	q := New(Config{
		Now:   func() time.Time { return now },
		Place: placeFunc(func(tenant, room string, _, _ int) { told[tenant+" "+room]++ }),
		Routing: func(_ context.Context, tenant string) ([]Team, error) {
			return []Team{{ID: "team-of-" + tenant, Members: []string{"ann"}}}, nil
		},
	})
	q.Changed(at("acme", "r1", morning))
	attend(t, q, "zeta", "ann", 1)
	attend(t, q, "zeta", "bob", 1)
	q.step(t.Context())

	if view := q.View("zeta", "ann"); view.Offer != nil || len(view.Waiting) != 0 {
		t.Errorf("zeta's agent sees %+v", view)
	}
	foreign, unknown := q.Accept("zeta", "ann", "r1"), q.Accept("zeta", "ann", "nothing")
	if !errors.Is(foreign, ErrNotFound) || foreign != unknown {
		t.Errorf("a foreign room answers %v, an unknown one %v", foreign, unknown)
	}
	if err := q.HandOver("zeta", "r1", "ann", To{Person: "bob"}, ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("handed over: %v", err)
	}
	q.Decline("zeta", "ann", "r1")
	q.Gone("zeta", "r1")
	if board := q.Board("acme"); len(board.Waiting) != 1 || len(board.Agents) != 0 {
		t.Errorf("acme: %+v", board)
	}
	if board := q.Board("zeta"); len(board.Waiting) != 0 || len(board.Agents) != 2 {
		t.Errorf("zeta: %+v", board)
	}
	if q.Available("acme", "shop") || !q.Available("zeta", "shop") {
		t.Error("acme has an agent, or zeta none")
	}
	if people, teams := q.Colleagues("acme", "x"); len(people)+len(teams) != 0 {
		t.Errorf("acme's colleagues: %v %v", people, teams)
	}
	if _, teams := q.Colleagues("zeta", "bob"); len(teams) != 1 || teams[0].ID != "team-of-zeta" {
		t.Errorf("zeta's teams: %v", teams)
	}
	q.Changed(at("zeta", "r1", morning)) // the same ID in both
	if err := q.Accept("zeta", "ann", "r1"); err != nil {
		t.Error(err)
	}
	if board := q.Board("acme"); len(board.Waiting) != 1 {
		t.Errorf("acme: %+v", board)
	}
	if len(told) != 1 || told["acme r1"] != 1 {
		t.Errorf("told %v", told)
	}
}

type placeFunc func(tenant, room string, position, waitSeconds int)

func (f placeFunc) TellPlace(tenant, room string, position, waitSeconds int) {
	f(tenant, room, position, waitSeconds)
}

// Run itself, on a clock that jumps.
func TestRunKeepsTheTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		told := make(chan string, 100)
		left := make(chan string, 100)
		var q *Queue
		q = New(Config{
			Place: placeFunc(func(_, room string, position, _ int) { told <- fmt.Sprint(room, " ", position) }),
			Leave: func(_ context.Context, _, room, person, why string) error {
				left <- room + " " + person + " " + why
				q.Changed(at("acme", room, morning, "bob")) // as rooms does: it must not find a lock held
				return nil
			},
		})
		var running sync.WaitGroup
		running.Go(func() { q.Run(ctx) })
		ann, stopAnn := q.Attend("acme", Agent{"ann", "Ann", 1})
		defer stopAnn()
		q.Changed(at("acme", "r1", time.Now()))
		expect := func(from chan string, want string) {
			t.Helper()
			synctest.Wait()
			select {
			case got := <-from:
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			default:
				t.Errorf("nothing came, want %q", want)
			}
		}
		expect(told, "r1 1")
		<-ann
		began := time.Now()
		if view := q.View("acme", "ann"); view.Offer == nil || view.Offer.Until != began.Add(OfferFor) {
			t.Fatalf("offer: %+v", view.Offer)
		}
		bob, stopBob := q.Attend("acme", Agent{"bob", "Bob", 1})
		defer stopBob()
		<-ann // bob came
		<-bob // the offer passes on
		if waited := time.Since(began); waited < OfferFor || waited > OfferFor+checkEvery {
			t.Errorf("passed on after %v", waited)
		}
		if view := q.View("acme", "bob"); view.Offer == nil || view.Offer.Room != "r1" {
			t.Fatalf("bob's offer: %+v", view.Offer)
		}
		if err := q.Accept("acme", "ann", "r1"); err != nil { // late, but nobody was faster
			t.Fatal(err)
		}
		q.Changed(at("acme", "r1", began, "ann"))
		if err := q.HandOver("acme", "r1", "ann", To{Person: "bob"}, "note"); err != nil {
			t.Fatal(err)
		}
		if err := q.Accept("acme", "bob", "r1"); err != nil {
			t.Fatal(err)
		}
		q.Changed(at("acme", "r1", began, "ann", "bob"))
		expect(left, "r1 ann handed-over")
		stop()
		running.Wait()
		if len(told) != 0 {
			t.Errorf("told again: %q", <-told)
		}
	})
}

func TestNothingIsToldWhereNothingChanged(t *testing.T) {
	q := New(Config{})
	changes := attend(t, q, "acme", "ann", 1)
	quiet := func(name string, act func()) {
		t.Helper()
		act()
		select {
		case <-changes:
			t.Errorf("%s: a change was announced", name)
		default:
		}
	}
	v := at("acme", "r1", morning)
	q.Changed(v)
	<-changes
	quiet("the same again", func() { q.Changed(v) })
	quiet("a turn", func() { q.step(t.Context()) })
	quiet("a visitor who only browses", func() {
		browsing := Visit{Tenant: "acme", Room: "b", Site: "shop", Here: true}
		for _, browsing.Path = range []string{"/1", "/2"} {
			q.Changed(browsing)
		}
		q.Gone("acme", "b")
	})
	quiet("an unknown room", func() { q.Gone("acme", "unknown") })
	quiet("a refusal", func() { _ = q.Accept("acme", "ann", "unknown") })
	q.Gone("acme", "r1")
	<-changes
}

func TestWithoutTeamsKnownNobodyIsOffered(t *testing.T) {
	now := morning
	var broken atomic.Bool
	broken.Store(true)
	var reads atomic.Int32
	q := New(Config{
		Now: func() time.Time { return now },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Routing: func(context.Context, string) ([]Team, error) {
			reads.Add(1)
			if broken.Load() {
				return nil, errors.New("the store is away")
			}
			return []Team{{ID: "t", Members: []string{"bob"}, Rules: []Rule{{}}}}, nil
		},
	})
	attend(t, q, "acme", "ann", 1)
	attend(t, q, "acme", "bob", 1)
	q.Changed(at("acme", "r1", morning))
	for range 20 {
		q.step(t.Context())
	}
	if err := q.Accept("acme", "ann", "r1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("accepted before it was known by whom: %v", err)
	}
	if n := reads.Load(); n > 2 {
		t.Errorf("the store was asked %d times within no time", n)
	}
	broken.Store(false)
	now = now.Add(routeAgain)
	q.step(t.Context())
	if a, b := q.View("acme", "ann").Offer, q.View("acme", "bob").Offer; a != nil || b == nil {
		t.Errorf("offers: ann %+v, bob %+v", a, b)
	}
	broken.Store(true) // the teams as they last were go on to count
	now = now.Add(rerouteEach)
	q.step(t.Context())
	if q.View("acme", "bob").Offer == nil {
		t.Error("the offer is gone")
	}
}

func TestAVisitWithoutATimeGoesLast(t *testing.T) {
	now := morning
	q := New(Config{Now: func() time.Time { return now }})
	q.Changed(at("acme", "first", morning))
	now = now.Add(time.Minute)
	q.Changed(at("acme", "timeless", time.Time{}))
	now = now.Add(time.Minute)
	q.Changed(at("acme", "last", now))
	v := at("acme", "timeless", time.Time{})
	v.Title = "elsewhere"
	q.Changed(v)
	var rooms []string
	for _, w := range q.Board("acme").Waiting {
		rooms = append(rooms, w.Room)
	}
	if !slices.Equal(rooms, []string{"first", "timeless", "last"}) {
		t.Errorf("%v", rooms)
	}
}

func TestADeskThatIsDoneIsForgotten(t *testing.T) {
	now := morning
	q := New(Config{Now: func() time.Time { return now }})
	_, stop := q.Attend("acme", Agent{"ann", "Ann", 1})
	q.Changed(at("acme", "r1", now))
	q.step(t.Context())
	if err := q.Accept("acme", "ann", "r1"); err != nil {
		t.Fatal(err)
	}
	q.Gone("acme", "r1")
	stop()
	stop()
	q.Gone("unknown", "r")
	for range 2 {
		now = now.Add(waitsMatter)
		q.step(t.Context())
	}
	if len(q.desks) != 0 {
		t.Errorf("%d desks are left", len(q.desks))
	}
}

func TestEstimates(t *testing.T) {
	var w waits
	if got := w.estimate(morning, 3); got != 0 {
		t.Errorf("from nothing: %v", got)
	}
	for i, waited := range []time.Duration{10, 4000, 60, 70, 50} { // seconds; one of them is far off
		w.add(morning.Add(time.Duration(i)*time.Minute), waited*time.Second, 1)
	}
	for place, want := range map[int]time.Duration{1: time.Minute, 2: 2 * time.Minute, 5: 5 * time.Minute, 6: 6 * time.Minute} {
		if got := w.estimate(morning.Add(time.Hour), place); got != want {
			t.Errorf("place %d: %v, want %v", place, got, want)
		}
	}
	if got := w.estimate(morning.Add(5*time.Hour), 1); got != 0 {
		t.Errorf("from long ago: %v", got)
	}
	var quick waits
	quick.add(morning, 0, 0)
	if got := quick.estimate(morning, 1); got != fineStep {
		t.Errorf("at once: %v", got)
	}
	for range 100 {
		w.add(morning, time.Hour, 4) // 15 minutes a place
	}
	if got := w.estimate(morning, 2); got != 30*time.Minute || len(w) != recentWaits {
		t.Errorf("%v from %d waits", got, len(w))
	}
}

func BenchmarkChange(b *testing.B) {
	q := New(Config{})
	for i := range 50 {
		q.Attend("acme", Agent{fmt.Sprint(i), "x", 3})
	}
	for i := range 200 {
		q.Changed(at("acme", fmt.Sprint(i), morning, slices.Repeat([]string{fmt.Sprint(i % 50)}, (i/150+1)%2)...))
	}
	v := at("acme", "again", morning)
	for i := 0; b.Loop(); i++ {
		v.Title = fmt.Sprint(i)
		q.Changed(v)
	}
}

func TestLanguagesMatchByTheirFirstParts(t *testing.T) {
	for _, c := range []struct {
		lang, tag string
		want      bool
	}{{"de", "de", true}, {"de", "de-AT", true}, {"DE", "de-at", true}, {"de", "deu", false}, {"de-AT", "de", false}, {"de", "", false}} {
		if got := matchLanguage(c.lang, c.tag); got != c.want {
			t.Errorf("%s and %s: %v", c.lang, c.tag, got)
		}
	}
}
