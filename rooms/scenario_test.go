package rooms

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"alongside/wire"
)

var update = flag.Bool("update", false, "write what happened into the scenario files")

// TestScenarios plays testdata/scenarios: a line that begins with "> " is done, the lines after it are all that reaches
// anyone because of it. `go test -run Scenarios -update` rewrites the files; read the difference.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			stage := newStage(t)
			var got strings.Builder
			for line := range strings.Lines(string(want)) {
				switch {
				case strings.HasPrefix(line, "#"), strings.TrimSpace(line) == "":
					got.WriteString(line)
				case strings.HasPrefix(line, "> "):
					got.WriteString(line)
					stage.do(strings.Fields(line[2:]))
					got.WriteString(stage.heard())
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got.String() != string(want) {
				t.Errorf("it went differently:\n%s", difference(string(want), got.String()))
			}
		})
	}
}

func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			from := max(0, i-4)
			return fmt.Sprintf("line %d\nwant:\n%s\ngot:\n%s", i+1,
				strings.Join(w[from:min(len(w), i+6)], "\n"), strings.Join(g[from:min(len(g), i+6)], "\n"))
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// clock is told what time it is.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// diary is a consent log, session log, transcript and desk in memory.
type diary struct {
	mu     sync.Mutex
	lines  []string
	broken bool
}

func (d *diary) write(format string, args ...any) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken {
		return errors.New("disk full")
	}
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
	return nil
}

func (d *diary) Record(_ context.Context, e ConsentEvent) error {
	return d.write("consent %s %s %s", e.What, e.Act, e.Person)
}

func (d *diary) Opened(_ context.Context, s Session) (string, error) {
	return "receipt", d.write("session opened: page %q, visitor %q %q %s, answers %v", s.Page, s.Name, s.Visitor, s.User.ID, s.Answers)
}

func (d *diary) Changed(_ context.Context, s Session) error {
	return d.write("session changed: visitor %q %q %s, handler %s", s.Name, s.Visitor, s.User.ID, s.Handler)
}

func (d *diary) Append(_ context.Context, m Message) error {
	return d.write("stored %d of %s %s: %s", m.N, m.Role, m.Person, m.Text)
}

func (d *diary) Messages(context.Context, string, string) ([]Message, error) { return nil, nil }

func (d *diary) Ended(_ context.Context, s Session) error {
	return d.write("session ended: %s, agents %v, tabs %d, chats %d", s.Why, s.Agents, s.Tabs, s.Chats)
}

func (d *diary) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	lines := d.lines
	d.lines = nil
	return lines
}

// stage is a hub with one room and people by name. Names that begin with "tab" are tabs of the visitor. Agents who say
// hello came by a code; those who enter picked the room.
type stage struct {
	t     testing.TB
	clock *clock
	diary *diary
	hub   *Hub
	entry Entry
	names []string
	seats map[string]*Seat
	last  string // what presence said last
	said  []string
}

func newStage(t testing.TB) *stage {
	s := &stage{t: t, clock: &clock{t: time.UnixMilli(1_800_000_000_000)}, diary: &diary{}, seats: map[string]*Seat{}}
	s.hub = NewHub(Config{
		Clock: s.clock.now, Consents: s.diary, Sessions: s.diary, Transcript: s.diary, AgentOrigin: "https://desk.example",
	})
	s.open(Opening{Help: true})
	s.diary.take()
	return s
}

func (s *stage) open(o Opening) {
	o.Tenant, o.Site, o.SiteName, o.Origin, o.Tab = "t", "s", "Shop", "https://shop.example", "tab1"
	o.Policy, o.Page = json.RawMessage(`{"version":1}`), wire.PageBody{URL: "/", Title: "Home"}
	var err error
	if s.entry, err = s.hub.Open(s.t.Context(), o); err != nil {
		s.t.Fatal(err)
	}
}

// join gives an agent a ticket, as the way in has it.
func (s *stage) join(name, act string) (Joined, error) {
	ctx, who := s.t.Context(), Person{ID: name, Name: strings.ToUpper(name)}
	if act == "enters" {
		return s.hub.JoinByRoom(ctx, "t", who, s.entry.Room)
	}
	code, _, err := s.hub.NewCode(ctx, "t", "s", s.entry.Resume)
	if err != nil {
		return Joined{}, err
	}
	return s.hub.JoinByCode(ctx, "t", who, code)
}

