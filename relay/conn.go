package relay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"alongside/rooms"
	"alongside/wire"
)

const (
	takeBytes     = 64 << 10         // taken from the seat at once
	farewellTime  = 10 * time.Second // for the bye and the closing handshake
	stallTimeout  = time.Minute      // a peer that is heard but takes not a byte for so long is cut
	asidesWaiting = 8
	burstFrames   = 16 // given to the seat at once
)

// limits are what one connection may send before it is closed with 4429.
type limits struct {
	frameBytes int64
	frames     bucket
	bytes      bucket
}

var roleLimits = map[wire.Role]limits{
	wire.Visitor: {wire.MaxVisitorFrameBytes, bucket{rate: 2000, burst: 4000}, bucket{rate: 8 << 20, burst: 16 << 20}},
	wire.Agent:   {wire.MaxAgentFrameBytes, bucket{rate: 500, burst: 1000}, bucket{rate: 1 << 20, burst: 2 << 20}},
}

// bucket is a token bucket; rate is per second. Its zero reading is full.
type bucket struct {
	rate, burst float64
	used        float64
	at          time.Time
}

func (b *bucket) take(n float64, now time.Time) bool {
	b.used = max(0, b.used-b.rate*now.Sub(b.at).Seconds())
	b.at = now
	b.used += n
	return b.used <= b.burst
}

// conn is one WebSocket connection. Its one goroutine, run, reads; whoever has something for the peer writes it (socket.go).
type conn struct {
	server *Server   // fixed
	role   wire.Role // fixed

	// Fixed once open.
	seat   rooms.Place
	ws     *websocket.Conn
	opened time.Time

	socket socket
	place  place     // of deadlines
	limits limits    // the reader's
	pingAt time.Time // of deadlines' goroutine

	greeted atomic.Bool
	heard   atomic.Int64 // the last whole frame, Unix nanoseconds

	// Of who has the socket's turn.
	said   bool // bye is the last that was given to the socket
	silent bool // told is closed

	mu     sync.Mutex   // guards what follows
	asides []wire.Frame // pings and pongs to be sent
	ending *wire.CloseError
	endBy  time.Time
	told   chan struct{} // made with ending; closed when bye has left, or cannot
}

func newConn(s *Server, role wire.Role) *conn {
	c := &conn{server: s, role: role, limits: roleLimits[role]}
	c.socket.turn.taken = true
	c.socket.next, c.socket.broken, c.socket.crashed = c.next, c.broken, c.crash
	return c
}

// wake has the socket look whether the seat has something; it never waits.
func (c *conn) wake() { c.socket.flush() }

// open upgrades the request; false means that it was answered otherwise.
func (c *conn) open(w http.ResponseWriter, q *http.Request, seat rooms.Place, version string) bool {
	c.seat = seat
	ws, err := websocket.Accept(&hijacker{w, &c.socket}, q, &websocket.AcceptOptions{
		Subprotocols:       []string{version},
		InsecureSkipVerify: true, // the ticket names the one origin it is for, and Attach compared it
	})
	if err != nil {
		return false // Accept has answered
	}
	ws.SetReadLimit(c.limits.frameBytes + 1) // one more, so that the code of being too large is ours
	c.ws, c.opened = ws, c.server.Clock()
	c.pingAt = c.opened.Add(c.server.timing.ping)
	return true
}

// run is the connection from its opening to its end.
func (c *conn) run() {
	n := &c.server.counters
	n.open.Add(1)
	n.opened.Add(1)
	defer n.open.Add(-1)
	c.server.deadlines.file(c, c.opened)
	c.socket.open()

	why := c.end(c.read())
	if why != gone {
		<-c.told
		c.close(why)
	}
	c.ws.CloseNow()
	c.socket.turn.end()
	c.server.deadlines.remove(c)
	c.seat.Detach()
}

// close does the closing handshake, for which it reads what still comes.
func (c *conn) close(why *wire.CloseError) {
	defer c.recovered()
	c.socket.resume()
	c.ws.Close(websocket.StatusCode(why.Code), why.Reason)
}

// recovered keeps a crash from the other connections.
func (c *conn) recovered() {
	if e := recover(); e != nil {
		c.crash(e)
	}
}

