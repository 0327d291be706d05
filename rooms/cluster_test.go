package rooms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"alongside/wire"
)

// town is several nodes in one process, in a synctest bubble.
type town struct {
	t        *testing.T
	exchange *Exchange
	shared   *MemoryShared
	presence *MemoryPresence
	book     *book
	entry    Entry // of the visitor's first tab
}

// book is consent log and transcript of all nodes.
type book struct {
	diary
	mu       sync.Mutex
	messages []Message
}

func (b *book) Append(_ context.Context, m Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	return nil
}

func (b *book) Messages(context.Context, string, string) ([]Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.messages), nil
}

type townNode struct {
	hub  *Hub
	kill func() // as a crash would: nobody is told, nothing is kept
}

func newTown(t *testing.T) *town {
	return &town{
		t: t, exchange: NewExchange(), shared: NewMemoryShared(time.Now), presence: NewMemoryPresence(), book: &book{},
	}
}

func (w *town) node(name string) *townNode {
	c := NewCluster(w.exchange.Bus(name), name, slog.New(slog.DiscardHandler))
	n := &townNode{hub: NewHub(Config{
		Consents: w.book, Sessions: w.book, Transcript: w.book, Shared: w.shared, Presence: w.presence, Cluster: c,
		AgentOrigin: "https://desk.example",
	})}
	ctx, cancel := context.WithCancel(w.t.Context())
	var running sync.WaitGroup
	running.Go(func() { c.Run(ctx) })
	running.Go(func() { n.hub.Run(ctx) })
	n.kill = func() {
		cancel()
		running.Wait()
		synctest.Wait()
	}
	w.t.Cleanup(n.kill)
	synctest.Wait()
	return n
}

// open has a visitor ask for help at a node.
func (w *town) open(n *townNode) {
	w.t.Helper()
	var err error
	w.entry, err = n.hub.Open(w.t.Context(), Opening{
		Tenant: "t", Site: "s", SiteName: "Shop", Origin: "https://shop.example", Tab: "tab1", Help: true, Name: "Vera",
		Policy: json.RawMessage(`{"version":1}`),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// client is a connection, which takes whatever it is sent.
type client struct {
	t     *testing.T
	place Place

	mu      sync.Mutex
	stalled bool
	got     []wire.Frame
	closed  *wire.CloseError
}

func (c *client) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.place == nil || c.stalled {
		return
	}
	for c.closed == nil {
		n := len(c.got)
		if c.got, c.closed = c.place.Take(c.got, 1<<20); len(c.got) == n {
			return
		}
	}
}

func (c *client) stall(stalled bool) {
	c.mu.Lock()
	c.stalled = stalled
	c.mu.Unlock()
	c.flush()
}

func (c *client) send(f wire.Frame) error { return c.place.Receive(c.t.Context(), f) }

// told is what the connection was sent since the last question, and how it ended.
func (c *client) told() string {
	c.t.Helper()
	synctest.Wait()
	c.flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for _, f := range c.got {
		if k := f.Kind(); k == wire.Snapshot || k == wire.Diff {
			list = append(list, fmt.Sprintf("%s %d of %d", map[wire.Kind]string{wire.Snapshot: "snapshot", wire.Diff: "diff"}[k], f.Sequence(), f.Epoch()))
			continue
		}
		list = append(list, describe(c.t, f))
	}
	c.got = nil
	if c.closed != nil {
		list = append(list, c.closed.Error())
	}
	return strings.Join(list, "\n")
}

// wants fails unless the connection was told all of the parts.
func (c *client) wants(parts ...string) {
	c.t.Helper()
	got := c.told()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			c.t.Errorf("not told %q but\n%s", part, got)
		}
	}
}

func (c *client) leave() { c.place.Detach() }

// enter connects a tab of the visitor, or an agent, to a node.
func (w *town) enter(n *townNode, name string) *client {
	w.t.Helper()
	c, err := w.tryEnter(n, name)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return c
}

func (w *town) tryEnter(n *townNode, name string) (*client, error) {
	ctx := w.t.Context()
	var ticket string
	role, origin := wire.Agent, "https://desk.example"
	if strings.HasPrefix(name, "tab") {
		role, origin = wire.Visitor, "https://shop.example"
		e, err := n.hub.Resume(ctx, Resumption{Tenant: "t", Site: "s", Origin: origin, Resume: w.entry.Resume, Tab: name})
		if err != nil {
			return nil, err
		}
		ticket = e.Ticket
	} else {
		j, err := n.hub.JoinByRoom(ctx, "t", Person{name, name}, w.entry.Room)
		if err != nil {
			return nil, err
		}
		if j.SiteName != "Shop" {
			w.t.Errorf("joined a room of site %q", j.SiteName)
		}
		ticket = j.Ticket
	}
	c := &client{t: w.t}
	place, err := n.hub.Attach(ctx, ticket, origin, role, c.flush)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.place = place
	c.mu.Unlock()
	return c, c.send(wire.NewJSON(wire.Hello, wire.HelloBody{}))
}