func (s *stage) attach(name, act string) *Seat {
	ctx := s.t.Context()
	role, origin, ticket := wire.Agent, "https://desk.example", ""
	if strings.HasPrefix(name, "tab") {
		role, origin = wire.Visitor, "https://shop.example"
		e, err := s.hub.Resume(ctx, Resumption{Tenant: "t", Site: "s", Origin: origin, Resume: s.entry.Resume, Tab: name})
		if err != nil {
			s.said = append(s.said, name+" "+err.Error())
			return nil
		}
		ticket = e.Ticket
	} else {
		j, err := s.join(name, act)
		if err != nil {
			s.said = append(s.said, name+" "+err.Error())
			return nil
		}
		ticket = j.Ticket
	}
	place, err := s.hub.Attach(ctx, ticket, origin, role, func() {})
	if err != nil {
		s.t.Fatal(err)
	}
	if s.seats[name] == nil {
		s.names = append(s.names, name)
		slices.Sort(s.names)
	} else {
		s.said = append(s.said, s.takeAll(name)...)
	}
	return place.(*Seat)
}

// do plays one line.
func (s *stage) do(words []string) {
	switch words[0] {
	case "forward":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			s.t.Fatal(err)
		}
		s.clock.forward(d)
		s.hub.Sweep()
		return
	case "expel":
		if _, err := s.hub.CloseSeats(s.t.Context(), "t", words[1]); err != nil {
			s.t.Fatal(err)
		}
		return
	case "drain":
		s.hub.Drain(s.t.Context())
		return
	case "policy":
		s.hub.SetPolicy("t", "other site", json.RawMessage(`{"version":9}`))
		s.hub.SetPolicy("t", "s", json.RawMessage(`{"version":2}`))
		return
	case "close":
		s.hub.EndAll("other tenant", "", "not this one")
		s.hub.EndAll("t", "", "the account was closed")
		return
	case "disk":
		s.diary.broken = words[1] == "full"
		return
	case "visit":
		// Another visitor in another room: the first one is gone.
		s.hub.EndAll("t", "", "another visit")
		s.diary.take()
		s.names, s.seats, s.last = nil, map[string]*Seat{}, ""
		s.open(Opening{
			Help: slices.Contains(words, "help"), OptedOut: slices.Contains(words, "opted-out"), Visitor: "long-term",
			Address: "192.0.2.0", User: User{ID: "u1", Fields: map[string]string{"name": "Una"}},
		})
		return
	case "unlist":
		s.hub.EndBrowsing("other tenant", "s")
		s.hub.EndBrowsing("t", "other site")
		s.hub.EndBrowsing("t", "s")
		return
	case "place":
		place, _ := strconv.Atoi(words[1])
		wait, _ := strconv.Atoi(words[2])
		s.hub.TellPlace("other tenant", s.entry.Room, place, wait)
		s.hub.TellPlace("t", s.entry.Room, place, wait)
		return
	case "asks", "identify", "object", "leave":
		if err := s.outside(words); err != nil {
			s.said = append(s.said, err.Error())
		}
		return
	}
	name, act, rest := words[0], words[1], words[2:]
	arg := func(i int) string {
		if i < len(rest) {
			return rest[i]
		}
		return ""
	}
	number := func(i int) uint32 {
		n, err := strconv.ParseUint(arg(i), 10, 32)
		if err != nil {
			s.t.Fatalf("%v: %v", words, err)
		}
		return uint32(n)
	}
	if act == "hello" || act == "enters" {
		seat := s.attach(name, act)
		if seat == nil {
			return
		}
		if old := s.seats[name]; old != nil {
			defer func() {
				s.said = append(s.said, s.drainSeat(name+"(old)", old)...)
				old.Detach()
			}()
		}
		s.seats[name] = seat
		hello := wire.HelloBody{Page: &wire.PageBody{URL: "/", Title: "Home", Visible: true}}
		if arg(0) == "chat" {
			hello.Chat = number(1)
		} else if len(rest) > 0 {
			hello.Seen = map[uint16]wire.SeenBody{1: {Epoch: number(0), Sequence: number(1)}}
		}
		s.receive(name, wire.NewJSON(wire.Hello, hello))
		return
	}
	if act == "drops" {
		s.seats[name].Detach()
		return
	}
	s.receive(name, s.frame(act, arg, number))
}

