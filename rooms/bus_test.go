package rooms

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// ear hears what comes over a bus: numbered messages, which must come in order, with news of each loss before the next.
type ear struct {
	t testing.TB

	mu    sync.Mutex // guards the rest
	next  map[string]uint64
	lost  map[string]int
	gone  []string
	other []string // messages that are no numbers
	gaps  int
	told  map[string]bool // of a loss, since the last message
}

func newEar(t testing.TB) *ear {
	return &ear{t: t, next: map[string]uint64{}, lost: map[string]int{}, told: map[string]bool{}}
}

func (e *ear) Message(from string, m []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(m) < 8 {
		e.other = append(e.other, from+" "+string(m))
		return
	}
	n := binary.BigEndian.Uint64(m)
	if n < e.next[from] {
		e.t.Errorf("%s: message %d came after %d", from, n, e.next[from]-1)
	}
	if n > e.next[from] {
		e.gaps++
		if !e.told[from] {
			e.t.Errorf("%s: %d follows %d and nothing was said", from, n, e.next[from]-1)
		}
	}
	e.told[from] = false
	e.next[from] = n + 1
}

func (e *ear) Lost(from string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lost[from]++
	e.told[from] = true
}

func (e *ear) Gone(node string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gone = append(e.gone, node)
}

// heard reads something under the mutex.
func (e *ear) heard(f func() bool) func() bool {
	return func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return f()
	}
}

func numbered(n uint64, size int) []byte {
	m := make([]byte, max(size, 8))
	binary.BigEndian.PutUint64(m, n)
	return m
}

// busNode is a node that listens.
type busNode struct {
	Bus
	*ear
	name string
	stop func()
}

// eachBus runs a test against every kind of Bus; join makes a node of that name.
func eachBus(t *testing.T, f func(t *testing.T, join func(name string) busNode)) {
	node := func(t *testing.T, b Bus, name string) busNode {
		e := newEar(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.Run(ctx, e)
		}()
		n := busNode{b, e, name, func() { stop(); <-done }}
		t.Cleanup(n.stop)
		wait(t, name+" is connected", 10*time.Second, b.Connected)
		return n
	}
	t.Run("memory", func(t *testing.T) {
		x := NewExchange()
		f(t, func(name string) busNode { return node(t, x.Bus(name), name) })
	})
	for kind, servers := range map[string]func() []*redisServer{"redis": single, "cluster": cluster} {
		t.Run(kind, func(t *testing.T) {
			servers := servers()
			empty(t, servers)
			f(t, func(name string) busNode { return node(t, NewRedisBus(openRedis(t, servers...), name), name) })
		})
	}
}

// meet waits until nodes know of each other.
func meet(t *testing.T, nodes ...busNode) {
	t.Helper()
	for _, n := range nodes {
		for _, m := range nodes {
			if n.name == m.name {
				continue
			}
			hello := "hello " + n.name + m.name
			wait(t, n.name+" reaches "+m.name, 10*time.Second, func() bool {
				if err := n.Broadcast([]byte("hi")); err != nil {
					t.Log(hello, err)
				}
				return m.heard(func() bool { return slices.Contains(m.other, n.name+" hi") })()
			})
		}
	}
}