// see has an agent ask to see the page and the visitor agree.
func (w *town) see(tab, agent *client, member uint16) {
	w.t.Helper()
	agent.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "ask"}))
	tab.wants("view ask")
	tab.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "grant", Member: member}))
	agent.wants("view grant")
}

func inTown(t *testing.T, test func(t *testing.T, w *town)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newTown(t)) })
}

const whole = wire.FlagFirst | wire.FlagLast

func TestAnAgentOnAnotherNodeSeesAndHelpsAlike(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab, ann := w.enter(a, "tab1"), w.enter(b, "ann")
		ann.wants("welcome member 2")
		w.see(tab, ann, 2)
		tab.send(sized(wire.Snapshot, whole, 1, 1000))
		tab.send(sized(wire.Diff, 0, 1, 100))
		ann.wants("snapshot 1 of 1", "diff 2 of 1")
		ann.send(wire.NewJSON(wire.Chat, wire.ChatBody{ID: fmt.Sprintf("%032x", 1), Text: "hello"}))
		tab.wants("hello")
		tab.send(wire.NewJSON(wire.Chat, wire.ChatBody{ID: fmt.Sprintf("%032x", 2), Text: "help me"}))
		ann.wants("help me")
		tab.wants("chat 2") // as its writer's own word is confirmed
		if got := ann.told() + tab.told(); got != "" {
			t.Errorf("told twice:\n%s", got)
		}
		ann.leave()
		tab.wants("2:away")
	})
}

func TestASlowReaderOnAnotherNodeCostsACursor(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab, ann, bob := w.enter(a, "tab1"), w.enter(b, "ann"), w.enter(b, "bob")
		w.see(tab, ann, 2)
		w.see(tab, bob, 3)
		ann.stall(true)
		const frame, count = 10_000, 300
		tab.send(sized(wire.Snapshot, whole, 1, frame))
		for range count {
			tab.send(sized(wire.Diff, 0, 1, frame))
			synctest.Wait()
		}
		bob.wants(fmt.Sprintf("diff %d of 1", count+1))
		held := 0
		for _, s := range b.hub.Cluster.near {
			for _, f := range s.inbound {
				held += len(f)
			}
		}
		if held > linkWindow+frame+wire.HeaderBytes || held < linkWindow/2 {
			t.Errorf("%d bytes are held for a reader who reads nothing", held)
		}
		ann.stall(false)
		ann.wants("snapshot 1 of 1", fmt.Sprintf("diff %d of 1", count+1))
	})
}

func TestASenderOnAnotherNodeWaitsForASlowOwner(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab1, tab2, ann := w.enter(a, "tab1"), w.enter(b, "tab2"), w.enter(a, "ann")
		tab2.wants("welcome member 1 source 2")
		w.see(tab1, ann, 2)
		for i := range 400 {
			f := sized(wire.Diff, 0, 1, 10_000)
			if i == 0 {
				f = sized(wire.Snapshot, whole, 1, 10_000)
			}
			if err := tab2.send(f); err != nil {
				t.Fatal(err)
			}
		}
		ann.wants("snapshot 1 of 1", "diff 400 of 1")
	})
}

func TestARoomMovesToTheNodeOfItsVisitor(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab, ann := w.enter(a, "tab1"), w.enter(a, "ann")
		w.see(tab, ann, 2)
		tab.send(sized(wire.Snapshot, whole, 1, 1000))
		ann.send(wire.NewJSON(wire.Chat, wire.ChatBody{ID: fmt.Sprintf("%032x", 1), Text: "hello"}))
		ann.wants("snapshot 1 of 1", "hello")
		tab.leave()

		tab = w.enter(b, "tab1")
		tab.wants("welcome member 1 source 1", "hello", "keyframe start")
		ann.wants("close 4000")
		if got := a.hub.Stats(); got.Rooms != 0 || got.HeldBytes != 0 {
			t.Errorf("the old node still has %+v", got)
		}
		ann = w.enter(a, "ann")
		tab.send(sized(wire.Snapshot, whole, 1, 1000))
		ann.wants("welcome member 2 source 0 live", "hello", "snapshot 1 of 1")
		ann.send(wire.NewJSON(wire.Chat, wire.ChatBody{ID: fmt.Sprintf("%032x", 1), Text: "hello"}))
		ann.wants("chat 1 1 of agent") // known: not a second message
		ann.send(wire.NewJSON(wire.Chat, wire.ChatBody{ID: fmt.Sprintf("%032x", 2), Text: "again"}))
		tab.wants("chat 2 2 of agent")
		if visitors, _ := b.hub.Visitors(t.Context(), "t"); len(visitors) != 1 {
			t.Errorf("listed: %+v", visitors)
		}
	})
}