// outside does what comes to the room by the hub, first as another tenant, who must not find it.
func (s *stage) outside(words []string) error {
	ctx, room, who := s.t.Context(), s.entry.Room, Resumption{Tenant: "t", Site: "s", Resume: s.entry.Resume}
	user := User{ID: "u2", Fields: map[string]string{"plan": "gold"}}
	stranger := who
	stranger.Tenant = "other tenant"
	acts := map[string]func(who Resumption) error{
		"asks": func(who Resumption) error {
			_, err := s.hub.Ask(ctx, who, Asking{
				Answers: []Answer{{"topic", "Topic", "delivery"}}, Name: "Vera", Page: wire.PageBody{URL: "/help"},
			})
			return err
		},
		"identify": func(who Resumption) error {
			if words[1] == "room" {
				return s.hub.IdentifyRoom(ctx, who.Tenant, room, user)
			}
			return s.hub.Identify(ctx, who.Tenant, who.Site, who.Resume, user)
		},
		"object": func(who Resumption) error {
			if len(words) > 1 {
				return s.hub.ObjectHere(ctx, who.Tenant, who.Site, who.Resume)
			}
			return s.hub.Object(ctx, who.Tenant, room)
		},
		"leave": func(who Resumption) error { return s.hub.Leave(ctx, who.Tenant, room, words[1], "handed over") },
	}
	if err := acts[words[0]](stranger); !errors.Is(err, ErrNotFound) { // req 003-16
		s.t.Errorf("another tenant: %v", err)
	}
	return acts[words[0]](who)
}

// frame makes what a word of the scenario stands for.
func (s *stage) frame(act string, arg func(int) string, number func(int) uint32) wire.Frame {
	stated := func(kind wire.Kind, flags byte) wire.Frame {
		f := wire.New(kind, []byte(arg(1)))
		f.SetState(flags, number(0))
		return f
	}
	to := func(f wire.Frame, source uint32) wire.Frame {
		f.Stamp(uint16(source), 0, 0, time.Time{})
		return f
	}
	switch act {
	case "grant", "deny", "withdraw", "ask":
		member := uint32(0)
		if arg(1) != "" {
			member = number(1)
		}
		return wire.NewJSON(wire.Consent, wire.ConsentBody{What: arg(0), Act: act, Member: uint16(member)})
	case "snapshot":
		return stated(wire.Snapshot, wire.FlagFirst|wire.FlagLast)
	case "first":
		return stated(wire.Snapshot, wire.FlagFirst)
	case "part":
		return stated(wire.Snapshot, 0)
	case "last":
		return stated(wire.Snapshot, wire.FlagLast)
	case "diff":
		return stated(wire.Diff, 0)
	case "asset":
		return wire.New(wire.Asset, []byte((arg(0) + strings.Repeat(".", wire.KeyBytes))[:wire.KeyBytes]))
	case "viewport":
		return wire.New(wire.Viewport, make([]byte, wire.ViewportBytes))
	case "pointer":
		return wire.New(wire.Pointer, make([]byte, wire.PointerBytes))
	case "click":
		return wire.New(wire.Click, make([]byte, wire.PointerBytes+1))
	case "page":
		return wire.NewJSON(wire.Page, wire.PageBody{URL: arg(0), Visible: arg(1) != "hidden", Leaving: arg(1) == "leaving"})
	case "pause", "resume":
		return wire.NewJSON(wire.Pause, wire.PauseBody{Paused: act == "pause"})
	case "hide", "unhide":
		return wire.NewJSON(wire.Pause, wire.PauseBody{Paused: act == "hide", Why: "url"})
	case "chat":
		return wire.NewJSON(wire.Chat, wire.ChatBody{ID: fmt.Sprintf("%032x", number(0)), Text: arg(1)})
	case "read":
		return wire.NewJSON(wire.Read, wire.ReadBody{N: number(0)})
	case "typing":
		return wire.New(wire.Typing, []byte{byte(number(0))})
	case "control":
		return to(wire.New(wire.Control, []byte(`{"id":"1"}`)), number(0))
	case "ack":
		return wire.New(wire.ControlAck, []byte(`{"id":"1","ok":true}`))
	case "media":
		return wire.New(wire.Media, []byte(`{}`))
	case "resync":
		return wire.NewJSON(wire.Keyframe, wire.KeyframeBody{Why: "resync"})
	case "bye":
		return wire.NewJSON(wire.Bye, wire.ByeBody{Code: wire.CloseCode(number(0))})
	}
	s.t.Fatalf("unknown act %q", act)
	return nil
}

func (s *stage) receive(name string, f wire.Frame) {
	if err := s.seats[name].Receive(s.t.Context(), f); err != nil {
		s.said = append(s.said, name+" refused: "+err.Error())
		var why *wire.CloseError
		if errors.As(err, &why) {
			s.seats[name].Close(why) // as the relay does
		}
	}
}

