package relay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"alongside/wire"
)

// frameOf is a frame whose body is n times the byte.
func frameOf(n int, b byte) wire.Frame { return wire.New(wire.Chat, bytes.Repeat([]byte{b}, n)) }

// TestAWriteMayEndAnywhere has the kernel take any number of bytes first, and any after that.
func TestAWriteMayEndAnywhere(t *testing.T) {
	frames := func() []wire.Frame {
		return []wire.Frame{frameOf(0, 'a'), frameOf(105, 'b'), frameOf(106, 'c'), frameOf(300, 'd')}
	}
	var whole bytes.Buffer
	for _, f := range frames() {
		if n := len(f); n < 126 {
			whole.Write([]byte{0x82, byte(n)})
		} else {
			whole.Write([]byte{0x82, 126, byte(n >> 8), byte(n)})
		}
		whole.Write(f)
	}
	var space [chunkBytes]byte
	for first := range whole.Len() + 1 {
		for _, then := range []int{1, 3, 17, whole.Len()} {
			s := &socket{frames: frames()}
			var got []byte
			for n := first; len(s.frames) > 0; n = then {
				p := s.fill(space[:])
				n = min(n, len(p))
				got = append(got, p[:n]...)
				s.advance(n)
			}
			if !bytes.Equal(got, whole.Bytes()) || s.at != 0 {
				t.Fatalf("cut at %d, then each %d: %q", first, then, got)
			}
		}
	}
	s := &socket{frames: []wire.Frame{frameOf(1<<16, 'x')}}
	if h := s.fill(space[:10]); !bytes.Equal(h, binary.BigEndian.AppendUint64([]byte{0x82, 127}, 1<<16+wire.HeaderBytes)) {
		t.Errorf("header of a long frame: % x", h)
	}
}

// pair is two ends of a TCP connection.
func pair(t *testing.T) (near, far net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if far, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if near, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// tlsPair is two ends of a TLS connection.
func tlsPair(t *testing.T) (near, far net.Conn) {
	authority := httptest.NewUnstartedServer(nil)
	authority.StartTLS()
	defer authority.Close()
	near, far = pair(t)
	server, client := tls.Server(near, authority.TLS), tls.Client(far, &tls.Config{InsecureSkipVerify: true})
	go client.Handshake()
	if err := server.Handshake(); err != nil {
		t.Fatal(err)
	}
	return server, client
}

// messages reads WebSocket messages off the wire and checks that each is whole.
func messages(r io.Reader, each func(op byte, body []byte) bool) error {
	b := bufio.NewReader(r)
	for {
		var h [2]byte
		if _, err := io.ReadFull(b, h[:]); err != nil {
			return err
		}
		n := uint64(h[1])
		switch n {
		case 126:
			var more [2]byte
			io.ReadFull(b, more[:])
			n = uint64(binary.BigEndian.Uint16(more[:]))
		case 127:
			var more [8]byte
			io.ReadFull(b, more[:])
			n = binary.BigEndian.Uint64(more[:])
		}
		if h[0]&0x70 != 0 || n > 1<<20 {
			return fmt.Errorf("no header: % x", h)
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(b, body); err != nil {
			return err
		}
		if !each(h[0]&15, body) {
			return nil
		}
	}
}

// TestFramesNeverInterleave has many goroutines write at once, the library's control frames among them, to a peer that
// reads by fits and starts.
func TestFramesNeverInterleave(t *testing.T) {
	for name, connect := range map[string]func(*testing.T) (near, far net.Conn){"TCP": pair, "TLS": tlsPair} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			near, far := connect(t)
			const writers, each = 4, 400
			var mu sync.Mutex
			var waiting []wire.Frame
			s := &socket{
				next: func(dst []wire.Frame) ([]wire.Frame, bool) {
					mu.Lock()
					defer mu.Unlock()
					dst = append(dst, waiting...)
					waiting = nil
					return dst, false
				},
				broken:  func() { near.Close() },
				crashed: func(e any) { panic(e) },
			}
			s.adopt(near, nil)
			s.turn.taken = true
			s.open()
			if (s.raw == nil) != (name == "TLS") {
				t.Fatal("the wrong way of writing")
			}
			var writing sync.WaitGroup
			for w := range byte(writers) {
				writing.Go(func() {
					for i := range each {
						f := frameOf(i*7, w)
						f.SetState(0, uint32(i))
						f.Stamp(uint16(w), 0, 0, time.Time{})
						mu.Lock()
						waiting = append(waiting, f)
						mu.Unlock()
						s.flush()
					}
				})
			}
			writing.Go(func() {
				for range each {
					s.Write([]byte{0x89, 3, 'h', 'e', 'y'})
				}
			})
			var next [writers]int
			controls, done := 0, 0
			err := messages(&fitful{Reader: far}, func(op byte, body []byte) bool {
				if op == 9 {
					controls++
					if string(body) != "hey" {
						t.Errorf("a ping of %q", body)
					}
					return true
				}
				f := wire.Frame(body)
				w := f.Source()
				if want := frameOf(next[w]*7, byte(w)); int(f.Epoch()) != next[w] || !bytes.Equal(f.Body(), want.Body()) {
					t.Errorf("writer %d: frame %d of %d bytes came, want %d", w, f.Epoch(), len(f.Body()), next[w])
				}
				next[w]++
				done++
				return done < writers*each
			})
			if err != nil {
				t.Fatal(err)
			}
			writing.Wait()
			if controls == 0 {
				t.Error("no control frame came")
			}
			near.Close()
			s.turn.end()
			settled(t, before)
		})
	}
}

