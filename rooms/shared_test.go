package rooms

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"alongside/wire"
)

// sharing is a Shared as two nodes see it.
type sharing struct {
	a, b    Shared
	forward func(time.Duration) // lets time pass
	servers []*redisServer      // of Redis
}

// eachShared runs a test against every kind of Shared.
func eachShared(t *testing.T, f func(t *testing.T, s sharing)) {
	t.Run("memory", func(t *testing.T) {
		c := &clock{t: time.UnixMilli(1_800_000_000_000)}
		m := NewMemoryShared(c.now)
		f(t, sharing{a: m, b: m, forward: c.forward})
	})
	for kind, servers := range map[string]func() []*redisServer{"redis": single, "cluster": cluster} {
		t.Run(kind, func(t *testing.T) {
			servers := servers()
			empty(t, servers)
			node := func() *RedisShared { return NewRedisShared(openRedis(t, servers...), [32]byte{1, 2, 3}) }
			f(t, sharing{node(), node(), func(d time.Duration) { age(t, servers, d) }, servers})
		})
	}
}

// own makes a room of node's, which is named as in messages of the tests.
func own(t testing.TB, s Shared, room, node string) (fence uint64) {
	t.Helper()
	fence, err := s.Own(t.Context(), room, node)
	if err != nil {
		t.Fatal(err)
	}
	return fence
}

func TestTicketWorksOnceWithinItsLife(t *testing.T) { // req 002-10
	eachShared(t, func(t *testing.T, s sharing) {
		ctx := t.Context()
		claim := Claim{Role: wire.Agent, Tenant: "t", Room: "r", Person: "p", Name: "P", Asks: true, Tab: "1", Origin: "o"}
		issue := func(c Claim) string {
			ticket, err := s.a.IssueTicket(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			return ticket
		}
		refuse := func(why, ticket string) {
			t.Helper()
			if _, err := s.b.RedeemTicket(ctx, ticket); err != ErrTicket {
				t.Errorf("%s gives %v", why, err)
			}
		}
		first := issue(claim)
		if got, err := s.b.RedeemTicket(ctx, first); err != nil || got != claim {
			t.Errorf("a new ticket gives %+v, %v", got, err)
		}
		refuse("a used ticket", first)
		refuse("no ticket", "")
		late := issue(claim)
		s.forward(wire.TicketLife + time.Millisecond)
		refuse("an expired ticket", late)

		taken, other := issue(claim), issue(Claim{Role: wire.Agent, Tenant: "u", Person: "p"})
		visitor := issue(Claim{Role: wire.Visitor, Tenant: "t", Person: "p"})
		if err := s.b.RevokeTickets(ctx, "t", "p"); err != nil {
			t.Fatal(err)
		}
		refuse("a revoked ticket", taken)
		for why, ticket := range map[string]string{
			"ticket of another tenant's agent": other, "visitor's ticket": visitor, "ticket issued after the revocation": issue(claim),
		} {
			if _, err := s.b.RedeemTicket(ctx, ticket); err != nil {
				t.Errorf("a %s gives %v", why, err)
			}
		}
	})
}

func TestTicketWorksForOneOfMany(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		for range 50 {
			ticket, err := s.a.IssueTicket(t.Context(), Claim{Role: wire.Visitor, Room: "r"})
			if err != nil {
				t.Fatal(err)
			}
			if won := race(s, func(s Shared) bool { _, err := s.RedeemTicket(t.Context(), ticket); return err == nil }); won != 1 {
				t.Fatalf("%d redeemed one ticket", won)
			}
		}
	})
}

// race lets four goroutines on two nodes do the same at once, and counts those it worked for.
func race(s sharing, try func(Shared) bool) int {
	var won atomic.Int64
	var busy sync.WaitGroup
	for _, node := range []Shared{s.a, s.b, s.a, s.b} {
		busy.Go(func() {
			if try(node) {
				won.Add(1)
			}
		})
	}
	busy.Wait()
	return int(won.Load())
}

