package relay

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/coder/websocket"

	"alongside/rooms"
	"alongside/wire"
)

const (
	batchBytes   = 256 << 10 // taken from the seat at once
	chunkBytes   = 32 << 10  // one write to the socket, which must be done within writeTimeout
	kernelBytes  = 256 << 10
	writeTimeout = 10 * time.Second
	pongsWaiting = 8
	firstScratch = 4 << 10
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

// conn is one WebSocket connection. The reader is the goroutine of serve; the writer is the one it starts and waits for.
type conn struct {
	server *Server       // fixed
	role   wire.Role     // fixed
	wakes  chan struct{} // fixed; holds one signal that Take may have something
	pongs  chan wire.Frame

	// Fixed once serve has upgraded.
	seat rooms.Place
	ws   *websocket.Conn
	out  *corked

	// The reader's.
	limits  limits
	scratch []byte
	silence *time.Timer

	mu     sync.Mutex // guards ending
	ending *wire.CloseError
}

func newConn(s *Server, role wire.Role) *conn {
	return &conn{
		server: s, role: role, wakes: make(chan struct{}, 1), pongs: make(chan wire.Frame, pongsWaiting),
		limits: roleLimits[role], scratch: make([]byte, firstScratch),
	}
}

// wake has the writer look; it never blocks.
func (c *conn) wake() {
	select {
	case c.wakes <- struct{}{}:
	default:
	}
}

// serve upgrades the request and runs the connection to its end.
func (c *conn) serve(w http.ResponseWriter, q *http.Request, seat rooms.Place, version string) {
	c.seat = seat
	defer seat.Detach()
	hijack := &hijacker{ResponseWriter: w, timeout: c.server.timing.write}
	ws, err := websocket.Accept(hijack, q, &websocket.AcceptOptions{
		Subprotocols:       []string{version},
		InsecureSkipVerify: true, // the ticket names the one origin it is for, and Attach compared it
	})
	if err != nil {
		return // Accept has answered
	}
	c.ws, c.out = ws, hijack.out
	ws.SetReadLimit(c.limits.frameBytes + 1) // one more, so that the code of being too large is ours
	n := &c.server.counters
	n.open.Add(1)
	n.opened.Add(1)
	defer n.open.Add(-1)

	stop := context.AfterFunc(c.server.ctx, func() { ws.CloseNow() })
	defer stop()
	written := make(chan struct{})
	go func() {
		defer close(written)
		defer c.recovered()
		c.write()
	}()
	c.read()
	<-written
}

// recovered keeps a crash from the other connections.
func (c *conn) recovered() {
	if e := recover(); e != nil {
		c.server.counters.crashed.Add(1)
		c.server.Logger.Error("connection crashed", "room", c.seat.Room(), "panic", e, "stack", string(debug.Stack()))
		c.end(gone)
		c.ws.CloseNow()
	}
}

// end has the writer close the connection with why, unless it does already.
func (c *conn) end(why *wire.CloseError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending == nil {
		c.ending = why
	}
	c.wake()
}

func (c *conn) ended() *wire.CloseError {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

// gone is the end of a connection that cannot be told why.
var gone = wire.Closef(1006, "connection lost")

// read gives the room what the peer sends, until either ends it.
func (c *conn) read() {
	defer c.recovered()
	hello := true
	wait := c.server.timing
	c.silence = time.AfterFunc(wait.hello, func() {
		c.end(wire.Closef(wire.CloseNoHello, "no hello within %s", wait.hello))
	})
	defer func() { c.silence.Stop() }()
	for {
		f, err := c.next()
		if err == nil && hello {
			hello = false
			c.silence.Stop()
			c.silence = time.AfterFunc(wait.silence, func() {
				c.server.counters.silent.Add(1)
				c.end(wire.Closef(wire.CloseSilent, "nothing heard for %s", wait.silence))
			})
		} else if err == nil {
			c.silence.Reset(wait.silence)
		}
		if err == nil {
			err = c.receive(f)
		}
		if err == nil {
			continue
		}
		why := gone
		if errors.As(err, &why) && why.Code == wire.CloseMalformed {
			c.server.counters.malformed.Add(1)
		}
		c.end(why)
		return
	}
}

// next reads one frame. The error is a *wire.CloseError if the peer is to blame.
func (c *conn) next() (wire.Frame, error) {
	kind, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	if kind != websocket.MessageBinary {
		return nil, wire.Closef(wire.CloseMalformed, "a message must be binary")
	}
	n := 0
	for {
		if n == len(c.scratch) {
			c.scratch = append(c.scratch, make([]byte, len(c.scratch))...)
		}
		m, err := r.Read(c.scratch[n:])
		n += m
		if int64(n) > c.limits.frameBytes {
			return nil, wire.Closef(wire.CloseTooLarge, "a frame has at most %d bytes", c.limits.frameBytes)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	now := c.server.Clock()
	if !c.limits.frames.take(1, now) || !c.limits.bytes.take(float64(n), now) {
		c.server.counters.flooded.Add(1)
		return nil, wire.Closef(wire.CloseTooMany, "too much at once")
	}
	c.server.counters.framesIn.Add(1)
	c.server.counters.bytesIn.Add(int64(n))
	f, err := wire.Parse(append(make([]byte, 0, n), c.scratch[:n]...)) // exact: the room may keep it
	if err != nil {
		return nil, wire.Closef(wire.CloseMalformed, "%s", err)
	}
	return f, nil
}

func (c *conn) receive(f wire.Frame) error {
	switch f.Kind() {
	case wire.Ping:
		if err := wire.Check(f, c.role); err != nil {
			return err
		}
		pong := wire.New(wire.Pong, f.Body())
		pong.Stamp(0, 0, 0, c.server.Clock())
		select {
		case c.pongs <- pong:
		default: // who pings faster than it reads misses some
		}
		return nil
	case wire.Pong:
		return wire.Check(f, c.role)
	}
	return c.seat.Receive(context.Background(), f)
}

// write sends what the seat has, until the connection ends; then it closes it.
func (c *conn) write() {
	ping := time.NewTicker(c.server.timing.ping)
	defer ping.Stop()
	var batch []wire.Frame
	for {
		batch = batch[:0]
		select {
		case <-c.wakes:
		case pong := <-c.pongs:
			batch = append(batch, pong)
		case now := <-ping.C:
			f := wire.New(wire.Ping, nil)
			f.Stamp(0, 0, 0, now)
			batch = append(batch, f)
		}
		for {
			var why *wire.CloseError
			batch, why = c.seat.Take(batch, batchBytes)
			if ended := c.ended(); ended != nil {
				why = ended
			}
			if len(batch) == 0 && why == nil {
				break
			}
			if why == gone || c.send(batch) != nil {
				c.ws.CloseNow()
				return
			}
			if why != nil {
				c.close(why)
				return
			}
			clear(batch)
			batch = batch[:0]
		}
	}
}

// close says bye, closes with the code and waits a little for the peer to do the same.
func (c *conn) close(why *wire.CloseError) {
	bye := wire.NewJSON(wire.Bye, wire.ByeBody{Code: why.Code, Reason: why.Reason})
	bye.Stamp(0, 0, 0, c.server.Clock())
	if c.send([]wire.Frame{bye}) != nil {
		c.ws.CloseNow()
		return
	}
	c.ws.Close(websocket.StatusCode(why.Code), why.Reason)
}

// send writes frames, as few writes to the socket as they need.
func (c *conn) send(batch []wire.Frame) error {
	c.out.cork()
	n := 0
	for _, f := range batch {
		n += len(f)
		if err := c.ws.Write(context.Background(), websocket.MessageBinary, f); err != nil {
			return err
		}
	}
	c.server.counters.framesOut.Add(int64(len(batch)))
	c.server.counters.bytesOut.Add(int64(n))
	c.server.counters.batches.Add(1)
	return c.out.uncork()
}

// hijacker puts a corked connection under the WebSocket.
type hijacker struct {
	http.ResponseWriter
	timeout time.Duration // of the corked connection
	out     *corked
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	limitKernelQueue(nc)
	h.out = &corked{Conn: nc, timeout: h.timeout}
	return h.out, bufio.NewReadWriter(rw.Reader, bufio.NewWriterSize(h.out, 4<<10)), nil
}

// limitKernelQueue keeps the kernel from holding megabytes for a slow peer, who would see the past for that long; what
// is not in the kernel yet can still be replaced by something newer. It costs speed only above 256 KiB per round trip.
func limitKernelQueue(nc net.Conn) {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	if t, ok := nc.(*net.TCPConn); ok {
		t.SetWriteBuffer(kernelBytes) // an error leaves the default, which works
	}
}

// corked is a connection that gathers small writes between cork and uncork, and that breaks when a chunk makes no way
// for its timeout, however long a large frame takes on a slow line.
type corked struct {
	net.Conn
	timeout time.Duration // fixed; for one chunk

	mu      sync.Mutex // the writer's and, for control frames, the reader's
	gather  bool
	pending []byte
}

func (c *corked) cork() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gather = true
}

func (c *corked) uncork() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gather = false
	return c.flush()
}

// Write implements net.Conn.
func (c *corked) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gather && len(c.pending)+len(p) <= chunkBytes {
		c.pending = append(c.pending, p...)
		return len(p), nil
	}
	if err := c.flush(); err != nil {
		return 0, err
	}
	if c.gather && len(p) < chunkBytes/2 {
		c.pending = append(c.pending, p...)
		return len(p), nil
	}
	return c.writeThrough(p)
}

func (c *corked) flush() error {
	if len(c.pending) == 0 {
		return nil
	}
	_, err := c.writeThrough(c.pending)
	c.pending = c.pending[:0]
	return err
}

func (c *corked) writeThrough(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		c.Conn.SetWriteDeadline(time.Now().Add(c.timeout))
		var m int
		m, err = c.Conn.Write(p[:min(len(p), chunkBytes)])
		n += m
		p = p[m:]
	}
	return n, err
}
