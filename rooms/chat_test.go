package rooms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"alongside/wire"
)

// hall is a hub with one room, by the clock of a synctest bubble, whose transcript does as it is told.
type hall struct {
	t     *testing.T
	hub   *Hub
	entry Entry

	mu     sync.Mutex
	log    []string
	append func(ctx context.Context, m Message) error
	ended  func(s Session) error
}

func newHall(t *testing.T) *hall {
	h := &hall{t: t}
	h.hub = NewHub(Config{Consents: &diary{}, Sessions: h, Transcript: h, AgentOrigin: "https://desk.example"})
	var err error
	h.entry, err = h.hub.Open(t.Context(), Opening{
		Tenant: "t", Site: "s", Origin: "https://shop.example", Tab: "tab1", Help: true, Name: "Vera",
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *hall) note(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log = append(h.log, fmt.Sprintf(format, args...))
}

func (h *hall) noted() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.log, ", ")
}

func (h *hall) Opened(context.Context, Session) (string, error) {
	h.note("opened")
	return "receipt", nil
}

func (h *hall) Changed(context.Context, Session) error { return nil }

func (h *hall) Ended(_ context.Context, s Session) error {
	if h.ended != nil {
		if err := h.ended(s); err != nil {
			return err
		}
	}
	h.note("ended with %d", s.Chats)
	return nil
}

func (h *hall) Append(ctx context.Context, m Message) error {
	if h.append != nil {
		if err := h.append(ctx, m); err != nil {
			return err
		}
	}
	h.note("stored %s", m.Text)
	return nil
}

func (h *hall) Messages(context.Context, string, string) ([]Message, error) { return nil, nil }

// enter seats a person who picked the room; "tab1" is the visitor.
func (h *hall) enter(name string, flush func()) *Seat {
	h.t.Helper()
	ctx, role, origin := h.t.Context(), wire.Agent, "https://desk.example"
	var ticket string
	if name == "tab1" {
		e, err := h.hub.Resume(ctx, Resumption{Tenant: "t", Site: "s", Origin: "https://shop.example", Resume: h.entry.Resume, Tab: name})
		if err != nil {
			h.t.Fatal(err)
		}
		role, origin, ticket = wire.Visitor, "https://shop.example", e.Ticket
	} else {
		j, err := h.hub.JoinByRoom(ctx, "t", Person{name, name}, h.entry.Room)
		if err != nil {
			h.t.Fatal(err)
		}
		ticket = j.Ticket
	}
	place, err := h.hub.Attach(ctx, ticket, origin, role, flush)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := place.Receive(ctx, wire.NewJSON(wire.Hello, wire.HelloBody{})); err != nil {
		h.t.Fatal(err)
	}
	return place.(*Seat)
}

func (h *hall) say(s *Seat, n int, text string) {
	s.Receive(h.t.Context(), wire.NewJSON(wire.Chat, wire.ChatBody{ID: fmt.Sprintf("%032x", n), Text: text}))
}

// told lists the chat and errors that a seat is due, and how it is closed.
func told(t *testing.T, s *Seat) (list []string) {
	for {
		frames, why := s.Take(nil, 1<<20)
		for _, f := range frames {
			switch f.Kind() {
			case wire.Chat, wire.Error, wire.Pointer, wire.Typing:
				list = append(list, describe(t, f))
			}
		}
		if why != nil {
			return append(list, why.Error())
		}
		if len(frames) == 0 {
			return list
		}
	}
}

func nothing() {}

func TestASlowStoreCostsOnlyTheSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t)
		h.append = func(ctx context.Context, m Message) error {
			if m.Text == "slow" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		tab, ann, bob := h.enter("tab1", nothing), h.enter("ann", nothing), h.enter("bob", nothing)
		var sending sync.WaitGroup
		sending.Go(func() { h.say(ann, 1, "slow") })
		synctest.Wait()
		sending.Go(func() { h.say(bob, 2, "next") })
		synctest.Wait()

		// The others go on meanwhile, and so do other rooms.
		if err := tab.Receive(t.Context(), wire.New(wire.Typing, []byte{1})); err != nil {
			t.Fatal(err)
		}
		if got := told(t, ann); len(got) != 1 || got[0] != "typing true from 1" {
			t.Errorf("ann was told %v", got)
		}
		other := &hall{t: t, hub: h.hub}
		other.entry, _ = h.hub.Open(t.Context(), Opening{Tenant: "t", Site: "s", Origin: "https://shop.example", Tab: "tab1", Help: true})
		carl := other.enter("carl", nothing)
		other.say(carl, 1, "elsewhere")
		if got := told(t, carl); len(got) != 1 {
			t.Errorf("in another room carl was told %v", got)
		}

		sending.Wait()
		if got := told(t, ann); !slices.Contains(got, "error unavailable about chat 1") {
			t.Errorf("ann was told %v", got)
		}
		// Bob waited for as long as ann's message took; whether his was stored in time or is refused, he is told.
		h.say(bob, 2, "next")
		h.append = nil
		h.say(ann, 1, "slow")
		want := []string{`chat 2 2 of agent "bob" from 3: next`, `chat 1 3 of agent "ann" from 2: slow`}
		got := slices.DeleteFunc(told(t, tab), func(s string) bool { return strings.HasPrefix(s, "typing") })
		if len(got) != 2 || !strings.HasSuffix(got[0], ": next") || !strings.HasSuffix(got[1], ": slow") {
			t.Errorf("the visitor was told %q, want about %q", got, want)
		}
		if n := strings.Count(h.noted(), "stored next"); n != 1 {
			t.Errorf("bob's message was stored %d times: %s", n, h.noted())
		}
	})
}