func (c *conn) crash(e any) {
	c.server.counters.crashed.Add(1)
	c.server.Logger.Error("connection crashed", "room", c.seat.Room(), "panic", e, "stack", string(debug.Stack()))
	c.end(gone)
	c.socket.cut()
}

// gone is the end of a connection that cannot be told why.
var gone = wire.Closef(1006, "connection lost")

// end has the peer told why the connection is over, unless it ends already. It returns why it does.
func (c *conn) end(why *wire.CloseError) *wire.CloseError {
	c.mu.Lock()
	first := c.ending == nil
	if first {
		c.ending, c.told = why, make(chan struct{})
		c.endBy = c.server.Clock().Add(c.server.timing.farewell)
	}
	why, by := c.ending, c.endBy
	c.mu.Unlock()
	if first {
		c.server.deadlines.file(c, by)
		c.socket.flush()
	}
	return why
}

// broken is the socket's word that nothing can be written any more.
func (c *conn) broken() {
	c.end(gone)
	c.socket.cut()
	c.tell()
}

// tell lets run go on to close.
func (c *conn) tell() {
	if !c.silent {
		c.silent = true
		close(c.told)
	}
}

// next is what the socket writes next: pongs and pings, what the seat has, at last a bye.
func (c *conn) next(dst []wire.Frame) (_ []wire.Frame, more bool) {
	c.mu.Lock()
	dst = append(dst, c.asides...)
	c.asides = nil
	why := c.ending
	c.mu.Unlock()
	switch {
	case why == gone:
		c.socket.cut()
		return nil, false
	case c.said:
		c.socket.interrupt() // the reader closes, since only one may read
		c.tell()
		return nil, false
	}
	dst, closing := c.seat.Take(dst, takeBytes)
	bytes := 0
	for _, f := range dst {
		bytes += len(f)
	}
	if closing != nil && why == nil {
		why = c.end(closing)
	}
	if why != nil {
		bye := wire.NewJSON(wire.Bye, wire.ByeBody{Code: why.Code, Reason: why.Reason})
		bye.Stamp(0, 0, 0, c.server.Clock())
		dst = append(dst, bye)
		c.said = true
	}
	if len(dst) > 0 {
		n := &c.server.counters
		n.framesOut.Add(int64(len(dst)))
		n.bytesOut.Add(int64(bytes))
		n.batches.Add(1)
	}
	return dst, bytes >= takeBytes || c.said
}

// aside sends a frame that is no seat's. A peer that lets them wait misses some.
func (c *conn) aside(f wire.Frame, now time.Time) {
	f.Stamp(0, 0, 0, now)
	c.mu.Lock()
	if len(c.asides) < asidesWaiting {
		c.asides = append(c.asides, f)
	}
	c.mu.Unlock()
	c.socket.flush()
}

