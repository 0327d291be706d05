package rooms

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"alongside/wire"
)

// eachPresence runs a test against every kind of Presence as two nodes see it, which is one for the memory's.
func eachPresence(t *testing.T, f func(t *testing.T, a, b Presence)) {
	t.Run("memory", func(t *testing.T) {
		m := NewMemoryPresence()
		f(t, m, m)
	})
	for kind, servers := range map[string]func() []*redisServer{"redis": single, "cluster": cluster} {
		t.Run(kind, func(t *testing.T) {
			servers := servers()
			empty(t, servers)
			node := func(name string) Presence {
				p := NewRedisPresence(openRedis(t, servers...), name)
				run(t, p.Run)
				return p
			}
			f(t, node("a"), node("b"))
		})
	}
}

// wait waits for something that is soon so.
func wait(t testing.TB, what string, within time.Duration, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", within, what)
		}
	}
}

func listed(p Presence, tenant string) []string {
	list, err := p.List(context.Background(), tenant)
	if err != nil {
		return []string{err.Error()}
	}
	rooms := []string{}
	for _, v := range list {
		rooms = append(rooms, v.Room)
	}
	return rooms
}

func TestPresenceListsOfAllNodesAreAlike(t *testing.T) {
	eachPresence(t, func(t *testing.T, a, b Presence) {
		ctx := t.Context()
		since := time.UnixMilli(1_800_000_000_123).UTC()
		full := Visitor{
			Room: "r2", Site: SiteName{"s", "Shop"}, State: wire.RoomWaiting, Since: since, Name: "Zoë\n", User: "u", Help: true,
			Asked: &since, Page: PageName{"/x", "X"}, PageSince: since, Device: Device{"Firefox", "Linux", "desktop"},
			Lang: "de", Agents: []string{"Ann"}, Helpers: []Helper{{"a", "Ann", "viewing"}}, Sources: 2,
		}
		a.Put(ctx, "t", full)
		a.Put(ctx, "t", Visitor{Room: "r1", Since: since})
		b.Put(ctx, "t", Visitor{Room: "r0", Since: since.Add(time.Second)})
		b.Put(ctx, "u", Visitor{Room: "foreign"})
		for _, p := range []Presence{a, b} {
			wait(t, "the same list", 10*time.Second, func() bool { return slices.Equal(listed(p, "t"), []string{"r1", "r2", "r0"}) })
			if list, _ := p.List(ctx, "t"); !reflect.DeepEqual(list[1], full) {
				t.Errorf("listed is %+v", list[1])
			}
		}
		a.Remove(ctx, "t", "r2")
		if got := listed(a, "t"); !slices.Equal(got, []string{"r1", "r0"}) {
			t.Errorf("listed at once is %v", got)
		}
		wait(t, "the same list", 10*time.Second, func() bool { return slices.Equal(listed(b, "t"), []string{"r1", "r0"}) })
	})
}

func TestPresenceSignalsWatchersOnAllNodes(t *testing.T) {
	eachPresence(t, func(t *testing.T, a, b Presence) {
		ctx := t.Context()
		changed, stop := b.Watch("t")
		second, stopSecond := b.Watch("t")
		other, stopOther := b.Watch("u")
		defer stopSecond()
		defer stopOther()
		quiet := func() { // what was signalled for having begun to watch
			for _, c := range []<-chan struct{}{changed, second, other} {
				for still := true; still; {
					select {
					case <-c:
					case <-time.After(300 * time.Millisecond):
						still = false
					}
				}
			}
		}
		heard := func(what string, c <-chan struct{}) {
			t.Helper()
			select {
			case <-c:
			case <-time.After(10 * time.Second):
				t.Fatalf("no signal for %s", what)
			}
		}
		quiet()
		a.Put(ctx, "t", Visitor{Room: "r"})
		heard("a new visitor", changed)
		heard("a new visitor", second)
		quiet()
		a.Remove(ctx, "t", "r")
		heard("one who left", changed)
		b.Put(ctx, "t", Visitor{Room: "q"})
		heard("one put here", changed)
		select {
		case <-other:
			t.Error("another tenant was signalled")
		default:
		}
		stop()
		quiet()
		a.Put(ctx, "t", Visitor{Room: "r"})
		heard("a new visitor", second)
		select {
		case <-changed:
			t.Error("a signal after stop")
		default:
		}
	})
}

