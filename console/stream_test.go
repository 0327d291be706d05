package console

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"alongside/rooms"
)

// events reads a stream of events; a comment is an event without name and data.
type events struct {
	t      *testing.T
	reader *bufio.Reader
	cancel context.CancelFunc
}

type event struct{ name, data, retry string }

func (b *bench) events(browser *http.Client) *events {
	b.t.Helper()
	return b.eventsOf(browser, "/api/v1/visitors/stream")
}

func (b *bench) eventsOf(browser *http.Client, path string) *events {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	b.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", b.server.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	browser.Timeout = 0
	response, err := browser.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { response.Body.Close() })
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		b.t.Fatalf("stream: %d %s", response.StatusCode, got)
	}
	return &events{t: b.t, reader: bufio.NewReader(response.Body), cancel: cancel}
}

// next returns an error at the stream's end.
func (e *events) next() (event, error) {
	var next event
	for {
		line, err := e.reader.ReadString('\n')
		if err != nil {
			return event{}, err
		}
		switch name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); name {
		case "event":
			next.name = value
		case "data":
			next.data = value
		case "retry":
			next.retry = value
		case "":
			return next, nil
		}
	}
}

// list returns the next list.
func (e *events) list() []rooms.Visitor {
	e.t.Helper()
	var view visitorsView
	e.read("visitors", &view)
	return view.Visitors
}

// read waits for the next event, comments left out, which has to have the name, and decodes it into view.
func (e *events) read(name string, view any) {
	e.t.Helper()
	for {
		next, err := e.next()
		if err != nil {
			e.t.Fatal(err)
		}
		if next.name == "" {
			continue
		}
		if err := json.Unmarshal([]byte(next.data), view); err != nil || next.name != name {
			e.t.Fatalf("event %+v: %v", next, err)
		}
		return
	}
}

// mustEnd waits for the server to end the stream, well before the request's own deadline would.
func (e *events) mustEnd() {
	e.t.Helper()
	for start := time.Now(); time.Since(start) < 5*time.Second; {
		if _, err := e.next(); err != nil {
			return
		}
	}
	e.t.Error("the stream went on")
}

var fastPace = streamPace{between: 20 * time.Millisecond, heartbeat: 50 * time.Millisecond, write: 10 * time.Second}

func TestStreamSendsTheListAtOnceAndOnChange(t *testing.T) {
	b := newBench(t, benchOptions{pace: fastPace})
	first := b.visit(b.here, "First")
	stream := b.events(b.signedIn("here@example.org"))
	if list := stream.list(); len(list) != 1 || list[0].Room != first.Room || list[0].Page.Title != "First" {
		t.Fatalf("at once: %+v", list)
	}
	b.visit(b.there, "Foreign")
	second := b.visit(b.here, "Second")
	if list := stream.list(); len(list) != 2 || list[1].Room != second.Room {
		t.Errorf("after a change: %+v", list)
	}
}

func TestStreamMergesManyChanges(t *testing.T) {
	b := newBench(t, benchOptions{pace: streamPace{between: time.Second, heartbeat: time.Minute, write: 10 * time.Second}})
	stream := b.events(b.signedIn("here@example.org"))
	stream.list()
	for _, want := range []int{40, 80} {
		for range 40 {
			b.visit(b.here, "One of many")
		}
		if list := stream.list(); len(list) != want {
			t.Errorf("the next list has %d of %d: it should have waited for the pause to be over", len(list), want)
		}
	}
}

func TestStreamSendsNothingTwice(t *testing.T) {
	b := newBench(t, benchOptions{pace: fastPace})
	b.visit(b.here, "First")
	stream := b.events(b.signedIn("here@example.org"))
	list := stream.list()
	if err := b.hub.Presence.Put(t.Context(), b.here.Tenant.ID, list[0]); err != nil { // a change that changes nothing
		t.Fatal(err)
	}
	for range 5 {
		next, err := stream.next()
		if err != nil || next.name != "" {
			t.Fatalf("%+v, %v instead of a comment", next, err)
		}
	}
}

func TestStreamEndsWithTheSignIn(t *testing.T) {
	b := newBench(t, benchOptions{pace: fastPace})
	agent := b.signedIn("here@example.org")
	stream := b.events(agent)
	stream.list()
	if _, err := stream.next(); err != nil {
		t.Fatalf("no comment while signed in: %v", err)
	}
	b.call(agent, "POST", "/api/v1/sign-out", "")
	stream.mustEnd()
}

func TestStreamEndsWithTheRole(t *testing.T) {
	b := newBench(t, benchOptions{pace: fastPace})
	stream := b.events(b.signedIn("here@example.org"))
	stream.list()
	b.setRole("nobody")
	stream.mustEnd()
}

// A browser waits some seconds before it opens an ended stream anew; who was shut out would look at the list that long.
func TestStreamOfWhoIsShutOutIsOpenedAnewAtOnce(t *testing.T) {
	b := newBench(t, benchOptions{pace: streamPace{between: time.Second, heartbeat: time.Hour, write: 10 * time.Second}})
	stream := b.events(b.signedIn("here@example.org"))
	if first, err := stream.next(); err != nil || first.retry != "3000" {
		t.Fatalf("first %+v, %v", first, err)
	}
	stream.list()
	b.console.streams.end(func(caller) bool { return true })
	if last, err := stream.next(); err != nil || last.retry != "100" {
		t.Errorf("last %+v, %v", last, err)
	}
	stream.mustEnd()
}

func TestStreamStopsWatchingWhenTheBrowserLeaves(t *testing.T) {
	b := newBench(t, benchOptions{pace: fastPace})
	watch := &countingRooms{Hub: b.hub, stopped: make(chan struct{}, 1)}
	b.console.rooms = watch
	stream := b.events(b.signedIn("here@example.org"))
	stream.list()
	stream.cancel()
	select {
	case <-watch.stopped:
	case <-time.After(5 * time.Second):
		t.Error("the handler still watches")
	}
}

// countingRooms tells when a watch is over.
type countingRooms struct {
	*rooms.Hub
	stopped chan struct{}
}

func (c *countingRooms) Watch(tenant string) (<-chan struct{}, func()) {
	changed, stop := c.Hub.Watch(tenant)
	return changed, func() { stop(); c.stopped <- struct{}{} }
}
