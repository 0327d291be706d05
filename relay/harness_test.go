package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"alongside/rooms"
	"alongside/wire"
)

const shop = "https://shop.example"

// patience is how long a test waits for something that must come.
const patience = 15 * time.Second

// world is a real hub behind a real server on a real socket.
type world struct {
	t      testing.TB
	hub    *rooms.Hub
	relay  *Server
	http   *httptest.Server
	notes  *notes
	log    *lockedBuffer
	skewed *skew
}

// notes is a consent log in memory.
type notes struct {
	mu     sync.Mutex
	events []rooms.ConsentEvent
	fail   bool
}

func (n *notes) Record(_ context.Context, e rooms.ConsentEvent) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail {
		return errors.New("disk full")
	}
	n.events = append(n.events, e)
	return nil
}

func (n *notes) acts() (acts []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.events {
		acts = append(acts, e.What+" "+e.Act)
	}
	return acts
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// skew is the real clock, put forward at will.
type skew struct {
	mu sync.Mutex
	by time.Duration
}

func (s *skew) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.by)
}

func (s *skew) forward(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by += d
}

type oneSite struct{}

func (oneSite) ByKey(_ context.Context, key string) (Site, error) {
	switch key {
	case "key":
		return Site{ID: "site", Tenant: "tenant", Name: "Shop", Origins: []string{shop}, Policy: json.RawMessage(`{"version":1}`)}, nil
	case "other":
		return Site{ID: "other", Tenant: "other tenant", Name: "Other", Origins: []string{shop}, Policy: json.RawMessage(`{"version":1}`)}, nil
	}
	return Site{}, ErrNoSite
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, notes: &notes{}, log: &lockedBuffer{}, skewed: &skew{}}
	mux := http.NewServeMux()
	w.http = httptest.NewServer(mux)
	w.hub = rooms.NewHub(rooms.Config{Clock: w.skewed.now, Consents: w.notes, AgentOrigin: w.http.URL, Logger: textLogger(w.log)})
	w.relay = New(Config{Hub: w.hub, Sites: oneSite{}, Logger: textLogger(w.log)})
	w.relay.Register(mux)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.hub.Run(ctx) })
	running.Go(func() { w.relay.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		w.http.Close()
	})
	return w
}

// post calls the visitor's API as a page of the shop.
func (w *world) post(path string, body any, origin string) (int, map[string]any) {
	w.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	q, err := http.NewRequest(http.MethodPost, w.http.URL+path, bytes.NewReader(b))
	if err != nil {
		w.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	if origin != "" {
		q.Header.Set("Origin", origin)
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		w.t.Fatal(err)
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		w.t.Fatalf("%s answered %d %q", path, a.StatusCode, raw)
	}
	out["allowed origin"] = a.Header.Get("Access-Control-Allow-Origin")
	return a.StatusCode, out
}

// entry is what a visitor got on opening a room.
type entry struct{ Room, Resume, Tab, Ticket, Code string }

func tab(n int) string { return fmt.Sprintf("%032x", n) }

func (w *world) open() entry {
	w.t.Helper()
	status, a := w.post("/widget/v1/rooms", map[string]any{
		"site": "key", "lang": "en", "tab": tab(1), "help": true, "page": map[string]any{"url": shop + "/", "title": "Shop", "visible": true},
	}, shop)
	if status != http.StatusCreated {
		w.t.Fatalf("open answered %d %v", status, a)
	}
	return entry{a["room"].(string), a["resume"].(string), a["tab"].(string), a["ticket"].(string), a["code"].(string)}
}

func (w *world) resume(e entry, tab string) string {
	w.t.Helper()
	status, a := w.post("/widget/v1/rooms/resume", map[string]any{"site": "key", "resume": e.Resume, "tab": tab}, shop)
	if status != http.StatusOK {
		w.t.Fatalf("resume answered %d %v", status, a)
	}
	return a["ticket"].(string)
}

func (w *world) join(e entry, person string) string {
	w.t.Helper()
	code, _, err := w.hub.NewCode(context.Background(), "tenant", "site", e.Resume)
	if err != nil {
		w.t.Fatalf("new code: %v", err)
	}
	j, err := w.hub.JoinByCode(context.Background(), "tenant", rooms.Person{ID: person, Name: "Agent " + person}, code)
	if err != nil {
		w.t.Fatalf("join: %v", err)
	}
	return j.Ticket
}

// client is a peer on a real WebSocket.
type client struct {
	t  testing.TB
	ws *websocket.Conn
}

func (w *world) dial(path, ticket, origin string, versions ...string) (*client, *http.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if versions == nil {
		versions = []string{wire.Subprotocol}
	}
	ws, a, err := websocket.Dial(ctx, w.http.URL+path, &websocket.DialOptions{
		Subprotocols: append(versions, wire.TicketPrefix+ticket), HTTPHeader: http.Header{"Origin": {origin}},
	})
	if err != nil {
		return nil, a, err
	}
	ws.SetReadLimit(4 << 20)
	w.t.Cleanup(func() { ws.CloseNow() })
	return &client{w.t, ws}, a, nil
}

func (w *world) visitor(ticket string) (*client, wire.WelcomeBody) {
	w.t.Helper()
	c, _, err := w.dial("/widget/v1/socket", ticket, shop)
	if err != nil {
		w.t.Fatalf("dial as visitor: %v", err)
	}
	c.send(wire.NewJSON(wire.Hello, wire.HelloBody{Client: "test", Page: &wire.PageBody{URL: shop + "/", Title: "Shop", Visible: true, Focused: true}}))
	return c, c.welcome()
}

func (w *world) agent(ticket string, seen map[uint16]wire.SeenBody) (*client, wire.WelcomeBody) {
	w.t.Helper()
	c, _, err := w.dial("/api/v1/socket", ticket, w.http.URL)
	if err != nil {
		w.t.Fatalf("dial as agent: %v", err)
	}
	c.send(wire.NewJSON(wire.Hello, wire.HelloBody{Client: "test", Seen: seen}))
	return c, c.welcome()
}

// message is a chat message of the n-th ID.
func message(n int, text string) wire.Frame {
	return wire.NewJSON(wire.Chat, wire.ChatBody{ID: tab(n), Text: text})
}

func (c *client) welcome() (b wire.WelcomeBody) {
	c.t.Helper()
	into(c.t, c.want(wire.Welcome), &b)
	return b
}

func (c *client) send(f wire.Frame) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageBinary, f); err != nil {
		c.t.Fatalf("send %s: %v", f.Kind(), err)
	}
}