// fitful reads little and late now and then.
type fitful struct {
	io.Reader
	n int
}

func (f *fitful) Read(p []byte) (int, error) {
	if f.n++; f.n%64 == 0 {
		time.Sleep(time.Millisecond)
	}
	return f.Reader.Read(p[:min(len(p), 1+f.n%4000)])
}

// settled waits until no more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			all := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, all[:runtime.Stack(all, true)])
		}
	}
}

// TestAStalledPeerCostsOneGoroutine fills a socket nobody reads: the writer goes on at once, one goroutine waits, and it
// goes when the peer reads, or when the line is cut.
func TestAStalledPeerCostsOneGoroutine(t *testing.T) {
	for name, end := range map[string]func(s *socket, far net.Conn){
		"reads":  func(_ *socket, far net.Conn) { go io.Copy(io.Discard, far) },
		"is cut": func(s *socket, _ net.Conn) { s.cut() },
		"leaves": func(_ *socket, far net.Conn) { far.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			var asked atomic.Int64
			gone := make(chan struct{})
			s := &socket{broken: func() { close(gone) }}
			s.next = func(dst []wire.Frame) ([]wire.Frame, bool) {
				if asked.Add(1) > 100 {
					return dst, false
				}
				return append(dst, frameOf(900<<10, 'x')), true // more than the kernel takes in one turn
			}
			s.adopt(near, nil)
			s.turn.taken = true
			s.open()
			for range 100 {
				s.flush()
			}
			eventually(t, func() bool { return s.stalled.Load() != 0 })
			eventually(t, func() bool { return draining() == 1 }) // it may only be about to start
			if n := draining(); n != 1 {
				t.Errorf("%d goroutines wait for one peer", n)
			}
			if asked.Load() > 30 {
				t.Errorf("%d times was asked for more that the peer did not take", asked.Load())
			}
			end(s, far)
			s.turn.end()
			eventually(t, func() bool { return draining() == 0 })
			select {
			case <-gone:
				if name == "reads" {
					t.Error("broke")
				}
			default:
				if name != "reads" {
					t.Error("was not told")
				}
			}
		})
	}
}

// draining counts the goroutines that wait for a peer to take what is left over.
func draining() int {
	all := make([]byte, 1<<20)
	return strings.Count(string(all[:runtime.Stack(all, true)]), "(*socket).drain(")
}

func TestACrashOfWhatWritesCostsThatConnectionOnly(t *testing.T) {
	near, _ := pair(t)
	var crashed, broken int
	s := &socket{
		next:    func([]wire.Frame) ([]wire.Frame, bool) { panic("a bug") },
		broken:  func() { broken++ },
		crashed: func(any) { crashed++ },
	}
	s.adopt(near, nil)
	s.turn.taken = true
	s.open() // must not panic
	s.flush()
	s.turn.end()
	if crashed != 1 || broken != 1 {
		t.Errorf("crashed %d times, broke %d times", crashed, broken)
	}
}

