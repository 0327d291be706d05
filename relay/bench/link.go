package bench

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxMessageBytes is the largest message a server may send us.
const maxMessageBytes = 8 << 20

// link is one connection of the generator. It costs little, so that one core can load another: it does what the server
// can see of the protocol and checks nothing.
type link struct {
	nc      net.Conn
	r       *bufio.Reader
	framing framing
	buf     []byte // of a message that r does not hold whole

	mu  sync.Mutex // guards out
	out []byte
}

// framing is how messages travel.
type framing interface {
	// append adds a message as a client sends it.
	append(b, message []byte) []byte
	// next reads a message, which stands until the next call; it may be nil for what was no message.
	next(l *link) ([]byte, error)
}

// sources counts the connections made: the ports of one address would not do for all of them.
var sources atomic.Uint32

const connectTimeout = 15 * time.Second

func dial(address string, bufferBytes int) (*link, error) {
	n := sources.Add(1)
	d := net.Dialer{
		Timeout:   connectTimeout,
		LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2+byte(n%16))},
		KeepAlive: -1,
	}
	nc, err := d.Dial("tcp4", address)
	if err != nil {
		return nil, err
	}
	return &link{nc: nc, r: bufio.NewReaderSize(nc, bufferBytes)}, nil
}

// cut ends the connection at once, so that its port is free again.
func (l *link) cut() {
	if c, ok := l.nc.(*net.TCPConn); ok {
		c.SetLinger(0)
	}
	l.nc.Close()
}

func (l *link) next() ([]byte, error) { return l.framing.next(l) }

// send writes one message so many times.
func (l *link) send(message []byte, times int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = l.out[:0]
	for range times {
		l.out = l.framing.append(l.out, message)
	}
	_, err := l.nc.Write(l.out)
	return err
}

// take reads n bytes, without copying where r holds them.
func (l *link) take(r *bufio.Reader, n int) ([]byte, error) {
	if n > maxMessageBytes {
		return nil, fmt.Errorf("a message of %d bytes", n)
	}
	if n <= r.Size() {
		b, err := r.Peek(n)
		if err == nil {
			r.Discard(n)
		}
		return b, err
	}
	if n > cap(l.buf) {
		l.buf = make([]byte, n)
	}
	_, err := io.ReadFull(r, l.buf[:n])
	return l.buf[:n], err
}

// lengths puts four bytes of length before each message.
type lengths struct{}

func (lengths) append(b, message []byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(message))), message...)
}

func (lengths) next(l *link) ([]byte, error) {
	h, err := l.take(l.r, 4)
	if err != nil {
		return nil, err
	}
	return l.take(l.r, int(binary.BigEndian.Uint32(h)))
}

// webSocket is RFC 6455 as far as a server without extensions and fragments makes one need it.
type webSocket struct{}

const (
	opBinary, opClose, opPing, opPong = 2, 8, 9, 10

	fin, masked = 0x80, 0x80
)

func (webSocket) append(b, message []byte) []byte { return appendMasked(b, opBinary, message) }

// appendMasked appends a client's frame (RFC 6455 §5.2). The mask is zero: servers undo it all the same, and the generator
// saves the work.
func appendMasked(b []byte, op byte, payload []byte) []byte {
	return append(appendHeader(b, op, len(payload)), payload...)
}

func appendHeader(b []byte, op byte, n int) []byte {
	switch {
	case n < 126:
		b = append(b, fin|op, masked|byte(n))
	case n <= math.MaxUint16:
		b = append(b, fin|op, masked|126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, fin|op, masked|127), uint64(n))
	}
	return append(b, 0, 0, 0, 0)
}

func (webSocket) next(l *link) ([]byte, error) {
	op, n, err := frameHeader(l.r)
	if err != nil {
		return nil, err
	}
	b, err := l.take(l.r, n)
	if err != nil {
		return nil, err
	}
	return l.control(op, b)
}

// control answers a control frame; any other frame's payload is returned.
func (l *link) control(op byte, payload []byte) ([]byte, error) {
	switch op {
	case opClose:
		code := 0
		if len(payload) >= 2 {
			code = int(binary.BigEndian.Uint16(payload))
			payload = payload[2:]
		}
		return nil, fmt.Errorf("closed by the server: %d %s", code, payload)
	case opPing:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.out = appendMasked(l.out[:0], opPong, payload)
		_, err := l.nc.Write(l.out)
		return nil, err
	case opPong:
		return nil, nil
	}
	return payload, nil
}

