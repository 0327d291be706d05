package queue

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// circle is nodes that hear each other at once, and of which the first that lives leads.
type circle struct {
	mu    sync.Mutex
	nodes []*member
	fails bool // nobody can be asked
}

type member struct {
	circle   *circle
	id       string
	dead     bool
	queue    *Shared
	handlers map[string]func(context.Context, []byte) (any, error)
	kill     func()
}

var errCut = errors.New("cut off")

func (m *member) Node() string { return m.id }

func (m *member) Lead(context.Context, string) (string, error) {
	m.circle.mu.Lock()
	defer m.circle.mu.Unlock()
	i := slices.IndexFunc(m.circle.nodes, func(o *member) bool { return !o.dead })
	if m.circle.fails || i < 0 {
		return "", errCut
	}
	return m.circle.nodes[i].id, nil
}

func (m *member) Ask(ctx context.Context, node, subject string, question, answer any) error {
	m.circle.mu.Lock()
	i := slices.IndexFunc(m.circle.nodes, func(o *member) bool { return o.id == node && !o.dead })
	fails := m.circle.fails || m.dead
	m.circle.mu.Unlock()
	if fails || i < 0 {
		return errCut
	}
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	result, err := m.circle.nodes[i].handlers[subject](ctx, body)
	if err != nil || answer == nil {
		return err
	}
	body, err = json.Marshal(result)
	return cmp.Or(err, json.Unmarshal(body, answer))
}

func (m *member) TellOne(node, subject string, news any) error {
	go m.Ask(context.Background(), node, subject, news, nil)
	return nil
}

func newCircle(t *testing.T, names ...string) (all []*member) {
	c := &circle{}
	for _, name := range names {
		m := &member{circle: c, id: name}
		m.queue, m.handlers = NewShared(New(Config{Log: slog.New(slog.DiscardHandler)}), m)
		c.nodes = append(c.nodes, m)
	}
	for _, m := range c.nodes {
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { m.queue.Run(ctx) })
		m.kill = func() {
			c.mu.Lock()
			m.dead = true
			c.mu.Unlock()
			cancel()
			running.Wait()
		}
		t.Cleanup(m.kill)
	}
	synctest.Wait()
	return c.nodes
}

func asking(room string) Visit {
	return Visit{Tenant: "t", Room: room, Site: "s", Help: true, Here: true, Asked: time.Now()}
}

func TestNodesShareOneQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newCircle(t, "a", "b", "c")
		a, b, c := all[0].queue, all[1].queue, all[2].queue
		changes, stop := c.Attend("t", Agent{ID: "ann", Capacity: 2})
		b.Changed(asking("r1"))
		synctest.Wait()
		select {
		case <-changes:
		default:
			t.Error("the console at another node is not told")
		}
		if v := c.View("t", "ann"); v.Offer == nil || v.Offer.Room != "r1" {
			t.Fatalf("ann sees %+v", v)
		}
		if len(a.Board("t").Agents) != 1 || !b.Available("t", "s") || b.Available("other", "s") {
			t.Error("not every node knows who is there")
		}
		if err := b.Accept("t", "ann", "unknown"); !errors.Is(err, ErrNotFound) {
			t.Errorf("accepting an unknown visitor: %v", err)
		}
		if err := b.SetStatus("t", "ann", "asleep"); !errors.Is(err, ErrStatus) {
			t.Errorf("a wrong status: %v", err)
		}
		if err := b.Accept("t", "ann", "r1"); err != nil {
			t.Error(err)
		}
		b.Gone("t", "r1")
		stop()
		time.Sleep(time.Minute)
		if agents := a.Board("t").Agents; len(agents) != 0 {
			t.Errorf("without a console there is %+v", agents)
		}
	})
}

func TestOfAgentsAtSeveralNodesOneWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newCircle(t, "a", "b", "c")
		for i, m := range all {
			m.queue.Attend("t", Agent{ID: string(rune('x' + i)), Capacity: 5})
		}
		for range 20 {
			all[1].queue.Changed(asking("r"))
			synctest.Wait()
			errs := make([]error, len(all))
			var racing sync.WaitGroup
			for i, m := range all {
				racing.Go(func() { errs[i] = m.queue.Accept("t", string(rune('x'+i)), "r") })
			}
			racing.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, ErrTaken) {
					t.Error(err)
				}
			}
			if won != 1 {
				t.Fatalf("%d agents have the visitor", won)
			}
			all[1].queue.Gone("t", "r")
			synctest.Wait()
		}
	})
}

func TestANewLeaderKnowsWhatTheOldOneKnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newCircle(t, "a", "b", "c")
		b, c := all[1].queue, all[2].queue
		b.Attend("t", Agent{ID: "ann", Capacity: 1})
		_, stop := c.Attend("t", Agent{ID: "bob", Capacity: 1})
		if err := c.SetStatus("t", "bob", Away); err != nil {
			t.Fatal(err)
		}
		b.Changed(asking("r1"))
		c.Changed(asking("r2"))
		synctest.Wait()
		all[0].kill()
		time.Sleep(2 * reportEvery)
		synctest.Wait()
		board := c.Board("t")
		if len(board.Waiting) != 2 || len(board.Agents) != 2 || board.Agents[1].Status != Away {
			t.Errorf("the new leader knows %+v", board)
		}
		if v := b.View("t", "ann"); v.Offer == nil {
			t.Error("nobody is offered")
		}
		// A node that is gone takes its consoles with it.
		all[2].kill()
		time.Sleep(time.Minute)
		synctest.Wait()
		if agents := b.Board("t").Agents; slices.ContainsFunc(agents, func(a AgentView) bool { return a.ID == "bob" }) {
			t.Errorf("an agent at a dead node is there: %+v", agents)
		}
		stop()
	})
}

func TestWithoutALeaderNothingIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newCircle(t, "a", "b")
		b := all[1].queue
		b.Attend("t", Agent{ID: "ann", Capacity: 1})
		cut := func(cut bool) {
			all[0].circle.mu.Lock()
			defer all[0].circle.mu.Unlock()
			all[0].circle.fails = cut
		}
		cut(true)
		b.Changed(asking("r1"))
		b.Changed(asking("r2"))
		b.Gone("t", "r2")
		if err := b.Accept("t", "ann", "r1"); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("accepting without a leader: %v", err)
		}
		cut(false)
		time.Sleep(2 * reportEvery)
		synctest.Wait()
		if waiting := b.Board("t").Waiting; len(waiting) != 1 || waiting[0].Room != "r1" {
			t.Errorf("the leader knows %+v", waiting)
		}
	})
}
