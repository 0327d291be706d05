package relay

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"alongside/rooms"
	"alongside/wire"
)

func TestVersions(t *testing.T) {
	w := newWorld(t)
	e := w.open()
	if _, a, err := w.dial("/widget/v1/socket", e.Ticket, shop, "alongside.v99"); err == nil || a.StatusCode != http.StatusBadRequest {
		t.Errorf("a client of an unknown version got %v, %v", a.Status, err)
	}
	c, _, err := w.dial("/widget/v1/socket", e.Ticket, shop, "alongside.v2", "alongside.v1")
	if err != nil {
		t.Fatalf("a client of v2 and v1: %v", err)
	}
	if got := c.ws.Subprotocol(); got != wire.Subprotocol {
		t.Errorf("picked %q", got)
	}
}

func TestTickets(t *testing.T) { // req 002-10
	w := newWorld(t)
	e := w.open()
	w.visitor(e.Ticket)
	agent := func() string { return w.join(e, "ann") }
	late := agent()
	w.skewed.forward(wire.TicketLife + time.Second)
	for what, dial := range map[string][3]string{
		"a used ticket":               {"/widget/v1/socket", e.Ticket, shop},
		"an expired ticket":           {"/api/v1/socket", late, w.http.URL},
		"a ticket from elsewhere":     {"/api/v1/socket", agent(), "https://evil.example"},
		"a ticket without an origin":  {"/api/v1/socket", agent(), ""},
		"a visitor's ticket as agent": {"/api/v1/socket", w.resume(e, tab(1)), shop},
		"an agent's as visitor":       {"/widget/v1/socket", agent(), w.http.URL},
		"no ticket":                   {"/widget/v1/socket", "", shop},
	} {
		if _, a, err := w.dial(dial[0], dial[1], dial[2]); err == nil || a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestBadFramesCloseTheirSenderOnly(t *testing.T) {
	w := newWorld(t)
	e, v, a := w.live()
	number := 1
	another := func(t *testing.T) *client { // a further tab
		number++
		c, _ := w.visitor(w.resume(e, tab(number)))
		return c
	}
	for what, try := range map[string]struct {
		message []byte
		text    bool
		agent   bool
		code    wire.CloseCode
	}{
		"short":            {message: []byte{byte(wire.Diff), 0, 0}, code: wire.CloseMalformed},
		"text":             {message: diff(1, "x"), text: true, code: wire.CloseMalformed},
		"too large":        {message: make([]byte, wire.MaxVisitorFrameBytes+1), code: wire.CloseTooLarge},
		"agent too large":  {message: make([]byte, wire.MaxAgentFrameBytes+1), agent: true, code: wire.CloseTooLarge},
		"body too long":    {message: wire.New(wire.Pointer, make([]byte, 17)), code: wire.CloseTooLarge},
		"body too short":   {message: wire.New(wire.Pointer, make([]byte, 3)), code: wire.CloseMalformed},
		"role":             {message: wire.New(wire.Control, []byte("{}")), code: wire.CloseWrongRole},
		"agent's snapshot": {message: whole(9, "x"), agent: true, code: wire.CloseWrongRole},
		"server's":         {message: wire.New(wire.Halt, nil), code: wire.CloseWrongRole},
		"no JSON":          {message: wire.New(wire.Chat, []byte("{")), code: wire.CloseMalformed},
		"epoch 0":          {message: whole(0, "x"), code: wire.CloseMalformed},
		"hello again":      {message: wire.New(wire.Hello, []byte("{}")), code: wire.CloseMalformed},
		"long ping":        {message: wire.New(wire.Ping, make([]byte, 17)), code: wire.CloseTooLarge},
	} {
		t.Run(what, func(t *testing.T) {
			var c *client
			if try.agent {
				c, _ = w.agent(w.join(e, "bob"), nil)
			} else {
				c = another(t)
			}
			kind := websocket.MessageBinary
			if try.text {
				kind = websocket.MessageText
			}
			if err := c.ws.Write(t.Context(), kind, try.message); err != nil {
				t.Fatal(err)
			}
			c.wantClose(try.code)
		})
	}
	v.send(diff(1, "still here"))
	a.wantState(wire.Diff, 1, 2, "still here")
	if n := w.relay.Stats().Crashed; n != 0 {
		t.Errorf("%d crashes", n)
	}
}

func TestFramesOutOfPlaceAreDropped(t *testing.T) {
	w := newWorld(t)
	_, v, a := w.live()
	v.send(diff(7, "of no epoch"))
	v.send(state(wire.Snapshot, wire.FlagLast, 8, "without its first part"))
	v.send(wire.New(0xee, []byte("unknown kind")))
	v.send(diff(1, "in place"))
	a.wantState(wire.Diff, 1, 2, "in place")
	v.want(wire.Keyframe)
	v.quiet(wire.Keyframe)
}

func TestLateAgentCostsTheVisitorNothing(t *testing.T) {
	w := newWorld(t)
	e, v, _ := w.live()
	for i := range 50 {
		v.send(diff(1, fmt.Sprint(i)))
	}
	v.send(asset('a', "picture"))
	v.send(wire.New(wire.Viewport, make([]byte, wire.ViewportBytes)))
	b, _ := w.agent(w.join(e, "bob"), nil)
	v.grant()
	b.want(wire.Viewport)
	b.wantState(wire.Snapshot, 1, 1, "page one")
	for i := range 50 {
		b.wantState(wire.Diff, 1, uint32(i+2), fmt.Sprint(i))
	}
	b.want(wire.Asset)
	v.quiet(wire.Keyframe)
}

func TestASlowAgentIsResyncedNotClosed(t *testing.T) {
	w := newWorld(t)
	e, v, a := w.live()
	b, _ := w.agent(w.join(e, "bob"), nil)
	v.grant()
	b.wantState(wire.Snapshot, 1, 1, "page one") // and then stops reading

	const size, epochs, diffs = 64 << 10, 8, 20
	big := strings.Repeat("x", size)
	for epoch := uint32(2); epoch < 2+epochs; epoch++ {
		v.send(whole(epoch, fmt.Sprint("page ", epoch)))
		a.wantState(wire.Snapshot, epoch, 1, fmt.Sprint("page ", epoch))
		for i := range uint32(diffs) {
			v.send(diff(epoch, big))
			a.wantState(wire.Diff, epoch, i+2, big)
		}
		if held := w.hub.Stats().HeldBytes; held > size*(diffs+1) {
			t.Fatalf("%d bytes held for a reader who does not read", held)
		}
	}
	seen, skipped := uint32(1), false
	for last := uint32(1 + epochs); ; {
		f, err := b.next()
		if err != nil {
			t.Fatalf("the slow agent was closed: %v", err)
		}
		if f.Kind() != wire.Snapshot && f.Kind() != wire.Diff {
			continue
		}
		skipped = skipped || f.Epoch() > seen+1
		seen = f.Epoch()
		if seen == last && f.Sequence() == diffs+1 {
			break
		}
	}
	if !skipped {
		t.Error("the slow agent was sent every snapshot: it was not slow enough to prove anything")
	}
	v.quiet(wire.Keyframe)
}

func TestBothSidesReconnect(t *testing.T) {
	w := newWorld(t)
	e, v, a := w.live()
	v.send(diff(1, "two"))
	a.wantState(wire.Diff, 1, 2, "two")
	a.ws.CloseNow()
	v.want(wire.Members)
	v.send(diff(1, "three"))
	b, welcome := w.agent(w.join(e, "ann"), map[uint16]wire.SeenBody{1: {Epoch: 1, Sequence: 2}})
	if welcome.Member != 2 || welcome.State != wire.RoomLive {
		t.Errorf("the agent came back as %+v", welcome)
	}
	b.wantState(wire.Diff, 1, 3, "three")

	v.ws.CloseNow()
	b.wantRoom(wire.RoomAway)
	back, welcome := w.visitor(w.resume(e, tab(1)))
	if welcome.Source != 1 {
		t.Errorf("the tab came back as source %d", welcome.Source)
	}
	b.wantRoom(wire.RoomLive)
	back.want(wire.Keyframe)
	back.send(whole(2, "page two"))
	b.wantState(wire.Snapshot, 2, 1, "page two")
}

func TestANewerConnectionReplaces(t *testing.T) {
	w := newWorld(t)
	e, v, a := w.live()
	w.agent(w.join(e, "ann"), nil)
	a.wantClose(wire.CloseReplaced)
	w.visitor(w.resume(e, tab(1)))
	v.wantClose(wire.CloseReplaced)
}

func TestTheLineIsCutInMidFrame(t *testing.T) {
	w := newWorld(t)
	e, v, a := w.live()
	v.send(state(wire.Snapshot, wire.FlagFirst, 2, "half a page"))
	a.wantState(wire.Snapshot, 2, 1, "half a page")
	v.ws.CloseNow()
	a.wantRoom(wire.RoomAway)
	a.wantState(wire.Snapshot, 1, 1, "page one") // the old one stands

	raw, err := net.Dial("tcp", strings.TrimPrefix(w.http.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(raw, "GET /widget/v1/socket HTTP/1.1\r\nHost: x\r\nOrigin: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: alongside.v1, ticket.%s\r\n\r\n",
		shop, w.resume(e, tab(1)))
	answer, err := bufio.NewReader(raw).ReadString('\n')
	if err != nil || !strings.Contains(answer, "101") {
		t.Fatalf("upgrade answered %q, %v", answer, err)
	}
	hello := wire.New(wire.Hello, []byte("{}"))
	masked := append([]byte{0x82, 0x80 | byte(len(hello)), 0, 0, 0, 0}, hello...)
	if _, err := raw.Write(masked); err != nil {
		t.Fatal(err)
	}
	a.wantRoom(wire.RoomLive)
	// A message of 64 KiB is announced; ten bytes come; the line is cut.
	cut := append([]byte{0x82, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, make([]byte, 10)...)
	if _, err := raw.Write(cut); err != nil {
		t.Fatal(err)
	}
	raw.Close()
	a.wantRoom(wire.RoomAway)
	v, _ = w.visitor(w.resume(e, tab(1)))
	v.want(wire.Keyframe)
	v.send(whole(3, "page three"))
	a.wantState(wire.Snapshot, 3, 1, "page three")
}

func TestFloodIsClosed(t *testing.T) {
	w := newWorld(t)
	e, v, a := w.live()
	b, _ := w.agent(w.join(e, "bob"), nil)
	typing := wire.New(wire.Typing, nil)
	for range 3000 {
		if b.ws.Write(t.Context(), websocket.MessageBinary, typing) != nil {
			break
		}
	}
	b.wantClose(wire.CloseTooMany)
	v.send(diff(1, "still here"))
	a.wantState(wire.Diff, 1, 2, "still here")
}

func TestSilenceAndNoHello(t *testing.T) {
	w := newWorld(t)
	w.relay.timing.hello, w.relay.timing.silence = 300*time.Millisecond, 600*time.Millisecond
	e := w.open()
	c, _, err := w.dial("/widget/v1/socket", e.Ticket, shop)
	if err != nil {
		t.Fatal(err)
	}
	c.wantClose(wire.CloseNoHello)
	v, _ := w.visitor(w.resume(e, tab(1)))
	start := time.Now()
	for time.Since(start) < 1500*time.Millisecond { // a client that pings is not silent
		v.send(wire.New(wire.Ping, nil))
		v.want(wire.Pong)
		time.Sleep(50 * time.Millisecond)
	}
	v.wantClose(wire.CloseSilent)
}

func TestServerPings(t *testing.T) {
	w := newWorld(t)
	w.relay.timing.ping = 50 * time.Millisecond
	v, _ := w.visitor(w.open().Ticket)
	v.want(wire.Ping)
}

func TestWithdrawalStopsThePage(t *testing.T) { // req 001-30
	w := newWorld(t)
	_, v, a := w.live()
	v.send(wire.NewJSON(wire.Consent, wire.ConsentBody{What: "view", Act: "withdraw"}))
	v.send(diff(1, "not for them"))
	for {
		f, err := a.next()
		if err != nil {
			break
		}
		if f.Kind() == wire.Diff {
			t.Fatal("the page went on after consent was withdrawn")
		}
	}
	v.want(wire.Halt)
	if held := w.hub.Stats().HeldBytes; held != 0 {
		t.Errorf("%d bytes of the page are held", held)
	}
	// A withdrawal counts at once and is written down afterwards.
	var acts string
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if acts = strings.Join(w.notes.acts(), ", "); acts == "view grant, view withdraw" {
			return
		}
	}
	t.Errorf("written down: %s", acts)
}

func TestAGrantThatIsNotWrittenDownDoesNotCount(t *testing.T) {
	w := newWorld(t)
	w.notes.fail = true
	e := w.open()
	v, _ := w.visitor(e.Ticket)
	a, _ := w.agent(w.join(e, "ann"), nil)
	v.grant()
	a.wantRoom(wire.RoomHelping)
	v.quiet(wire.Keyframe)
}

func TestARoleTakenAwayClosesLiveSockets(t *testing.T) { // req 002-16
	w := newWorld(t)
	e, v, a := w.live()
	outstanding := w.join(e, "ann")
	if n, err := w.hub.CloseSeats(t.Context(), "tenant", "ann"); n != 1 || err != nil {
		t.Errorf("%d connections closed, %v", n, err)
	}
	a.wantClose(wire.CloseWrongRole)
	v.want(wire.Halt)
	if _, res, err := w.dial("/api/v1/socket", outstanding, w.http.URL); err == nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a ticket from before still works: %v", err)
	}
}

// panicking is a consent log with a bug.
type panicking struct{ *notes }

func (p panicking) Record(context.Context, rooms.ConsentEvent) error { panic("a bug") }

func TestACrashStaysInItsConnection(t *testing.T) {
	w := newWorld(t)
	w.hub.Consents = panicking{w.notes}
	w.relay.timing.ping = time.Hour // nothing but the crash itself wakes the writer
	e := w.open()
	v, _ := w.visitor(e.Ticket)
	a, _ := w.agent(w.join(e, "ann"), nil)
	v.grant()
	v.wantClose(-1) // cut without a close frame
	if n := w.relay.Stats().Crashed; n != 1 {
		t.Errorf("%d crashes counted", n)
	}
	a.wantRoom(wire.RoomAway)
	v, _ = w.visitor(w.resume(e, tab(1)))
	v.send(message(1, "here again"))
	a.want(wire.Chat)
}

func TestDrainMovesEveryone(t *testing.T) {
	w := newWorld(t)
	e, v, a := w.live()
	done := make(chan error)
	go func() { done <- w.relay.Drain(t.Context()) }()
	v.wantClose(wire.CloseMoving)
	a.wantClose(wire.CloseMoving)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := w.relay.Stats().Open; n != 0 {
		t.Errorf("%d connections are open", n)
	}
	if _, res, err := w.dial("/api/v1/socket", w.join(e, "bob"), w.http.URL); err == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a connection was let in: %v", err)
	}
}

func TestLogsHoldNothingOfAnyone(t *testing.T) { // req 003-20
	w := newWorld(t)
	e, v, a := w.live()
	v.send(message(1, "canary-in-chat"))
	a.want(wire.Chat)
	v.send(diff(1, "canary-in-page"))
	v.send(wire.New(wire.Page, []byte(`{"url":"canary-in-url`)))
	v.wantClose(wire.CloseMalformed)
	log := w.log.String()
	for _, secret := range []string{"canary", "127.0.0.1", e.Resume, e.Ticket, e.Code} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

func TestManyConnectionsAtOnce(t *testing.T) {
	w := newWorld(t)
	const roomsCount, agents, diffs = 4, 3, 100
	var all sync.WaitGroup
	for range roomsCount {
		e := w.open()
		v, _ := w.visitor(e.Ticket)
		var seen []*client
		for i := range agents {
			a, _ := w.agent(w.join(e, fmt.Sprint(i)), nil)
			v.grant()
			seen = append(seen, a)
		}
		all.Go(func() {
			v.send(whole(1, "page"))
			for i := range diffs {
				v.send(diff(1, fmt.Sprint(i)))
			}
		})
		for _, a := range seen {
			all.Go(func() {
				a.wantState(wire.Snapshot, 1, 1, "page")
				for i := range diffs {
					a.wantState(wire.Diff, 1, uint32(i+2), fmt.Sprint(i))
					if i%10 == 0 {
						a.send(wire.New(wire.Pointer, make([]byte, wire.PointerBytes)))
					}
				}
			})
		}
	}
	all.Wait()
}

// BenchmarkFanOut is one diff of 300 bytes from a visitor's socket to all agents' sockets.
func BenchmarkFanOut(b *testing.B) {
	for _, agents := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(agents), func(b *testing.B) {
			w := newWorld(b)
			everything := roleLimits[wire.Visitor]
			everything.frames, everything.bytes = bucket{burst: math.MaxInt}, bucket{burst: math.MaxInt}
			defer func(was limits) { roleLimits[wire.Visitor] = was }(roleLimits[wire.Visitor])
			roleLimits[wire.Visitor] = everything
			e := w.open()
			v, _ := w.visitor(e.Ticket)
			var done sync.WaitGroup
			gate := make(chan struct{}, 64) // frames on their way
			for i := range agents {
				a, _ := w.agent(w.join(e, fmt.Sprint(i)), nil)
				v.grant()
				done.Go(func() {
					for n := 0; n < b.N+1; {
						_, p, err := a.ws.Read(context.Background())
						if err != nil {
							b.Error(err)
							return
						}
						if k := wire.Kind(p[0]); k == wire.Snapshot || k == wire.Diff {
							n++
							if i == 0 && n > 1 {
								<-gate
							}
						}
					}
				})
			}
			v.send(whole(1, "page"))
			body := strings.Repeat("x", 300)
			b.ResetTimer()
			for range b.N {
				gate <- struct{}{}
				v.send(diff(1, body))
			}
			done.Wait()
		})
	}
}

func TestOneAddressHasOnlySoManyConnections(t *testing.T) {
	w := newWorld(t)
	w.relay.addresses.limit = 2
	first, _ := w.visitor(w.open().Ticket)
	w.visitor(w.open().Ticket)
	if _, a, err := w.dial("/widget/v1/socket", w.open().Ticket, shop); err == nil || a.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a third connection is answered %v, %v", a, err)
	}
	first.ws.CloseNow()
	for deadline := time.Now().Add(15 * time.Second); w.relay.Stats().Open > 1; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the first connection does not go")
		}
	}
	w.visitor(w.open().Ticket)
}