func TestJoinCode(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		ctx := t.Context()
		fence := own(t, s.a, "r", "n")
		own(t, s.a, "other", "n")
		issue := func(s Shared) string {
			t.Helper()
			code, expires, err := s.IssueCode(ctx, "t", "r")
			if err != nil || len(code) != 6 || expires.IsZero() {
				t.Fatalf("issued %q until %v: %v", code, expires, err)
			}
			return code
		}
		refuse := func(why, tenant, code string) {
			t.Helper()
			if room, err := s.b.RedeemCode(ctx, tenant, code); err != ErrNotFound {
				t.Errorf("%s gives %q, %v", why, room, err)
			}
		}
		code := issue(s.a)
		refuse("another tenant's code", "u", code) // req 003-16
		if room, err := s.b.RedeemCode(ctx, "t", code); err != nil || room != "r" {
			t.Errorf("a new code gives %q, %v", room, err)
		}
		refuse("a used code", "t", code)
		old := issue(s.a)
		for old == code {
			old = issue(s.a)
		}
		if issue(s.b) != old {
			refuse("a replaced code", "t", old)
		}
		freed := issue(s.b)
		if err := s.a.FreeRoom(ctx, "t", "r", fence); err != nil {
			t.Fatal(err)
		}
		refuse("the code of a room that ended", "t", freed)
		if _, _, err := s.a.IssueCode(ctx, "t", "r"); err != ErrNotFound {
			t.Errorf("a code for a room that ended gives %v", err)
		}
		late, _, err := s.a.IssueCode(ctx, "t", "other")
		if err != nil {
			t.Fatal(err)
		}
		s.forward(wire.JoinCodeLife)
		refuse("an expired code", "t", late)
	})
}

func TestResumeTokenLivesAsLongAsItsRoom(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		ctx := t.Context()
		fence := own(t, s.a, "r", "n")
		token, err := s.a.IssueToken(ctx, "r")
		if err != nil {
			t.Fatal(err)
		}
		for range 24 {
			s.forward(RoomLife - time.Minute)
			if fenced, err := s.a.Touch(ctx, map[string]uint64{"r": fence}); err != nil || len(fenced) > 0 {
				t.Fatalf("touched: %v, %v", fenced, err)
			}
			s.a.Sweep()
		}
		for name, node := range map[string]Shared{"owner": s.a, "other node": s.b} {
			if room, err := node.FindToken(ctx, token); err != nil || room != "r" {
				t.Errorf("the token gives the %s %q, %v", name, room, err)
			}
			for _, forged := range []string{"", "r", "r.", "r.x", "x" + token, token + "x"} {
				if room, err := node.FindToken(ctx, forged); err != ErrNotFound {
					t.Errorf("%q gives the %s %q, %v", forged, name, room, err)
				}
			}
		}
		if err := s.a.FreeRoom(ctx, "t", "r", fence); err != nil {
			t.Fatal(err)
		}
		for name, node := range map[string]Shared{"owner": s.a, "other node": s.b} {
			if _, err := node.FindToken(ctx, token); err != ErrNotFound {
				t.Errorf("the token of a room that ended gives the %s %v", name, err)
			}
		}
		if _, err := s.a.IssueToken(ctx, "r"); err != ErrNotFound {
			t.Errorf("a token for a room that ended gives %v", err)
		}
	})
}

func TestRefundTakesBackOneEventOfTheWindow(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		limit := Rate{Count: 2, Per: time.Minute}
		allow := func() error { return s.a.Allow(t.Context(), "k", limit) }
		refund := func() {
			if err := s.b.Refund(t.Context(), "k"); err != nil {
				t.Fatal(err)
			}
		}
		refund() // of nothing: gives no credit
		for range 2 {
			if err := allow(); err != nil {
				t.Fatal(err)
			}
		}
		if allow() == nil {
			t.Fatal("a third event was allowed")
		}
		refund()
		if err := allow(); err != nil {
			t.Fatalf("after a refund: %v", err)
		}
		if allow() == nil {
			t.Fatal("a refund gave more than it took back")
		}
		s.forward(2 * time.Minute)
		refund() // the window is over
		allow()
		allow()
		if allow() == nil {
			t.Fatal("a refund after the window counted")
		}
	})
}

func TestRateAllowsSoManyPerWindow(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		ctx := t.Context()
		limit := Rate{Count: 3, Per: time.Minute}
		for _, node := range []Shared{s.a, s.b, s.a} {
			if err := node.Allow(ctx, "k", limit); err != nil {
				t.Fatal(err)
			}
		}
		s.forward(20 * time.Second)
		var many *TooManyError
		if err := s.b.Allow(ctx, "k", limit); !errors.As(err, &many) || (many.RetryAfter-40*time.Second).Abs() > 10*time.Second {
			t.Errorf("the fourth gives %v", err)
		}
		if err := s.a.Allow(ctx, "other", limit); err != nil {
			t.Errorf("another key gives %v", err)
		}
		s.forward(40 * time.Second)
		s.a.Sweep()
		if err := s.a.Allow(ctx, "k", limit); err != nil {
			t.Errorf("the next window gives %v", err)
		}
		if won := race(s, func(n Shared) bool { return n.Allow(ctx, "raced", limit) == nil }); won != limit.Count {
			t.Errorf("%d of four at once were allowed, want %d", won, limit.Count)
		}
	})
}

