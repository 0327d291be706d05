package bench

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"alongside/wire"
)

// How long a client waits before it tries to come back: at once the first time, longer each time after.
const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 500 * time.Millisecond
)

// Page is what a visitor's page is to a reader: the state frames of one epoch, in order.
type Page struct {
	Epoch  uint32
	Frames uint32
	sum    hash.Hash
}

func (p *Page) add(f wire.Frame) {
	if f.Kind() == wire.Snapshot && f.Flags()&wire.FlagFirst != 0 {
		p.Epoch, p.Frames, p.sum = f.Epoch(), 0, sha256.New()
	}
	if p.sum != nil && f.Epoch() == p.Epoch {
		p.Frames++
		p.sum.Write(f.Body())
	}
}

// Sum names the page's content, with its epoch and number of frames.
func (p *Page) Sum() string {
	if p.sum == nil {
		return "nothing"
	}
	return fmt.Sprintf("%d/%d/%x", p.Epoch, p.Frames, p.sum.Sum(nil)[:8])
}

// Event is something that happened to a peer.
type Event struct {
	At   time.Time
	What string // connected, lost, halted, asked for a snapshot, state
	Err  error
}

// peer is what visitors and agents have in common: a connection that comes back by itself.
type peer struct {
	api  *caller
	path string // of the socket
	told func(Event)

	ticket func(ctx context.Context) (string, error)
	hello  func() wire.HelloBody
	got    func(f wire.Frame)

	mu sync.Mutex // guards ws
	ws *websocket.Conn
}

// run connects, and again whenever the connection ends, until ctx does or the server says for good that it is over.
func (p *peer) run(ctx context.Context) error {
	wait := firstRetry
	for {
		began := time.Now()
		err := p.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		p.told(Event{time.Now(), "lost", err})
		if code := websocket.CloseStatus(err); code >= 4400 {
			return err
		}
		var status *StatusError
		if errors.As(err, &status) && status.Status == http.StatusNotFound {
			return err
		}
		if time.Since(began) > time.Second {
			wait = firstRetry
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait/2 + rand.N(wait)):
		}
		wait = min(2*wait, lastRetry)
	}
}

