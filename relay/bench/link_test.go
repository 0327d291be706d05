package bench

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

// serverFrame is a WebSocket frame as a server sends it.
func serverFrame(op byte, payload string) []byte {
	b := []byte{fin | op}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = append(b, 126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

// linkTo is a link to a peer that sends what is given.
func linkTo(t *testing.T, sent []byte) *link {
	t.Helper()
	us, peer := net.Pipe()
	t.Cleanup(func() { us.Close(); peer.Close() })
	go func() {
		peer.Write(sent)
		peer.Close()
	}()
	return &link{nc: us, r: bufio.NewReaderSize(us, readBuffer)}
}

func TestMessagesOfEverySizeAreRead(t *testing.T) {
	sizes := []int{0, 1, 125, 126, 5000, 1<<16 - 1, 1 << 16, 1 << 20}
	framings := map[string]struct {
		of   func(l *link) framing
		sent func(b []byte, m string) []byte
	}{
		"lengths": {func(*link) framing { return lengths{} }, func(b []byte, m string) []byte { return lengths{}.append(b, []byte(m)) }},
		"WebSocket": {func(*link) framing { return webSocket{} }, func(b []byte, m string) []byte {
			return append(b, serverFrame(opBinary, m)...)
		}},
		"NATS": {
			func(l *link) framing { return &natsText{lines: bufio.NewReaderSize(&payloads{l: l}, readBuffer)} },
			func(b []byte, m string) []byte { // cut where it does not matter to the protocol
				text := "MSG r1 1 " + strconv.Itoa(len(m)) + "\r\n" + m + "\r\n"
				return append(append(b, serverFrame(opBinary, text[:7])...), serverFrame(opBinary, text[7:])...)
			},
		},
	}
	for name, f := range framings {
		t.Run(name, func(t *testing.T) {
			var sent []byte
			for _, n := range sizes {
				sent = f.sent(sent, strings.Repeat("x", n))
			}
			l := linkTo(t, sent)
			l.framing = f.of(l)
			for _, n := range sizes {
				if m, err := l.next(); err != nil || len(m) != n || bytes.ContainsFunc(m, func(c rune) bool { return c != 'x' }) {
					t.Fatalf("got %d bytes and %v, want %d", len(m), err, n)
				}
			}
			if m, err := l.next(); err == nil {
				t.Errorf("read %d bytes where nothing was", len(m))
			}
		})
	}
}

func TestAClosedConnectionSaysWhy(t *testing.T) {
	l := linkTo(t, serverFrame(opClose, "\x11\x4dtoo much at once"))
	l.framing = webSocket{}
	if _, err := l.next(); err == nil || !strings.Contains(err.Error(), "4429 too much at once") {
		t.Errorf("got %v", err)
	}
}

func TestQuantilesAreTrueToFourPercent(t *testing.T) {
	var d delays
	for i := 1; i <= 100_000; i++ {
		d.add(time.Duration(i) * time.Microsecond)
	}
	for _, part := range []float64{0.01, 0.5, 0.99, 1} {
		got, want := float64(d.quantile(part)), part*1e5*float64(time.Microsecond)
		if got < 0.96*want || got > 1.04*want {
			t.Errorf("quantile %v is %v, want %v", part, time.Duration(got), time.Duration(want))
		}
	}
	if longest := time.Duration(d.longest.Load()); longest != 100*time.Millisecond {
		t.Errorf("longest is %v", longest)
	}
}