func TestOwnerKeepsARecordUntilAnotherTakesOver(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		ctx := t.Context()
		if _, err := s.b.Find(ctx, "r"); err != ErrNotFound {
			t.Errorf("a room that is not there gives %v", err)
		}
		if _, err := s.b.TakeOver(ctx, "r", "b", 1); err != ErrNotFound {
			t.Errorf("to take over a room that is not there gives %v", err)
		}
		first := own(t, s.a, "r", "a")
		if _, err := s.b.Own(ctx, "r", "b"); err != ErrFenced {
			t.Errorf("to own a room that is there gives %v", err)
		}
		if h, err := s.b.Find(ctx, "r"); err != nil || h.Node != "a" || h.Fence != first || h.Record != nil {
			t.Errorf("a new room is %+v, %v", h, err)
		}
		record := []byte("what the\x00owner knows\xff")
		if err := s.a.Keep(ctx, "r", first, record); err != nil {
			t.Fatal(err)
		}
		if h, err := s.b.Find(ctx, "r"); err != nil || string(h.Record) != string(record) {
			t.Errorf("the record kept is %q, %v", h.Record, err)
		}
		if _, err := s.b.TakeOver(ctx, "r", "b", first-1); err != ErrFenced {
			t.Errorf("to take over by another number gives %v", err)
		}
		second, err := s.b.TakeOver(ctx, "r", "b", first)
		if err != nil || second.Node != "b" || second.Fence <= first || string(second.Record) != string(record) {
			t.Fatalf("taken over is %+v, %v", second, err)
		}
		if err := s.a.Keep(ctx, "r", first, []byte("stale")); err != ErrFenced {
			t.Errorf("what the old owner keeps gives %v", err)
		}
		if err := s.a.FreeRoom(ctx, "t", "r", first); err != ErrFenced {
			t.Errorf("what the old owner frees gives %v", err)
		}
		own(t, s.a, "mine", "a")
		if fenced, err := s.a.Touch(ctx, map[string]uint64{"r": first}); err != nil || !slices.Equal(fenced, []string{"r"}) {
			t.Errorf("what the old owner touches gives %v, %v", fenced, err)
		}
		if err := s.b.Keep(ctx, "r", second.Fence, []byte("newer")); err != nil {
			t.Errorf("what the new owner keeps gives %v", err)
		}
		if h, err := s.a.Find(ctx, "r"); err != nil || h.Node != "b" || h.Fence != second.Fence || string(h.Record) != "newer" {
			t.Errorf("after all it is %+v, %v", h, err)
		}
		given, err := s.b.TakeOver(ctx, "r", "", second.Fence) // gives it up
		if err != nil {
			t.Fatal(err)
		}
		if h, err := s.a.Find(ctx, "r"); err != nil || h.Node != "" || h.Fence != given.Fence || string(h.Record) != "newer" {
			t.Errorf("given up it is %+v, %v", h, err)
		}
		if second, err = s.b.TakeOver(ctx, "r", "b", given.Fence); err != nil {
			t.Fatal(err)
		}
		if err := s.b.FreeRoom(ctx, "t", "r", second.Fence); err != nil {
			t.Fatal(err)
		}
		if err := s.b.FreeRoom(ctx, "t", "r", second.Fence); err != nil {
			t.Errorf("to free a room that ended gives %v", err)
		}
		if err := s.a.Keep(ctx, "r", first, record); err != ErrFenced {
			t.Errorf("what an old owner keeps of a room that ended gives %v", err)
		}
		if _, err := s.a.TakeOver(ctx, "r", "a", second.Fence); err != ErrNotFound {
			t.Errorf("to take over a room that ended gives %v", err)
		}
		if h, err := s.a.Find(ctx, "r"); err != ErrNotFound {
			t.Errorf("a room that ended is %+v, %v", h, err)
		}
	})
}

