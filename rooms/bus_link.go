package rooms

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	linkBuffer  = 64 << 10
	linkRetry   = 100 * time.Millisecond
	linkSilence = 3 * time.Second // a PING is not answered for so long: the connection is dead
	maxPush     = 8 << 20         // bytes of one message; no node sends more
)

// link is one connection to one server, over which a node both publishes and listens (RESP3: what it listens to is pushed
// between the answers). It speaks the protocol itself: a message then costs neither an allocation nor a deadline, and
// one wake-up of the reader serves answers and messages alike.
//
// One write is under way at a time. What is sent meanwhile gathers and goes as one batch for each node once the answers
// are here: nobody waits when there is little to do, and much goes at once when there is much.
type link struct {
	bus  *RedisBus // fixed
	addr string    // fixed
	wake chan struct{}

	up    atomic.Bool // connected
	home  atomic.Bool // and the inbox is listened to
	heard atomic.Bool // something since the last look

	mu      sync.Mutex // guards the rest
	ready   []*peer    // have something to send
	awaited []*peer    // of each answer that is to come; nil: of a PING
	ping    bool       // is due
	conn    net.Conn
	silent  time.Duration
}

// run keeps the connection until ctx ends.
func (l *link) run(ctx context.Context) {
	for ctx.Err() == nil {
		if conn, err := l.dial(ctx); err == nil {
			l.use(ctx, conn)
		}
		sleep(ctx, linkRetry)
	}
}

// options are those of the client, which knows password and TLS.
func (l *link) options() *redis.Options {
	if l.bus.redis.cluster == nil {
		return l.bus.redis.client.(*redis.Client).Options()
	}
	o := l.bus.redis.cluster.Options()
	return &redis.Options{Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig}
}

func (l *link) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, redisDialTimeout)
	defer cancel()
	if c := l.options().TLSConfig; c != nil {
		return (&tls.Dialer{Config: c}).DialContext(ctx, "tcp", l.addr)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", l.addr)
}

// use runs a connection until it breaks.
func (l *link) use(ctx context.Context, conn net.Conn) {
	cut := context.AfterFunc(ctx, func() { conn.Close() })
	defer cut()
	hello := []string{"HELLO", "3"}
	if o := l.options(); o.Password != "" {
		user := o.Username
		if user == "" {
			user = "default"
		}
		hello = append(hello, "AUTH", user, o.Password)
	}
	l.mu.Lock()
	l.conn, l.awaited, l.ping, l.silent = conn, nil, false, 0
	l.mu.Unlock()
	in := bufio.NewReaderSize(conn, linkBuffer)
	conn.SetDeadline(time.Now().Add(redisTimeout))
	_, err := conn.Write(appendCommand(nil, hello...))
	if err == nil {
		_, _, err = readValue(in)
	}
	conn.SetDeadline(time.Time{})
	if err != nil {
		conn.Close()
		return
	}
	var reading sync.WaitGroup
	broken := make(chan struct{})
	reading.Go(func() {
		defer close(broken)
		_ = l.read(in) // whatever it was, the link is made anew
		conn.Close()
	})
	l.up.Store(true)
	l.bus.linked(l)
	l.write(ctx, conn, broken)
	conn.Close()
	reading.Wait()
	l.up.Store(false)
	l.home.Store(false)
	l.mu.Lock()
	l.ready, l.awaited, l.conn = nil, nil, nil
	l.mu.Unlock()
	l.bus.unlinked(l)
}

// write publishes what is ready until the connection breaks.
func (l *link) write(ctx context.Context, conn net.Conn, broken <-chan struct{}) {
	var out, batch []byte
	if l.bus.isHome(l) {
		out = appendCommand(out, l.bus.redis.command("SUBSCRIBE"), busChannel(l.bus.node))
		if _, err := conn.Write(out); err != nil {
			return
		}
	}
	publish := l.bus.redis.command("PUBLISH")
	for {
		select {
		case <-ctx.Done():
			return
		case <-broken:
			return
		case <-l.wake:
		}
		l.mu.Lock()
		if len(l.awaited) > 0 && !l.ping {
			l.mu.Unlock()
			continue
		}
		out = out[:0]
		if l.ping {
			out, l.ping = append(out, "*1\r\n$4\r\nPING\r\n"...), false
			l.awaited = append(l.awaited, nil)
		}
		ready := l.ready
		l.ready = nil
		l.awaited = append(l.awaited, ready...)
		l.mu.Unlock()
		for _, p := range ready {
			batch = p.take(batch[:0])
			out = append(out, "*3\r\n$"...)
			out = strconv.AppendInt(out, int64(len(publish)), 10)
			out = append(append(append(out, "\r\n"...), publish...), "\r\n$"...)
			out = strconv.AppendInt(out, int64(len(p.channel)), 10)
			out = append(append(append(out, "\r\n"...), p.channel...), "\r\n$"...)
			out = strconv.AppendInt(out, int64(len(batch)), 10)
			out = append(append(append(out, "\r\n"...), batch...), "\r\n"...)
		}
		if len(out) == 0 {
			continue
		}
		if _, err := conn.Write(out); err != nil {
			return
		}
		if cap(out) > 4*BusMessageBytes {
			out, batch = nil, nil
		}
	}
}