func TestAQuestionMovesWithTheRoom(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab, ann := w.enter(a, "tab1"), w.enter(a, "ann")
		ann.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "ask"}))
		tab.wants("view ask")
		tab.leave()
		tab = w.enter(b, "tab1")
		tab.wants("view ask")
		ann = w.enter(b, "ann")
		ann.wants("welcome member 2 source 0 asking")
		tab.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "grant", Member: 2}))
		ann.wants("view grant")
		tab.wants("keyframe start")
	})
}

func TestASecondTabOnAnotherNodeLeavesTheRoomWhereItIs(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab1, ann := w.enter(a, "tab1"), w.enter(b, "ann")
		w.see(tab1, ann, 2)
		tab2 := w.enter(b, "tab2")
		tab2.wants("welcome member 1 source 2", "keyframe start")
		if got := tab1.told() + ann.told(); strings.Contains(got, "close") {
			t.Errorf("somebody was moved:\n%s", got)
		}
		tab2.send(sized(wire.Snapshot, whole, 1, 100))
		ann.wants("snapshot 1 of 1")
		if a.hub.Stats().Rooms != 1 || b.hub.Stats().Rooms != 0 {
			t.Error("the room moved")
		}
	})
}

func TestRoomsOfADeadNodeGoOn(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b, c := w.node("a"), w.node("b"), w.node("c")
		w.open(a)
		tab, ann := w.enter(a, "tab1"), w.enter(c, "ann")
		w.see(tab, ann, 2)
		synctest.Wait()
		fence := a.hub.rooms[w.entry.Room].fence
		a.kill()
		ann.wants("close 4000")

		// The agent comes first, and waits for the visitor.
		var back *client
		var err error
		var coming sync.WaitGroup
		coming.Go(func() { back, err = w.tryEnter(c, "ann") })
		time.Sleep(300 * time.Millisecond)
		tab = w.enter(b, "tab1")
		coming.Wait()
		if err != nil {
			t.Fatal(err)
		}
		tab.wants("welcome member 1 source 1", "keyframe start")
		tab.send(sized(wire.Snapshot, whole, 1, 100))
		back.wants("welcome member 2 source 0 live", "snapshot 1 of 1")
		if b.hub.Stats().Rooms != 1 || c.hub.Stats().Rooms != 0 {
			t.Error("the room is not with its visitor")
		}
		if err := w.shared.Keep(t.Context(), w.entry.Room, fence, []byte("late")); !errors.Is(err, ErrFenced) {
			t.Errorf("the dead node's word still counts: %v", err)
		}
	})
}

func TestRoomsThatNobodyComesBackToEnd(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		w.enter(a, "tab1")
		synctest.Wait()
		a.kill()
		time.Sleep(orphanKnown + time.Second)
		if n := b.hub.Stats().Rooms; n != 1 {
			t.Errorf("%d rooms were taken over", n)
		}
		time.Sleep(2 * wire.AwayWindow)
		synctest.Wait()
		if n := b.hub.Stats().Rooms; n != 0 {
			t.Errorf("%d rooms are left", n)
		}
		if lines := strings.Join(w.book.take(), "\n"); !strings.Contains(lines, "session ended: the visitor left") {
			t.Errorf("the history has\n%s", lines)
		}
	})
}

func TestANodeThatLostARoomLetsGoOfIt(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab, ann := w.enter(a, "tab1"), w.enter(a, "ann")
		w.see(tab, ann, 2)
		// As b does that takes a for dead.
		held, err := w.shared.Find(t.Context(), w.entry.Room)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.hub.adopt(t.Context(), w.entry.Room, held.Fence); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * checkEvery)
		tab.wants("close 4000")
		ann.wants("close 4000")
		if a.hub.Stats().Rooms != 0 {
			t.Error("the room has two owners")
		}
		// What the old owner still hears changes nothing, and the new one goes on.
		tab.leave()
		w.enter(b, "tab1").wants("welcome member 1 source 1")
		if visitors, _ := b.hub.Visitors(t.Context(), "t"); len(visitors) != 1 {
			t.Errorf("listed: %+v", visitors)
		}
	})
}

func TestADrainedNodeGivesItsRoomsUp(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab, ann := w.enter(a, "tab1"), w.enter(a, "ann")
		w.see(tab, ann, 2)
		a.hub.Drain(t.Context())
		tab.wants("close 4000")
		ann.wants("close 4000")
		tab, ann = w.enter(b, "tab1"), w.enter(b, "ann")
		tab.wants("welcome member 1 source 1", "keyframe start")
		ann.wants("welcome member 2 source 0 live")
		if lines := w.book.take(); strings.Contains(strings.Join(lines, "\n"), "session ended") {
			t.Errorf("the session ended: %q", lines)
		}
	})
}