func TestOneOfManyTakesOver(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		fence := own(t, s.a, "r", "n")
		for range 1000 {
			var highest atomic.Uint64
			won := race(s, func(n Shared) bool {
				h, err := n.TakeOver(t.Context(), "r", "n", fence)
				if err == nil {
					highest.Store(h.Fence)
				} else if err != ErrFenced {
					t.Error(err)
				}
				return err == nil
			})
			if won != 1 || highest.Load() <= fence {
				t.Fatalf("%d took over from %d, the token is now %d", won, fence, highest.Load())
			}
			fence = highest.Load()
		}
	})
}

func TestRoomsThatNobodyTouchesEnd(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		if s.servers == nil {
			t.Skip("a single node's rooms end with it")
		}
		ctx := t.Context()
		own(t, s.a, "left", "a")
		kept := own(t, s.a, "kept", "a")
		touched := own(t, s.a, "touched", "a")
		for range 2 {
			s.forward(RoomLife / 2)
			if err := s.a.Keep(ctx, "kept", kept, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := s.a.Touch(ctx, map[string]uint64{"touched": touched}); err != nil {
				t.Fatal(err)
			}
		}
		for room, want := range map[string]error{"left": ErrNotFound, "kept": nil, "touched": nil} {
			if _, err := s.b.Find(ctx, room); err != want {
				t.Errorf("%s: %v, want %v", room, err, want)
			}
		}
	})
}

func TestOwnerWritesAgainWhatWasLost(t *testing.T) {
	eachShared(t, func(t *testing.T, s sharing) {
		if s.servers == nil {
			t.Skip("nothing is lost but with the node")
		}
		ctx := t.Context()
		fences, tokens, codes := map[string]uint64{}, map[string]string{}, map[string]string{}
		for i := range 2*touchBatch + 10 {
			room := fmt.Sprint("room", i)
			fences[room] = own(t, s.a, room, "a")
			tokens[room], _ = s.a.IssueToken(ctx, room)
			if err := s.a.Keep(ctx, room, fences[room], []byte(room)); err != nil {
				t.Fatal(err)
			}
		}
		for _, room := range []string{"room1", "room2"} {
			codes[room], _, _ = s.b.IssueCode(ctx, "t", room)
		}
		if _, err := s.a.Touch(ctx, fences); err != nil { // the owner learns of codes that others issued
			t.Fatal(err)
		}
		if _, err := s.b.RedeemCode(ctx, "t", codes["room2"]); err != nil {
			t.Fatal(err)
		}
		if _, err := s.a.Touch(ctx, fences); err != nil { // and that one was used
			t.Fatal(err)
		}
		taken, err := s.b.TakeOver(ctx, "room3", "b", fences["room3"])
		if err != nil {
			t.Fatal(err)
		}
		empty(t, s.servers)
		if err := s.a.Keep(ctx, "room0", fences["room0"], []byte("newest")); err != nil {
			t.Errorf("to keep a room that was lost gives %v", err)
		}
		if h, err := s.b.Find(ctx, "room0"); err != nil || h.Node != "a" || h.Fence != fences["room0"] || string(h.Record) != "newest" {
			t.Errorf("after a loss room0 is %+v, %v", h, err)
		}
		if fenced, err := s.a.Touch(ctx, fences); err != nil || len(fenced) > 0 {
			t.Fatalf("touched after a loss: %v, %v", fenced, err) // nobody can tell that room3 was taken over
		}
		for room, token := range tokens {
			if h, err := s.b.Find(ctx, room); err != nil || h.Node != "a" || h.Fence != fences[room] || room != "room0" && string(h.Record) != room {
				t.Errorf("after a loss %s is %+v, %v", room, h, err)
			}
			if found, err := s.b.FindToken(ctx, token); err != nil || found != room {
				t.Errorf("after a loss a token gives %q, %v", found, err)
			}
		}
		if room, err := s.b.RedeemCode(ctx, "t", codes["room1"]); err != nil || room != "room1" {
			t.Errorf("after a loss a code gives %q, %v", room, err)
		}
		if room, err := s.b.RedeemCode(ctx, "t", codes["room2"]); err != ErrNotFound {
			t.Errorf("after a loss a used code gives %q, %v", room, err)
		}
		if err := s.b.Keep(ctx, "room3", taken.Fence, []byte("b's")); err != nil {
			t.Errorf("after a loss the newer owner's record gives %v", err)
		}
		if err := s.a.Keep(ctx, "room3", fences["room3"], nil); err != ErrFenced {
			t.Errorf("after a loss the older owner's record gives %v", err)
		}
		if h, err := s.a.Find(ctx, "room3"); err != nil || h.Node != "b" || string(h.Record) != "b's" {
			t.Errorf("after a loss the room taken over is %+v, %v", h, err)
		}
		empty(t, s.servers)
		if fence := own(t, s.b, "room4", "b"); fence <= fences["room4"] {
			t.Errorf("a number is given again after a loss: %d after %d", fence, fences["room4"])
		}
		if h, err := s.a.TakeOver(ctx, "room3", "a", taken.Fence); err != ErrNotFound {
			t.Errorf("to take over a lost room gives %+v, %v", h, err)
		}
		if _, err := s.b.Touch(ctx, map[string]uint64{"room3": taken.Fence}); err != nil {
			t.Fatal(err)
		}
		if h, err := s.a.TakeOver(ctx, "room3", "a", taken.Fence); err != nil || h.Fence <= taken.Fence {
			t.Errorf("a number is given again: %+v after %d, %v", h, taken.Fence, err)
		}
	})
}