func TestBusKeepsOrder(t *testing.T) {
	eachBus(t, func(t *testing.T, join func(string) busNode) {
		a, b, c := join("a"), join("b"), join("c")
		meet(t, a, b, c)
		const count = 3000
		var busy sync.WaitGroup
		for _, n := range []busNode{a, b} {
			busy.Go(func() {
				for i := range uint64(count) {
					size := 300
					if i%500 == 0 {
						size = BusMessageBytes
					}
					m := numbered(i, size)
					for err := n.Send("c", m); err != nil; err = n.Send("c", m) {
						t.Errorf("%s sends: %v", n.name, err)
						return
					}
					clear(m) // is the sender's again
					if i%100 == 0 {
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
		busy.Wait()
		wait(t, "all arrived", 30*time.Second, c.heard(func() bool { return c.next["a"] == count && c.next["b"] == count }))
		if c.lost["a"]+c.lost["b"] > 0 {
			t.Errorf("told of losses: %v", c.lost)
		}
		if err := a.Send("c", make([]byte, BusMessageBytes+1)); err != ErrBusMessage {
			t.Errorf("a message too long gives %v", err)
		}
		a.Send("c", nil)
		wait(t, "an empty message", 10*time.Second, c.heard(func() bool { return slices.Contains(c.other, "a ") }))
	})
}

func TestBusTellsWhoIsThere(t *testing.T) {
	eachBus(t, func(t *testing.T, join func(string) busNode) {
		ctx := t.Context()
		a, b := join("a"), join("b")
		meet(t, a, b)
		alive := func(node string) bool {
			there, err := a.Alive(ctx, node)
			if err != nil {
				t.Error(err)
			}
			return there
		}
		wait(t, "both are listed", 10*time.Second, func() bool {
			nodes, err := a.Nodes(ctx)
			return err == nil && slices.Equal(nodes, []string{"a", "b"})
		})
		if !alive("a") || !alive("b") || alive("nobody") {
			t.Errorf("alive are a: %v, b: %v, nobody: %v", alive("a"), alive("b"), alive("nobody"))
		}
		b.stop()
		if alive("b") {
			t.Error("a node that ended is alive")
		}
		wait(t, "b is gone", 10*time.Second, a.heard(func() bool { return slices.Equal(a.gone, []string{"b"}) }))
		if err := a.Send("b", []byte("x")); err != nil {
			t.Errorf("to send to who is gone gives %v", err)
		}
		again := join("b") // a name must not come back; if it does, what was before is lost
		meet(t, a, again)
		again.Send("a", []byte("anew"))
		wait(t, "b came back", 10*time.Second, a.heard(func() bool { return slices.Contains(a.other, "b anew") }))
		if _, isMemory := a.Bus.(*MemoryBus); !isMemory && a.lost["b"] == 0 {
			t.Error("b began anew and nothing was said")
		}
	})
}

func redisNodes(t *testing.T, server *redisServer) (a, b busNode) {
	node := func(name string) busNode {
		n := busNode{Bus: NewRedisBus(openRedis(t, server), name), ear: newEar(t), name: name}
		run(t, func(ctx context.Context) { n.Run(ctx, n.ear) })
		wait(t, name+" is connected", 10*time.Second, n.Connected)
		return n
	}
	a, b = node("a"), node("b")
	meet(t, a, b)
	return a, b
}

func TestBusTellsOfWhatWasLost(t *testing.T) {
	server := ownRedis(t)
	a, b := redisNodes(t, server)
	c := server.client()
	defer c.Close()
	ctx, n := t.Context(), uint64(0)
	for range 5 {
		c.Do(ctx, "client", "kill", "type", "pubsub")
		for range 2000 {
			_ = a.Send("b", numbered(n, 300))
			n++
			if n%20 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}
	wait(t, "told of a loss", 10*time.Second, b.heard(func() bool { return b.lost["a"] > 0 }))
	wait(t, "both are connected", 10*time.Second, func() bool { return a.Connected() && b.Connected() })
	// A loss after which nothing comes is told too.
	before := 0
	b.heard(func() bool { before = b.lost["a"]; return true })()
	c.Do(ctx, "client", "kill", "type", "pubsub")
	for range 10 {
		_ = a.Send("b", numbered(n, 300))
		n++
	}
	wait(t, "the end arrived or its loss was told", 10*time.Second, b.heard(func() bool { return b.next["a"] == n || b.lost["a"] > before }))
	t.Logf("%d of %d arrived in the end, %d gaps, told %d times", b.next["a"], n, b.gaps, b.lost["a"])
}

func TestBusHealsAfterRedisWasGone(t *testing.T) {
	server := ownRedis(t)
	a, b := redisNodes(t, server)
	server.kill()
	wait(t, "a knows", 10*time.Second, func() bool { return !a.Connected() })
	if err := a.Send("b", []byte("x")); err != ErrBusDown {
		t.Errorf("to send without Redis gives %v", err)
	}
	if err := a.Broadcast([]byte("x")); err != ErrBusDown {
		t.Errorf("to tell all without Redis gives %v", err)
	}
	if _, err := a.Nodes(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("the nodes are %v", err)
	}
	if _, err := a.Alive(t.Context(), "b"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("whether b lives is %v", err)
	}
	time.Sleep(time.Second)
	server.start()
	wait(t, "both are connected", 10*time.Second, func() bool { return a.Connected() && b.Connected() })
	wait(t, "it arrives", 10*time.Second, func() bool {
		a.Send("b", []byte("again"))
		return b.heard(func() bool { return slices.Contains(b.other, "a again") })()
	})
	if b.lost["a"] == 0 {
		t.Error("the loss was not told")
	}
	time.Sleep(2 * NodeLease)
	if len(a.gone)+len(b.gone) > 0 {
		t.Errorf("gone are %v and %v", a.gone, b.gone)
	}
}

func TestBusIsBoundedWhileRedisIsSlow(t *testing.T) {
	server := ownRedis(t)
	a, b := redisNodes(t, server)
	server.pause()
	m := numbered(0, 64<<10)
	full := false
	for range 2 * BusQueueBytes / len(m) * 4 {
		began := time.Now()
		err := a.Send("b", m)
		if took := time.Since(began); took > time.Second {
			t.Errorf("to send took %v", took)
		}
		full = full || err == ErrBusFull || err == ErrBusDown
	}
	if !full {
		t.Error("the queue is never full")
	}
	p := a.Bus.(*RedisBus).peer("b")
	p.mu.Lock()
	if len(p.out.queue) > BusQueueBytes+64 {
		t.Errorf("%d bytes are queued", len(p.out.queue))
	}
	p.mu.Unlock()
	wait(t, "it knows that Redis does not answer", 10*time.Second, func() bool { return !a.Connected() })
	server.resume()
	wait(t, "it arrives", 20*time.Second, func() bool {
		a.Send("b", []byte("again"))
		return b.heard(func() bool { return slices.Contains(b.other, "a again") })()
	})
	b.heard(func() bool {
		if b.lost["a"] == 0 {
			t.Error("the loss was not told")
		}
		return true
	})()
}

func TestBusFollowsItsInboxThroughACluster(t *testing.T) {
	servers, ctx := cluster(), t.Context()
	empty(t, servers)
	var nodes []busNode
	for _, name := range []string{"a", "b"} {
		n := busNode{Bus: NewRedisBus(openRedis(t, servers...), name), ear: newEar(t), name: name}
		run(t, func(ctx context.Context) { n.Run(ctx, n.ear) })
		wait(t, name+" is connected", 10*time.Second, n.Connected)
		nodes = append(nodes, n)
	}
	a, b := nodes[0], nodes[1]
	meet(t, a, b)
	// The slot of b's inbox goes to the next server.
	c := servers[0].client()
	defer c.Close()
	slot := c.ClusterKeySlot(ctx, busChannel("b")).Val()
	owner := slices.IndexFunc(servers, func(s *redisServer) bool {
		c := s.client()
		defer c.Close()
		return c.Do(ctx, "cluster", "countkeysinslot", slot).Err() == nil && c.Do(ctx, "spublish", busChannel("b"), "").Err() == nil
	})
	next := servers[(owner+1)%len(servers)].client()
	defer next.Close()
	id := next.Do(ctx, "cluster", "myid").Val()
	for _, s := range append([]*redisServer{servers[(owner+1)%len(servers)]}, servers...) {
		c := s.client()
		defer c.Close()
		if err := c.Do(ctx, "cluster", "setslot", slot, "node", id).Err(); err != nil {
			t.Fatal(err)
		}
	}
	wait(t, "it arrives", 20*time.Second, func() bool {
		a.Send("b", []byte("again"))
		return b.heard(func() bool { return slices.Contains(b.other, "a again") })()
	})
	if got := b.Bus.(*RedisBus).atHome.addr; got != servers[(owner+1)%len(servers)].addr() {
		t.Errorf("b listens at %s", got)
	}
}

func TestBusLeavesNoGoroutine(t *testing.T) {
	server := ownRedis(t)
	r := openRedis(t, server)
	before := runtime.NumGoroutine()
	for range 3 {
		b := NewRedisBus(r, "a")
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			b.Run(ctx, newEar(t))
			close(done)
		}()
		wait(t, "connected", 10*time.Second, b.Connected)
		b.Send("b", []byte("x"))
		stop()
		<-done
	}
	wait(t, "none is left", 5*time.Second, func() bool { return runtime.NumGoroutine() <= before })
}

func TestBatches(t *testing.T) {
	var o outbox
	e := newEar(t)
	in := hearing{from: "n"}
	open := func(b []byte) {
		from, messages, ok := batchFrom(b)
		if !ok || string(from) != "n" {
			t.Fatalf("from %q, %v", from, ok)
		}
		in.open(b, messages, e)
	}
	drain := func() {
		for open(o.take(nil, 7, "n")); len(o.queue) > 0; {
			open(o.take(nil, 7, "n"))
		}
	}
	n := uint64(0)
	for ; o.put(numbered(n, 30_000)); n++ {
	}
	o.lose()
	o.lose()
	drain()
	if e.next["n"] != n || e.lost["n"] != 1 || n*30_000 < BusQueueBytes*9/10 {
		t.Errorf("%d of %d came, %d losses", e.next["n"], n, e.lost["n"])
	}
	o.put(numbered(n, 8))
	drain()
	o.put(numbered(n+1, 8))
	o.drop()
	drain()
	if e.lost["n"] < 2 {
		t.Error("a drop is not told")
	}
	told := e.lost["n"]
	o.lose()
	o.drop()
	drain()
	if e.lost["n"] != told+1 {
		t.Error("a loss is forgotten by a drop")
	}
	good := append(appendBatchHead(nil, 7, in.next, "n"), 3, 'o', 'k')
	for i := range good {
		if _, messages, ok := batchFrom(good[:i]); ok {
			in.open(good[:i], messages, e) // must not panic
		}
	}
	for _, bad := range []string{"", "x", strings.Repeat("\xff", 40), string(good[:batchHead+1]) + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
		if _, messages, ok := batchFrom([]byte(bad)); ok {
			in.open([]byte(bad), messages, e)
		}
	}
	if fmt.Sprint(e.other) != "[]" {
		t.Errorf("read %q", e.other)
	}
}