// add puts a node in the line of those that have something to send.
func (l *link) add(p *peer) {
	l.mu.Lock()
	l.ready = append(l.ready, p)
	l.mu.Unlock()
	signal(l.wake)
}

// look is called every so often: it breaks a connection that does not answer.
func (l *link) look(since time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		return
	}
	if l.heard.Swap(false) {
		l.silent = 0
	} else if l.silent += since; l.silent > linkSilence {
		l.conn.Close()
	}
	l.ping = true
	signal(l.wake)
}

// cut breaks the connection.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.Close()
	}
}

// read takes answers and messages until the connection breaks.
func (l *link) read(in *bufio.Reader) error {
	var big []byte
	for {
		kind, n, err := readHead(in)
		if err != nil {
			return err
		}
		if !l.heard.Load() {
			l.heard.Store(true)
		}
		switch kind {
		case '>':
			big, err = l.pushed(in, n, big)
			if err != nil {
				return err
			}
		case ':', '+':
			l.answered(n)
		default:
			return fmt.Errorf("an answer of kind %q", kind)
		}
	}
}

func (l *link) answered(receivers int) {
	l.mu.Lock()
	var p *peer
	if len(l.awaited) > 0 {
		p = l.awaited[0]
		l.awaited = l.awaited[1:]
	}
	more := len(l.awaited) == 0 && len(l.ready) > 0
	l.mu.Unlock()
	if more {
		signal(l.wake)
	}
	if p != nil {
		p.answered(receivers > 0)
	}
}

// pushed takes a push of n values, of which the first says what it is. The buffer is for what is long.
func (l *link) pushed(in *bufio.Reader, n int, big []byte) ([]byte, error) {
	_, size, err := readHead(in)
	if err != nil {
		return big, err
	}
	what, err := in.Peek(size)
	if err != nil {
		return big, err
	}
	isMessage := string(what) == "message" || string(what) == "smessage"
	begins := string(what) == "subscribe" || string(what) == "ssubscribe"
	if _, err := in.Discard(size + 2); err != nil {
		return big, err
	}
	if !isMessage || n != 3 {
		for range n - 1 {
			if _, _, err := readValue(in); err != nil {
				return big, err
			}
		}
		if !begins {
			return big, errors.New("the inbox is listened to no more") // a slot moved
		}
		l.home.Store(true)
		l.bus.joined()
		return big, nil
	}
	if _, _, err := readValue(in); err != nil { // the channel is ours
		return big, err
	}
	_, size, err = readHead(in)
	if err != nil || size > maxPush {
		return big, errors.Join(err, errors.New("no message of ours"))
	}
	if size+2 <= in.Size() {
		m, err := in.Peek(size + 2)
		if err != nil {
			return big, err
		}
		l.bus.deliver(m[:size])
		_, err = in.Discard(size + 2)
		return big, err
	}
	if cap(big) < size+2 {
		big = make([]byte, size+2)
	}
	if _, err := io.ReadFull(in, big[:size+2]); err != nil {
		return big, err
	}
	l.bus.deliver(big[:size])
	return big, nil
}

// readHead reads the first line of a value: its kind, and its number, which is 0 if it has none.
func readHead(in *bufio.Reader) (kind byte, n int, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 3 {
		return 0, 0, errors.New("a line too short")
	}
	kind = line[0]
	if kind == '-' || kind == '!' {
		return 0, 0, fmt.Errorf("refused: %s", line[1:len(line)-2])
	}
	digits := line[1 : len(line)-2]
	for _, d := range digits {
		if d < '0' || d > '9' {
			return kind, 0, nil
		}
		n = 10*n + int(d-'0')
		if n > maxPush {
			return 0, 0, errors.New("a number too large")
		}
	}
	return kind, n, nil
}

// readValue skips a value, however nested.
func readValue(in *bufio.Reader) (kind byte, n int, err error) {
	kind, n, err = readHead(in)
	if err != nil {
		return kind, n, err
	}
	parts := 0
	switch kind {
	case '$', '=':
		_, err = in.Discard(n + 2)
	case '*', '~', '>':
		parts = n
	case '%':
		parts = 2 * n
	}
	for range parts {
		if _, _, err := readValue(in); err != nil {
			return kind, n, err
		}
	}
	return kind, n, err
}

func appendCommand(b []byte, args ...string) []byte {
	b = fmt.Appendf(b, "*%d\r\n", len(args))
	for _, a := range args {
		b = fmt.Appendf(b, "$%d\r\n%s\r\n", len(a), a)
	}
	return b
}
