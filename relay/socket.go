package relay

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"alongside/wire"
)

// This file holds what makes a connection cheap; nothing outside knows of it. Whoever has something for a peer writes it
// in the own goroutine, as far as the kernel takes it at once; only what is left over gets a goroutine, for as long as it
// is left over. Nothing is held for a connection that neither sends nor is sent anything: buffers come from pools when
// there are bytes to put into them.
//
// What must stay true: WebSocket frames leave whole and in order, the library's control frames among ours, because only
// who has the turn writes, and only between messages is it asked what comes next.

const (
	chunkBytes     = 32 << 10 // of one write
	readBytes      = 16 << 10 // of one read
	tlsReadBytes   = 2 << 10  // the same under TLS, kept for the connection's life
	kernelBytes    = 256 << 10
	headerReader   = 16  // of the library's reader, which need only hold the header of a message (RFC 6455 §5.2: 14 bytes)
	controlBytes   = 127 // the longest control frame (RFC 6455 §5.5), and what the library's writer must hold
	roundsInTurn   = 8   // how often a writer looks for more before it leaves that to a goroutine
	listFrames     = 32  // of a pooled list
	messageIsWhole = 0x82
)

var (
	writeChunks = sync.Pool{New: func() any { return new([chunkBytes]byte) }}
	readChunks  = sync.Pool{New: func() any { return new([readBytes]byte) }}
	lists       = sync.Pool{New: func() any { return new(list) }}
)

// list is room for frames that are written, or were read, in one go.
type list struct{ frames [listFrames]wire.Frame }

// turn lets one goroutine write at a time, and has it look again if another came meanwhile.
type turn struct {
	mu    sync.Mutex
	taken bool
	again bool
	over  chan struct{} // not nil: nobody may take it any more; closed once nobody has it
}

func (t *turn) take() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken || t.over != nil {
		t.again = true
		return false
	}
	t.taken = true
	return true
}

// leave gives the turn up, unless there is more to do.
func (t *turn) leave() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.again && t.over == nil {
		t.again = false
		return false
	}
	t.taken = false
	if t.over != nil {
		close(t.over)
	}
	return true
}

// end waits for who has the turn; nobody gets it afterwards. It is called once.
func (t *turn) end() {
	t.mu.Lock()
	over := make(chan struct{})
	t.over = over
	if !t.taken {
		close(over)
	}
	t.mu.Unlock()
	<-over
}

// socket is a connection below the WebSocket library, which reads through it and writes its control frames to it. Messages are
// written by flush, past the library. Until it is open its maker has the turn.
type socket struct {
	// Fixed.
	next    func(dst []wire.Frame) (_ []wire.Frame, more bool) // what to write next, and whether there is still more
	broken  func()                                             // the socket takes no more; called once, by who has the turn
	crashed func(any)                                          // next panicked

	// Fixed once adopted.
	net.Conn
	raw     syscall.RawConn // nil: only blocking calls are safe, as under TLS, which a write cut short ruins
	tryRead func(fd uintptr) bool
	tryPush func(fd uintptr) bool
	buffer  *bufio.Reader // the library's

	// The reader's.
	in      []byte // read and not yet taken
	chunk   *[readBytes]byte
	own     []byte // to read into under TLS
	readErr error

	interrupted bool // the reader's

	turn turn

	// Of who has the turn.
	frames  []wire.Frame // under way
	at      int          // bytes of the first of them, its WebSocket header included, that the kernel has
	bare    bool         // frames has a control frame of the library, which brought its header
	patient bool         // who pushes may wait
	full    bool         // the kernel took nothing
	pushed  int          // what came of tryPush
	pushErr error
	failed  error

	stalled atomic.Int64 // since when the kernel takes nothing, Unix nanoseconds; 0: it does

	mu      sync.Mutex // guards control
	control []byte     // the library's newest control frame, not yet under way
}

// adopt takes the socket over from the HTTP server, with what of it was read already.
func (s *socket) adopt(nc net.Conn, early []byte) {
	s.Conn, s.in = nc, slices.Clone(early)
	plain := nc
	if t, ok := nc.(*tls.Conn); ok {
		plain = t.NetConn()
	}
	if t, ok := plain.(*net.TCPConn); ok {
		// The kernel must not hold megabytes for a slow peer, who would see the past for that long; what it does not have
		// yet can still be replaced by something newer. It costs speed only above 256 KiB per round trip.
		t.SetWriteBuffer(kernelBytes) // an error leaves the default, which works
	}
	if t, ok := nc.(*net.TCPConn); ok && canTry {
		s.raw, _ = t.SyscallConn() // an error leaves the blocking way, which works
	}
	if s.raw == nil {
		s.own = make([]byte, tlsReadBytes)
	}
	s.tryRead, s.tryPush = s.readOnce, s.pushOnce
	s.buffer = bufio.NewReaderSize(s, headerReader)
}