func TestMemorySharedKeepsNothingOfWhatEnded(t *testing.T) {
	c := &clock{t: time.UnixMilli(1_800_000_000_000)}
	m := NewMemoryShared(c.now)
	fence := own(t, m, "r", "n")
	m.IssueTicket(t.Context(), Claim{})
	m.IssueToken(t.Context(), "r")
	m.IssueCode(t.Context(), "t", "r")
	m.Allow(t.Context(), "k", Rate{Count: 1, Per: time.Minute})
	c.forward(time.Hour)
	m.Sweep()
	if err := m.FreeRoom(t.Context(), "t", "r", fence); err != nil {
		t.Fatal(err)
	}
	if n := len(m.tickets) + len(m.codes) + len(m.owned) + len(m.rates); n != 0 {
		t.Errorf("%d are left", n)
	}
}

func TestJoinsAreLimitedPerPerson(t *testing.T) {
	s := newStage(t)
	var many *TooManyError
	for range codesPerPerson.Count {
		if _, err := s.hub.JoinByCode(t.Context(), "t", Person{ID: "guesser"}, "not a code"); !errors.Is(err, ErrNotFound) {
			t.Fatalf("a wrong code gives %v", err)
		}
	}
	if _, err := s.hub.JoinByCode(t.Context(), "t", Person{ID: "guesser"}, s.entry.Code); !errors.As(err, &many) {
		t.Errorf("the right code after too many wrong ones gives %v", err)
	}
	if _, err := s.hub.JoinByCode(t.Context(), "t", Person{ID: "ann"}, s.entry.Code); err != nil {
		t.Errorf("someone else's right code gives %v", err)
	}
}

func TestTenantsNeverMeet(t *testing.T) { // req 003-16
	s := newStage(t)
	ctx := t.Context()
	for what, err := range map[string]error{
		"room": func() error { _, err := s.hub.JoinByRoom(ctx, "u", Person{ID: "x"}, s.entry.Room); return err }(),
		"code": func() error { _, err := s.hub.JoinByCode(ctx, "u", Person{ID: "x"}, s.entry.Code); return err }(),
		"token": func() error {
			_, err := s.hub.Resume(ctx, Resumption{Tenant: "u", Site: "s", Resume: s.entry.Resume})
			return err
		}(),
		"site": func() error {
			_, err := s.hub.Resume(ctx, Resumption{Tenant: "t", Site: "z", Resume: s.entry.Resume})
			return err
		}(),
		"new code": func() error { _, _, err := s.hub.NewCode(ctx, "u", "s", s.entry.Resume); return err }(),
	} {
		if err != ErrNotFound {
			t.Errorf("a foreign %s gives %v, exactly ErrNotFound is wanted", what, err)
		}
	}
	if list, err := s.hub.Visitors(ctx, "u"); err != nil || len(list) != 0 {
		t.Errorf("another tenant sees %v, %v", list, err)
	}
}

func TestWatchSignalsEachChange(t *testing.T) {
	s := newStage(t)
	changed, stop := s.hub.Watch("t")
	defer stop()
	other, stopOther := s.hub.Watch("u")
	defer stopOther()
	s.do([]string{"tab1", "hello"})
	select {
	case <-changed:
	default:
		t.Error("no signal for a visitor who connected")
	}
	select {
	case <-other:
		t.Error("another tenant was signalled")
	default:
	}
}