func TestVisitorsOfADeadNodeAreGoneWithinPresenceLife(t *testing.T) {
	server := ownRedis(t)
	dead, stop := context.WithCancel(t.Context())
	a, b := NewRedisPresence(openRedis(t, server), "a"), NewRedisPresence(openRedis(t, server), "b")
	done := make(chan struct{})
	go func() {
		a.Run(dead)
		close(done)
	}()
	run(t, b.Run)
	ctx := t.Context()
	b.Put(ctx, "t", Visitor{Room: "alive"})
	a.Put(ctx, "t", Visitor{Room: "dead"})
	a.Put(ctx, "t", Visitor{Room: "moved"})
	wait(t, "all there", 10*time.Second, func() bool { return len(listed(b, "t")) == 3 })
	b.Put(ctx, "t", Visitor{Room: "moved", Name: "b has it"})
	wait(t, "moved", 10*time.Second, func() bool {
		list, _ := NewRedisPresence(openRedis(t, server), "c").List(ctx, "t")
		return len(list) == 3 && list[2].Name == "b has it"
	})
	a.Remove(ctx, "t", "moved") // a lost it, and takes nothing from b
	changed, stopWatching := b.Watch("t")
	defer stopWatching()
	for c, until := NewRedisPresence(openRedis(t, server), "c"), time.Now().Add(time.Second); time.Now().Before(until); {
		if got := listed(c, "t"); !slices.Contains(got, "moved") {
			t.Fatalf("after a node removed what is another's, listed are %v", got)
		}
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	<-done
	for died := time.Now(); ; {
		select {
		case <-changed:
		case <-time.After(PresenceLife - time.Since(died) + 2*time.Second):
			t.Fatalf("%v after its node's death still listed are %v", time.Since(died), listed(b, "t"))
		}
		if got := listed(b, "t"); slices.Equal(got, []string{"alive", "moved"}) {
			if c := NewRedisPresence(openRedis(t, server), "c"); !slices.Equal(listed(c, "t"), got) {
				t.Errorf("another node lists %v", listed(c, "t"))
			}
			return
		}
	}
}

func TestPresenceHealsAfterRedisWasGone(t *testing.T) {
	server := ownRedis(t)
	a, b := NewRedisPresence(openRedis(t, server), "a"), NewRedisPresence(openRedis(t, server), "b")
	run(t, a.Run)
	run(t, b.Run)
	ctx := t.Context()
	changed, stop := b.Watch("t")
	defer stop()
	a.Put(ctx, "t", Visitor{Room: "before"})
	wait(t, "all there", 10*time.Second, func() bool { return len(listed(b, "t")) == 1 })
	server.kill()
	began := time.Now()
	a.Put(ctx, "t", Visitor{Room: "meanwhile"})
	if took := time.Since(began); took > time.Second {
		t.Errorf("to put somebody took %v", took)
	}
	if list, err := a.List(ctx, "t"); !errors.Is(err, ErrUnavailable) || fmt.Sprint(len(list)) != "2" {
		t.Errorf("without Redis the list is %v, %v", list, err)
	}
	server.start()
	wait(t, "all there again", 15*time.Second, func() bool { return slices.Equal(listed(b, "t"), []string{"before", "meanwhile"}) })
	for {
		select {
		case <-changed:
			continue
		case <-time.After(500 * time.Millisecond):
		}
		break
	}
	a.Put(ctx, "t", Visitor{Room: "later"})
	select {
	case <-changed:
	case <-time.After(10 * time.Second):
		t.Error("no signal after Redis was gone")
	}
}