// hijacker puts a socket of ours under the WebSocket library.
type hijacker struct {
	http.ResponseWriter
	socket *socket
}

// Hijack implements http.Hijacker. The server's own buffers, 4 KiB each way, are left to the collector.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	nc, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	h.socket.adopt(nc, early)
	return h.socket, bufio.NewReadWriter(h.socket.buffer, bufio.NewWriterSize(h.socket, controlBytes)), nil
}

// open begins to write what next gives.
func (s *socket) open() {
	s.buffer.Reset(s) // the library put a reader of what came early between; adopt has seen to that
	s.push()
}

// cut ends the socket; it never waits. Whoever reads or writes is told by an error.
func (s *socket) cut() {
	if t, ok := s.Conn.(*tls.Conn); ok {
		t.NetConn().Close() // a farewell would have to wait for a full socket
		return
	}
	s.Conn.Close()
}

// wait returns when something can be read or the socket is; it holds no buffer meanwhile, and a shallow stack.
func (s *socket) wait() error {
	if s.interrupted {
		return os.ErrDeadlineExceeded
	}
	if s.buffer.Buffered() > 0 || len(s.in) > 0 {
		return nil
	}
	return s.more()
}

// interrupt has wait return an error from now on, once the message that is being read has come to its end.
func (s *socket) interrupt() { s.Conn.SetReadDeadline(time.Unix(1, 0)) }

// resume lets the reader read on although it was interrupted.
func (s *socket) resume() { s.Conn.SetReadDeadline(time.Time{}) }

func (s *socket) more() error {
	if s.raw == nil {
		n, err := s.Conn.Read(s.own)
		s.in = s.own[:n]
		if n > 0 {
			err = nil // it comes again
		}
		return err
	}
	s.readErr = nil
	if err := s.raw.Read(s.tryRead); err != nil {
		return err
	}
	return s.readErr
}

func (s *socket) readOnce(fd uintptr) bool {
	chunk := readChunks.Get().(*[readBytes]byte)
	n, again, err := tryRead(fd, chunk[:])
	if again || err != nil {
		readChunks.Put(chunk)
		s.readErr = err
		return !again
	}
	s.chunk, s.in = chunk, chunk[:n]
	return true
}

// Read implements net.Conn.
func (s *socket) Read(p []byte) (int, error) {
	for len(s.in) == 0 {
		err := s.more()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			s.interrupted = true
			s.resume()
		} else if err != nil {
			return 0, err
		}
	}
	n := copy(p, s.in)
	s.in = s.in[n:]
	if len(s.in) == 0 {
		s.in = nil
		if s.chunk != nil {
			readChunks.Put(s.chunk)
			s.chunk = nil
		}
	}
	return n, nil
}

// whole tells whether a whole further message was read already: what is done for this one may wait for it.
func (s *socket) whole() bool {
	var head [14]byte
	ahead, _ := s.buffer.Peek(s.buffer.Buffered())
	have := len(ahead) + len(s.in)
	h := head[:copy(head[:], ahead)]
	h = head[:len(h)+copy(head[len(h):], s.in)]
	if len(h) < 2 || h[0] != messageIsWhole {
		return false
	}
	n := int(h[1] & 0x7f)
	switch {
	case n == 126 && len(h) >= 4:
		n = 4 + int(binary.BigEndian.Uint16(h[2:]))
	case n >= 126:
		return false // one that long is no hurry to others
	default:
		n += 2
	}
	const mask = 4
	return have >= n+mask
}

// Write implements net.Conn for the library, which gives it one control frame at a time. If it cannot leave at once it
// takes the place of an older one: only the newest ping must be answered (RFC 6455 §5.5.3), and nothing follows a close.
func (s *socket) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.control = slices.Clone(p)
	s.mu.Unlock()
	s.flush()
	return len(p), nil
}

// flush writes what there is without waiting. Anyone may call it.
func (s *socket) flush() {
	if s.turn.take() {
		s.push()
	}
}

