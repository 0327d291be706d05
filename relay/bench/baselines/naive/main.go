// naive is a bare relay as one writes it first, on coder/websocket: a context, a channel and a writer goroutine for each
// connection. A subscriber whose channel is full is closed.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	waiting      = 256 // messages a subscriber may be behind
	writeTimeout = 10 * time.Second
	readLimit    = 8 << 20
)

type room struct {
	mu   sync.Mutex
	subs map[*subscriber]struct{}
}

type subscriber struct {
	queue chan []byte
	end   context.CancelFunc
}

var (
	mu    sync.Mutex
	rooms = map[string]*room{}
)

func get(name string) *room {
	mu.Lock()
	defer mu.Unlock()
	r := rooms[name]
	if r == nil {
		r = &room{subs: map[*subscriber]struct{}{}}
		rooms[name] = r
	}
	return r
}

func serve(w http.ResponseWriter, q *http.Request) {
	c, err := websocket.Accept(w, q, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(readLimit)
	ctx, cancel := context.WithCancel(q.Context())
	defer cancel()
	r := get(q.URL.Query().Get("room"))
	s := &subscriber{make(chan []byte, waiting), cancel}
	if q.URL.Path == "/sub" {
		r.mu.Lock()
		r.subs[s] = struct{}{}
		r.mu.Unlock()
		defer func() {
			r.mu.Lock()
			delete(r.subs, s)
			r.mu.Unlock()
		}()
	}
	s.queue <- []byte("ready")
	go s.write(ctx, c)
	for {
		_, b, err := c.Read(ctx)
		if err != nil {
			return
		}
		r.mu.Lock()
		for s := range r.subs {
			select {
			case s.queue <- b:
			default:
				s.end()
			}
		}
		r.mu.Unlock()
	}
}

func (s *subscriber) write(ctx context.Context, c *websocket.Conn) {
	defer s.end()
	for {
		select {
		case <-ctx.Done():
			return
		case b := <-s.queue:
			writing, cancel := context.WithTimeout(ctx, writeTimeout)
			err := c.Write(writing, websocket.MessageBinary, b)
			cancel()
			if err != nil {
				return
			}
		}
	}
}

func main() {
	addr := flag.String("addr", "127.0.0.1:7102", "listen address")
	flag.Parse()
	http.HandleFunc("/", serve)
	log.Fatal(http.ListenAndServe(*addr, nil))
}