func TestDeedsReachARoomOnAnotherNode(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		ctx, hub := t.Context(), b.hub
		tab, ann := w.enter(a, "tab1"), w.enter(a, "ann")
		for _, foreign := range []error{
			hub.IdentifyRoom(ctx, "other", w.entry.Room, User{ID: "u"}), hub.Object(ctx, "other", w.entry.Room),
			hub.Object(ctx, "t", "unknown"),
		} {
			if !errors.Is(foreign, ErrNotFound) {
				t.Errorf("a foreign or unknown room answers %v", foreign)
			}
		}
		hub.Leave(ctx, "other", w.entry.Room, "ann", "not this tenant's")
		if got := ann.told(); strings.Contains(got, "close") {
			t.Errorf("another tenant took ann out:\n%s", got)
		}
		var invalid *InvalidError
		if err := hub.IdentifyRoom(ctx, "t", w.entry.Room, User{ID: "\x00"}); !errors.As(err, &invalid) || invalid.Field != "id" {
			t.Errorf("a wrong user answers %v", err)
		}
		if err := hub.Identify(ctx, "t", "s", w.entry.Resume, User{ID: "u7", Fields: map[string]string{"name": "Vera"}}); err != nil {
			t.Error(err)
		}
		if receipt, err := hub.Ask(ctx, Resumption{Tenant: "t", Site: "s", Resume: w.entry.Resume}, Asking{}); err != nil || receipt != "receipt" {
			t.Errorf("asking gives %q, %v", receipt, err)
		}
		hub.SetPolicy("t", "s", json.RawMessage(`{"version":2}`))
		tab.wants("policy")
		if err := hub.Leave(ctx, "t", w.entry.Room, "ann", "handed-over"); err != nil {
			t.Error(err)
		}
		ann.wants("close 4410")
		bob := w.enter(a, "bob")
		if _, err := hub.CloseSeats(ctx, "t", "bob"); err != nil {
			t.Error(err)
		}
		bob.wants("close 4403")
		hub.TellPlace("t", w.entry.Room, 3, 60)
		tab.wants("place 3 in 60 s")
		if err := hub.Object(ctx, "t", w.entry.Room); err != nil {
			t.Error(err)
		}
		hub.EndAll("t", "s", "the site was removed")
		tab.wants("close 4410")
		synctest.Wait()
		if err := hub.Object(ctx, "t", w.entry.Room); !errors.Is(err, ErrNotFound) {
			t.Errorf("a room that is over answers %v", err)
		}
	})
}

func TestLostMessagesEndTheLinksThatTheyWereOn(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		a, b := w.node("a"), w.node("b")
		w.open(a)
		tab, ann := w.enter(a, "tab1"), w.enter(b, "ann")
		w.exchange.Lose("a", "b")
		ann.wants("close 4000")
		ann.leave()
		tab.wants("2:away")
		w.enter(b, "ann").wants("welcome member 2")
		if n := len(a.hub.Cluster.far); n != 1 {
			t.Errorf("%d guests are left", n)
		}
	})
}

func TestADutyHasOneNodeAndPassesOn(t *testing.T) {
	inTown(t, func(t *testing.T, w *town) {
		nodes := []*townNode{w.node("a"), w.node("b"), w.node("c")}
		agreed := func() string {
			t.Helper()
			leaders := make([]string, len(nodes))
			var asking sync.WaitGroup
			for i, n := range nodes {
				asking.Go(func() {
					var err error
					if leaders[i], err = n.hub.Cluster.Lead(t.Context(), "queue"); err != nil {
						t.Error(err)
					}
				})
			}
			asking.Wait()
			if all := slices.Compact(leaders); len(all) > 1 {
				t.Errorf("they follow %q", all)
			}
			return leaders[0]
		}
		for len(nodes) > 1 {
			leader := agreed()
			i := slices.IndexFunc(nodes, func(n *townNode) bool { return n.hub.Node == leader })
			if len(nodes) == 3 {
				nodes[i].kill()
			} else {
				nodes[i].hub.Drain(t.Context())
				time.Sleep(leadFor)
				if _, err := nodes[i].hub.Cluster.Lead(t.Context(), "queue"); err == nil && agreed() == leader {
					t.Error("a node that goes away leads")
				}
			}
			nodes = slices.Delete(nodes, i, i+1)
			if next := agreed(); next == leader {
				t.Errorf("%s leads still", leader)
			}
		}
	})
}