// once is one connection.
func (p *peer) once(ctx context.Context) error {
	ticket, err := p.ticket(ctx)
	if err != nil {
		return fmt.Errorf("get a ticket: %w", err)
	}
	u := *p.api.server
	u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	header := http.Header{"Origin": {p.api.origin}}
	if p.api.from != "" {
		header.Set("X-Forwarded-For", p.api.from)
	}
	dialing, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	ws, _, err := websocket.Dial(dialing, u.JoinPath(p.path).String(), &websocket.DialOptions{
		Subprotocols: []string{wire.Subprotocol, wire.TicketPrefix + ticket}, HTTPHeader: header,
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	ws.SetReadLimit(wire.MaxVisitorFrameBytes + 1)
	defer ws.CloseNow()
	p.mu.Lock()
	p.ws = ws
	p.mu.Unlock()
	if err := p.send(ctx, wire.NewJSON(wire.Hello, p.hello())); err != nil {
		return err
	}
	for {
		_, b, err := ws.Read(ctx)
		if err != nil {
			return err
		}
		f, err := wire.Parse(b)
		if err != nil {
			return err
		}
		switch f.Kind() {
		case wire.Welcome:
			p.told(Event{time.Now(), "connected", nil})
		case wire.Ping:
			if err := p.send(ctx, wire.New(wire.Pong, f.Body())); err != nil {
				return err
			}
		}
		p.got(f)
	}
}

var errOffline = errors.New("not connected")

func (p *peer) send(ctx context.Context, f wire.Frame) error {
	p.mu.Lock()
	ws := p.ws
	p.mu.Unlock()
	if ws == nil {
		return errOffline
	}
	return ws.Write(ctx, websocket.MessageBinary, f)
}

// Visitor is one tab of a visitor, who agrees to be seen by whoever asks.
type Visitor struct {
	peer
	site, tab string

	Room string // once Open returned

	resume string
	ticket string // of Open, for the first connection

	state     sync.Mutex // guards what follows; held while state is sent, so that it goes in order
	page      Page
	capturing bool
	asked     int // how often consent to view was asked for
	source    uint16
}

// VisitorOptions is where a visitor is.
type VisitorOptions struct {
	Server string
	Site   string // key
	Origin string // of the page
	From   string // address, for a server that trusts us as a proxy; empty: none is told
	Told   func(Event)
}

// Open has a visitor ask for help.
func Open(ctx context.Context, o VisitorOptions) (*Visitor, error) {
	u, err := url.Parse(o.Server)
	if err != nil {
		return nil, err
	}
	if o.Told == nil {
		o.Told = func(Event) {}
	}
	v := &Visitor{site: o.Site, tab: fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64())}
	v.peer = peer{
		api: &caller{client: newHTTPClient(), server: u, origin: o.Origin, from: o.From}, path: "/widget/v1/socket", told: o.Told,
		ticket: v.nextTicket, got: v.receive,
		hello: func() wire.HelloBody {
			return wire.HelloBody{Client: "bench", Page: &wire.PageBody{URL: o.Origin + "/", Title: "Bench", Visible: true, Focused: true}}
		},
	}
	var entry struct{ Room, Resume, Ticket string }
	err = v.api.post(ctx, "/widget/v1/rooms", map[string]any{
		"site": o.Site, "lang": "en", "tab": v.tab, "help": true, "answers": map[string]string{},
		"page": wire.PageBody{URL: o.Origin + "/", Title: "Bench", Visible: true, Focused: true},
	}, &entry)
	if err != nil {
		return nil, fmt.Errorf("open room: %w", err)
	}
	v.Room, v.resume, v.ticket = entry.Room, entry.Resume, entry.Ticket
	return v, nil
}

// Run keeps the visitor connected until ctx ends.
func (v *Visitor) Run(ctx context.Context) error { return v.run(ctx) }

func (v *Visitor) nextTicket(ctx context.Context) (string, error) {
	if t := v.ticket; t != "" {
		v.ticket = ""
		return t, nil
	}
	var entry struct{ Ticket string }
	err := v.api.post(ctx, "/widget/v1/rooms/resume", map[string]string{"site": v.site, "tab": v.tab, "resume": v.resume}, &entry)
	return entry.Ticket, err
}

func (v *Visitor) receive(f wire.Frame) {
	v.state.Lock()
	defer v.state.Unlock()
	switch f.Kind() {
	case wire.Welcome:
		var b wire.WelcomeBody
		if wire.ReadJSON(f, &b) == nil {
			v.source = b.Source
		}
		v.capturing = false
	case wire.Halt:
		v.capturing = false
		v.told(Event{time.Now(), "halted", nil})
	case wire.Consent:
		var b wire.ConsentBody
		if wire.ReadJSON(f, &b) == nil && b.Act == "ask" {
			v.asked++
			b.Act, b.Text, b.Lang = "grant", "bench", "en"
			v.send(context.Background(), wire.NewJSON(wire.Consent, b))
		}
	case wire.Keyframe:
		v.told(Event{time.Now(), "asked for a snapshot", nil})
		v.capturing = true
		v.sendState(wire.Snapshot, wire.FlagFirst|wire.FlagLast, v.page.Epoch+1, 2000)
	}
}

// Change sends a diff of so many bytes, if the page is being captured.
func (v *Visitor) Change(bytes int) (sent bool) {
	v.state.Lock()
	defer v.state.Unlock()
	if !v.capturing {
		return false
	}
	v.sendState(wire.Diff, 0, v.page.Epoch, bytes)
	return true
}

// KeepChanging sends a diff of so many bytes at each interval while the page is being captured, until ctx ends.
func (v *Visitor) KeepChanging(ctx context.Context, every time.Duration, bytes int) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			v.Change(bytes)
		}
	}
}