func TestARoomEndsWhileAMessageIsStored(t *testing.T) {
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := newHall(t)
			stored := make(chan struct{})
			h.append = func(context.Context, Message) error {
				<-stored
				if fails {
					return errors.New("disk full")
				}
				return nil
			}
			tab, ann := h.enter("tab1", nothing), h.enter("ann", nothing)
			var busy sync.WaitGroup
			busy.Go(func() { h.say(ann, 1, "last") })
			synctest.Wait()
			busy.Go(func() { h.say(ann, 2, "too late") }) // waits for its turn
			synctest.Wait()
			busy.Go(func() { h.hub.EndAll("t", "", "the day is over") })
			synctest.Wait()
			if got := told(t, tab); got[len(got)-1] != "close 4410: the day is over" {
				t.Errorf("the visitor waits for the store: %v", got)
			}
			close(stored)
			busy.Wait()
			want := "opened, stored last, ended with 1"
			if fails {
				want = "opened, ended with 0"
			}
			if got := h.noted(); got != want {
				t.Errorf("written down: %s; want %s", got, want)
			}
			if n := h.hub.Stats().Rooms; n != 0 {
				t.Errorf("%d rooms are left", n)
			}
		})
	}
}

func TestAnEndThatCannotBeWrittenDownIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t)
		broken := true
		h.ended = func(Session) error {
			if broken {
				return errors.New("disk full")
			}
			return nil
		}
		h.hub.EndAll("t", "", "over")
		if _, err := h.hub.Resume(t.Context(), Resumption{Tenant: "t", Site: "s", Resume: h.entry.Resume}); !errors.Is(err, ErrNotFound) {
			t.Errorf("a room that is over is found: %v", err)
		}
		h.hub.Sweep()
		broken = false
		h.hub.Sweep() // too soon
		if got := h.noted(); got != "opened" {
			t.Errorf("written down: %s", got)
		}
		time.Sleep(buryEvery)
		h.hub.Sweep()
		h.hub.Sweep()
		if got := h.noted(); got != "opened, ended with 0" || h.hub.Stats().Rooms != 0 {
			t.Errorf("written down: %s; %d rooms are left", got, h.hub.Stats().Rooms)
		}
	})
}

func TestChatOfOnePersonIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t)
		ann, bob := h.enter("ann", nothing), h.enter("bob", nothing)
		for n := range chatBurst {
			h.say(ann, n, "x")
		}
		h.say(ann, 100, "one too many")
		h.say(ann, 0, "x") // known: costs nothing
		h.say(bob, 200, "another person")
		got := told(t, ann)
		if len(got) != chatBurst+2 || !slices.Contains(got, "error rate about chat 64") {
			t.Errorf("ann was told %d things: %v", len(got), got)
		}
		time.Sleep(time.Second)
		h.say(ann, 100, "later")
		if got := told(t, ann); len(got) != 1 || !strings.HasPrefix(got[0], "chat 32 64 ") {
			t.Errorf("a second later ann was told %v", got)
		}
	})
}

func TestWhatARoomKeepsOfItsChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t)
		ann := h.enter("ann", nothing)
		const extra = 50
		for n := range chatKept + extra {
			h.say(ann, n+1, "x")
			time.Sleep(time.Second / chatPerSecond)
			if n%100 == 0 {
				told(t, ann)
			}
		}
		bob := h.enter("bob", nothing) // gets all that is kept, however much that is
		got := told(t, bob)
		if len(got) != chatKept || !strings.HasPrefix(got[0], "chat 51 33 ") {
			t.Errorf("bob was told %d messages, from %q", len(got), got[0])
		}
		told(t, ann)
		h.say(ann, 1, "x") // shown long ago
		if got := told(t, ann); len(got) != 1 || !strings.HasPrefix(got[0], "chat 1 1 ") {
			t.Errorf("an old message sent again is answered %v", got)
		}
		if n := strings.Count(h.noted(), "stored"); n != chatKept+extra {
			t.Errorf("%d messages were stored", n)
		}
	})
}

func TestBytesKeptOfChatAreBounded(t *testing.T) {
	var l chatLog
	for n := range uint32(200) {
		l.add(chatID{byte(n)}, n+1, wire.New(wire.Chat, make([]byte, 16<<10)))
	}
	if l.bytes > chatKeptBytes || l.bytes < chatKeptBytes*9/10 || l.shown() != 200 {
		t.Errorf("%d bytes are kept, up to number %d", l.bytes, l.shown())
	}
	for _, c := range []struct{ after, want uint32 }{{0, l.kept[0].n}, {198, 199}, {199, 200}} {
		if got := l.after(c.after); got[0].n != c.want {
			t.Errorf("after %d comes %d, want %d", c.after, got[0].n, c.want)
		}
	}
	if got := l.after(200); len(got) != 0 {
		t.Errorf("after the last come %d", len(got))
	}
}

// Who comes back and sends again what it was not told of gets it in its place: nothing with a higher number overtakes.
func TestAMessageSentAgainDoesNotOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(t)
		ann, bob := h.enter("ann", nothing), h.enter("bob", nothing)
		h.say(bob, 1, "one")
		h.say(ann, 2, "two") // ann is cut off before she is told of either
		h.say(bob, 3, "three")
		ann.Detach()
		ann = h.enter("ann", nothing)
		h.say(ann, 2, "two")
		if got := told(t, ann); len(got) != 3 || !strings.HasPrefix(got[0], "chat 1") || !strings.HasPrefix(got[1], "chat 2") {
			t.Errorf("ann was told %q", got)
		}
	})
}
