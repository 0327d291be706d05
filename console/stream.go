package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"alongside/accounts"
)

// streamPace is how a stream of events keeps time.
type streamPace struct {
	between   time.Duration // least time between two lists
	heartbeat time.Duration // between comments, which keep proxies from closing the stream and find out who has gone
	write     time.Duration // most that one write may take
}

var defaultPace = streamPace{between: 250 * time.Millisecond, heartbeat: 15 * time.Second, write: 10 * time.Second}

// visitorsStream sends the whole list at once and whenever it has changed (WHATWG HTML §9.2). It ends with the sign-in.
func (c *Console) visitorsStream(w http.ResponseWriter, r *http.Request, who caller) error {
	// Watch before the first list, so that no change falls between the two.
	changed, stop := c.rooms.Watch(who.person.Tenant)
	defer stop()
	view, err := c.visitorsOf(r.Context(), who.person.Tenant)
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if r.Method == http.MethodHead {
		return nil
	}

	// From here on no error can be told any more: the stream just ends, and the browser opens another.
	stream := eventStream{control: http.NewResponseController(w), w: w, limit: c.stream.write}
	if stream.list(view) != nil {
		return nil
	}
	heartbeat := time.NewTicker(c.stream.heartbeat)
	defer heartbeat.Stop()
	pause := time.NewTimer(c.stream.between)
	defer pause.Stop()
	var pending <-chan struct{} // changed, but nobody while a list has just been sent
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-pause.C:
			pending = changed
		case _, open := <-pending:
			if !open {
				return nil
			}
			view, err := c.visitorsOf(r.Context(), who.person.Tenant)
			if err != nil || stream.list(view) != nil {
				return nil
			}
			pending = nil
			pause.Reset(c.stream.between)
		case <-heartbeat.C:
			person, err := c.accounts.StillSignedIn(r.Context(), who.token)
			if errors.Is(err, accounts.ErrNotFound) || err == nil && !person.Role.Includes(accounts.RoleAgent) {
				return nil
			}
			if stream.comment() != nil {
				return nil
			}
		}
	}
}

// eventStream writes to one browser; each write is flushed and has a limit.
type eventStream struct {
	control *http.ResponseController
	w       http.ResponseWriter
	limit   time.Duration
	last    []byte // list sent last
}

// list sends the list, unless it is what the browser has already.
func (s *eventStream) list(view visitorsView) error {
	data, err := json.Marshal(view)
	if err != nil {
		return fmt.Errorf("encode visitors: %w", err)
	}
	if bytes.Equal(data, s.last) {
		return nil
	}
	s.last = data
	return s.send("event: visitors\ndata: " + string(data) + "\n\n")
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