// heard is all that reached anyone since it was asked last.
func (s *stage) heard() string {
	lines := s.said
	s.said = nil
	for _, name := range s.names {
		lines = append(lines, s.takeAll(name)...)
	}
	lines = append(lines, s.diary.take()...)
	list, err := s.hub.Visitors(s.t.Context(), "t")
	if err != nil {
		s.t.Fatal(err)
	}
	now := "gone"
	for _, v := range list {
		now = fmt.Sprintf("%s, page %s, tabs %d, agents %v", v.State, v.Page.URL, v.Sources, v.Agents)
		if v.Name+v.User != "" {
			now += fmt.Sprintf(", visitor %q %s", v.Name, v.User)
		}
	}
	if now != s.last {
		lines = append(lines, "list: "+now)
		s.last = now
	}
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("  " + l + "\n")
	}
	return b.String()
}

func (s *stage) takeAll(name string) []string { return s.drainSeat(name, s.seats[name]) }

func (s *stage) drainSeat(name string, seat *Seat) (lines []string) {
	for {
		frames, why := seat.Take(nil, 64<<10)
		for _, f := range frames {
			lines = append(lines, name+" <- "+describe(s.t, f))
		}
		if why != nil {
			if why.Reason != "detached" && !slices.Contains(s.said, name+" closed") {
				lines = append(lines, fmt.Sprintf("%s closed %d %s", name, why.Code, why.Reason))
			}
			seat.Detach()
			seat.closing = detached
			return lines
		}
		if len(frames) == 0 {
			return lines
		}
	}
}

// detached marks a seat whose end has been told.
var detached = wire.Closef(1006, "detached")

func describe(t testing.TB, f wire.Frame) string {
	read := func(v any) {
		if err := wire.ReadJSON(f, v); err != nil {
			t.Fatal(err)
		}
	}
	switch f.Kind() {
	case wire.Welcome:
		var b wire.WelcomeBody
		read(&b)
		out := fmt.Sprintf("welcome member %d source %d %s, %d members, %d sources", b.Member, b.Source, b.State, len(b.Members), len(b.Sources))
		if len(b.Reads) > 0 {
			out += fmt.Sprintf(", reads %v", b.Reads)
		}
		if b.Queue != nil {
			out += fmt.Sprintf(", place %d in %d s", b.Queue.Position, b.Queue.WaitSeconds)
		}
		return out
	case wire.Chat:
		var b wire.ChatBody
		read(&b)
		return fmt.Sprintf("chat %d %s of %s %q from %d: %s", b.N, strings.TrimLeft(b.ID, "0"), b.Role, b.Name, f.Member(), b.Text)
	case wire.Read:
		var b wire.ReadBody
		read(&b)
		return fmt.Sprintf("read up to %d by %d", b.N, f.Member())
	case wire.Typing:
		return fmt.Sprintf("typing %v from %d", wire.IsTyping(f), f.Member())
	case wire.Queue:
		var b wire.PlaceBody
		read(&b)
		return fmt.Sprintf("place %d in %d s", b.Position, b.WaitSeconds)
	case wire.Members:
		var b wire.MembersBody
		read(&b)
		out := "members"
		for _, m := range b.Members {
			out += fmt.Sprintf(" %d:%s", m.Member, m.State)
		}
		return out
	case wire.Sources:
		var b wire.SourcesBody
		read(&b)
		out := "sources"
		for _, m := range b.Sources {
			out += fmt.Sprintf(" %d:%s:%v", m.Source, m.URL, m.Connected)
		}
		return out
	case wire.Room:
		var b wire.RoomBody
		read(&b)
		return "room " + string(b.State)
	case wire.Consent:
		var b wire.ConsentBody
		read(&b)
		return fmt.Sprintf("consent %s %s %d by %d", b.What, b.Act, b.Member, f.Member())
	case wire.Keyframe:
		var b wire.KeyframeBody
		read(&b)
		return fmt.Sprintf("keyframe %s have %d", b.Why, len(b.Have))
	case wire.Error:
		var b wire.ErrorBody
		read(&b)
		if b.ID != "" {
			return fmt.Sprintf("error %s about %s %s", b.Code, b.Kind, strings.TrimLeft(b.ID, "0"))
		}
		return fmt.Sprintf("error %s about %s", b.Code, b.Kind)
	case wire.Snapshot, wire.Diff:
		return fmt.Sprintf("%s %d/%d %s from %d", f.Kind(), f.Epoch(), f.Sequence(), f.Body(), f.Source())
	case wire.Policy:
		return "policy " + string(f.Body())
	case wire.Asset:
		return fmt.Sprintf("asset %s", strings.TrimRight(string(f.Body()), "."))
	}
	return fmt.Sprintf("%s from %d", f.Kind(), f.Member())
}