func (c *client) next() (wire.Frame, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, b, err := c.ws.Read(ctx)
	if err != nil {
		return nil, err
	}
	return wire.Parse(b)
}

// want reads up to the next frame of the kind.
func (c *client) want(kind wire.Kind) wire.Frame {
	c.t.Helper()
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", kind, err)
		}
		if f.Kind() == kind {
			return f
		}
	}
}

// wantRoom reads until the room is said to be in the state.
func (c *client) wantRoom(state wire.RoomState) {
	c.t.Helper()
	for {
		var b wire.RoomBody
		into(c.t, c.want(wire.Room), &b)
		if b.State == state {
			return
		}
	}
}

// wantClose reads to the end and checks the code.
func (c *client) wantClose(code wire.CloseCode) {
	c.t.Helper()
	for {
		if _, err := c.next(); err != nil {
			if got := websocket.CloseStatus(err); int(got) != int(code) {
				c.t.Fatalf("closed with %d (%v), want %d", got, err, code)
			}
			return
		}
	}
}

// quiet sends a ping and fails if a frame of the kinds comes before its pong: whatever the server sent us until then
// has been read.
func (c *client) quiet(kinds ...wire.Kind) {
	c.t.Helper()
	c.send(wire.New(wire.Ping, []byte("quiet")))
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatal(err)
		}
		if f.Kind() == wire.Pong {
			return
		}
		for _, k := range kinds {
			if f.Kind() == k {
				c.t.Fatalf("got %s, which must not come", k)
			}
		}
	}
}

func into(t testing.TB, f wire.Frame, v any) {
	t.Helper()
	if err := wire.ReadJSON(f, v); err != nil {
		t.Fatal(err)
	}
}

// grant has the visitor answer the next question to it.
func (c *client) grant() wire.ConsentBody {
	c.t.Helper()
	return c.answer("grant")
}

func (c *client) answer(act string) wire.ConsentBody {
	c.t.Helper()
	var b wire.ConsentBody
	for b.Act != "ask" {
		into(c.t, c.want(wire.Consent), &b)
	}
	c.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: b.What, Act: act, Member: b.Member, Text: "1", Lang: "en"}))
	return b
}

// state makes a state frame.
func state(kind wire.Kind, flags byte, epoch uint32, body string) wire.Frame {
	f := wire.New(kind, []byte(body))
	f.SetState(flags, epoch)
	return f
}

func whole(epoch uint32, body string) wire.Frame {
	return state(wire.Snapshot, wire.FlagFirst|wire.FlagLast, epoch, body)
}

func diff(epoch uint32, body string) wire.Frame { return state(wire.Diff, 0, epoch, body) }

func asset(key byte, body string) wire.Frame {
	return wire.New(wire.Asset, append(bytes.Repeat([]byte{key}, wire.KeyBytes), body...))
}

// wantState reads the next state frame and checks it whole.
func (c *client) wantState(kind wire.Kind, epoch, seq uint32, body string) wire.Frame {
	c.t.Helper()
	for {
		f, err := c.next()
		if err != nil {
			c.t.Fatalf("waiting for %s %d/%d: %v", kind, epoch, seq, err)
		}
		if f.Kind() != wire.Snapshot && f.Kind() != wire.Diff {
			continue
		}
		if f.Kind() != kind || f.Epoch() != epoch || f.Sequence() != seq || string(f.Body()) != body {
			c.t.Fatalf("got %s %d/%d %.40q, want %s %d/%d %.40q", f.Kind(), f.Epoch(), f.Sequence(), f.Body(), kind, epoch, seq, body)
		}
		return f
	}
}

// live opens a room with a visitor and one agent who sees snapshot 1 of it.
func (w *world) live() (e entry, v, a *client) {
	w.t.Helper()
	e = w.open()
	v, _ = w.visitor(e.Ticket)
	a, _ = w.agent(w.join(e, "ann"), nil)
	v.grant()
	v.want(wire.Keyframe)
	v.send(whole(1, "page one"))
	a.wantState(wire.Snapshot, 1, 1, "page one")
	return e, v, a
}

// appendMasked appends a client's message of at most 64 kB (RFC 6455 §5.2).
func appendMasked(b, f []byte) []byte {
	if n := len(f); n < 126 {
		b = append(b, 0x82, 0x80|byte(n))
	} else {
		b = append(b, 0x82, 0x80|126, byte(n>>8), byte(n))
	}
	b = append(b, 1, 2, 3, 4)
	for i, c := range f {
		b = append(b, c^byte(i&3+1))
	}
	return b
}