// meet does what is due by now and returns when the connection must be looked at again.
func (c *conn) meet(now time.Time) (next time.Time) {
	defer c.recovered()
	timing := &c.server.timing
	c.mu.Lock()
	ending, endBy := c.ending != nil, c.endBy
	c.mu.Unlock()
	if ending {
		if !now.Before(endBy) {
			c.socket.cut()
			return now.Add(time.Hour)
		}
		return endBy
	}
	if next = c.opened.Add(timing.hello); c.greeted.Load() {
		next = time.Unix(0, c.heard.Load()).Add(timing.silence)
	}
	if !now.Before(next) {
		if c.greeted.Load() {
			c.server.counters.silent.Add(1)
			c.end(wire.Closef(wire.CloseSilent, "nothing heard for %s", timing.silence))
		} else {
			c.end(wire.Closef(wire.CloseNoHello, "no hello within %s", timing.hello))
		}
		return now.Add(timing.farewell)
	}
	if since := c.socket.stalled.Load(); since != 0 {
		stuck := time.Unix(0, since).Add(timing.stall)
		if !now.Before(stuck) {
			c.server.counters.stuck.Add(1)
			c.end(gone)
			c.socket.cut()
		}
		next = earlier(next, stuck)
	}
	if !now.Before(c.pingAt) {
		c.pingAt = now.Add(timing.ping)
		c.aside(wire.New(wire.Ping, nil), now)
	}
	return earlier(next, c.pingAt)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// read gives the room what the peer sends, until that ends, and returns why it did.
func (c *conn) read() (why *wire.CloseError) {
	why = gone // of a crash
	defer c.recovered()
	for {
		if err := c.burst(); err != nil {
			if errors.As(err, &why) && why.Code == wire.CloseMalformed {
				c.server.counters.malformed.Add(1)
			}
			return why
		}
	}
}

// burst waits for a frame and gives it to the seat, with those behind it that were read already. The error is a
// *wire.CloseError if the peer is to blame.
func (c *conn) burst() error {
	if err := c.socket.wait(); err != nil {
		return err
	}
	room := lists.Get().(*list)
	defer func() {
		clear(room.frames[:])
		lists.Put(room)
	}()
	frames := room.frames[:0]
	for {
		f, err := c.frame()
		if err == nil {
			frames = append(frames, f)
		}
		last := err != nil || len(frames) == burstFrames || !c.socket.whole()
		if own := err == nil && (f.Kind() == wire.Ping || f.Kind() == wire.Pong); own || last {
			if own {
				frames = frames[:len(frames)-1]
			}
			if refused := c.seat.Receive(context.Background(), frames...); refused != nil {
				return refused
			}
			frames = frames[:0]
			if own {
				err = c.answer(f)
			}
		}
		if err != nil || last {
			return err
		}
	}
}

// answer is what becomes of a ping or a pong: a pong says by coming all it has to say.
func (c *conn) answer(f wire.Frame) error {
	if err := wire.Check(f, c.role); err != nil || f.Kind() == wire.Pong {
		return err
	}
	c.aside(wire.New(wire.Pong, f.Body()), c.server.Clock())
	return nil
}

// frame reads one frame. The error is a *wire.CloseError if the peer is to blame.
func (c *conn) frame() (wire.Frame, error) {
	kind, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	if kind != websocket.MessageBinary {
		return nil, wire.Closef(wire.CloseMalformed, "a message must be binary")
	}
	var s scratch
	defer s.free()
	if err := s.readAll(r, c.limits.frameBytes); err != nil {
		return nil, err
	}
	now := c.server.Clock()
	if !c.limits.frames.take(1, now) || !c.limits.bytes.take(float64(s.n), now) {
		c.server.counters.flooded.Add(1)
		return nil, wire.Closef(wire.CloseTooMany, "too much at once")
	}
	c.server.counters.framesIn.Add(1)
	c.server.counters.bytesIn.Add(int64(s.n))
	c.heard.Store(now.UnixNano())
	if !c.greeted.Load() {
		c.greeted.Store(true)
	}
	f, err := wire.Parse(append(make([]byte, 0, s.n), s.b[:s.n]...)) // exact: the room may keep it
	if err != nil {
		return nil, wire.Closef(wire.CloseMalformed, "%s", err)
	}
	return f, nil
}

// scratch is where a message is put together, since only at its end is known how long it is. It grows with what has come,
// not with what was announced.
type scratch struct {
	b    []byte
	n    int // bytes read
	size int // into scratchSizes, of the next bigger
	from *[]byte
}

var (
	scratchSizes = [...]int{4 << 10, 16 << 10, 64 << 10, 256 << 10, wire.MaxVisitorFrameBytes + 1}
	scratches    [len(scratchSizes)]sync.Pool
)

func (s *scratch) grow() {
	from, _ := scratches[s.size].Get().(*[]byte)
	if from == nil {
		b := make([]byte, scratchSizes[s.size])
		from = &b
	}
	copy(*from, s.b[:s.n])
	s.free()
	s.b, s.from = *from, from
	s.size++
}

func (s *scratch) free() {
	if s.from != nil {
		scratches[s.size-1].Put(s.from)
	}
	s.from = nil
}

// readAll reads a message of at most limit bytes, which is below the biggest of scratchSizes.
func (s *scratch) readAll(r io.Reader, limit int64) error {
	for {
		if s.n == len(s.b) {
			s.grow()
		}
		m, err := r.Read(s.b[s.n:])
		s.n += m
		switch {
		case int64(s.n) > limit:
			return wire.Closef(wire.CloseTooLarge, "a frame has at most %d bytes", limit)
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}