// TestOnlyWholeMessagesAreWaitedFor has the socket tell whether a further message was read already.
func TestOnlyWholeMessagesAreWaitedFor(t *testing.T) {
	message := appendMasked(nil, frameOf(50, 'x'))
	long := appendMasked(nil, frameOf(300, 'x'))
	for _, m := range [][]byte{message, long} {
		for n := range len(m) + 1 {
			for ahead := range min(n, headerReader) + 1 {
				s := &socket{in: m[ahead:n]}
				s.buffer = bufio.NewReaderSize(bytes.NewReader(m[:ahead]), headerReader)
				s.buffer.Peek(ahead)
				if s.whole() != (n == len(m)) {
					t.Fatalf("%d of %d bytes, %d with the library: %t", n, len(m), ahead, s.whole())
				}
			}
		}
	}
}

// TestAnInterruptedReaderEndsItsMessage interrupts in the middle of one.
func TestAnInterruptedReaderEndsItsMessage(t *testing.T) {
	for name, connect := range map[string]func(*testing.T) (near, far net.Conn){"TCP": pair, "TLS": tlsPair} {
		t.Run(name, func(t *testing.T) {
			near, far := connect(t)
			s := &socket{}
			s.adopt(near, []byte("ear"))
			got := make(chan string)
			go func() {
				if err := s.wait(); err != nil {
					t.Error(err)
				}
				b := make([]byte, 9)
				if _, err := io.ReadFull(s, b); err != nil {
					t.Error(err)
				}
				got <- string(b)
			}()
			far.Write([]byte("ly "))
			time.Sleep(20 * time.Millisecond)
			s.interrupt()
			time.Sleep(20 * time.Millisecond)
			far.Write([]byte("end"))
			if b := <-got; b != "early end" {
				t.Errorf("read %q", b)
			}
			if err := s.wait(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("waited for more: %v", err)
			}
		})
	}
}

// TestServedUnderTLS is a room over TLS.
func TestServedUnderTLS(t *testing.T) {
	w := newWorld(t)
	mux := http.NewServeMux()
	w.relay.Register(mux)
	secure := httptest.NewTLSServer(mux)
	defer secure.Close()
	plain := w.http.URL
	dial := func(path, ticket, origin string) *client {
		ws, _, err := websocket.Dial(t.Context(), secure.URL+path, &websocket.DialOptions{
			HTTPClient:   secure.Client(),
			Subprotocols: []string{wire.Subprotocol, wire.TicketPrefix + ticket}, HTTPHeader: http.Header{"Origin": {origin}},
		})
		if err != nil {
			t.Fatal(err)
		}
		ws.SetReadLimit(4 << 20)
		t.Cleanup(func() { ws.CloseNow() })
		return &client{t, ws}
	}
	e := w.open()
	v := dial("/widget/v1/socket", e.Ticket, shop)
	v.send(wire.NewJSON(wire.Hello, wire.HelloBody{Client: "test", Page: &wire.PageBody{URL: shop + "/", Visible: true}}))
	v.welcome()
	a := dial("/api/v1/socket", w.join(e, "ann"), plain)
	a.send(wire.NewJSON(wire.Hello, wire.HelloBody{Client: "test"}))
	a.welcome()
	v.grant()
	v.want(wire.Keyframe)
	big := strings.Repeat("x", 500<<10)
	v.send(whole(1, big))
	for i := range 200 {
		v.send(diff(1, fmt.Sprint(i)))
	}
	a.wantState(wire.Snapshot, 1, 1, big)
	for i := range 200 {
		a.wantState(wire.Diff, 1, uint32(i+2), fmt.Sprint(i))
	}
	go w.relay.Drain(context.WithoutCancel(t.Context()))
	v.wantClose(wire.CloseMoving)
	a.wantClose(wire.CloseMoving)
}

