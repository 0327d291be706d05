package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"alongside/accounts"
)

// streamPace is how a stream of events keeps time.
type streamPace struct {
	between   time.Duration // least time between two lists
	heartbeat time.Duration // between comments, which keep proxies from closing the stream and find out who has gone
	write     time.Duration // most that one write may take
}

var defaultPace = streamPace{between: 250 * time.Millisecond, heartbeat: 15 * time.Second, write: 10 * time.Second}

// stream is an answer that goes on (WHATWG HTML §9.2).
type stream struct{ Body func(huma.Context) }

// feed is what a stream sends: the whole of something at once, and again whenever it has changed.
type feed struct {
	name    string
	changed <-chan struct{} // may be closed: the stream ends
	next    func(context.Context) (any, error)
}

// serveStream sends events until the browser leaves, or the person may no longer see them: shutOut ends it at once, and
// every heartbeat asks, for what another node has changed.
func (c *Console) serveStream(hc huma.Context, who caller, what feed) {
	r, w := humago.Unwrap(hc)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer c.streams.add(who, cancel)()
	// Only now, so that no loss of a role falls between the question and the list of streams.
	if !c.mayGoOn(ctx, who) {
		writeProblem(w, problemSignIn)
		return
	}
	first, err := what.next(ctx)
	if err != nil {
		writeProblem(w, c.tell(ctx, Route{Method: r.Method, Path: r.Pattern}, err))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	if r.Method == http.MethodHead {
		return
	}

	// From here on no error can be told any more: the stream just ends, and the browser opens another.
	out := eventStream{control: http.NewResponseController(w), w: w, limit: c.stream.write}
	if out.retry(retryUsual) != nil || out.event(what.name, first) != nil {
		return
	}
	heartbeat := time.NewTicker(c.stream.heartbeat)
	defer heartbeat.Stop()
	pause := time.NewTimer(c.stream.between)
	defer pause.Stop()
	var pending <-chan struct{} // changed, but nobody while an event has just been sent
	for {
		select {
		case <-ctx.Done():
			if r.Context().Err() == nil {
				_ = out.retry(retryNow) // who has been shut out learns it when the browser asks anew
			}
			return
		case <-pause.C:
			pending = what.changed
		case _, open := <-pending:
			if !open {
				return
			}
			value, err := what.next(ctx)
			if err != nil || ctx.Err() != nil || out.event(what.name, value) != nil {
				return
			}
			pending = nil
			pause.Reset(c.stream.between)
		case <-heartbeat.C:
			if !c.mayGoOn(ctx, who) || out.comment() != nil {
				return
			}
		}
	}
}

// mayGoOn says whether the caller would still be let in. A store that does not answer ends no stream.
func (c *Console) mayGoOn(ctx context.Context, who caller) bool {
	if who.key {
		_, err := c.accounts.ByAPIKey(ctx, who.token)
		return !errors.Is(err, accounts.ErrNotFound)
	}
	person, err := c.accounts.StillSignedIn(ctx, who.token)
	if err != nil {
		return !errors.Is(err, accounts.ErrNotFound)
	}
	return person.Role.Includes(agent)
}

// streams are those that are open on this node.
type streams struct {
	mu   sync.Mutex
	open map[*caller]context.CancelFunc
}

// add returns what takes the stream off the list again.
func (s *streams) add(who caller, cancel context.CancelFunc) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[*caller]context.CancelFunc{}
	}
	s.open[&who] = cancel
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, &who)
	}
}

func (s *streams) end(which func(caller) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for who, cancel := range s.open {
		if which(*who) {
			cancel()
		}
	}
}

// EndStreams ends at once the streams that a person, or an API key, has open on this node.
func (c *Console) EndStreams(tenant, person string) {
	c.streams.end(func(who caller) bool { return who.person.Tenant == tenant && who.person.ID == person })
}

// shutOut ends at once what a person, or an API key, has open: seats in rooms and streams. What they may still do they can
// open again.
func (c *Console) shutOut(ctx context.Context, tenant, person string) error {
	c.EndStreams(tenant, person)
	if _, err := c.rooms.CloseSeats(ctx, tenant, person); err != nil {
		return fmt.Errorf("close a person's seats: %w", err)
	}
	return nil
}

// eventStream writes to one browser; each write is flushed and has a limit.
type eventStream struct {
	control *http.ResponseController
	w       http.ResponseWriter
	limit   time.Duration
	last    []byte // value sent last
}

// event sends the value, unless it is what the browser has already.
func (s *eventStream) event(name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	if bytes.Equal(data, s.last) {
		return nil
	}
	s.last = data
	return s.send("event: " + name + "\ndata: " + string(data) + "\n\n")
}

// How long a browser waits before it opens an ended stream anew: usually, and when what it may see has changed.
const (
	retryUsual = 3 * time.Second
	retryNow   = 100 * time.Millisecond
)

func (s *eventStream) retry(after time.Duration) error {
	return s.send(fmt.Sprintf("retry: %d\n\n", after.Milliseconds()))
}

func (s *eventStream) comment() error { return s.send(":\n\n") }

func (s *eventStream) send(text string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.limit)); err != nil {
		return fmt.Errorf("limit a write: %w", err)
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("send event: %w", err)
	}
	return s.control.Flush()
}
