package rooms

import (
	"errors"
	"testing"
	"time"

	"alongside/wire"
)

func newShared() (*MemoryShared, *clock) {
	c := &clock{t: time.UnixMilli(1_800_000_000_000)}
	return NewMemoryShared(c.now), c
}

func TestTicketWorksOnceWithinItsLife(t *testing.T) { // req 002-10
	m, clock := newShared()
	ctx := t.Context()
	claim := Claim{Role: wire.Agent, Tenant: "t", Room: "r", Person: "p", Origin: "o"}
	issue := func() string {
		s, err := m.IssueTicket(ctx, claim)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := issue()
	if got, err := m.RedeemTicket(ctx, first); err != nil || got != claim {
		t.Errorf("a new ticket gives %+v, %v", got, err)
	}
	if _, err := m.RedeemTicket(ctx, first); !errors.Is(err, ErrTicket) {
		t.Errorf("a used ticket gives %v", err)
	}
	late := issue()
	clock.forward(wire.TicketLife + time.Millisecond)
	if _, err := m.RedeemTicket(ctx, late); !errors.Is(err, ErrTicket) {
		t.Errorf("an expired ticket gives %v", err)
	}
	taken := issue()
	if err := m.RevokeTickets(ctx, "t", "p"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.RedeemTicket(ctx, taken); !errors.Is(err, ErrTicket) {
		t.Errorf("a revoked ticket gives %v", err)
	}
}

func TestJoinCode(t *testing.T) {
	m, clock := newShared()
	ctx := t.Context()
	fences := map[string]uint64{}
	for _, room := range []string{"r", "other"} {
		var err error
		if fences[room], err = m.Own(ctx, room, "n"); err != nil {
			t.Fatal(err)
		}
	}
	issue := func() string {
		code, expires, err := m.IssueCode(ctx, "t", "r")
		if err != nil || len(code) != 6 || !expires.Equal(clock.now().Add(wire.JoinCodeLife)) {
			t.Fatalf("issued %q until %v: %v", code, expires, err)
		}
		return code
	}
	refuse := func(why, tenant, code string) {
		t.Helper()
		if room, err := m.RedeemCode(ctx, tenant, code); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s gives %q, %v", why, room, err)
		}
	}
	code := issue()
	refuse("another tenant's code", "u", code) // req 003-16
	if room, err := m.RedeemCode(ctx, "t", code); err != nil || room != "r" {
		t.Errorf("a new code gives %q, %v", room, err)
	}
	refuse("a used code", "t", code)
	old := issue()
	for old == code {
		old = issue()
	}
	if issue() != old {
		refuse("a replaced code", "t", old)
	}
	late := issue()
	clock.forward(wire.JoinCodeLife)
	refuse("an expired code", "t", late)
	freed := issue()
	if err := m.FreeRoom(ctx, "t", "r", fences["r"]); err != nil {
		t.Fatal(err)
	}
	refuse("the code of a room that ended", "t", freed)
	if len(m.codes) != 0 || len(m.owned) != 1 {
		t.Errorf("%d codes, %d rooms are left", len(m.codes), len(m.owned))
	}
}

func TestResumeTokenLivesAsLongAsItsRoom(t *testing.T) {
	m, clock := newShared()
	ctx := t.Context()
	fence, err := m.Own(ctx, "r", "n")
	if err != nil {
		t.Fatal(err)
	}
	token, err := m.IssueToken(ctx, "r")
	if err != nil {
		t.Fatal(err)
	}
	clock.forward(24 * time.Hour)
	m.Sweep()
	if room, err := m.FindToken(ctx, token); err != nil || room != "r" {
		t.Errorf("the token gives %q, %v", room, err)
	}
	if err := m.FreeRoom(ctx, "t", "r", fence); err != nil {
		t.Fatal(err)
	}
	if _, err := m.FindToken(ctx, token); !errors.Is(err, ErrNotFound) {
		t.Errorf("the token of a room that ended gives %v", err)
	}
}

func TestRefundTakesBackOneEventOfTheWindow(t *testing.T) {
	now := time.Unix(1000, 0)
	shared := NewMemoryShared(func() time.Time { return now })
	limit := Rate{Count: 2, Per: time.Minute}
	allow := func() error { return shared.Allow(t.Context(), "k", limit) }
	refund := func() {
		if err := shared.Refund(t.Context(), "k"); err != nil {
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
	now = now.Add(2 * time.Minute)
	refund() // the window is over
	allow()
	allow()
	if allow() == nil {
		t.Fatal("a refund after the window counted")
	}
}

func TestRateAllowsSoManyPerWindow(t *testing.T) {
	m, clock := newShared()
	ctx := t.Context()
	limit := Rate{Count: 3, Per: time.Minute}
	for range 3 {
		if err := m.Allow(ctx, "k", limit); err != nil {
			t.Fatal(err)
		}
	}
	clock.forward(20 * time.Second)
	var many *TooManyError
	if err := m.Allow(ctx, "k", limit); !errors.As(err, &many) || many.RetryAfter != 40*time.Second {
		t.Errorf("the fourth gives %v", err)
	}
	if err := m.Allow(ctx, "other", limit); err != nil {
		t.Errorf("another key gives %v", err)
	}
	clock.forward(40 * time.Second)
	m.Sweep()
	if len(m.rates) != 1 {
		t.Errorf("%d windows are kept, want only the other key's, which still runs", len(m.rates))
	}
	if err := m.Allow(ctx, "k", limit); err != nil {
		t.Errorf("the next window gives %v", err)
	}
}

func TestFenceGrows(t *testing.T) {
	m, _ := newShared()
	first, err := m.Own(t.Context(), "r", "a")
	if err != nil {
		t.Fatal(err)
	}
	second, err := m.TakeOver(t.Context(), "r", "b", first)
	if err != nil || second.Fence <= first {
		t.Errorf("fencing tokens %d, then %d (%v)", first, second.Fence, err)
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