// TestNoGoroutineIsLeft opens and ends connections in every way there is.
func TestNoGoroutineIsLeft(t *testing.T) {
	w := newWorld(t)
	_, v, a := w.live()
	v.ws.Close(websocket.StatusNormalClosure, "")
	a.ws.CloseNow()
	gone := func() bool { return w.relay.Stats().Open == 0 }
	eventually(t, gone)
	http.DefaultClient.CloseIdleConnections()
	time.Sleep(50 * time.Millisecond)
	before := runtime.NumGoroutine()
	for range 5 {
		e, v, a := w.live()
		v.send(diff(1, "x"))
		b, _ := w.agent(w.join(e, "bob"), nil)
		v.grant()
		a.ws.CloseNow()
		b.ws.Write(t.Context(), websocket.MessageText, []byte("no"))
		b.wantClose(wire.CloseMalformed)
		v.send(wire.NewJSON(wire.Bye, wire.ByeBody{Code: wire.CloseEnded}))
		v.wantClose(wire.CloseEnded)
	}
	eventually(t, gone)
	http.DefaultClient.CloseIdleConnections()
	settled(t, before)
}

func eventually(t *testing.T, what func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !what(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come to that")
		}
	}
}

// TestAStalledReaderCostsTheOthersNothing has ten of eleven readers stop: what the other is sent comes as before, memory
// stays within the checkpoint and what a batch may hold, and when they read on they are given the newest, not closed.
func TestAStalledReaderCostsTheOthersNothing(t *testing.T) {
	w := newWorld(t)
	e, v, a := w.live()
	const stalled, size, epochs, diffs = 10, 60 << 10, 12, 20
	var slow []*client
	for i := range stalled {
		b, _ := w.agent(w.join(e, fmt.Sprint("slow ", i)), nil)
		v.grant()
		slow = append(slow, b)
	}
	big := strings.Repeat("x", size)
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	var longest time.Duration
	for epoch := uint32(2); epoch < 2+epochs; epoch++ {
		v.send(whole(epoch, big))
		a.wantState(wire.Snapshot, epoch, 1, big)
		for i := range uint32(diffs) {
			start := time.Now()
			v.send(diff(epoch, big))
			a.wantState(wire.Diff, epoch, i+2, big)
			longest = max(longest, time.Since(start))
		}
	}
	if longest > 3*time.Second {
		t.Errorf("a frame took %s to the one who reads", longest)
	}
	// One checkpoint, and of each stalled reader what was taken from the room and is not with the kernel.
	const allowed = size*(diffs+2) + stalled*(takeBytes+2*size)
	if grown := heap() - before; grown > allowed*5/4 {
		t.Errorf("memory grew by %d bytes, %d are allowed", grown, allowed)
	}
	for i, b := range slow {
		for {
			f, err := b.next()
			if err != nil {
				t.Fatalf("reader %d was closed: %v", i, err)
			}
			if f.Kind() == wire.Diff && f.Epoch() == 1+epochs && f.Sequence() == diffs+1 {
				break
			}
		}
	}
	v.quiet(wire.Keyframe)
}

// TestWhoIsHeardButTakesNothingIsCutInTheEnd, long after one who was only slow.
func TestWhoIsHeardButTakesNothingIsCutInTheEnd(t *testing.T) {
	w := newWorld(t)
	w.relay.timing.stall, w.relay.timing.ping = 600*time.Millisecond, 100*time.Millisecond
	e, v, a := w.live()
	b, _ := w.agent(w.join(e, "bob"), nil)
	v.grant()
	start := time.Now()
	big := strings.Repeat("x", 500<<10)
	for i := range uint32(16) { // more than any kernel holds
		v.send(diff(1, big))
		a.wantState(wire.Diff, 1, i+2, big)
	}
	for w.relay.Stats().Stuck == 0 {
		b.ws.Write(t.Context(), websocket.MessageBinary, wire.New(wire.Ping, nil))
		time.Sleep(20 * time.Millisecond)
		if time.Since(start) > patience {
			t.Fatal("it was not cut")
		}
	}
	if waited := time.Since(start); waited < w.relay.timing.stall {
		t.Errorf("it was cut after %s", waited)
	}
	v.send(diff(1, "still here"))
	a.wantState(wire.Diff, 1, 18, "still here")
}