func frameHeader(r *bufio.Reader) (op byte, n int, err error) {
	h, err := r.Peek(2)
	if err != nil {
		return 0, 0, err
	}
	op, n = h[0]&15, int(h[1]&127)
	size := 2
	switch n {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	if size > 2 {
		if h, err = r.Peek(size); err != nil {
			return 0, 0, err
		}
		if n = int(binary.BigEndian.Uint16(h[2:])); size == 10 {
			n = int(min(binary.BigEndian.Uint64(h[2:]), math.MaxInt32))
		}
	}
	_, err = r.Discard(size)
	return op, n, err
}

// upgrade does the opening handshake (RFC 6455 §4.1); header are further lines, each with its line end.
func (l *link) upgrade(path, header string) error {
	const key = "AAAAAAAAAAAAAAAAAAAAAA=="
	l.nc.SetDeadline(time.Now().Add(connectTimeout))
	defer l.nc.SetDeadline(time.Time{})
	_, err := fmt.Fprintf(l.nc, "GET %s HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n", path, key, header)
	if err != nil {
		return err
	}
	a, err := http.ReadResponse(l.r, nil)
	if err != nil {
		return err
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if a.StatusCode != http.StatusSwitchingProtocols || a.Header.Get("Sec-WebSocket-Accept") != base64.StdEncoding.EncodeToString(sum[:]) {
		return fmt.Errorf("upgrade answered %s", a.Status)
	}
	return nil
}

// natsText is the NATS client protocol within WebSocket frames, which know nothing of messages.
type natsText struct {
	publish string        // "PUB subject "
	lines   *bufio.Reader // over the frames' payloads
}

func (t *natsText) append(b, message []byte) []byte {
	size := strconv.Itoa(len(message))
	n := len(t.publish) + len(size) + 2 + len(message) + 2
	b = appendHeader(b, opBinary, n)
	b = append(append(append(b, t.publish...), size...), "\r\n"...)
	return append(append(b, message...), "\r\n"...)
}

func (t *natsText) next(l *link) ([]byte, error) {
	line, err := t.lines.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	switch {
	case line[0] == 'M': // MSG subject id bytes
		n := 0
		for _, c := range line[bytes.LastIndexByte(line, ' ')+1:] {
			if c >= '0' && c <= '9' {
				n = 10*n + int(c-'0')
			}
		}
		b, err := l.take(t.lines, n+2)
		if err != nil {
			return nil, err
		}
		return b[:n], nil
	case string(line) == "PING\r\n":
		return nil, l.say("PONG\r\n")
	case string(line) == "PONG\r\n":
		return []byte(natsReady), nil
	case line[0] == '-':
		return nil, fmt.Errorf("the server says %s", strings.TrimSpace(string(line)))
	}
	return nil, nil
}

// natsReady stands for what a server says after all it was told before is done.
const natsReady = "ready"

// say sends a line of the protocol.
func (l *link) say(line string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = appendMasked(l.out[:0], opBinary, []byte(line))
	_, err := l.nc.Write(l.out)
	return err
}

// payloads is the stream of what the frames carry.
type payloads struct {
	l    *link
	left int
}

func (p *payloads) Read(b []byte) (int, error) {
	for p.left == 0 {
		op, n, err := frameHeader(p.l.r)
		if err != nil {
			return 0, err
		}
		if op&8 == 0 {
			p.left = n
			continue
		}
		payload, err := p.l.take(p.l.r, n)
		if err == nil {
			_, err = p.l.control(op, payload)
		}
		if err != nil {
			return 0, err
		}
	}
	n, err := p.l.r.Read(b[:min(len(b), p.left)])
	p.left -= n
	return n, err
}

// readBuffer is of each connection: enough that many small messages are read at once.
const readBuffer = 4 << 10

// buffered is how much was read that next has not returned.
func (l *link) buffered() int {
	if t, ok := l.framing.(*natsText); ok {
		return l.r.Buffered() + t.lines.Buffered()
	}
	return l.r.Buffered()
}