// sendState runs under state. What cannot be sent was captured all the same: the next connection begins a new epoch.
func (v *Visitor) sendState(kind wire.Kind, flags byte, epoch uint32, bytes int) {
	body := make([]byte, max(bytes, 16))
	binary.BigEndian.PutUint64(body, uint64(v.page.Frames)+1)
	binary.BigEndian.PutUint64(body[8:], uint64(time.Now().UnixNano()))
	f := wire.New(kind, body)
	f.SetState(flags, epoch)
	v.page.add(f)
	v.send(context.Background(), f)
}

// Page names what the visitor's page is now.
func (v *Visitor) Page() string {
	v.state.Lock()
	defer v.state.Unlock()
	return v.page.Sum()
}

// Asked is how often the visitor was asked to show the page.
func (v *Visitor) Asked() int {
	v.state.Lock()
	defer v.state.Unlock()
	return v.asked
}

// Agent is a person in one room, who asks to see the page.
type Agent struct {
	peer
	room string

	// Delay is told how long each diff was under way, if it is set before Run.
	Delay func(time.Duration)

	state sync.Mutex // guards what follows
	page  Page
	next  map[uint16]wire.SeenBody
	gaps  int
	twice int
}

// Join has a person enter a room.
func (p *Person) Join(room string, told func(Event)) *Agent {
	if told == nil {
		told = func(Event) {}
	}
	a := &Agent{room: room, next: map[uint16]wire.SeenBody{}}
	a.peer = peer{
		api: p.api, path: "/api/v1/socket", told: told, got: a.receive,
		ticket: func(ctx context.Context) (string, error) {
			var joined struct{ Ticket string }
			return joined.Ticket, p.api.post(ctx, "/api/v1/joins", map[string]string{"room": room}, &joined)
		},
		hello: func() wire.HelloBody {
			a.state.Lock()
			defer a.state.Unlock()
			seen := map[uint16]wire.SeenBody{}
			for source, s := range a.next {
				seen[source] = s
			}
			return wire.HelloBody{Client: "bench", Seen: seen}
		},
	}
	return a
}

// Run keeps the agent connected until ctx ends.
func (a *Agent) Run(ctx context.Context) error { return a.run(ctx) }

func (a *Agent) receive(f wire.Frame) {
	a.state.Lock()
	defer a.state.Unlock()
	switch f.Kind() {
	case wire.Welcome:
		var b wire.WelcomeBody
		if wire.ReadJSON(f, &b) == nil && b.State != wire.RoomLive {
			a.send(context.Background(), wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "ask"}))
		}
	case wire.Snapshot, wire.Diff:
		seen := a.next[f.Source()]
		switch first := f.Kind() == wire.Snapshot && f.Flags()&wire.FlagFirst != 0; {
		case first:
		case f.Epoch() == seen.Epoch && f.Sequence() <= seen.Sequence:
			a.twice++
		case f.Epoch() != seen.Epoch || f.Sequence() != seen.Sequence+1:
			a.gaps++
		}
		a.next[f.Source()] = wire.SeenBody{Epoch: f.Epoch(), Sequence: f.Sequence()}
		a.page.add(f)
		if b := f.Body(); a.Delay != nil && f.Kind() == wire.Diff && len(b) >= 16 {
			a.Delay(time.Since(time.Unix(0, int64(binary.BigEndian.Uint64(b[8:])))))
		}
		a.told(Event{time.Now(), "state", nil})
	}
}

// Page names what the agent sees now.
func (a *Agent) Page() string {
	a.state.Lock()
	defer a.state.Unlock()
	return a.page.Sum()
}

// Faults counts state frames that came out of order, and twice.
func (a *Agent) Faults() (gaps, twice int) {
	a.state.Lock()
	defer a.state.Unlock()
	return a.gaps, a.twice
}

// Address is the n-th of many addresses, to send as X-Forwarded-For.
func Address(n int) string {
	return "10." + strconv.Itoa(n>>16&255) + "." + strconv.Itoa(n>>8&255) + "." + strconv.Itoa(n&255)
}