// push has the turn, and gives it up or leaves it to drain.
func (s *socket) push() {
	room := lists.Get().(*list)
	defer func() {
		clear(room.frames[:])
		lists.Put(room)
	}()
	defer s.guard()
	for range roundsInTurn {
		more := s.pull(room.frames[:0])
		if len(s.frames) > 0 && s.raw == nil {
			break
		}
		for len(s.frames) > 0 && !s.full {
			s.write()
		}
		if s.full {
			break
		}
		if !more && s.turn.leave() {
			return
		}
	}
	s.frames = slices.Clone(s.frames)
	go s.drain()
}

// drain writes until there is nothing more, however long the peer takes, and gives the turn up.
func (s *socket) drain() {
	defer s.guard()
	s.patient = true
	for {
		for len(s.frames) > 0 {
			s.write()
		}
		if !s.pull(nil) && len(s.frames) == 0 {
			s.patient = false
			if s.turn.leave() {
				return
			}
			s.patient = true
		}
	}
}

// guard keeps a crash of what next does with who has the turn, which is then at its end.
func (s *socket) guard() {
	if e := recover(); e != nil {
		s.crashed(e)
		s.fail(net.ErrClosed)
		for !s.turn.leave() {
		}
	}
}

// pull asks what is to be written next. more tells that there is, besides.
func (s *socket) pull(dst []wire.Frame) (more bool) {
	if s.failed != nil {
		return false
	}
	s.mu.Lock()
	control := s.control
	s.control = nil
	s.mu.Unlock()
	if s.bare = control != nil; s.bare {
		s.frames = append(dst, control)
		return true
	}
	s.frames, more = s.next(dst)
	return more
}

// write gives the kernel one chunk.
func (s *socket) write() {
	if s.raw != nil {
		s.pushed, s.pushErr = 0, nil
		if err := s.raw.Write(s.tryPush); err != nil {
			s.pushErr = err
		}
		s.wrote(s.pushed, s.pushErr) // not before: to close a socket waits for the raw call to return
		return
	}
	chunk := writeChunks.Get().(*[chunkBytes]byte)
	defer writeChunks.Put(chunk)
	s.stalled.Store(time.Now().UnixNano())
	n, err := s.Conn.Write(s.fill(chunk[:]))
	s.wrote(n, err)
}

// pushOnce gives the kernel a chunk if it takes any. Only who is patient is called again when it does.
func (s *socket) pushOnce(fd uintptr) bool {
	chunk := writeChunks.Get().(*[chunkBytes]byte)
	defer writeChunks.Put(chunk)
	n, again, err := tryWrite(fd, s.fill(chunk[:]))
	if again {
		s.stalled.CompareAndSwap(0, time.Now().UnixNano())
		s.full = !s.patient
		return s.full
	}
	s.full, s.pushed, s.pushErr = false, n, err
	return true
}

func (s *socket) wrote(n int, err error) {
	if n > 0 && s.stalled.Load() != 0 {
		s.stalled.Store(0)
	}
	s.advance(n)
	if err != nil {
		s.fail(err)
	}
}

func (s *socket) fail(err error) {
	s.frames, s.at, s.full = nil, 0, false
	if s.failed == nil {
		s.failed = err
		s.broken()
	}
}

// header is the WebSocket header of frame f in an unmasked binary message (RFC 6455 §5.2).
func (s *socket) header(f wire.Frame, into *[10]byte) []byte {
	const binaryMessage = 0x82
	n := len(f)
	switch {
	case s.bare:
		return nil
	case n < 126:
		return append(into[:0], binaryMessage, byte(n))
	case n < 1<<16:
		return append(into[:0], binaryMessage, 126, byte(n>>8), byte(n))
	}
	return binary.BigEndian.AppendUint64(append(into[:0], binaryMessage, 127), uint64(n))
}

// fill puts into p what follows what the kernel has, as much as fits.
func (s *socket) fill(p []byte) []byte {
	var space [10]byte
	n, skip := 0, s.at
	for _, f := range s.frames {
		for _, part := range [2][]byte{s.header(f, &space), f} {
			k := min(skip, len(part))
			skip -= k
			n += copy(p[n:], part[k:])
		}
		if n == len(p) {
			break
		}
	}
	return p[:n]
}

// advance notes that the kernel took n bytes more.
func (s *socket) advance(n int) {
	var space [10]byte
	s.at += n
	for len(s.frames) > 0 {
		size := len(s.header(s.frames[0], &space)) + len(s.frames[0])
		if s.at < size {
			return
		}
		s.at -= size
		s.frames[0] = nil
		s.frames = s.frames[1:]
	}
	s.frames = nil
}
